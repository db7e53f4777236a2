"""What runs at start-up and shutdown, and what requests get of it."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from notebookapi import APIRouter, NotebookAPI, Request, WebSocket
from notebookapi.exceptions import InvalidOption
from notebookapi.routing import _merge_lifespan_context
from notebookapi.testclient import AsyncTestClient, TestClient


class Diary:
    """Lifespans and handlers that write down when they run."""

    def __init__(self) -> None:
        self.entries: list[str] = []

    def lifespan(self, name: str, state: dict[str, Any] | None = None) -> Any:
        @asynccontextmanager
        async def lifespan(app: Any) -> AsyncIterator[dict[str, Any] | None]:
            self.entries.append(f"{name} up")
            yield state
            self.entries.append(f"{name} down")

        return lifespan

    def handler(self, name: str, *, is_async: bool = False) -> Any:
        def handle() -> None:
            self.entries.append(name)

        async def handle_async() -> None:
            handle()

        return handle_async if is_async else handle


@pytest.fixture
def diary() -> Diary:
    return Diary()


def around(app: NotebookAPI) -> dict[str, Any]:
    """Start an application up and shut it down; return its state."""
    with TestClient(app) as client:
        return dict(client.app_state)


def test_routers_start_inside_the_application(diary: Diary) -> None:
    innermost = APIRouter(lifespan=diary.lifespan("innermost"))
    inner = APIRouter(lifespan=diary.lifespan("inner"))
    other = APIRouter(lifespan=diary.lifespan("other"))
    inner.include_router(innermost)
    app = NotebookAPI(lifespan=diary.lifespan("application"))
    app.include_router(inner, prefix="/a")
    app.include_router(inner, prefix="/twice")
    app.include_router(other)
    around(app)
    names = [entry.removesuffix(" up") for entry in diary.entries[:4]]
    assert names[0] == "application"
    assert names.index("inner") < names.index("innermost")
    assert set(names) == {"application", "inner", "innermost", "other"}
    assert diary.entries == [
        *(f"{name} up" for name in names),
        *(f"{name} down" for name in reversed(names)),
    ]


def test_a_mounted_application_starts_with_its_own_server_only(diary: Diary) -> None:
    app = NotebookAPI()
    app.mount("/inner", NotebookAPI(lifespan=diary.lifespan("inner")))
    around(app)
    assert diary.entries == []


def test_states_are_merged_and_the_outer_wins(diary: Diary) -> None:
    innermost = APIRouter(lifespan=diary.lifespan("", {"a": 3, "b": 3, "c": 3}))
    inner = APIRouter(lifespan=diary.lifespan("", {"a": 2, "b": 2}))
    inner.include_router(innermost)
    app = NotebookAPI(lifespan=diary.lifespan("", {"a": 1}))
    app.include_router(inner)

    @app.get("/")
    def read(request: Request) -> list[int]:
        return [request.state.a, request.state["b"], request.state.c]

    @app.websocket("/ws")
    async def ws(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_json([websocket.state.a, websocket.state["b"], websocket.state.c])
        await websocket.close()

    with TestClient(app) as client:
        assert client.get("/").json() == [1, 2, 3]
        with client.websocket_connect("/ws") as websocket:
            assert websocket.receive_json() == [1, 2, 3]


@pytest.mark.anyio
async def test_no_state_asks_nothing_of_the_server() -> None:
    sent: list[str] = []
    inbox: list[Message] = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]

    async def receive() -> Message:
        return inbox.pop(0)

    async def send(message: Message) -> None:
        sent.append(message["type"])

    await NotebookAPI()({"type": "lifespan"}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_handlers_are_called_in_order(diary: Diary) -> None:
    router = APIRouter(on_startup=[diary.handler("router up")])
    app = NotebookAPI(
        on_startup=[diary.handler("first up")],
        on_shutdown=[diary.handler("first down", is_async=True)],
    )
    app.include_router(router)
    with pytest.warns(DeprecationWarning, match="`lifespan` instead") as warned:
        app.on_event("startup")(diary.handler("second up", is_async=True))
        router.on_event("shutdown")(diary.handler("router down"))
    assert [warning.filename for warning in warned] == [__file__, __file__]
    app.add_event_handler("shutdown", diary.handler("second down"))
    around(app)
    assert diary.entries == [
        "first up", "second up", "router up", "router down", "first down", "second down",
    ]  # fmt: skip
    assert len(app.router.on_startup) == len(app.on_startup) == 2


def test_handlers_are_not_called_beside_a_lifespan(diary: Diary) -> None:
    app = NotebookAPI(lifespan=diary.lifespan("own"), on_startup=[diary.handler("handler")])
    app.add_event_handler("shutdown", diary.handler("handler"))
    around(app)
    assert diary.entries == ["own up", "own down"]


def test_another_event() -> None:
    with pytest.raises(InvalidOption, match="There is no event 'start'"):
        NotebookAPI().add_event_handler("start", lambda: None)


def test_a_tool_puts_a_lifespan_around_the_applications(diary: Diary) -> None:
    app = NotebookAPI(on_startup=[diary.handler("handler")])
    app.include_router(APIRouter(lifespan=diary.lifespan("router")))
    inside = app.router.lifespan_context

    @asynccontextmanager
    async def outside(app: Any) -> AsyncIterator[Any]:
        diary.entries.append("tool up")
        async with inside(app) as state:
            yield state
        diary.entries.append("tool down")

    app.router.lifespan_context = outside
    around(app)
    assert diary.entries == ["tool up", "handler", "router up", "router down", "tool down"]


def test_a_tool_merges_lifespans(diary: Diary) -> None:
    app = NotebookAPI(lifespan=diary.lifespan("own", {"a": 1, "b": 1}))
    merged = _merge_lifespan_context(
        app.router.lifespan_context, diary.lifespan("tool", {"b": 2, "c": 2})
    )
    app.router.lifespan_context = merged
    assert around(app) == {"a": 1, "b": 1, "c": 2}
    assert diary.entries == ["own up", "tool up", "tool down", "own down"]


def test_a_lifespan_gets_the_application() -> None:
    seen: list[Any] = []

    class Lifespan(AbstractAsyncContextManager[None]):
        def __init__(self, app: Any) -> None:
            seen.append(app)

        async def __aenter__(self) -> None: ...

        async def __aexit__(self, *error: object) -> None: ...

    app = NotebookAPI(lifespan=Lifespan)
    app.include_router(APIRouter(lifespan=Lifespan))
    around(app)
    assert seen == [app, app]


@pytest.mark.parametrize("where", ["start-up", "shutdown"])
def test_failing(where: str, diary: Diary) -> None:
    @asynccontextmanager
    async def failing(app: Any) -> AsyncIterator[None]:
        if where == "start-up":
            raise OSError(where)
        yield
        raise OSError(where)

    app = NotebookAPI(lifespan=diary.lifespan("outer"))
    app.include_router(APIRouter(lifespan=failing))
    with pytest.raises(OSError, match=where), TestClient(app):
        diary.entries.append("serving")
    served = [] if where == "start-up" else ["serving"]
    assert diary.entries == ["outer up", *served]


# --- AsyncTestClient


@pytest.mark.anyio
async def test_async_client_runs_the_lifespan(diary: Diary) -> None:
    app = NotebookAPI(lifespan=diary.lifespan("own", {"a": 1}))

    @app.get("/")
    async def read(request: Request) -> list[Any]:
        diary.entries.append("request")
        return [request.state.a, str(request.url), request.client and request.client.host]

    async with AsyncTestClient(app) as client:
        assert client.app_state == {"a": 1}
        answer = await client.get("/")
        assert answer.json() == [1, "http://testserver/", "testclient"]
    assert diary.entries == ["own up", "request", "own down"]


@pytest.mark.anyio
@pytest.mark.parametrize("where", ["start-up", "shutdown"])
async def test_async_client_raises_what_the_lifespan_raises(where: str) -> None:
    @asynccontextmanager
    async def failing(app: Any) -> AsyncIterator[None]:
        if where == "start-up":
            raise OSError(where)
        yield
        raise OSError(where)

    with pytest.raises(OSError, match=where):
        async with AsyncTestClient(NotebookAPI(lifespan=failing)):
            pass


@pytest.mark.anyio
async def test_async_client_raises_what_an_endpoint_raises() -> None:
    app = NotebookAPI()

    @app.get("/")
    async def fail() -> None:
        raise OSError("fails")

    async with AsyncTestClient(app) as client:
        with pytest.raises(OSError, match="fails"):
            await client.get("/")
    async with AsyncTestClient(app, raise_server_exceptions=False) as client:
        assert (await client.get("/")).status_code == 500


@pytest.mark.anyio
async def test_async_client_of_an_application_without_lifespan() -> None:
    async def plain(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})

    async with AsyncTestClient(plain, base_url="http://other") as client:
        assert (await client.get("/")).status_code == 204


def failing() -> None:
    raise ValueError("will not stop")


@pytest.mark.parametrize("fails", ["app", "router"])
def test_a_failing_shutdown_skips_no_other_owner(diary: Diary, fails: str) -> None:
    last = {name: diary.handler(f"{name} down") for name in ("app", "router")}
    last[fails] = failing
    router = APIRouter(on_shutdown=[last["router"]])
    app = NotebookAPI(on_shutdown=[last["app"]])
    app.include_router(router)
    with pytest.raises(ValueError, match="will not stop"), TestClient(app):
        pass
    assert diary.entries == ["app down" if fails == "router" else "router down"]
