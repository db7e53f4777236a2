"""An application, spoken to by ASGI messages: what the server does, without a socket."""

from __future__ import annotations

import asyncio
import itertools
import math
from collections.abc import Coroutine, Iterable
from typing import Any, Protocol, TypeVar

import anyio
from starlette.types import ASGIApp, Message, Scope

from notebookapi.editing import stage_on
from notebookapi.notebook.server.server import Server

T = TypeVar("T")
RawHeaders = list[tuple[bytes, bytes]]

_AHEAD = 16
"""Messages that an application may be ahead of who reads them; then it waits, as at a socket."""
_numbers = itertools.count()
# The loop itself keeps no task alive. One may go on after its client has left, as on the server.
_running: set[asyncio.Task[None]] = set()


class Loop(Protocol):
    """Where conversations take place: all of one on one loop."""

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine there, and wait."""
        ...

    async def wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine there, and await it here."""
        ...


class OnServer:
    """The server's loop: what endpoints share with other requests belongs to it."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self._server.run(coroutine)

    async def wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return await asyncio.wrap_future(self._server.submit(coroutine))


class Here:
    """The loop of the cells: the only one where there are no threads and no sockets (Pyodide)."""

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        from pyodide.ffi import run_sync  # type: ignore[import-not-found]  # there and nowhere else

        result: T = run_sync(coroutine)
        return result

    async def wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return await coroutine


def scope_of(kind: str, path: str, target: bytes, headers: Iterable[tuple[bytes, bytes]]) -> Scope:
    """Return a scope as the server would make it. target: path and query as they are sent.

    Its client is a port that no connection of a program has, which tells it from the others.
    """
    raw_path, _, query = target.partition(b"?")
    return {
        "type": kind,
        # 2.4 would have applications believe that sending to a client that has left raises.
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "scheme": "http" if kind == "http" else "ws",
        "path": path,
        "raw_path": raw_path,
        "query_string": query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in headers],
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", next(_numbers) % 1000 + 1),
    }


class Conversation:
    """One scope, answered by an application in a task of its own; to be used on one loop."""

    def __init__(self, app: ASGIApp, scope: Scope) -> None:
        self._app = app
        self._scope = scope
        self._gone: Message = {"type": f"{scope['type']}.disconnect", "code": 1005, "reason": ""}
        self._has_left = False
        self._to_app, self._asked = anyio.create_memory_object_stream[Message](math.inf)
        self._said, self._from_app = anyio.create_memory_object_stream[Message](_AHEAD)

    def begin(self) -> None:
        """Let the application begin."""
        task = asyncio.ensure_future(self._answer())
        _running.add(task)
        task.add_done_callback(_running.discard)

    def tell(self, message: Message) -> None:
        """Send a message to the application; it is lost where that has ended."""
        if not self._has_left:
            try:
                self._to_app.send_nowait(message)
            except anyio.BrokenResourceError:
                return

    async def hear(self) -> Message | None:
        """Return the application's next message; None where it has ended."""
        try:
            return await self._from_app.receive()
        except anyio.EndOfStream:
            return None

    async def hear_first(self) -> Message | None:
        """Return the application's first message; who is interrupted meanwhile leaves."""
        try:
            return await self.hear()
        except BaseException:
            self.leave()
            raise

    def leave(self, message: Message | None = None) -> None:
        """Go, as a client that closes its connection. message: what the application learns."""
        self._gone = message or self._gone
        self._has_left = True
        self._to_app.close()
        self._from_app.close()

    def __del__(self) -> None:
        # The server may have ended before its client left; there is nobody to tell any more.
        self._to_app.close()
        self._from_app.close()

    async def _answer(self) -> None:
        stage_on(None)  # a request is nobody's cell
        with self._asked, self._said:
            try:
                await self._app(self._scope, self._receive, self._send)
            except (Exception, SystemExit, KeyboardInterrupt):
                # The journal has noted it, and whoever listens hears that this has ended. The
                # last two would end the loop, and the server with it.
                return

    async def _receive(self) -> Message:
        # Without a pause: `request.is_disconnected()` asks only what is there at once.
        if self._has_left:
            return self._gone
        try:
            return await self._asked.receive()
        except anyio.EndOfStream:
            return self._gone

    async def _send(self, message: Message) -> None:
        try:
            await self._said.send(message)
        except anyio.BrokenResourceError:
            # The client has left, and a server would drop this too. A pause, so that what waits
            # for nothing, a stream say, can be ended by whoever learns of it.
            await asyncio.sleep(0)


class Reply:
    """What an application answers to one request, as it comes.

    status, headers: there once `begin` has returned.
    """

    def __init__(self, app: ASGIApp, scope: Scope) -> None:
        self.status = 500
        self.headers: RawHeaders = [(b"content-type", b"text/plain; charset=utf-8")]
        self._talk = Conversation(app, scope)
        self._has_body = scope["method"] != "HEAD"
        self._is_whole = False
        self._first = b""

    async def begin(self, body: bytes) -> Reply:
        """Send the request and wait for the status; where none comes it is 500, as a server's."""
        self._talk.begin()
        self._talk.tell({"type": "http.request", "body": body, "more_body": False})
        started = await self._talk.hear_first()
        if started is None:
            self._first, self._is_whole = b"Internal Server Error" * self._has_body, True
        else:
            self.status, self.headers = started["status"], list(started.get("headers", ()))
        return self

    async def piece(self) -> bytes | None:
        """Return the next piece of the body; None at its end.

        Raises EOFError where the application ends before its body does.
        """
        first, self._first = self._first, b""
        while not first:
            if self._is_whole:
                return None
            message = await self._talk.hear()
            if message is None:
                raise EOFError("The application ended before the body was complete.")
            if message["type"] == "http.response.body":
                self._is_whole = not message.get("more_body", False)
                first = message.get("body", b"") if self._has_body else b""
        return first

    async def leave(self) -> None:
        """Read no more."""
        self._talk.leave()
