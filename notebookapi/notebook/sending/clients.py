"""`api.client` and `api.aclient`: httpx2's clients, sending to whatever is served at the moment."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Protocol

import httpx2
from starlette.types import ASGIApp

from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.examples.recording import LARGEST
from notebookapi.notebook.log.journal import Journal
from notebookapi.notebook.log.records import Client as Address
from notebookapi.notebook.sending.in_process import Loop, Reply, scope_of
from notebookapi.notebook.sending.responses import AsyncBody, Body, Ending, Response, made

# Every request has a connection of its own: which one asked tells its output and its failure
# from those of the others, and no connection outlives a server, or a cell's loop.
_LIMITS = httpx2.Limits(max_connections=None, max_keepalive_connections=0)


class Target(Protocol):
    """Where requests go; asked for each of them, since it changes."""

    @property
    def base(self) -> str:
        """The address that paths are relative to. Raises Stopped, and ServingError."""
        ...

    @property
    def journal(self) -> Journal: ...

    @property
    def loop(self) -> Loop:
        """Where requests in process are answered."""
        ...

    def answering(self) -> ASGIApp | None:
        """Return what answers in process; None where the server does. Raises NothingToServe."""
        ...

    def credentials(self) -> Mapping[str, str]:
        """Return the headers that the server asks of its own notebook too."""
        ...

    def check_not_inside(self) -> None:
        """Raises WouldWaitForItself where waiting would keep the server from answering."""
        ...

    def noted(self, response: httpx2.Response) -> object:
        """Remember a response as the latest."""
        ...


class _Base:
    """The address of clients: the server's, wherever it is at the moment."""

    _target: Target

    @property
    def base_url(self) -> httpx2.URL:
        return httpx2.URL(f"{self._target.base}/")

    @base_url.setter
    def base_url(self, url: object) -> None:
        raise BadArguments(
            f"The address of `api.client` is where the application is served, {self.base_url}; it "
            "cannot be set. For another one make a client: `httpx2.Client(base_url=…)`."
        )


class Client(_Base, httpx2.Client):
    """An `httpx2.Client` whose server is the session's. Cookies are kept from answer to answer."""

    def __init__(self, target: Target) -> None:
        self._target = target
        # The environment's proxies are for the world, not for loopback. No timeout: an endpoint
        # may be under a debugger, and the kernel's interrupt ends the wait.
        super().__init__(transport=_Transport(target), timeout=None, trust_env=False)

    def send(self, request: httpx2.Request, *, stream: bool = False, **options: Any) -> Response:
        """Send a request; `options` are those of httpx2."""
        if _can_be_kept(request):
            request.read()
        try:
            response = super().send(request, stream=stream, **options)
        except KeyboardInterrupt:
            # Where in httpx2 the wait was is of no interest.
            what = f"{request.method} {request.url.path}"
            raise KeyboardInterrupt(f"{what} was not waited for") from None
        if not stream:
            self._target.noted(response)
        return response  # type: ignore[return-value]  # the transport makes no others


class AsyncClient(_Base, httpx2.AsyncClient):
    """An `httpx2.AsyncClient` whose server is the session's; it may be used on any loop."""

    def __init__(self, target: Target) -> None:
        self._target = target
        super().__init__(transport=_AsyncTransport(target), timeout=None, trust_env=False)

    async def send(
        self, request: httpx2.Request, *, stream: bool = False, **options: Any
    ) -> Response:
        """Send a request; `options` are those of httpx2."""
        if _can_be_kept(request):
            await request.aread()
        response = await super().send(request, stream=stream, **options)
        if not stream:
            self._target.noted(response)
        return response  # type: ignore[return-value]  # the transport makes no others


