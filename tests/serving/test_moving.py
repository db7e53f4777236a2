"""A server that listens elsewhere from now on: what runs on it does not notice."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import anyio.lowlevel
import httpx2
import pytest
from websockets.sync.client import connect

from notebookapi import NotebookAPI, WebSocket
from notebookapi.serving import PortInUse, ServerNotRunning
from tests.serving.conftest import Serve

PATIENCE = 10


def application(seen: list[str]) -> NotebookAPI:
    @asynccontextmanager
    async def lifespan(app: NotebookAPI) -> AsyncIterator[dict[str, str]]:
        seen.append("up")
        yield {"who": "still the same"}
        seen.append("down")

    app = NotebookAPI(lifespan=lifespan)

    @app.get("/")
    async def read() -> str:
        return "hello"

    @app.websocket("/echo")
    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        async for text in websocket.iter_text():
            await websocket.send_text(f"{text}: {websocket.state.who}")

    return app


def refuses(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def test_what_runs_goes_on(serve: Serve, client: httpx2.Client) -> None:
    seen: list[str] = []
    server = serve(application(seen))
    before, loop = server.port, server.loop
    with connect(f"ws://127.0.0.1:{before}/echo", proxy=None) as websocket:
        port = free_port()
        server.move("127.0.0.1", port)
        assert (server.port, server.url) == (port, f"http://127.0.0.1:{port}")
        assert client.get(server.url).json() == "hello"
        assert refuses(before)
        websocket.send("here")
        assert websocket.recv(timeout=PATIENCE) == "here: still the same"
    assert server.loop is loop
    server.stop()
    assert seen == ["up", "down"]
    assert refuses(port)


def test_it_starts_again_where_it_was_moved(serve: Serve, client: httpx2.Client) -> None:
    server = serve(application([]))
    port = free_port()
    server.move("127.0.0.1", port)
    server.stop()
    server.start()
    assert server.port == port
    assert client.get(server.url).json() == "hello"


def test_it_goes_on_there_after_an_accident(serve: Serve, client: httpx2.Client) -> None:
    seen: list[str] = []
    server = serve(application(seen), on_end=lambda end: None)
    server.move("127.0.0.1", free_port())

    async def end_the_loop() -> None:
        server.loop.call_later(0, server.loop.stop)
        await anyio.lowlevel.checkpoint()

    server.run(end_the_loop(), PATIENCE)
    assert client.get(server.url).json() == "hello"
    assert seen == ["up"]


def test_a_port_that_is_taken_changes_nothing(serve: Serve, client: httpx2.Client) -> None:
    server = serve(application([]))
    url = server.url
    with socket.create_server(("127.0.0.1", 0)) as taken:
        with pytest.raises(PortInUse):
            server.move("127.0.0.1", taken.getsockname()[1])
    assert server.url == url
    assert client.get(url).json() == "hello"


def test_only_while_it_runs(serve: Serve) -> None:
    server = serve(application([]))
    server.stop()
    with pytest.raises(ServerNotRunning):
        server.move("127.0.0.1", 0)
