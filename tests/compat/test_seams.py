"""Where plugins take hold: they read, assign and replace these things, and requests notice."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

from notebookapi import APIRouter, Depends, NotebookAPI, Request, Response
from notebookapi.dependencies.utils import get_parameterless_sub_dependant
from notebookapi.responses import PlainTextResponse
from notebookapi.routing import (
    APIRoute,
    Inclusion,
    _IncludedRouter,
    _merge_lifespan_context,
    get_request_handler,
    iter_route_contexts,
    request_response,
)
from notebookapi.testclient import TestClient


class Shop:
    """An application with the same endpoint in itself, in a router, and in a router inside."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.app = NotebookAPI()
        self.router, self.inner = APIRouter(prefix="/router"), APIRouter(prefix="/inner")
        for owner in (self.app, self.router, self.inner):
            owner.get("/items/{item_id}")(self.read)
        self.router.include_router(self.inner, dependencies=[Depends(self.guard)])
        self.app.include_router(self.router)

    def read(self, item_id: int) -> list[int]:
        return [item_id]

    def guard(self) -> None:
        self.calls.append("guard")

    def added(self, colour: str) -> None:
        self.calls.append(colour)

    def route(self, owner: NotebookAPI | APIRouter) -> APIRoute:
        [found] = [each for each in owner.routes if isinstance(each, APIRoute)]
        return found


PATHS = ["/items/1", "/router/items/1", "/router/inner/items/1"]


@pytest.mark.parametrize("path", PATHS)
def test_dependency_added_by_assigning_the_application_of_a_route(path: str) -> None:
    shop = Shop()
    client = TestClient(shop.app)
    assert client.get(path).json() == [1]
    before = list(shop.calls)
    for owner in (shop.app, shop.router, shop.inner):
        route = shop.route(owner)
        depends = Depends(shop.added)
        route.dependencies.append(depends)  # type: ignore[attr-defined]  # a list, as in FastAPI
        route.dependant.dependencies.append(
            get_parameterless_sub_dependant(depends=depends, path=route.path_format)
        )
        route.app = request_response(route.get_route_handler())
    shop.calls.clear()
    assert client.get(path).status_code == 422
    answer = client.get(path, params={"colour": "red"})
    assert (answer.status_code, answer.json()) == (200, [1])
    assert shop.calls == [*before, *before, "red"]  # guards run for the invalid request too


def test_route_served_by_something_else() -> None:
    shop = Shop()
    route = shop.route(shop.app)
    wrapped = route.app

    async def wrapper(scope: Scope, receive: Receive, send: Send) -> None:
        shop.calls.append(scope["path"])
        await wrapped(scope, receive, send)

    route.app = wrapper
    client = TestClient(shop.app)
    assert client.get("/items/1").json() == [1]
    assert client.post("/items/1").status_code == 405
    assert shop.calls == ["/items/1"]


def test_what_a_route_takes_and_returns() -> None:
    def endpoint(body: list[int], q: int, extra: str = Depends(Shop().guard)) -> dict[str, int]:
        return {}

    app = NotebookAPI()
    app.post("/", dependencies=[Depends(Shop().added)])(endpoint)
    app.post("/none", response_model=None)(endpoint)
    first, second = (each for each in app.routes if isinstance(each, APIRoute))
    assert first.response_model == dict[str, int]
    assert second.response_model is None
    assert [each.name for each in first.dependant.query_params] == ["q"]
    assert [each.name for each in first.dependant.dependencies] == [None, "extra"]
    assert first.body_field is not None and first.body_field.name == "body"


def test_a_handler_of_a_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    log: list[str] = []

    def traced(**given: Any) -> Callable[[Request], Awaitable[Response]]:
        dependant = given["dependant"]
        call = dependant.call

        def counted(item_id: int) -> Any:
            log.append("endpoint")
            return call(item_id)

        dependant.call = counted
        handler = get_request_handler(**given)

        async def handle(request: Request) -> Response:
            log.append(request.scope["route"].path)
            return await handler(request)

        return handle

    monkeypatch.setattr("notebookapi.routing.get_request_handler", traced)
    client = TestClient(Shop().app)
    assert client.get("/items/1").json() == [1]
    assert log == ["/items/{item_id}", "endpoint"]
    log.clear()
    assert client.get("/router/inner/items/2").json() == [2]
    assert log[0] == "/router/inner/items/{item_id}"