class _Transport(httpx2.BaseTransport):
    def __init__(self, target: Target) -> None:
        self._target = target
        # No TLS on loopback: without `verify` no certificates are loaded, which would cost more
        # than all the rest.
        self._socket = httpx2.HTTPTransport(verify=False, trust_env=False, limits=_LIMITS)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        target = self._target
        _check(request, target)
        target.check_not_inside()
        app = target.answering()
        if app is None:
            came = self._socket.handle_request(_with(request, target.credentials()))
            ending = Ending(target.journal, _address(came))
            assert isinstance(came.stream, httpx2.SyncByteStream)
            body = Body(came.stream, ending)
            return made(came.status_code, came.headers.raw, body, came.extensions)
        scope = _scope(request)
        reply = Reply(target.journal.watching(app), scope)
        target.loop.run(reply.begin(request.read()))
        body = Body(_Pieces(reply, target.loop), Ending(target.journal, scope["client"]))
        return made(reply.status, reply.headers, body, {})

    def close(self) -> None:
        self._socket.close()


class _AsyncTransport(httpx2.AsyncBaseTransport):
    def __init__(self, target: Target) -> None:
        self._target = target
        self._socket = httpx2.AsyncHTTPTransport(verify=False, trust_env=False, limits=_LIMITS)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        target = self._target
        _check(request, target)
        app = target.answering()
        if app is None:
            came = await self._socket.handle_async_request(_with(request, target.credentials()))
            ending = Ending(target.journal, _address(came))
            assert isinstance(came.stream, httpx2.AsyncByteStream)
            body = AsyncBody(came.stream, ending)
            return made(came.status_code, came.headers.raw, body, came.extensions)
        scope = _scope(request)
        reply = Reply(target.journal.watching(app), scope)
        await target.loop.wait(reply.begin(await request.aread()))
        body = AsyncBody(_AsyncPieces(reply, target.loop), Ending(target.journal, scope["client"]))
        return made(reply.status, reply.headers, body, {})

    async def aclose(self) -> None:
        await self._socket.aclose()


class _Pieces(httpx2.SyncByteStream):
    """The body of a reply in process."""

    def __init__(self, reply: Reply, loop: Loop) -> None:
        self._reply = reply
        self._loop = loop

    def __iter__(self) -> Iterator[bytes]:
        try:
            while (piece := self._loop.run(self._reply.piece())) is not None:
                yield piece
        except EOFError as error:
            raise httpx2.RemoteProtocolError(str(error)) from None  # as over the socket

    def close(self) -> None:
        self._loop.run(self._reply.leave())


class _AsyncPieces(httpx2.AsyncByteStream):
    """The body of a reply in process."""

    def __init__(self, reply: Reply, loop: Loop) -> None:
        self._reply = reply
        self._loop = loop

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while (piece := await self._loop.wait(self._reply.piece())) is not None:
                yield piece
        except EOFError as error:
            raise httpx2.RemoteProtocolError(str(error)) from None

    async def aclose(self) -> None:
        await self._loop.wait(self._reply.leave())


def _can_be_kept(request: httpx2.Request) -> bool:
    """Tell whether an example may hold the body: a form with small files is sent in pieces, too."""
    length = request.headers.get("content-length", "")
    return length.isdecimal() and int(length) <= LARGEST


def _check(request: httpx2.Request, target: Target) -> None:
    """Raises BadArguments for a request to somebody else, to whom nothing here belongs."""
    base = httpx2.URL(target.base)
    names = {base.host, "localhost", "127.0.0.1", "::1"}
    if request.url.host not in names or request.url.port != base.port:
        raise BadArguments(
            f"`api` sends to the application, which is at {base}, and {request.url} is elsewhere. "
            f'Give the path alone, "{request.url.path}", or send it by httpx2.'
        )


def _scope(request: httpx2.Request) -> dict[str, Any]:
    url = request.url
    scope = scope_of("http", url.path, url.raw_path, request.headers.raw)
    return {**scope, "method": request.method, "server": (url.host, url.port)}


def _with(request: httpx2.Request, credentials: Mapping[str, str]) -> httpx2.Request:
    """Return a request with what the server asks for, which no response shows."""
    if not credentials:
        return request
    return httpx2.Request(
        request.method,
        request.url,
        headers=[*request.headers.multi_items(), *credentials.items()],
        stream=request.stream,
        extensions=request.extensions,
    )


def _address(response: httpx2.Response) -> Address:
    """Return the port that asked; None where the server has closed the connection already."""
    stream = response.extensions.get("network_stream")
    try:
        address = stream.get_extra_info("client_addr") if stream is not None else None
    except OSError:
        return None
    return tuple(address) if address else None
