"""Attributes of applications and routers, assigned or changed in place while they serve."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from notebookapi import APIRouter, Depends, NotebookAPI, Request, edit
from notebookapi.exceptions import InvalidLimit, InvalidOption, InvalidPath
from notebookapi.responses import JSONResponse
from notebookapi.testclient import TestClient

Ask = Callable[[TestClient], Any]


def served(**options: Any) -> tuple[NotebookAPI, TestClient]:
    """Return an application that serves already, and its client."""
    app = NotebookAPI(**options)

    @app.get("/items")
    def read() -> float:
        return 1 / 0

    @app.post("/sized")
    async def sized(request: Request) -> int:
        return len(await request.body())

    client = TestClient(app, raise_server_exceptions=False, follow_redirects=False)
    assert client.get("/openapi.json").status_code == 200
    return app, client


def info(key: str) -> Ask:
    return lambda client: client.get("/openapi.json").json().get("info", {}).get(key)


def document(key: str) -> Ask:
    return lambda client: client.get("/openapi.json").json().get(key)


def shown(client: TestClient) -> bool:
    return "ZeroDivisionError" in client.get("/items").text


def status(method: str, path: str, body: bytes | None = None) -> Ask:
    return lambda client: client.request(method, path, content=body).status_code


def problem(client: TestClient) -> str:
    return client.get("/none").headers["content-type"]


TAGS = [{"name": "shop"}]
# owner, attribute, value, what is asked, its answer before and behind the assignment
ASSIGNED: list[tuple[str, str, Any, Ask, Any, Any]] = [
    ("app", "debug", True, shown, False, True),
    ("router", "redirect_slashes", False, status("GET", "/items/"), 307, 404),
    ("app", "auto_head", True, status("HEAD", "/items"), 405, 500),
    ("app", "auto_options", True, status("OPTIONS", "/items"), 405, 204),
    ("app", "problem_details", True, problem, "application/json", "application/problem+json"),
    ("app", "max_body_size", 2, status("POST", "/sized", b"xyz"), 200, 413),
    ("app", "title", "Shop", info("title"), "NotebookAPI", "Shop"),
    ("app", "version", "2", info("version"), "0.1.0", "2"),
    ("app", "summary", "Sells", info("summary"), None, "Sells"),
    ("app", "description", "Long", info("description"), None, "Long"),
    ("app", "terms_of_service", "/t", info("termsOfService"), None, "/t"),
    ("app", "contact", {"name": "A"}, info("contact"), None, {"name": "A"}),
    ("app", "license_info", {"name": "M"}, info("license"), None, {"name": "M"}),
    ("app", "openapi_tags", TAGS, document("tags"), None, TAGS),
    ("app", "openapi_external_docs", {"url": "/d"}, document("externalDocs"), None, {"url": "/d"}),
    ("app", "servers", [{"url": "/v"}], document("servers"), None, [{"url": "/v"}]),
]  # fmt: skip
each_assigned = pytest.mark.parametrize(
    ("owner", "name", "value", "ask", "before", "after"), ASSIGNED, ids=[e[1] for e in ASSIGNED]
)


@each_assigned
def test_an_assignment_counts_from_the_next_request_on(
    owner: str, name: str, value: Any, ask: Ask, before: Any, after: Any
) -> None:
    app, client = served()
    target: Any = app if owner == "app" else app.router
    default = getattr(target, name)
    assert ask(client) == before
    setattr(target, name, value)
    assert (getattr(target, name), ask(client)) == (value, after)
    setattr(target, name, default)
    assert (getattr(target, name), ask(client)) == (default, before)


@each_assigned
def test_an_edit_publishes_assignments_or_none(
    owner: str, name: str, value: Any, ask: Ask, before: Any, after: Any
) -> None:
    app, client = served()
    target: Any = app if owner == "app" else app.router
    default = getattr(target, name)
    with pytest.raises(LookupError), edit():
        setattr(target, name, value)
        assert getattr(target, name) == value
        raise LookupError
    assert (getattr(target, name), ask(client)) == (default, before)
    with edit():
        setattr(target, name, value)
        setattr(target, name, default)
        setattr(target, name, value)
        assert ask(client) == before
    assert (getattr(target, name), ask(client)) == (value, after)


def test_the_limit_of_an_application_grows_and_shrinks() -> None:
    app, client = served(max_body_size=2)
    own = APIRouter(max_body_size=1)

    @own.post("/own")
    async def read(request: Request) -> int:
        return len(await request.body())

    app.include_router(own)
    found = []
    for size in (2, 3, None, 0):
        app.max_body_size = size
        found.append([client.post(p, content=b"xyz").status_code for p in ("/sized", "/own")])
    assert found == [[413, 413], [200, 413], [200, 413], [413, 413]]
    with pytest.raises(InvalidLimit):
        app.max_body_size = -1
    assert app.max_body_size == 0


def test_assigning_again_and_again_keeps_nothing_of_what_was() -> None:
    app, _ = served()
    app.title = "first"
    size = len(app.declared.placed)
    for number in range(50):
        app.title = str(number)
    assert (app.title, len(app.declared.placed)) == ("49", size)


class ByClass(NotebookAPI):
    openapi_version = "3.0.3"

    def __init__(self) -> None:
        super().__init__(title="given")
        self.title = "of the class"


def test_a_subclass_has_its_own() -> None:
    app = ByClass()
    assert app.openapi()["info"]["title"] == "of the class"
    assert app.openapi()["openapi"] == "3.0.3"


def test_what_is_made_in_an_edit_that_fails_keeps_what_it_was_made_with() -> None:
    with pytest.raises(LookupError), edit():
        app = NotebookAPI(title="Shop", debug=True, redirect_slashes=False)
        router = APIRouter(prefix="/x", tags=["t"])
        raise LookupError
    assert (app.title, app.debug, app.router.redirect_slashes) == ("Shop", True, False)
    assert (router.prefix, router.tags) == ("/x", ["t"])


class Tags:
    def __init__(self, app: ASGIApp, tag: str) -> None:
        self.app, self.tag = app, tag

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("tags", []).append(self.tag)
        await self.app(scope, receive, send)


def tags(request: Request) -> list[str]:
    found: list[str] = request.scope.get("tags", [])
    return found


def tagged(tag: str) -> Middleware:
    return Middleware(Tags, tag)


MIDDLEWARE: list[tuple[Callable[[Any], Any], list[str]]] = [
    (lambda found: found.append(tagged("new")), ["b", "a", "new"]),
    (lambda found: found.insert(0, tagged("new")), ["new", "b", "a"]),
    (lambda found: found.insert(1, tagged("new")), ["b", "new", "a"]),
    (lambda found: found.extend([tagged("c"), tagged("d")]), ["b", "a", "c", "d"]),
    (lambda found: found.pop(0), ["a"]),
    (lambda found: found.clear(), []),
    (lambda found: found.reverse(), ["a", "b"]),
    (lambda found: found.__setitem__(0, tagged("new")), ["new", "a"]),
    (lambda found: found.__delitem__(0), ["a"]),
    (lambda found: found.__iadd__([tagged("c")]), ["b", "a", "c"]),
]


@pytest.mark.parametrize("on", ["app", "router"])
@pytest.mark.parametrize(("change", "expected"), MIDDLEWARE, ids=range(len(MIDDLEWARE)))
def test_the_list_of_middleware_is_changed_in_place(
    change: Callable[[Any], Any], expected: list[str], on: str
) -> None:
    app, router = NotebookAPI(), APIRouter()
    router.get("/")(tags)
    app.include_router(router)
    client = TestClient(app)
    owner: Any = {"app": app, "router": router}[on]
    for tag in ("a", "b"):
        owner.add_middleware(Tags, tag)
    assert client.get("/").json() == ["b", "a"]
    with pytest.raises(LookupError), edit():
        change(owner.user_middleware)
        raise LookupError
    assert client.get("/").json() == ["b", "a"]
    change(owner.user_middleware)
    assert client.get("/").json() == expected


def test_middleware_is_inserted_again_and_again() -> None:
    app = NotebookAPI(middleware=[tagged("a")])
    app.get("/")(tags)
    client = TestClient(app)
    wanted = ["a"]
    for number, at in enumerate((0, 1, 1, 1, 0, 2, 3, 9)):
        app.user_middleware.insert(at, tagged(str(number)))
        wanted.insert(at, str(number))
        assert client.get("/").json() == wanted


def test_middleware_is_assigned() -> None:
    app = NotebookAPI()
    app.get("/")(tags)
    client = TestClient(app)
    app.user_middleware = [tagged("a"), tagged("b")]
    assert client.get("/").json() == ["a", "b"]
    app.user_middleware += [tagged("c")]
    assert client.get("/").json() == ["a", "b", "c"]
    with pytest.raises(InvalidOption):
        app.user_middleware.append(3)  # type: ignore[arg-type]  # what is tested
    assert client.get("/").json() == ["a", "b", "c"]


def answering(text: str) -> Callable[[Request, Exception], JSONResponse]:
    return lambda request, error: JSONResponse(text, 404)


HANDLERS: list[tuple[Callable[[Any], Any], str | None]] = [
    (lambda found: found.__setitem__(404, answering("new")), "new"),
    (lambda found: found.update({404: answering("new")}), "new"),
    (lambda found: found.__ior__({404: answering("new")}), "new"),
    (lambda found: found.setdefault(404, answering("new")), "old"),
    (lambda found: found.__delitem__(404), None),
    (lambda found: found.pop(404), None),
    (lambda found: found.popitem(), None),
    (lambda found: found.clear(), None),
]


@pytest.mark.parametrize(("change", "expected"), HANDLERS, ids=range(len(HANDLERS)))
def test_the_mapping_of_handlers_is_changed_in_place(
    change: Callable[[Any], Any], expected: str | None
) -> None:
    app = NotebookAPI()
    client = TestClient(app)
    app.exception_handlers[404] = answering("old")
    assert client.get("/none").json() == "old"
    with pytest.raises(LookupError), edit():
        change(app.exception_handlers)
        raise LookupError
    assert client.get("/none").json() == "old"
    change(app.exception_handlers)
    assert client.get("/none").json() == (expected or {"detail": "Not Found"})
    assert (404 in app.exception_handlers) is (expected is not None)


def test_handlers_are_assigned_and_checked() -> None:
    app = NotebookAPI()
    app.exception_handlers = {404: answering("new")}
    assert TestClient(app).get("/none").json() == "new"
    with pytest.raises(InvalidOption):
        app.exception_handlers["404"] = answering("never")
    with pytest.raises(KeyError):
        del app.exception_handlers[500]


def paths(router: APIRouter) -> dict[str, Any]:
    app = NotebookAPI(openapi_url=None)
    app.include_router(router)
    return app.openapi()["paths"]  # type: ignore[no-any-return]  # the document is Any


def test_what_a_router_hands_down_is_assigned_for_what_is_registered_later() -> None:
    seen: list[str] = []
    router = APIRouter()
    router.get("/early")(lambda: 1)
    router.prefix = "/x"
    router.tags = ["t"]
    router.tags.append("u")
    router.dependencies.append(Depends(lambda: seen.append("append")))
    router.dependencies += [Depends(lambda: seen.append("+="))]
    router.deprecated = True
    router.responses = {404: {"description": "gone"}}
    router.get("/late")(lambda: 1)
    made = paths(router)
    assert list(made) == ["/early", "/x/late"]
    assert "tags" not in made["/early"]["get"]
    late = made["/x/late"]["get"]
    assert (late["tags"], late["deprecated"]) == (["t", "u"], True)
    assert late["responses"]["404"]["description"] == "gone"
    app = NotebookAPI()
    app.include_router(router)
    client = TestClient(app)
    assert (client.get("/early").json(), seen) == (1, [])
    assert (client.get("/x/late").json(), seen) == (1, ["append", "+="])


def test_a_router_refuses_a_prefix_that_cannot_be() -> None:
    router = APIRouter()
    with pytest.raises(InvalidPath):
        router.prefix = "x/"
    assert router.prefix == ""
    with pytest.raises(LookupError), edit():
        router.prefix = "/y"
        raise LookupError
    assert router.prefix == ""


def test_the_dependencies_of_an_application_are_those_of_its_router() -> None:
    seen: list[int] = []
    app = NotebookAPI()
    app.router.dependencies.append(Depends(lambda: seen.append(1)))
    app.get("/")(lambda: 2)
    assert (TestClient(app).get("/").json(), seen) == (2, [1])


def test_a_route_shows_its_response_field() -> None:
    router = APIRouter()
    router.get("/typed")(typed)
    router.get("/untyped")(lambda: 1)
    shown, hidden = router.routes
    assert shown.response_field.annotation is int  # type: ignore[attr-defined]  # of a path operation
    assert hidden.response_field is None  # type: ignore[attr-defined]  # as above


def typed() -> int:
    return 1