def inclusion(app: NotebookAPI) -> Inclusion:
    [found] = [each for each in app.routes if isinstance(each, _IncludedRouter)]
    return found


def scope_of(path: str, method: str = "GET") -> Scope:
    return {"type": "http", "method": method, "path": path, "headers": [], "query_string": b""}


def test_included_routes_are_found() -> None:
    shop = Shop()
    found = inclusion(shop.app)
    assert found.original_router is shop.router
    assert found.include_context.prefix == ""
    assert [getattr(each, "path", None) for each in found.effective_route_contexts()] == [
        "/router/items/{item_id}",
        "/router/inner/items/{item_id}",
    ]
    assert all(getattr(each, "path", None) is not None for each in shop.app.routes)


@pytest.mark.parametrize("path", PATHS[1:])
def test_inclusion_tells_the_endpoint_that_matched(path: str) -> None:
    shop = Shop()
    found = inclusion(shop.app)
    assert not hasattr(found, "endpoint")
    assert found.matches(scope_of(path))[0] is Match.FULL
    assert found.endpoint == shop.read
    assert found.matches(scope_of("/nowhere"))[0] is Match.NONE
    assert not hasattr(found, "endpoint")


def test_flat_view_can_be_matched() -> None:
    routes = iter_route_contexts(Shop().app.routes)
    matching = [r.path for r in routes if r.matches(scope_of("/router/inner/items/1"))[0]]
    assert matching[-1:] != []
    full = [
        r.path
        for r in iter_route_contexts(Shop().app.routes)
        if r.matches(scope_of("/router/inner/items/1"))[0] is Match.FULL
    ]
    assert full == ["/router/inner/items/{item_id}"]


def test_tool_around_one_application() -> None:
    app = NotebookAPI()
    log: list[str] = []
    build = app.build_middleware_stack

    def wrapped() -> ASGIApp:
        stack = build()
        assert isinstance(stack, ServerErrorMiddleware)
        inner = ServerErrorMiddleware(stack.app, handler=stack.handler, debug=stack.debug)

        async def noted(scope: Scope, receive: Receive, send: Send) -> None:
            log.append(scope["path"])
            await inner(scope, receive, send)

        return noted

    app.build_middleware_stack = wrapped  # type: ignore[method-assign]  # as tools do
    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/later").status_code == 404

    @app.get("/later")
    def later() -> None:
        raise RuntimeError("on purpose")

    @app.exception_handler(RuntimeError)
    def handle(request: Request, error: RuntimeError) -> Response:
        return PlainTextResponse(f"handled {error}")

    assert client.get("/later").text == "handled on purpose"
    assert log == ["/later", "/later"]


def test_tool_around_all_applications(monkeypatch: pytest.MonkeyPatch) -> None:
    app = NotebookAPI()
    log: list[str] = []
    original = Starlette.__call__

    async def traced(self: Starlette, scope: Scope, receive: Receive, send: Send) -> None:
        log.append(scope["path"])
        await original(self, scope, receive, send)

    monkeypatch.setattr(Starlette, "__call__", traced)
    assert TestClient(app).get("/openapi.json").status_code == 200
    assert log == ["/openapi.json"]


def test_lifespans_become_one() -> None:
    log: list[str] = []

    def lifespan(name: str, **state: Any) -> Any:
        @asynccontextmanager
        async def enter(app: NotebookAPI) -> AsyncIterator[dict[str, Any] | None]:
            log.append(f"+{name}")
            yield state or None
            log.append(f"-{name}")

        return enter

    outer, inner = lifespan("outer", a=1, b=1), lifespan("inner", b=2, c=2)
    app = NotebookAPI(lifespan=_merge_lifespan_context(outer, inner))

    @app.get("/")
    def state(request: Request) -> list[int]:
        return [request.state.a, request.state.b, request.state.c]

    with TestClient(app) as client:
        assert client.get("/").json() == [1, 1, 2]
    assert log == ["+outer", "+inner", "-inner", "-outer"]
