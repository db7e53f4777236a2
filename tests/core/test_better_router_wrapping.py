"""Middleware and exception handlers of routers."""

from collections.abc import Callable
from typing import Annotated, Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from notebookapi import APIRouter, Depends, HTTPException, NotebookAPI, edit
from notebookapi.exceptions import DeclarationError, RequestValidationError
from notebookapi.requests import Request
from notebookapi.responses import JSONResponse, PlainTextResponse
from notebookapi.testclient import TestClient

Log = list[str]


def logging(log: Log, name: str) -> Callable[[Request, Any], Any]:
    async def middleware(request: Request, call_next: Any) -> Any:
        log.append(f"+{name}")
        response = await call_next(request)
        log.append(f"-{name}")
        return response

    return middleware


def tree() -> tuple[NotebookAPI, APIRouter, APIRouter]:
    """Return an application, a router in it at /outer, and one in that at /outer/inner."""
    app, outer, inner = NotebookAPI(openapi_url=None), APIRouter(), APIRouter()
    app.get("/")(lambda: "app")
    outer.get("/")(lambda: "outer")
    inner.get("/")(lambda: "inner")
    outer.include_router(inner, prefix="/inner")
    app.include_router(outer, prefix="/outer")
    return app, outer, inner


REACHED = [
    ("/", ["app"]),
    ("/outer/", ["app", "two", "one"]),
    ("/outer/inner/", ["app", "two", "one", "inner"]),
    ("/outer/none", ["app"]),
    ("/outer", ["app", "app", "two", "one"]),  # the redirect, and where it leads
]


@pytest.mark.parametrize(("path", "names"), REACHED)
def test_middleware_is_for_what_matches_in_its_router(path: str, names: Log) -> None:
    log: Log = []
    app, outer, inner = tree()
    outer.middleware("http")(logging(log, "one"))
    outer.middleware("http")(logging(log, "two"))  # the last added is the outermost
    inner.middleware("http")(logging(log, "inner"))
    app.middleware("http")(logging(log, "app"))
    TestClient(app).get(path)
    assert [each[1:] for each in log if each[0] == "+"] == names
    if len(names) == len(set(names)):
        assert [each[1:] for each in log if each[0] == "-"] == names[::-1]


class Tagging:
    """ASGI middleware with options, that counts its instances."""

    made: Log = []

    def __init__(self, app: ASGIApp, tag: str) -> None:
        self.app, self.tag = app, tag
        self.made.append(tag)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("tags", []).append(self.tag)
        await self.app(scope, receive, send)


def test_instances_are_kept_where_nothing_inside_changed() -> None:
    Tagging.made = []
    app, outer, inner = tree()

    @inner.get("/tags")
    def tags(request: Request) -> list[str]:
        return request.scope["tags"]  # type: ignore[no-any-return]  # a scope holds anything

    outer.add_middleware(Tagging, tag="a")
    inner.add_middleware(Tagging, tag="inner")
    client = TestClient(app)
    assert client.get("/outer/inner/tags").json() == ["a", "inner"]
    made = [*Tagging.made]
    assert sorted(made) == ["a", "inner"]
    inner.get("/other")(lambda: 1)  # neither a route ...
    app.add_middleware(Tagging, tag="app")  # ... nor what is further out changes anything inside
    assert client.get("/outer/inner/tags").json() == ["app", "a", "inner"]
    assert Tagging.made == [*made, "app"]
    outer.add_middleware(Tagging, tag="b")
    assert client.get("/outer/inner/tags").json() == ["app", "b", "a", "inner"]
    assert Tagging.made == [*made, "app", "b"]
    with edit() as draft:
        (first, _) = outer.declared.of("middleware")
        draft.remove(outer, first.registration)
    assert client.get("/outer/inner/tags").json() == ["app", "b", "inner"]


