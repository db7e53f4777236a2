"""Which operation answers: order, methods, slashes, inclusion, mounts, names."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import pytest
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import NoMatchFound
from starlette.types import ASGIApp, Receive, Scope, Send

from notebookapi import APIRouter, Header, NotebookAPI, Path
from notebookapi.requests import Request
from notebookapi.responses import JSONResponse, PlainTextResponse, Response
from notebookapi.routing import APIRoute, Mount, Route, iter_route_contexts
from notebookapi.testclient import TestClient


def answer(value: object) -> Callable[[], Any]:
    def endpoint() -> Any:
        return value

    return endpoint


def client_of(*routes: tuple[str, str]) -> TestClient:
    """Return a client of an application whose routes answer with their own template."""
    app = NotebookAPI(openapi_url=None)
    for method, path in routes:
        app.api_route(path, methods=[method])(answer(f"{method} {path}"))
    return TestClient(app, follow_redirects=False)


ORDER = [
    ([("GET", "/me"), ("GET", "/{name}")], "/me", "GET /me"),
    ([("GET", "/{name}"), ("GET", "/me")], "/me", "GET /{name}"),
    ([("GET", "/{a}/x"), ("GET", "/y/{b}")], "/y/x", "GET /{a}/x"),
    ([("GET", "/y/{b}"), ("GET", "/{a}/x")], "/y/x", "GET /y/{b}"),
    ([("POST", "/{a}"), ("GET", "/me")], "/me", "GET /me"),
    ([("GET", "/{a:int}"), ("GET", "/{b}")], "/3", "GET /{a:int}"),
    ([("GET", "/{a:int}"), ("GET", "/{b}")], "/x", "GET /{b}"),
    ([("GET", "/{rest:path}"), ("GET", "/me")], "/me", "GET /{rest:path}"),
    ([("GET", "/files/{rest:path}")], "/files/a/b/", "GET /files/{rest:path}"),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore::notebookapi.exceptions.RouteConflictWarning")
@pytest.mark.parametrize(("routes", "path", "expected"), ORDER, ids=str)
def test_the_first_declared_wins(routes: list[tuple[str, str]], path: str, expected: str) -> None:
    assert client_of(*routes).get(path).json() == expected


OTHERWISE: list[tuple[str, str, int, dict[str, str]]] = [
    ("DELETE", "/both", 405, {"allow": "GET, POST"}),
    ("HEAD", "/both", 405, {"allow": "GET, POST"}),
    ("OPTIONS", "/both", 405, {"allow": "GET, POST"}),
    ("PUT", "/7", 405, {"allow": "PATCH"}),
    ("GET", "/none", 404, {}),
    ("GET", "/", 404, {}),
    ("GET", "/both/", 307, {"location": "http://testserver/both"}),
    ("DELETE", "/both/?a=1", 307, {"location": "http://testserver/both?a=1"}),
    ("GET", "/slash", 307, {"location": "http://testserver/slash/"}),
    ("GET", "/slash/", 200, {}),
]


@pytest.mark.parametrize(("method", "path", "status", "headers"), OTHERWISE, ids=str)
def test_what_nothing_answers(method: str, path: str, status: int, headers: dict[str, str]) -> None:
    client = client_of(
        ("GET", "/both"), ("POST", "/both"), ("GET", "/slash/"), ("PATCH", "/{a:int}")
    )
    response = client.request(method, path)
    assert response.status_code == status
    assert {name: response.headers[name] for name in headers} == headers
    if status in (404, 405) and method != "HEAD":
        phrase = {404: "Not Found", 405: "Method Not Allowed"}[status]
        assert response.json() == {"detail": phrase}


async def _tells_of_it(request: Request, error: Exception) -> Response:
    return PlainTextResponse("own", 418)


@pytest.mark.parametrize("path", ["/none", "/none/", "/items/1/none", "/", "/items//"], ids=str)
def test_nowhere_is_told_alike_by_whoever_tells_it(path: str) -> None:
    def answered(**options: Any) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        app = NotebookAPI(**options)
        app.get("/items/{id}")(answer(1))
        response = TestClient(app).get(path)
        return response.status_code, response.headers.raw, response.content

    class Through:
        def __init__(self, app: ASGIApp) -> None:
            self.app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await self.app(scope, receive, send)

    usual = answered()
    assert usual == answered(middleware=[Middleware(Through)])
    assert (usual[0], usual[2]) == (404, b'{"detail":"Not Found"}')
    for key in (404, HTTPException):
        assert answered(exception_handlers={key: _tells_of_it})[2] == b"own"
    assert answered(problem_details=True)[1] != usual[1]


def test_slashes_are_not_redirected_where_that_is_switched_off() -> None:
    app = NotebookAPI(redirect_slashes=False)
    app.get("/a")(answer(1))
    assert TestClient(app).get("/a/").status_code == 404


def test_one_path_many_methods_and_one_decorator_above_another() -> None:
    app = NotebookAPI()

    @app.head("/")
    @app.get("/")
    @app.api_route("/", methods=["query", "POST"])
    def endpoint(request: Request) -> str:
        return request.method

    client = TestClient(app)
    for method in ("GET", "QUERY", "POST"):
        assert client.request(method, "/").json() == method
    assert client.head("/").status_code == 200
    assert endpoint.__name__ == "endpoint"


def test_inclusion_is_live_nested_and_may_be_repeated() -> None:
    app = NotebookAPI(openapi_url=None)
    outer, inner = APIRouter(prefix="/outer"), APIRouter(prefix="/inner")
    app.include_router(outer, prefix="/one")
    app.include_router(outer, prefix="/two")
    outer.include_router(inner, prefix="/in")
    client = TestClient(app)
    assert client.get("/one/outer/in/inner/x").status_code == 404
    inner.get("/x")(answer("x"))
    outer.get("")(answer("empty path"))
    for prefix in ("/one", "/two"):
        assert client.get(f"{prefix}/outer/in/inner/x").json() == "x"
        assert client.get(f"{prefix}/outer").json() == "empty path"
    assert client.get("/outer").status_code == 404


def test_a_prefix_may_hold_parameters() -> None:
    app, router = NotebookAPI(), APIRouter(prefix="/{tenant}")

    @router.get("/{item}")
    def endpoint(tenant: int, item: str, region: Annotated[str, Path()]) -> list[Any]:
        return [region, tenant, item]

    app.include_router(router, prefix="/{region}")
    client = TestClient(app)
    assert client.get("/eu/3/x").json() == ["eu", 3, "x"]
    assert client.get("/eu/y/x").json()["detail"][0]["loc"] == ["path", "tenant"]


def test_options_are_joined_and_the_nearest_response_class_wins() -> None:
    class Outer(JSONResponse): ...

    class Inner(JSONResponse): ...

    app = NotebookAPI(default_response_class=Outer, responses={500: {"description": "app"}})
    outer = APIRouter(tags=["outer"], responses={404: {"description": "outer"}})
    inner = APIRouter(
        tags=["inner"], default_response_class=Inner, responses={404: {"description": "inner"}}
    )
    inner.get("/a", tags=["own"], responses={418: {"description": "own"}})(answer(1))
    outer.get("/b", response_class=PlainTextResponse)(answer("b"))
    outer.get("/c", deprecated=True)(answer(1))
    outer.include_router(inner, tags=["including inner"])
    app.include_router(outer, tags=["including outer"], deprecated=None)
    app.include_router(outer, prefix="/hidden", include_in_schema=False)
    served = {context.path: context for context in iter_route_contexts(app.routes)}
    a, b, c = (_api_route(entry) for entry in app.published.table if "hid" not in entry.route.path
               and isinstance(entry.route, APIRoute))  # fmt: skip
    paths = app.openapi()["paths"]
    assert paths["/b"]["get"]["tags"] == ["including outer", "outer"]
    assert c.tags == ["including outer", "outer", "including inner", "inner", "own"]
    described = {code: each["description"] for code, each in c.responses.items()}
    assert described == {500: "app", 404: "inner", 418: "own"}
    assert (c.responder.response_class, a.responder.response_class) == (Inner, PlainTextResponse)
    assert b.responder.response_class is Outer
    assert paths["/c"]["get"]["deprecated"] is True
    assert "deprecated" not in paths["/a"]["get"]
    assert "/hidden/a" in served
    assert "/hidden/a" not in paths
    assert TestClient(app).get("/hidden/a").json() == 1


def _api_route(entry: Any) -> Any:
    return entry.route


@pytest.mark.parametrize(
    ("application", "router", "status"),
    [(True, None, 422), (True, False, 200), (False, None, 200), (False, True, 422)],
)
def test_the_nearest_strictness_wins(application: bool, router: bool | None, status: int) -> None:
    app = NotebookAPI(strict_content_type=application)
    inside = APIRouter() if router is None else APIRouter(strict_content_type=router)

    @inside.post("/")
    def endpoint(body: dict[str, int]) -> None: ...

    app.include_router(inside)
    assert TestClient(app).post("/", content=b"{}").status_code == status


def test_a_mounted_application_has_its_own_documents_handlers_and_root() -> None:
    app, sub = NotebookAPI(), NotebookAPI(title="sub")

    @sub.get("/where/{item}", name="where")
    def where(request: Request, item: int, tenant: Annotated[str, Path()]) -> list[Any]:
        return [tenant, item, request.scope["root_path"], request.url.path]

    app.mount("/sub/{tenant}", sub, name="sub")
    client = TestClient(app, follow_redirects=False)
    assert client.get("/sub/a/where/3").json() == ["a", 3, "/sub/a", "/sub/a/where/3"]
    assert client.get("/sub/a/where/x").status_code == 422
    assert client.get("/sub/a/none").json() == {"detail": "Not Found"}
    assert client.get("/sub/a").headers["location"] == "http://testserver/sub/a/"
    document = client.get("/sub/a/openapi.json").json()
    assert (document["info"]["title"], document["servers"]) == ("sub", [{"url": "/sub/a"}])
    assert 'src="/sub/a/docs/assets/swagger-ui-bundle.js"' in client.get("/sub/a/docs").text
    assert "/sub/{tenant}" not in client.get("/openapi.json").json()["paths"]


def test_a_plain_application_and_plain_routes_are_served_too() -> None:
    async def plain(request: Request) -> Response:
        return PlainTextResponse(f"{request.path_params}")

    app, router = NotebookAPI(), APIRouter(prefix="/r")
    app.add_route("/plain/{a:int}", plain, methods=["GET"])
    router.routes.append(Route("/plain", plain))
    router.mount("/mounted", PlainTextResponse("mounted"))
    app.include_router(router, prefix="/p")
    client = TestClient(app)
    assert client.get("/plain/3").text == "{'a': 3}"
    assert client.head("/plain/3").status_code == 200
    assert client.get("/p/plain").text == "{}"
    assert client.get("/p/r/mounted/x").text == "mounted"


def test_a_router_serves_by_itself_where_it_is_mounted() -> None:
    router, inner = APIRouter(), APIRouter()
    inner.get("/{x}")(answer("inner"))
    inner.post("/here")(answer("posted"))
    router.include_router(inner, prefix="/in")
    app = NotebookAPI()
    app.mount("/router", router)
    client = TestClient(app)
    assert client.get("/router/in/a").json() == "inner"
    assert client.post("/router/in/here").json() == "posted"
    assert client.put("/router/in/here").status_code == 405
    assert client.get("/router/none").status_code == 404


NAMES: list[tuple[str, dict[str, Any], str]] = [
    ("read", {"item": 3}, "/items/3"),
    ("static", {"path": "/a.css"}, "/static/a.css"),
    ("sub:inside", {"tenant": "t"}, "/sub/t/inside"),
    ("included", {"region": "eu"}, "/eu/r/included"),
    ("named", {}, "/named"),
]


@pytest.mark.parametrize(("name", "parameters", "path"), NAMES, ids=str)
def test_paths_by_name(name: str, parameters: dict[str, Any], path: str) -> None:
    app, sub, router, inner = NotebookAPI(), NotebookAPI(), APIRouter(prefix="/r"), APIRouter()

    @app.get("/url/{name}")
    def url(request: Request, name: str) -> str:
        return request.url_for(name, **parameters).path

    @app.get("/items/{item:int}")
    def read(item: int) -> None: ...

    @sub.get("/inside")
    def inside() -> None: ...

    @inner.get("/included")
    def included(region: str) -> None: ...

    @sub.get("/url/{name}")
    def url_from_inside(request: Request, name: str) -> str:
        return request.url_for(name, **parameters).path

    app.mount("/static", PlainTextResponse("css"), name="static")
    app.mount("/sub/{tenant}", sub, name="sub")
    router.include_router(inner)
    app.include_router(router, prefix="/{region}")
    app.get("/named", name="named")(answer(1))
    assert app.url_path_for(name, **parameters) == path
    client = TestClient(app)
    assert client.get(f"/url/{name}").json() == path
    # Starlette's rule: names are those of the outermost application.
    assert client.get(f"/sub/t/url/{name}").json() == path
    with pytest.raises(NoMatchFound):
        app.url_path_for(name, other=1, **parameters)


def test_a_route_class_may_wrap_the_handler() -> None:
    seen: list[str] = []

    class Custom(Request):
        async def body(self) -> bytes:
            return (await super().body()).upper()

    class Wrapping(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:
            handler = super().get_route_handler()

            async def wrapped(request: Request) -> Response:
                response = await handler(Custom(request.scope, request.receive))
                response.headers["x-wrapped"] = self.path
                return response

            return wrapped

    def dependency() -> Any:
        yield 1
        seen.append("left")

    from notebookapi import Body, Depends

    app, router = NotebookAPI(), APIRouter(route_class=Wrapping)

    @router.post("/", dependencies=[Depends(dependency)])
    def endpoint(data: Annotated[dict[str, int], Body()]) -> dict[str, int]:
        return data

    app.include_router(router, prefix="/p")
    response = TestClient(app).post("/p/", json={"a": 1})
    assert (response.json(), response.headers["x-wrapped"]) == ({"A": 1}, "/p/")
    assert seen == ["left"]


def test_the_list_of_routes_may_be_changed_in_place() -> None:
    app = NotebookAPI(openapi_url=None)
    one, two, three = (APIRoute(f"/{n}", answer(n), methods=["GET"]) for n in (1, 2, 3))
    _ = app.published

    def served() -> list[str]:
        return [entry.route.path for entry in app.published.table]

    app.router.routes.append(one)
    app.router.routes.extend([two, three])
    assert served() == ["/1", "/2", "/3"]
    app.router.routes.insert(0, app.router.routes.pop())
    assert served() == ["/3", "/1", "/2"]
    app.router.routes.remove(one)
    assert served() == ["/3", "/2"]
    app.router.routes[0] = one
    assert served() == ["/1", "/2"]
    del app.router.routes[0]
    app.router.routes += [three]
    app.router.routes.reverse()
    assert served() == ["/3", "/2"]
    app.router.routes = [route for route in app.router.routes if route is not two]
    assert served() == ["/3"]
    app.router.routes.clear()
    assert served() == []


def test_routes_given_to_constructors() -> None:
    router = APIRouter(routes=[APIRoute("/r", answer("r"), status_code=201)])
    app = NotebookAPI(routes=[Mount("/m", router), APIRoute("/a", answer("a"), tags=["t"])])
    client = TestClient(app)
    assert (client.get("/m/r").status_code, client.get("/a").json()) == (201, "a")
    assert app.openapi()["paths"]["/a"]["get"]["tags"] == ["t"]


def test_the_flat_view_shows_how_included_routes_are_served() -> None:
    app, router = NotebookAPI(openapi_url=None), APIRouter(prefix="/r")
    router.get("/{a:int}", name="one")(answer(1))
    app.include_router(router, prefix="/p")
    app.mount("/m", PlainTextResponse(""), name="m")
    (one, mount) = iter_route_contexts(app.routes)
    assert (one.path, one.path_format, one.name, one.methods) == (
        "/p/r/{a:int}", "/p/r/{a}", "one", {"GET"},
    )  # fmt: skip
    assert one.original_route is router.routes[0]
    assert (mount.path, mount.name, mount.methods) == ("/m", "m", None)


def test_header_parameters_of_included_operations_are_read() -> None:
    router = APIRouter()

    @router.get("/")
    def endpoint(x_token: Annotated[str, Header()]) -> str:
        return x_token

    app = NotebookAPI()
    app.include_router(router)
    assert TestClient(app).get("/", headers={"x-token": "t"}).json() == "t"
