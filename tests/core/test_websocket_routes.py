"""WebSocket endpoints: where they are declared, which version serves them, mistakes."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pydantic import BaseModel
from starlette.requests import Request
from starlette.routing import WebSocketRoute

from notebookapi import (
    APIRouter,
    NotebookAPI,
    WebSocket,
    edit,
)
from notebookapi.exceptions import (
    InvalidParameter,
    InvalidPath,
    InvalidResponse,
)
from notebookapi.routing import APIWebSocketRoute, iter_route_contexts
from tests.core.serving import label
from tests.core.sockets import connect, tell, told

# --- where they are declared


async def here(websocket: WebSocket) -> None:
    await tell(websocket, websocket.url.path)


def by_method(owner: NotebookAPI | APIRouter) -> None:
    owner.add_api_websocket_route("/ws", here, name="named")


def by_decorator(owner: NotebookAPI | APIRouter) -> None:
    assert owner.websocket("/ws", name="named")(here) is here


def by_plain_decorator(owner: NotebookAPI | APIRouter) -> None:
    assert owner.websocket_route("/ws", name="named")(here) is here


def by_plain_method(owner: NotebookAPI | APIRouter) -> None:
    owner.add_websocket_route("/ws", here, name="named")


def by_list(owner: NotebookAPI | APIRouter) -> None:
    owner.routes.append(WebSocketRoute("/ws", here, name="named"))


@pytest.mark.parametrize(
    "declare", [by_method, by_decorator, by_plain_decorator, by_plain_method, by_list], ids=label
)
def test_declaring(declare: Callable[[Any], None]) -> None:
    app = NotebookAPI()
    declare(app)
    router = APIRouter()
    app.include_router(router, prefix="/late")
    declare(router)  # live: after the inclusion
    inner = NotebookAPI()
    declare(inner)
    app.mount("/mounted", inner)
    for path in ("/ws", "/late/ws", "/mounted/ws"):
        assert told(connect(app, path)) == path
    assert app.url_path_for("named") == "/ws"


def test_tools_see_the_routes() -> None:
    app, router = NotebookAPI(openapi_url=None), APIRouter(prefix="/r")
    router.websocket("/ws/{id:int}")(here)
    app.include_router(router, prefix="/p")
    [context] = iter_route_contexts(app.routes)
    assert (context.path, context.path_format, context.name) == (
        "/p/r/ws/{id:int}", "/p/r/ws/{id}", "here",
    )  # fmt: skip
    assert context.endpoint is here
    assert context.original_route is router.routes[0]
    assert isinstance(router.routes[0], APIWebSocketRoute)


def test_the_document_does_not_show_them() -> None:
    app = NotebookAPI()
    app.websocket("/ws")(here)
    assert app.openapi()["paths"] == {}


# --- versions


def test_an_open_connection_keeps_its_version() -> None:
    app = NotebookAPI()

    def version(number: int) -> Callable[..., Any]:
        async def endpoint(websocket: WebSocket) -> None:
            await websocket.accept()
            async for _ in websocket.iter_text():
                await websocket.send_json([number, websocket.url_for("other").path])

        return endpoint

    app.websocket("/ws")(version(1))
    app.get("/a", name="other")(lambda: None)
    [first, other] = [each.registration for each in app.router.declared.placed[-2:]]
    with connect(app, "/ws") as old:
        with edit() as draft:
            draft.remove(app.router, first)
            draft.remove(app.router, other)
            app.websocket("/ws")(version(2))
            app.get("/b", name="other")(lambda: None)
        with connect(app, "/ws") as new:
            for websocket, expected in ((old, [1, "/a"]), (new, [2, "/b"])):
                websocket.send_text("")
                assert websocket.receive_json() == expected


# --- mistakes


class Item(BaseModel):
    name: str


async def takes_a_body(websocket: WebSocket, item: Item) -> None: ...


async def takes_a_request(websocket: WebSocket, request: Request) -> None: ...


async def yields(websocket: WebSocket) -> AsyncIterator[int]:
    yield 1


@pytest.mark.parametrize(
    ("path", "endpoint", "error", "message"),
    [
        ("/", takes_a_body, InvalidParameter, "`item` is read from the body"),
        ("/", takes_a_request, InvalidParameter, "take the WebSocket or an HTTPConnection"),
        ("/", yields, InvalidResponse, "websocket.send_text"),
        ("ws", here, InvalidPath, "must start with a slash"),
        ("", here, InvalidPath, "prefix and path are both empty"),
        ("/{id:none}", here, InvalidPath, "none"),
    ],
    ids=label,
)
def test_mistake(
    path: str, endpoint: Callable[..., Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        NotebookAPI().websocket(path)(endpoint)
