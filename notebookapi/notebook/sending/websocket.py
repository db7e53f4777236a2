"""`api.websocket(path)`: a WebSocket to the served application, for `with` and `async with`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self, TypeVar

from notebookapi.notebook.errors import BadArguments, Disconnected, SentNotRegistered
from notebookapi.notebook.sending.connections import (
    NORMAL,
    Connection,
    Frame,
    InProcess,
    disconnected,
    over_socket,
)
from notebookapi.notebook.sending.in_process import scope_of
from notebookapi.serving import ServerNotRunning

if TYPE_CHECKING:
    from notebookapi.notebook.sending.client import Sender

T = TypeVar("T")
_GOOD_ENDS = frozenset({NORMAL, 1001, 1005})
_RESTARTED = 1012  # the registry of RFC 6455: what a server says that stops
_FAILURES = frozenset({1006, 1011})  # RFC 6455, section 7.4.1


class Opening:
    """A WebSocket that a `with` block opens at its beginning and closes at its end."""

    def __init__(
        self,
        sender: Sender,
        path: str,
        params: Any,
        headers: Mapping[str, str] | None,
        subprotocols: Sequence[str],
    ) -> None:
        self._sender = sender
        self._path = path
        self._params = params
        self._headers = dict(headers or {})
        self._subprotocols = subprotocols
        self._opened: WebSocket | AsyncWebSocket | None = None

    def __enter__(self) -> WebSocket:
        """Connect. Raises Refused, with the status."""
        self._sender.check_not_inside()
        connection = self._sender.loop.run(self._connecting())
        self._opened = socket = WebSocket(self._sender, connection)
        return socket

    def __exit__(self, *error: object) -> None:
        if isinstance(self._opened, WebSocket):
            self._opened.close()
            self._opened.echo()

    async def __aenter__(self) -> AsyncWebSocket:
        """Connect. Raises Refused, with the status."""
        connection = await self._sender.loop.wait(self._connecting())
        self._opened = socket = AsyncWebSocket(self._sender, connection)
        return socket

    async def __aexit__(self, *error: object) -> None:
        if isinstance(self._opened, AsyncWebSocket):
            await self._opened.close()
            self._opened.echo()

    def __call__(self, endpoint: Callable[..., Any]) -> Any:
        """Refuse to decorate. Raises SentNotRegistered."""
        name = getattr(endpoint, "__name__", endpoint)
        raise SentNotRegistered(
            f"`api` sends requests; write `@app.websocket`. To register `{name}`: "
            f'`@app.websocket("{self._path}")`.'
        )

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"A WebSocket is opened by a `with` block, and has no {name!r} before: "
            f'`with api.websocket("{self._path}") as ws:`, or `async with`.'
        )

    def _connecting(self) -> Coroutine[Any, Any, Connection]:
        sender = self._sender
        request = sender.client.build_request(
            "GET", self._path, params=self._params, headers=self._headers
        )
        # What a client says of HTTP is not for a WebSocket; cookies are, as in a browser.
        told = {name.lower() for name in self._headers} | {"cookie"}
        for name in [name for name in request.headers if name not in told]:
            del request.headers[name]
        app = sender.answering()
        if app is None:
            request.headers.update(sender.credentials())
            return over_socket(request, self._subprotocols)
        host = (b"host", request.url.netloc)
        scope = scope_of(
            "websocket", request.url.path, request.url.raw_path, [host, *request.headers.raw]
        )
        scope["subprotocols"] = list(self._subprotocols)
        scope["extensions"] = {"websocket.http.response": {}}
        return InProcess(sender.journal.watching(app), scope).open(request)


class _Socket:
    """What both kinds of WebSockets are made of."""

    def __init__(self, sender: Sender, connection: Connection) -> None:
        self._loop = sender.loop
        self._journal = sender.journal
        self._connection = connection
        self._kept: Frame | None = None

    @property
    def subprotocol(self) -> str | None:
        """The one that the endpoint chose."""
        return self._connection.subprotocol

    def echo(self) -> None:
        """Show what the endpoint left, in the cell that runs here."""
        self._journal.echo_of(self._connection.client)

    async def _receive(self, seconds: float | None, kind: type[Frame] | Any = object) -> Any:
        """Return the next frame; one of another kind is kept for who asks for that."""
        frame, self._kept = self._kept, None
        if frame is None:
            frame = await asyncio.wait_for(self._connection.receive(), seconds)
        if not isinstance(frame, kind):
            self._kept = frame
            what, cure = ("text", "text") if isinstance(frame, str) else ("binary", "bytes")
            raise BadArguments(f"The next frame is {what}. `receive_{cure}()` returns it.")
        return frame

    def _explained(self, end: Disconnected) -> Disconnected:
        """Return the end of a connection with what the endpoint raised, where it did."""
        if end.code in _FAILURES and not getattr(end, "__notes__", ()):
            failure = self._journal.failure_of(self._connection.client)
            if failure is not None:
                end.add_note(failure.traceback)
        return end


class WebSocket(_Socket):
    """An open WebSocket.

        with api.websocket("/chat") as ws:
            ws.send_text("hello")
            ws.receive_json(timeout=5)

    Iterating yields frames until the endpoint closes. A `timeout` is in seconds; after it comes
    TimeoutError. Whatever meets a closed connection raises Disconnected, which has the code.
    """

    def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        try:
            return self._loop.run(coroutine)
        except Disconnected as end:
            raise self._explained(end) from None
        except ServerNotRunning:
            raise disconnected(_RESTARTED, "the server ended") from None

    def send_text(self, text: str) -> None:
        """Send a text frame."""
        self._run(self._connection.send(text))

    def send_bytes(self, data: bytes) -> None:
        """Send a binary frame."""
        self._run(self._connection.send(bytes(data)))

    def send_json(self, value: Any) -> None:
        """Send a value as JSON, in a text frame."""
        self._run(self._connection.send(_json(value)))

    def receive(self, timeout: float | None = None) -> Frame:
        """Return the next frame, text or bytes."""
        frame: Frame = self._run(self._receive(timeout))
        return frame

    def receive_text(self, timeout: float | None = None) -> str:
        """Return the next frame, which is text."""
        return str(self._run(self._receive(timeout, str)))

    def receive_bytes(self, timeout: float | None = None) -> bytes:
        """Return the next frame, which is binary."""
        return bytes(self._run(self._receive(timeout, bytes)))

    def receive_json(self, timeout: float | None = None) -> Any:
        """Return the value of the next frame, which is JSON."""
        return json.loads(self.receive(timeout))

    def close(self, code: int = NORMAL, reason: str = "") -> None:
        """Close; nothing happens where it is closed."""
        with suppress(Disconnected):
            self._run(self._connection.close(code, reason))

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Frame:
        try:
            return self.receive()
        except Disconnected as end:
            if end.code in _GOOD_ENDS:
                raise StopIteration from None
            raise


class AsyncWebSocket(_Socket):
    """An open WebSocket, as `WebSocket`, with what waits to be awaited.

    Where a wait has an end: `async with asyncio.timeout(5): await ws.receive_text()`.
    """

    async def _wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        try:
            return await self._loop.wait(coroutine)
        except Disconnected as end:
            raise self._explained(end) from None
        except ServerNotRunning:
            raise disconnected(_RESTARTED, "the server ended") from None

    async def send_text(self, text: str) -> None:
        """Send a text frame."""
        await self._wait(self._connection.send(text))

    async def send_bytes(self, data: bytes) -> None:
        """Send a binary frame."""
        await self._wait(self._connection.send(bytes(data)))

    async def send_json(self, value: Any) -> None:
        """Send a value as JSON, in a text frame."""
        await self._wait(self._connection.send(_json(value)))

    async def receive(self) -> Frame:
        """Return the next frame, text or bytes."""
        frame: Frame = await self._wait(self._receive(None))
        return frame

    async def receive_text(self) -> str:
        """Return the next frame, which is text."""
        return str(await self._wait(self._receive(None, str)))

    async def receive_bytes(self) -> bytes:
        """Return the next frame, which is binary."""
        return bytes(await self._wait(self._receive(None, bytes)))

    async def receive_json(self) -> Any:
        """Return the value of the next frame, which is JSON."""
        return json.loads(await self.receive())

    async def close(self, code: int = NORMAL, reason: str = "") -> None:
        """Close; nothing happens where it is closed."""
        with suppress(Disconnected):
            await self._wait(self._connection.close(code, reason))

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Frame:
        try:
            return await self.receive()
        except Disconnected as end:
            if end.code in _GOOD_ENDS:
                raise StopAsyncIteration from None
            raise


def _json(value: Any) -> str:
    from notebookapi.encoders import jsonable_encoder

    return json.dumps(jsonable_encoder(value), ensure_ascii=False)
