"""WebSocket connections to the served application: over the socket, or in process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from starlette.types import ASGIApp, Message, Scope

from notebookapi.notebook.errors import Disconnected, NotInstalled, Refused
from notebookapi.notebook.log.records import Client
from notebookapi.notebook.sending.in_process import Conversation

if TYPE_CHECKING:
    import httpx2
    from websockets.asyncio.client import ClientConnection

Frame = str | bytes
NORMAL = 1000  # RFC 6455, section 7.4.1
_ABNORMAL = 1006


class Connection(Protocol):
    """An open WebSocket; to be used on the loop that it was opened on.

    client: the address that asked. subprotocol: the one that the endpoint chose.
    """

    client: Client
    subprotocol: str | None

    async def send(self, frame: Frame) -> None:
        """Send a frame. Raises Disconnected."""
        ...

    async def receive(self) -> Frame:
        """Return the next frame. Raises Disconnected."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Close it; nothing happens where it is closed."""
        ...


def disconnected(code: int, reason: str) -> Disconnected:
    """Return what is raised where a connection has been closed."""
    said = f" ({reason})" if reason else ""
    return Disconnected(code, reason, f"The WebSocket was closed with {code}{said}.")


def refused(request: httpx2.Request, status: int, body: bytes) -> Refused:
    """Return what is raised where no connection was opened."""
    text = body[:200].decode("utf-8", "replace").strip()
    said = f": {text}" if text else ""
    return Refused(status, f"The WebSocket {request.url.path} was refused with {status}{said}")


class OverSocket:
    """A connection as any other program has one, by `websockets`."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self.client: Client = tuple(connection.local_address[:2])
        self.subprotocol: str | None = connection.subprotocol

    async def send(self, frame: Frame) -> None:
        from websockets.exceptions import ConnectionClosed

        try:
            await self._connection.send(frame)
        except ConnectionClosed:
            raise self._end from None

    async def receive(self) -> Frame:
        from websockets.exceptions import ConnectionClosed

        try:
            return await self._connection.recv()
        except ConnectionClosed:
            raise self._end from None

    async def close(self, code: int, reason: str) -> None:
        await self._connection.close(code, reason)

    @property
    def _end(self) -> Disconnected:
        code, reason = self._connection.close_code, self._connection.close_reason
        return disconnected(code or _ABNORMAL, reason or "")


async def over_socket(request: httpx2.Request, subprotocols: Sequence[str]) -> OverSocket:
    """Open a connection. request: its address and headers. Raises Refused."""
    try:
        from websockets.asyncio.client import connect
        from websockets.exceptions import InvalidStatus
        from websockets.typing import Subprotocol
    except ImportError as error:
        raise NotInstalled.instead_of(error) from None

    url = request.url.copy_with(scheme="ws")
    try:
        connection = await connect(
            str(url),
            additional_headers=request.headers.multi_items(),
            subprotocols=[Subprotocol(each) for each in subprotocols] or None,
            # As with the clients: nothing between, and an endpoint may be under a debugger.
            proxy=None,
            open_timeout=None,
            ping_interval=None,
            max_size=None,
        )
    except InvalidStatus as error:
        body = bytes(error.response.body or b"")
        raise refused(request, error.response.status_code, body) from None
    return OverSocket(connection)


class InProcess:
    """A connection to an application itself."""

    def __init__(self, app: ASGIApp, scope: Scope) -> None:
        self._talk = Conversation(app, scope)
        self._end: Disconnected | None = None
        self.client: Client = scope["client"]
        self.subprotocol: str | None = None

    async def open(self, request: httpx2.Request) -> InProcess:
        """Shake hands. Raises Refused."""
        self._talk.begin()
        self._talk.tell({"type": "websocket.connect"})
        answer = await self._talk.hear_first()
        kind = answer["type"] if answer is not None else ""
        if answer is not None and kind == "websocket.accept":
            self.subprotocol = answer.get("subprotocol")
            return self
        if answer is not None and kind == "websocket.http.response.start":
            raise refused(request, answer["status"], await self._denial())
        self._talk.leave()
        # ASGI: what a server answers where nothing was accepted; 500 where it ended in an error.
        if kind == "websocket.close":
            raise refused(request, 403, b"")
        raise refused(request, 500, b"Internal Server Error")

    async def _denial(self) -> bytes:
        body = b""
        while (message := await self._talk.hear()) is not None:
            body += message.get("body", b"")
            if not message.get("more_body", False):
                break
        self._talk.leave()
        return body

    async def send(self, frame: Frame) -> None:
        if self._end is not None:
            raise self._end
        kind = "text" if isinstance(frame, str) else "bytes"
        self._talk.tell({"type": "websocket.receive", kind: frame})

    async def receive(self) -> Frame:
        while self._end is None:
            message = await self._talk.hear()
            if message is not None and message["type"] == "websocket.send":
                text = message.get("text")
                frame: Frame = text if text is not None else message["bytes"]
                return frame
            self._ended(message)
        raise self._end

    def _ended(self, message: Message | None) -> None:
        """Note the end. message: the application's; None: it ended without one."""
        code, reason = _ABNORMAL, ""
        if message is not None:
            code, reason = message.get("code", NORMAL), message.get("reason") or ""
        self._end = disconnected(code, reason)
        self._talk.leave({"type": "websocket.disconnect", "code": code, "reason": reason})

    async def close(self, code: int, reason: str) -> None:
        if self._end is None:
            self._end = disconnected(code, reason)
            self._talk.leave({"type": "websocket.disconnect", "code": code, "reason": reason})
