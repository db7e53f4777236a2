"""Requests that a page asks the kernel to send: to the server's own port, and nowhere else.

A page says `http`, `abort` and `credit`; it hears `head`, `chunk`, and `end` or `error`; `sockets`
has what is said of WebSockets. Bytes go in buffers. What is said comes in on whatever thread the
kernel hears messages on; the work is done on the server's loop.
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
from notebookapi.notebook.views.widgets.sockets import Connection, Frame
from notebookapi.notebook.views.widgets.window import Window
from notebookapi.serving import ServingError

T = TypeVar("T")
Send = Callable[[dict[str, Any], list[bytes]], None]
Client = tuple[str, int]
Asking = Callable[[str, Client], object]


class Reached(Protocol):
    """The server that requests go to."""

    def wanted(self) -> str:
        """Return its URL; starts it unless the person has stopped it."""
        ...

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Run a coroutine on its loop."""
        ...

    @property
    def credentials(self) -> Mapping[str, str]:
        """Headers that the kernel's own requests need; no page is told them."""
        ...

    def learn_host(self, host: str) -> None:
        """Answer to the name under which a page of the notebook was opened."""
        ...

    def way_in(self) -> Mapping[str, Any]:
        """Return where a browser begins: port, path and fragment of a URL."""
        ...


class Relay:
    """The requests of one widget. send: how the page is told, from any thread.

    asking: called with an id and the address that the request of that id comes from, before it
    goes, on the server's loop.
    """

    def __init__(self, server: Reached, send: Send, asking: Asking | None = None) -> None:
        self._server = server
        self._send = send
        self._asking = asking
        self._running: dict[
            str, tuple[_Exchange | Connection, concurrent.futures.Future[None]]
        ] = {}

    def take(self, said: Mapping[str, Any], buffers: Sequence[Any]) -> None:
        """Do what the page said; what it should not have said is passed over."""
        name = said.get("id")
        if not isinstance(name, str):
            return
        if said.get("type") in ("http", "ws-open"):
            self._begin(name, said, _body(buffers))
        running, future = self._running.get(name, (None, None))
        if running is None or future is None:
            return
        match said.get("type"), running:
            case "abort", _:
                future.cancel()
            case "credit", _:
                self._server.submit(running.credit(int(said.get("bytes", 0))))
            case "ws-send", Connection():
                frame: Frame = _body(buffers) if buffers else str(said.get("text", ""))
                self._server.submit(running.say(frame))
            case "ws-close", Connection():
                closing = int(said.get("code", 1000)), str(said.get("reason", ""))
                self._server.submit(running.say(closing))

    def close(self) -> None:
        """Abort what is under way."""
        for _, future in list(self._running.values()):
            future.cancel()

    def _begin(self, name: str, said: Mapping[str, Any], body: bytes) -> None:
        try:
            running = self._made(name, said, body)
            future = self._server.submit(running.run())
        except (NotebookError, ServingError, httpx2.InvalidURL, ValueError) as error:
            self._send({"type": "error", "id": name, "text": str(error)}, [])
            return
        self._running[name] = running, future
        future.add_done_callback(lambda _: self._running.pop(name, None))

    def _made(self, name: str, said: Mapping[str, Any], body: bytes) -> _Exchange | Connection:
        url = _url(self._server.wanted(), said)
        said = {**said, "headers": [*said.get("headers", ()), *self._server.credentials.items()]}
        if said.get("type") == "ws-open":
            return Connection(name, self._send, said, url)
        return _Exchange(name, self._send, _request(url, said, body), self._asking)


def _body(buffers: Sequence[Any]) -> bytes:
    return bytes(buffers[0]) if buffers else b""


def _url(base: str, said: Mapping[str, Any]) -> str:
    """Return the URL at the server, whatever host the page names: its port may have changed."""
    parts = urlsplit(str(said.get("url", "")))
    return f"{base}{parts.path or '/'}" + (f"?{parts.query}" if parts.query else "")


def _request(url: str, said: Mapping[str, Any], body: bytes) -> httpx2.Request:
    """Return the request. One made by hand has no headers that the person did not see."""
    headers = [(str(name), str(value)) for name, value in said.get("headers", ())]
    return httpx2.Request(
        str(said.get("method", "GET")).upper(), url, headers=headers, content=body
    )


class _Exchange:
    """One request and its response, on the server's loop."""

    def __init__(
        self, name: str, send: Send, request: httpx2.Request, asking: Asking | None
    ) -> None:
        self._name = name
        self._send = send
        self._request = request
        self._asking = asking
        self._sequence = 0
        self._window = Window()
        request.extensions["trace"] = self._trace

    async def run(self) -> None:
        """Send the request and tell the page what comes back."""
        try:
            # The environment's proxies are for the world; an endpoint may take as long as it likes.
            # No TLS on loopback, so no certificates are loaded.
            async with httpx2.AsyncClient(trust_env=False, timeout=None, verify=False) as client:
                response = await client.send(self._request, stream=True)
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
        self._window.credit(count)

    async def _trace(self, event: str, about: Mapping[str, Any]) -> None:
        # Before anything is sent: the log may have the request before its response is here.
        if event == "connection.connect_tcp.complete" and self._asking is not None:
            address = about["return_value"].get_extra_info("client_addr")
            self._asking(self._name, tuple(address))

    async def _hand_over(self, response: httpx2.Response) -> None:
        headers = [(name.lower(), value) for name, value in response.headers.multi_items()]
        status, reason = response.status_code, response.reason_phrase
        self._tell("head", status=status, reason=reason, headers=headers)
        chunks: Coalesced[bytes] = Coalesced(lambda pieces: self._chunk(b"".join(pieces)))
        try:
            async for chunk in response.aiter_bytes():
                chunks.add(chunk)
                await self._window.wait()
        finally:
            chunks.end()
        self._tell("end")

    def _chunk(self, piece: bytes) -> None:
        self._window.sent(len(piece))
        self._sequence += 1
        self._send({"type": "chunk", "id": self._name, "seq": self._sequence}, [piece])

    def _tell(self, what: str, **more: Any) -> None:
        self._send({"type": what, "id": self._name, **more}, [])
