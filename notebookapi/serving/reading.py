"""How a connection is read: nothing for ever, and no accident with one makes the server deaf.

It imports uvicorn; import it inside functions only.
"""

import asyncio
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

LARGEST = 64 * 1024
"""Bytes of a head (RFC 6585, section 5), as much as uvicorn's other protocol, h11, takes."""

_TEXT = b"The headers are too large."
_ANSWER = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n"
    b"content-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\n\r\n%s"
) % (len(_TEXT), _TEXT)


def http_protocol() -> Callable[..., asyncio.Protocol]:
    """Return what makes the protocol of a connection, called as uvicorn calls a class for it."""
    protocol = _bounded()

    def made(**options: Any) -> asyncio.Protocol:
        try:
            return protocol(**options)
        except BaseException as error:
            # uvloop accepts the connection when this returns; where it does not return, it never
            # accepts another. What was raised goes its way from a callback of its own.
            asyncio.get_running_loop().call_soon(_raise, error)
            return _Dropped()

    return made


def websocket_protocol() -> Callable[..., asyncio.Protocol] | None:
    """Return what makes the protocol of an upgraded connection; None where no library can.

    That library is loaded with the first of them: the first card waits for the server's start.
    """
    if not any(map(find_spec, ("websockets", "wsproto"))):
        return None

    def load(**options: Any) -> asyncio.Protocol:
        from uvicorn.protocols.websockets.auto import AutoWebSocketsProtocol

        protocol: Any = AutoWebSocketsProtocol
        made: asyncio.Protocol = protocol(**options)
        return made

    return load


def _raise(error: BaseException) -> None:
    raise error


class _Dropped(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


def _bounded() -> Callable[..., asyncio.Protocol]:
    try:
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
    except ImportError:
        from uvicorn.protocols.http.h11_impl import H11Protocol

        return H11Protocol

    class Bounded(HttpToolsProtocol):
        """The parser gathers a header, or what follows the last chunk, until it ends."""

        _unended = 0

        def data_received(self, data: bytes) -> None:
            self._unended += len(data)
            super().data_received(data)
            if self._unended > LARGEST and not self.transport.is_closing():
                self.transport.write(_ANSWER)
                self.transport.close()

        def on_headers_complete(self) -> None:
            self._unended = 0
            super().on_headers_complete()

        def on_body(self, body: bytes) -> None:
            self._unended = 0
            super().on_body(body)

        def on_message_complete(self) -> None:
            self._unended = 0
            super().on_message_complete()

    return Bounded