def test_one_instance_stands_around_all_inclusions_of_a_router() -> None:
    Tagging.made = []
    app, _, inner = tree()
    app.include_router(inner, prefix="/again")
    inner.add_middleware(Tagging, tag="inner")
    client = TestClient(app)
    assert client.get("/again/").json() == client.get("/outer/inner/").json() == "inner"
    assert Tagging.made == ["inner"]


def test_middleware_of_a_router_sees_web_sockets() -> None:
    app, router = NotebookAPI(), APIRouter()
    router.add_middleware(Tagging, tag="router")

    @router.websocket("/")
    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_json(websocket.scope["tags"])
        await websocket.close()

    app.include_router(router, prefix="/ws")
    with TestClient(app).websocket_connect("/ws/") as socket:
        assert socket.receive_json() == ["router"]


def answering(word: str, status: int = 418) -> Any:
    async def handler(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse(f"{word}: {type(error).__name__}", status)

    return handler


class Late(LookupError): ...


# what the application, the outer and the inner router have handlers for; what is raised; answer
NEAREST: list[tuple[list[Any], list[Any], list[Any], Exception, object]] = [
    ([KeyError], [KeyError], [KeyError], KeyError(), "inner: KeyError"),
    ([KeyError], [KeyError], [], KeyError(), "outer: KeyError"),
    ([KeyError], [], [ValueError], KeyError(), "app: KeyError"),
    ([Late], [LookupError], [], Late(), "outer: Late"),  # nearer, though less exact
    ([], [LookupError], [Exception], Late(), "inner: Late"),
    ([404], [], [404], HTTPException(404), "inner: HTTPException"),
    ([404], [], [409], HTTPException(404), "app: HTTPException"),
    ([HTTPException], [404], [], HTTPException(404), "outer: HTTPException"),
    ([], [], [Exception], HTTPException(409, "own"), {"detail": "own"}),
    ([], [HTTPException], [Exception], HTTPException(409), "outer: HTTPException"),
    ([], [], [500], Late(), "inner: Late"),
]


@pytest.mark.parametrize(("app", "outer", "inner", "error", "expected"), NEAREST, ids=str)
def test_the_nearest_handler_answers(
    app: list[Any], outer: list[Any], inner: list[Any], error: Exception, expected: object
) -> None:
    application, outside, inside = tree()
    handled = {"app": (application, app), "outer": (outside, outer), "inner": (inside, inner)}
    for name, (owner, keys) in handled.items():
        for key in keys:
            owner.exception_handler(key)(answering(name))

    @inside.get("/raise")
    def endpoint() -> None:
        raise error

    assert TestClient(application).get("/outer/inner/raise").json() == expected


def test_validation_errors_and_what_dependencies_raise_are_handled() -> None:
    app, outer, inner = tree()
    outer.add_exception_handler(RequestValidationError, answering("outer", 400))
    inner.add_exception_handler(KeyError, answering("inner"))

    def raises(q: int) -> None:
        raise KeyError

    inner.get("/x", dependencies=[Depends(raises)])(lambda: 1)
    client = TestClient(app)
    assert client.get("/outer/inner/x?q=1").json() == "inner: KeyError"
    assert client.get("/outer/inner/x").json() == "outer: RequestValidationError"
    assert client.get("/outer/inner/none").json() == {"detail": "Not Found"}


def test_what_a_routers_middleware_raises_is_handled_further_out() -> None:
    app, outer, inner = tree()
    inner.add_exception_handler(KeyError, answering("inner"))
    outer.add_exception_handler(KeyError, answering("outer"))

    @inner.middleware("http")
    async def refuse(request: Request, call_next: Any) -> Any:
        raise KeyError

    assert TestClient(app).get("/outer/inner/").json() == "outer: KeyError"


def test_handlers_and_middleware_are_changed_while_it_serves() -> None:
    app, outer, inner = tree()

    @inner.get("/raise")
    def endpoint() -> None:
        raise KeyError

    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/outer/inner/raise").status_code == 500
    outer.add_exception_handler(KeyError, answering("outer"))
    assert client.get("/outer/inner/raise").json() == "outer: KeyError"
    inner.add_exception_handler(KeyError, answering("inner"))
    assert client.get("/outer/inner/raise").json() == "inner: KeyError"
    with edit() as draft:
        for owner in (outer, inner):
            (placed,) = owner.declared.of("exception_handler")
            draft.remove(owner, placed.registration)
    assert client.get("/outer/inner/raise").status_code == 500
    assert inner.exception_handlers == {}


def test_they_are_to_look_at_and_no_routes() -> None:
    router = APIRouter()
    router.add_middleware(Tagging, tag="x")
    router.add_exception_handler(404, handler := answering("x"))
    assert router.routes == []
    (middleware,) = router.user_middleware
    assert middleware.kwargs == {"tag": "x"}
    assert router.exception_handlers == {404: handler}
    router.routes.clear()
    assert len(router.user_middleware) == 1
    with pytest.raises(DeclarationError, match='the only kind is "http"'):
        router.middleware("websocket")


@pytest.mark.parametrize("ours", [True, False], ids=["in NotebookAPI", "in Starlette"])
def test_a_router_that_is_mounted_has_them_too(ours: bool) -> None:
    router, inner = APIRouter(), APIRouter()
    router.add_middleware(Tagging, tag="router")
    inner.add_middleware(Tagging, tag="inner")
    inner.add_exception_handler(KeyError, answering("inner"))

    @inner.get("/tags")
    def tags(request: Request) -> list[str]:
        return request.scope["tags"]  # type: ignore[no-any-return]  # a scope holds anything

    @inner.get("/raise")
    def endpoint() -> None:
        raise KeyError

    router.include_router(inner, prefix="/in")
    app: Any = NotebookAPI() if ours else Starlette(routes=[Mount("/m", router)])
    if ours:
        app.mount("/m", router)
    client = TestClient(app)
    assert client.get("/m/in/tags").json() == ["router", "inner"]
    assert client.get("/m/in/raise").json() == "inner: KeyError"


def test_the_application_own_router_has_them() -> None:
    app, _, _ = tree()
    log: Log = []
    app.router.middleware("http")(logging(log, "router"))
    app.middleware("http")(logging(log, "app"))
    client = TestClient(app)
    client.get("/")
    client.get("/none")
    assert log == ["+app", "+router", "-router", "-app", "+app", "-app"]


def test_a_middleware_may_answer_itself_or_ask_twice() -> None:
    app, router = NotebookAPI(), APIRouter()
    calls: Log = []

    @router.get("/")
    def endpoint(q: Annotated[str, Depends(lambda: "x")]) -> PlainTextResponse:
        calls.append(q)
        return PlainTextResponse(q)

    class Twice:
        def __init__(self, app: ASGIApp) -> None:
            self.app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            async def drop(message: Any) -> None: ...

            await self.app(dict(scope), receive, drop)
            await self.app(scope, receive, send)

    router.add_middleware(Tagging, tag="inside")
    router.add_middleware(Twice)
    app.include_router(router)
    assert TestClient(app).get("/").text == "x"
    assert calls == ["x", "x"]


class Again:
    """Goes on with a request a second time where the first fails."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except ConnectionError:
            await self.app(scope, receive, send)


def test_a_request_goes_on_twice_around_a_mounted_router() -> None:
    log: Log = []
    outer, inner = APIRouter(), APIRouter()
    outer.add_middleware(Again)
    inner.middleware("http")(logging(log, "inner"))

    @inner.get("/")
    def flaky() -> str:
        log.append("endpoint")
        if log.count("endpoint") == 1:
            raise ConnectionError
        return "at last"

    outer.mount("/inner", inner)
    app = NotebookAPI(openapi_url=None)
    app.include_router(outer, prefix="/outer")
    assert TestClient(app).get("/outer/inner/").json() == "at last"
    assert log == ["+inner", "endpoint", "+inner", "endpoint", "-inner"]
