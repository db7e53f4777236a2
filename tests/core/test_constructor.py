"""The application's constructor, its attributes and methods, its stack, and what serves a host."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import pytest
from starlette.middleware import Middleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.routing import Host

from notebookapi import APIRouter, NotebookAPI, Path
from notebookapi.exceptions import FastAPIDeprecationWarning, InvalidOption
from notebookapi.requests import Request
from notebookapi.responses import PlainTextResponse
from notebookapi.routing import iter_route_contexts
from notebookapi.testclient import TestClient
from notebookapi.websockets import WebSocket

# As the reference has them; the title is our own, and sentinels stand for "not given".
DEFAULTS: dict[str, Any] = {
    "telemetry": None, "debug": False, "routes": None, "summary": None,
    "description": "", "version": "0.1.0", "openapi_url": "/openapi.json", "openapi_tags": None,
    "servers": None, "dependencies": None, "redirect_slashes": True, "docs_url": "/docs",
    "redoc_url": "/redoc", "swagger_ui_oauth2_redirect_url": "/docs/oauth2-redirect",
    "swagger_ui_init_oauth": None, "middleware": None, "exception_handlers": None,
    "on_startup": None, "on_shutdown": None, "lifespan": None, "terms_of_service": None,
    "contact": None, "license_info": None, "root_path": "", "root_path_in_servers": True,
    "responses": None, "callbacks": None, "webhooks": None, "deprecated": None,
    "include_in_schema": True, "swagger_ui_parameters": None,
    "separate_input_output_schemas": True, "openapi_external_docs": None,
    "strict_content_type": True, "max_body_size": None, "form_limits": None,
    "title": "NotebookAPI",
}  # fmt: skip


def test_every_keyword_is_there_with_its_default() -> None:
    parameters = inspect.signature(NotebookAPI).parameters
    assert {name: parameters[name].default for name in DEFAULTS} == DEFAULTS
    assert {"default_response_class", "generate_unique_id_function"} <= set(parameters)
    assert {each.kind for each in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}


MISTAKES: list[tuple[Callable[[], Any], str]] = [
    (lambda: NotebookAPI(titel="x"), "`NotebookAPI` has no option `titel`; did you mean `title`"),  # type: ignore[call-arg]  # what is tested
    (lambda: NotebookAPI(doc_url="/d"), "did you mean `docs_url`"),  # type: ignore[call-arg]  # what is tested
    (lambda: NotebookAPI(zzz=1), r"`help\(NotebookAPI\)` lists the options"),  # type: ignore[call-arg]  # what is tested
    (lambda: NotebookAPI(openapi_prefix="/p"), "has no option `openapi_prefix`"),  # type: ignore[call-arg]  # what is tested
    (lambda: APIRouter(perfix="/p"), "`APIRouter` has no option `perfix`; did you mean `prefix`"),  # type: ignore[call-arg]  # what is tested
    (lambda: NotebookAPI().include_router(APIRouter(), tag=["t"]), "did you mean `tags`"),  # type: ignore[call-arg]  # what is tested
    (lambda: APIRouter().include_router(APIRouter(), prefx="/"), "did you mean `prefix`"),  # type: ignore[call-arg]  # what is tested
]  # fmt: skip


@pytest.mark.parametrize(("make", "message"), MISTAKES)
def test_an_unknown_keyword_names_the_nearest(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(TypeError, match=message) as caught:
        make()
    assert isinstance(caught.value, InvalidOption)


def test_the_warning_for_a_root_path_points_at_the_program() -> None:
    with pytest.warns(FastAPIDeprecationWarning) as caught:
        NotebookAPI(root_path="/p")
    assert caught[0].filename == __file__
    assert issubclass(FastAPIDeprecationWarning, UserWarning)


ATTRIBUTES = (
    "state router routes webhooks dependency_overrides exception_handlers user_middleware"
    " middleware_stack openapi_schema openapi_version openapi_tags servers"
).split()
METHODS = (
    "get put post delete options head patch trace websocket api_route add_api_route"
    " add_api_websocket_route include_router frontend mount host add_route websocket_route"
    " middleware add_middleware exception_handler add_exception_handler on_event openapi setup"
    " build_middleware_stack url_path_for"
).split()


def test_every_attribute_and_method_is_there() -> None:
    app = NotebookAPI()
    assert [name for name in ATTRIBUTES if not hasattr(app, name)] == []
    assert [name for name in METHODS if not callable(getattr(app, name, None))] == []


def test_defaults_are_not_shared_between_applications() -> None:
    first, second = NotebookAPI(), NotebookAPI()
    first.servers.append({"url": "/a"})
    first.dependency_overrides[print] = print
    first.state.a = 1
    assert (second.servers, dict(second.dependency_overrides)) == ([], {})
    assert not hasattr(second.state, "a")


class Passes:
    def __init__(self, app: Any, name: str) -> None:
        self.app, self.name = app, name

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


def test_the_outermost_of_the_stack_is_what_instrumentors_look_for() -> None:
    app = NotebookAPI(middleware=[Middleware(Passes, "inner")])
    app.add_middleware(Passes, "outer")
    for stack in (app.build_middleware_stack(), app.middleware_stack):
        assert isinstance(stack, ServerErrorMiddleware)
        assert callable(stack.app)
    links = [type(link).__name__ for _, link in app.published.stack.links]
    assert links[::-1] == [
        "ServerErrorMiddleware", "Passes", "Passes", "ExceptionMiddleware",
    ]  # fmt: skip
    names = [link.name for _, link in app.published.stack.links if isinstance(link, Passes)]
    assert names == ["inner", "outer"]


def test_an_instrumentor_may_wrap_the_stack_and_later_changes_are_served() -> None:
    app = NotebookAPI()
    app.get("/")(lambda: "first")
    seen: list[str] = []
    build = app.build_middleware_stack

    def wrapped() -> Any:
        stack = build()
        inner = stack.app  # type: ignore[attr-defined]  # as an instrumentor reads it

        async def around(scope: Any, receive: Any, send: Any) -> None:
            seen.append(scope["path"])
            await inner(scope, receive, send)

        return ServerErrorMiddleware(around)

    app.build_middleware_stack = wrapped  # type: ignore[method-assign]  # as an instrumentor does
    client = TestClient(app)
    assert client.get("/").json() == "first"
    app.get("/later")(lambda: "later")
    app.add_middleware(Passes, "later")
    assert client.get("/later").json() == "later"
    assert seen == ["/", "/later"]


def test_a_stack_that_is_assigned_answers() -> None:
    app = NotebookAPI()
    app.middleware_stack = PlainTextResponse("assigned")
    assert TestClient(app).get("/").text == "assigned"


async def whose(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"plain {request.path_params.get('shop', '')}")


def test_a_host_is_served_by_another_application() -> None:
    app, shop = NotebookAPI(), NotebookAPI(title="shop")
    app.get("/first")(lambda: "first")

    @shop.get("/{a}")
    def endpoint(shop: Annotated[str, Path()], a: str) -> str:
        return f"{shop} {a}"

    app.host("{shop}.example.org", shop, name="shop")
    app.get("/last")(lambda: "last")
    client = TestClient(app)

    def at(host: str, path: str) -> Any:
        return client.get(path, headers={"host": host}).json()

    assert at("books.example.org", "/x") == "books x"
    assert at("books.example.org:81", "/last") == "books last"
    # What is declared before it comes before it.
    assert at("books.example.org", "/first") == "first"
    assert at("example.org", "/last") == "last"
    assert at("example.org", "/x") == {"detail": "Not Found"}
    assert at("books.example.org", "/openapi.json")["info"]["title"] == "NotebookAPI"
    assert str(app.url_path_for("shop:endpoint", shop="a", a="b")) == "/b"


def test_a_host_may_change_and_takes_part_in_one_publication() -> None:
    app, inner, router = NotebookAPI(), NotebookAPI(), APIRouter()
    router.host("in.example.org", inner)
    app.include_router(router)
    client = TestClient(app, base_url="http://in.example.org")
    assert client.get("/new").status_code == 404
    inner.get("/new")(lambda: "new")
    assert client.get("/new").json() == "new"
    assert inner in app.published.mounted


def test_a_host_given_as_a_route_serves_websockets_too() -> None:
    inner = NotebookAPI()

    @inner.websocket("/ws")
    async def endpoint(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("inside")
        await websocket.close()

    app = NotebookAPI(routes=[Host("in.example.org", inner)])
    client = TestClient(app)
    with client.websocket_connect("ws://in.example.org/ws") as session:
        assert session.receive_text() == "inside"


def test_every_route_has_a_path() -> None:
    app, router = NotebookAPI(), APIRouter()
    router.get("/r")(lambda: None)
    app.include_router(router, prefix="/p")
    app.mount("/m", NotebookAPI())
    app.host("h.example.org", NotebookAPI())
    app.add_route("/plain", whose)
    paths = [getattr(route, "path", None) for route in app.routes[-4:]]
    assert paths == ["/p", "/m", "", "/plain"]
    flat = [each.path for each in iter_route_contexts(app.routes)][-4:]
    assert flat == ["/p/r", "/m", "", "/plain"]
