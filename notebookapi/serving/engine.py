"""uvicorn, as a background thread needs it: no signals, no logging set-up, a stop that ends.

It imports uvicorn; import it inside functions only.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from notebookapi.serving.errors import CoroutineExit
from notebookapi.serving.reading import http_protocol, websocket_protocol

CUT_OFF = 0.5
"""Seconds that cancelled requests have to end."""


def new_event_loop() -> asyncio.AbstractEventLoop:
    """uvloop's where it is installed, else asyncio's."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


class Engine(uvicorn.Server):
    """A uvicorn server that tells when it accepts and that can be stopped from its loop.

    uvicorn's own loop and shutdown look at flags every tenth of a second, and leave cancelled
    requests and their connections to the end of the process; a thread that is started and
    stopped many times cannot.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        state: dict[str, Any] | None,
        limit_concurrency: int,
        on_started: Callable[[], None],
    ) -> None:
        """state: copied into each request's scope; None leaves the scope alone."""
        super().__init__(
            uvicorn.Config(
                self._contained(app, state),
                # uvicorn counts the new connection, too.
                limit_concurrency=limit_concurrency + 1,
                http=http_protocol(),  # type: ignore[arg-type]  # called like a class, and no more
                ws=websocket_protocol(),  # type: ignore[arg-type]  # the same
                lifespan="off",
                interface="asgi3",
                log_config=None,
                # Who may forward for whom is a matter of the application.
                proxy_headers=False,
                server_header=False,
            )
        )
        self._on_started = on_started
        self._asked = asyncio.Event()
        self._grace = 0.0
        self._is_cutting_off = False

    def ask_to_stop(self, grace: float) -> None:
        """Stop accepting at once and begin the shutdown, on the loop's thread.

        grace: seconds that requests have to finish before they are cancelled.
        """
        self._grace = grace
        self._stop_listening([])
        self.should_exit = True
        self._asked.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._on_started()

    async def listen_on(self, listening: socket.socket) -> None:
        """Accept there from now on, and no longer where it was; what is connected stays."""
        before = self.servers
        await super().startup(sockets=[listening])
        for server in before:
            server.close()

    async def main_loop(self) -> None:
        # A tick of number 0 renews the Date header, which counts seconds.
        while not await self.on_tick(0):
            try:
                async with asyncio.timeout(1.0):
                    await self._asked.wait()
            except TimeoutError:
                continue

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stop_listening(sockets or [])
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await self._wait_for_requests(self._grace)
        self._is_cutting_off = True
        for task in self.server_state.tasks:
            task.cancel()
        # Those whose response has not begun say 503 now; a stream can only be cut.
        await self._wait_for_requests(CUT_OFF / 10)
        self._drop_connections()
        await self._wait_for_requests(CUT_OFF)

    def abandon(self) -> None:
        """Let go of everything at once; for a server that ended by itself."""
        self._stop_listening([])
        self._drop_connections()

    def _stop_listening(self, sockets: list[socket.socket]) -> None:
        for server in getattr(self, "servers", []):
            server.close()
        for each in sockets:
            each.close()

    def _drop_connections(self) -> None:
        for connection in list(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()

    async def _wait_for_requests(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        # A pipelined request may follow one that ends: look again.
        while self.server_state.tasks and loop.time() < deadline:
            await asyncio.wait(set(self.server_state.tasks), timeout=deadline - loop.time())

    def _contained(self, app: ASGIApp, state: dict[str, Any] | None) -> ASGIApp:
        async def contained(scope: Scope, receive: Receive, send: Send) -> None:
            if state is not None:
                scope["state"] = state.copy()
            try:
                await app(scope, receive, send)
            except (SystemExit, KeyboardInterrupt) as error:
                raise CoroutineExit(
                    f"{scope['type']} {scope['path']} raised {error!r}; the server goes on. "
                    "Raise an HTTPException to answer with an error."
                ) from error
            except asyncio.CancelledError:
                if not self._is_cutting_off:
                    raise
                await _excuse(scope, receive, send)

        return contained


async def _excuse(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request that the stop cut off, or wait until its connection is dropped."""
    if scope["type"] != "http":
        return
    body = b"The server is stopping."
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    try:
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": body})
    except RuntimeError:
        # The response has begun. To end it properly would tell the client that it is whole.
        while (await receive())["type"] != "http.disconnect":
            continue
