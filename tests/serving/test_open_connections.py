"""A stop with connections open: streams, WebSockets, what their endpoints hold."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from notebookapi import Depends, NotebookAPI, WebSocket
from notebookapi.responses import EventSourceResponse
from tests.serving.conftest import Serve

LIMIT = 5  # seconds: far more than is needed


class World:
    """An application whose endpoints never end, and what has become of them."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.stopped = threading.Event()

    def resource(self) -> Iterator[None]:
        yield
        self.seen.append("dependency left")

    async def async_items(self) -> AsyncIterator[int]:
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            self.seen.append("generator closed")

    def sync_items(self) -> Iterator[int]:
        try:
            while not self.stopped.is_set():
                yield 1
                self.stopped.wait(0.01)
        finally:
            self.seen.append("generator closed")

    def app(self, **options: Any) -> NotebookAPI:
        @asynccontextmanager
        async def lifespan(app: Any) -> AsyncIterator[None]:
            yield
            self.seen.append("application down")

        app = NotebookAPI(lifespan=lifespan, dependencies=[Depends(self.resource)])
        app.get("/async", **options)(self.async_items)
        app.get("/sync", **options)(self.sync_items)

        @app.websocket("/ws")
        async def ws(websocket: WebSocket) -> None:
            await websocket.accept()
            await websocket.send_text("open")
            try:
                async for _ in websocket.iter_text():
                    await websocket.send_text("echo")
            finally:
                self.seen.append("generator closed")

        return app


KINDS: dict[str, dict[str, Any]] = {
    "jsonl": {},
    "sse": {"response_class": EventSourceResponse},
}
ENDED = ["generator closed", "dependency left", "application down"]


def timed(stop: Callable[[], None]) -> float:
    """Return how many seconds a stop takes."""
    begin = time.monotonic()
    stop()
    return time.monotonic() - begin


@pytest.mark.parametrize("kind", [*KINDS])
@pytest.mark.parametrize("path", ["/async", "/sync"])
def test_a_stream_is_cut_and_left_in_order(
    kind: str, path: str, serve: Serve, client: httpx2.Client, caplog: pytest.LogCaptureFixture
) -> None:
    world = World()
    server = serve(world.app(**KINDS[kind]))
    with client.stream("GET", server.url + path) as response:
        assert next(response.iter_lines()).endswith("1")
        assert timed(lambda: server.stop(0.05)) < LIMIT
        assert world.seen == ENDED
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_websocket_is_told_and_left_in_order(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    world = World()
    server = serve(world.app())
    with connect(f"ws://127.0.0.1:{server.port}/ws", proxy=None) as websocket:
        assert websocket.recv(timeout=LIMIT) == "open"
        assert timed(lambda: server.stop(0.05)) < LIMIT
        with pytest.raises(ConnectionClosed):
            websocket.recv(timeout=LIMIT)
    assert world.seen == ENDED
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
