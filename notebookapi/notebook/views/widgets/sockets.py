"""A WebSocket that a page opens by way of the kernel, to the server's own port.

The page says `ws-open`, `ws-send`, `ws-close`, `abort` and `credit`; it hears `ws-opened`,
`ws-frames`, and `ws-closed` or `error`. Bytes go in buffers, text in what is said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from notebookapi.notebook.views.widgets.coalescing import Coalesced
from notebookapi.notebook.views.widgets.window import Window

if TYPE_CHECKING:
    from collections.abc import Callable

    from websockets.asyncio.client import ClientConnection

    Send = Callable[[dict[str, Any], list[bytes]], None]

Frame = str | bytes
_ABNORMAL = 1006  # RFC 6455, section 7.4.1: the connection was lost


class Connection:
    """One connection, on the server's loop. said: what the page asked for; url: where to."""

    def __init__(self, name: str, send: Send, said: Mapping[str, Any], url: str) -> None:
        self._name = name
        self._send = send
        self._url = url.replace("http", "ws", 1)
        self._protocols = [str(each) for each in said.get("protocols", ())]
        self._headers = [(str(key), str(value)) for key, value in said.get("headers", ())]
        self._window = Window()
        # In one queue, so that frames and the close go in the order in which they came.
        self._outbox: asyncio.Queue[Frame | tuple[int, str]] = asyncio.Queue()

    async def run(self) -> None:
        """Connect, and pass frames in both directions until one side closes."""
        # Loaded where a page opens a WebSocket.
        from websockets.asyncio.client import connect
        from websockets.exceptions import InvalidStatus, WebSocketException

        connecting = connect(
            self._url,
            subprotocols=self._protocols or None,  # type: ignore[arg-type]  # a NewType of str
            additional_headers=self._headers,
            user_agent_header=None,
            proxy=None,
            max_size=None,
        )
        try:
            async with connecting as socket:
                self._tell("ws-opened", protocol=socket.subprotocol or "")
                await self._pass_frames(socket)
                code = socket.close_code or _ABNORMAL
                self._tell("ws-closed", code=code, reason=socket.close_reason or "")
        except InvalidStatus as error:
            answer = error.response
            body = (answer.body or b"").decode("utf-8", "replace")
            told = f"{answer.status_code} {answer.reason_phrase}. {body}".strip()
            self._tell("error", text=f"The server refused the connection: {told}")
        except (WebSocketException, OSError, TimeoutError) as error:
            self._tell("error", text=f"No connection: {error}")
        except asyncio.CancelledError:
            self._tell("error", text="The connection was broken off.")
            raise

    async def say(self, frame: Frame | tuple[int, str]) -> None:
        """Send a frame, or close with a code and a reason, when what came before has gone."""
        self._outbox.put_nowait(frame)

    async def credit(self, count: int) -> None:
        """Note that the page has read so many bytes."""
        self._window.credit(count)

    async def _pass_frames(self, socket: ClientConnection) -> None:
        writing = asyncio.create_task(self._write(socket))
        try:
            await self._read(socket)
        finally:
            writing.cancel()

    async def _read(self, socket: ClientConnection) -> None:
        from websockets.exceptions import ConnectionClosed

        frames: Coalesced[Frame] = Coalesced(self._frames)
        try:
            while True:
                frames.add(await socket.recv())
                await self._window.wait()
        except ConnectionClosed:
            return
        finally:
            frames.end()

    async def _write(self, socket: ClientConnection) -> None:
        from websockets.exceptions import ConnectionClosed, ProtocolError

        try:
            while True:
                match await self._outbox.get():
                    case (code, reason):
                        await socket.close(code, reason)
                    case frame:
                        await socket.send(frame)
        except ConnectionClosed:
            return  # the reader tells
        except ProtocolError:  # a code that nobody may send: the connection ends nevertheless
            await socket.close()

    def _frames(self, frames: Sequence[Frame]) -> None:
        buffers = [each for each in frames if isinstance(each, bytes)]
        told = [{"text": each} if isinstance(each, str) else {} for each in frames]
        size = sum(map(len, frames))
        self._window.sent(size)
        self._send({"type": "ws-frames", "id": self._name, "frames": told, "size": size}, buffers)

    def _tell(self, what: str, **more: Any) -> None:
        self._send({"type": what, "id": self._name, **more}, [])
