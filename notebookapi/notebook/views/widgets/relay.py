"""Requests that a page asks the kernel to send: to the server's own port, and nowhere else.

A page says `http`, `abort` and `credit`; it hears `head`, `chunk`, and `end` or `error`. Bytes go
in buffers. What is said comes in on whatever thread the kernel hears messages on; the work is done
on the server's loop.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

import httpx2

from notebookapi.notebook.errors import NotebookError
from notebookapi.notebook.views.widgets.coalescing import Coalesced
from notebookapi.serving import ServingError

T = TypeVar("T")
Send = Callable[[dict[str, Any], list[bytes]], None]

_WINDOW = 4 << 20
"""Bytes that may be on their way; the endpoint waits when the page does not keep up."""


class Reached(Protocol):
    """The server that requests go to."""

    def wanted(self) -> str:
        """Return its URL; starts it unless the person has stopped it."""
        ...

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Run a coroutine on its loop."""
        ...


class Relay:
    """The requests of one widget. send: how the page is told, from any thread."""

    def __init__(self, server: Reached, send: Send) -> None:
        self._server = server
        self._send = send
        self._running: dict[str, tuple[_Exchange, concurrent.futures.Future[None]]] = {}

    def take(self, said: Mapping[str, Any], buffers: Sequence[Any]) -> None:
        """Do what the page said; what it should not have said is passed over."""
        name = said.get("id")
        if not isinstance(name, str):
            return
        if said.get("type") == "http":
            self._begin(name, said, bytes(buffers[0]) if buffers else b"")
        exchange, future = self._running.get(name, (None, None))
        if exchange is None or future is None:
            return
        if said.get("type") == "abort":
            future.cancel()
        elif said.get("type") == "credit":
            self._server.submit(exchange.credit(int(said.get("bytes", 0))))

    def close(self) -> None:
        """Abort what is under way."""
        for _, future in list(self._running.values()):
            future.cancel()

    def _begin(self, name: str, said: Mapping[str, Any], body: bytes) -> None:
        exchange = _Exchange(name, self._send)
        try:
            request = _request(self._server.wanted(), said, body)
            future = self._server.submit(exchange.run(request))
        except (NotebookError, ServingError, httpx2.InvalidURL, ValueError) as error:
            self._send({"type": "error", "id": name, "text": str(error)}, [])
            return
        self._running[name] = exchange, future
        future.add_done_callback(lambda _: self._running.pop(name, None))


def _request(base: str, said: Mapping[str, Any], body: bytes) -> httpx2.Request:
    """Return the request, for the server whatever host the page names: its port may have changed.

    A request made by hand has no headers that the person did not see.
    """
    parts = urlsplit(str(said.get("url", "")))
    url = f"{base}{parts.path or '/'}" + (f"?{parts.query}" if parts.query else "")
    headers = [(str(name), str(value)) for name, value in said.get("headers", ())]
    return httpx2.Request(
        str(said.get("method", "GET")).upper(), url, headers=headers, content=body
    )


class _Exchange:
    """One request and its response, on the server's loop."""

    def __init__(self, name: str, send: Send) -> None:
        self._name = name
        self._send = send
        self._sequence = 0
        self._unacknowledged = 0
        self._credited = asyncio.Event()

    async def run(self, request: httpx2.Request) -> None:
        """Send the request and tell the page what comes back."""
        try:
            # The environment's proxies are for the world; an endpoint may take as long as it likes.
            # No TLS on loopback, so no certificates are loaded.
            async with httpx2.AsyncClient(trust_env=False, timeout=None, verify=False) as client:
                response = await client.send(request, stream=True)
                try:
                    await self._hand_over(response)
                finally:
                    await response.aclose()
        except httpx2.HTTPError as error:
            text = str(error) or type(error).__name__
            self._tell("error", text=f"The server broke off: {text}")
        except asyncio.CancelledError:
            self._tell("error", text="The request was stopped.")
            raise

    async def credit(self, count: int) -> None:
        """Note that the page has read so many bytes."""
        self._unacknowledged -= count
        self._credited.set()

    async def _hand_over(self, response: httpx2.Response) -> None:
        headers = [(name.lower(), value) for name, value in response.headers.multi_items()]
        status, reason = response.status_code, response.reason_phrase
        self._tell("head", status=status, reason=reason, headers=headers)
        chunks = Coalesced(self._chunk)
        try:
            async for chunk in response.aiter_bytes():
                chunks.add(chunk)
                while self._unacknowledged > _WINDOW:
                    self._credited.clear()
                    await self._credited.wait()
        finally:
            chunks.end()
        self._tell("end")

    def _chunk(self, piece: bytes) -> None:
        self._unacknowledged += len(piece)
        self._sequence += 1
        self._send({"type": "chunk", "id": self._name, "seq": self._sequence}, [piece])

    def _tell(self, what: str, **more: Any) -> None:
        self._send({"type": what, "id": self._name, **more}, [])
