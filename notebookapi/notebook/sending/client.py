"""Requests from a cell: over the socket, or in process where the cell has staged changes."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from notebookapi.notebook.errors import BadArguments, SentNotRegistered
from notebookapi.notebook.log.journal import Journal
from notebookapi.notebook.log.record import Failure
from notebookapi.notebook.log.records import Client

if TYPE_CHECKING:
    import httpx2
    from starlette.types import ASGIApp, Receive, Scope, Send

Options = dict[str, Any]


class Sender:
    """The short forms of `request`."""

    def request(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Send a request; `options` are those of httpx2."""
        raise NotImplementedError  # the session knows where to

    def _sent(
        self, method: str, path: str, unnamed: tuple[Any, ...], options: Options
    ) -> httpx2.Response:
        if unnamed:
            verb = method.lower()
            raise BadArguments(
                f"`api.{verb}` cannot know what comes after the path. Write `json={{…}}` for a "
                f'body, `params={{…}}` for a query: `api.{verb}("{path}", json={{…}})`.'
            )
        return self.request(method, path, **options)

    def get(self, path: str, *unnamed: Any, **options: Any) -> httpx2.Response:
        """Send a GET request."""
        return self._sent("GET", path, unnamed, options)

    def post(self, path: str, *unnamed: Any, **options: Any) -> httpx2.Response:
        """Send a POST request."""
        return self._sent("POST", path, unnamed, options)

    def put(self, path: str, *unnamed: Any, **options: Any) -> httpx2.Response:
        """Send a PUT request."""
        return self._sent("PUT", path, unnamed, options)

    def patch(self, path: str, *unnamed: Any, **options: Any) -> httpx2.Response:
        """Send a PATCH request."""
        return self._sent("PATCH", path, unnamed, options)

    def delete(self, path: str, *unnamed: Any, **options: Any) -> httpx2.Response:
        """Send a DELETE request."""
        return self._sent("DELETE", path, unnamed, options)

    def head(self, path: str, *unnamed: Any, **options: Any) -> httpx2.Response:
        """Send a HEAD request."""
        return self._sent("HEAD", path, unnamed, options)

    def options(self, path: str, *unnamed: Any, **options: Any) -> httpx2.Response:
        """Send an OPTIONS request."""
        return self._sent("OPTIONS", path, unnamed, options)


def over_the_socket(
    url: str, journal: Journal, method: str, path: str, options: Options
) -> httpx2.Response:
    """Send a request as any other program would, and return the response, read to its end."""
    import httpx2

    # The environment's proxies are for the world, not for loopback. No timeout: an endpoint may
    # be under a debugger, and the kernel's interrupt ends the wait. No TLS on loopback: without
    # `verify` no certificates are loaded, which would cost more than all the rest.
    with httpx2.Client(base_url=url, timeout=None, trust_env=False, verify=False) as client:
        try:
            response = client.request(method, path, **options)
        except KeyboardInterrupt:
            # Where in httpx2 the wait was is of no interest.
            raise KeyboardInterrupt(f"{method} {path} was not waited for") from None
        address = _address(response)
    return shown(response, journal, address)


def _address(response: httpx2.Response) -> Client:
    """Return the port that asked; None where the server has closed the connection already."""
    stream = response.extensions.get("network_stream")
    try:
        address = stream.get_extra_info("client_addr") if stream is not None else None
    except OSError:
        return None
    return tuple(address) if address else None


_numbers = itertools.count()


async def in_process(
    url: str, journal: Journal, app: ASGIApp, method: str, path: str, options: Options
) -> httpx2.Response:
    """Send a request to an application itself; to be run on the server's loop."""
    import httpx2

    # A port that no program's connection has tells this request from the others.
    address = ("127.0.0.1", next(_numbers) % 1000 + 1)
    transport = httpx2.ASGITransport(
        journal.watching(app), raise_app_exceptions=False, client=address
    )
    async with httpx2.AsyncClient(transport=transport, base_url=url, timeout=None) as client:
        response = await client.request(method, path, **options)
    return shown(response, journal, address)


def with_state(app: ASGIApp, state: dict[str, Any] | None) -> ASGIApp:
    """Return `app` with what its lifespan yielded, as the server passes it to each request."""

    async def stated(scope: Scope, receive: Receive, send: Send) -> None:
        if state is not None:
            scope["state"] = state.copy()
        await app(scope, receive, send)

    return stated


def shown(response: httpx2.Response, journal: Journal, address: Client) -> httpx2.Response:
    """Return a response that shows itself, and what its endpoint raised."""
    # httpx2 has no place to choose the class of a response; this one adds methods, not fields.
    response.__class__ = _response_class()
    journal.echo_of(address)
    if response.status_code >= 500:
        response.extensions["notebookapi"] = journal.failure_of(address)
    return response


def failure_of(response: httpx2.Response) -> Failure | None:
    """Return what the endpoint raised, where it answered with a 500 for that."""
    return response.extensions.get("notebookapi")


_made: type[httpx2.Response] | None = None


def _response_class() -> type[httpx2.Response]:
    """Return httpx2's response with what a notebook adds; httpx2 is imported on first use."""
    global _made
    if _made is not None:
        return _made
    import httpx2

    from notebookapi.notebook.views.response import html_of, text_of

    class Response(httpx2.Response):
        """A response that shows itself: status, type, size and body."""

        def __call__(self, endpoint: Callable[..., Any]) -> Any:
            name = getattr(endpoint, "__name__", endpoint)
            method = self.request.method.lower()
            raise SentNotRegistered(
                f"`api` sends requests, and `@api.{method}(…)` above `{name}` has just sent one. "
                f'To register it, write `@app.{method}("{self.request.url.path}")`.'
            )

        def __repr__(self) -> str:
            return text_of(self, _traceback(self))

        def _repr_html_(self) -> str:
            return html_of(self, _traceback(self))

    Response.__module__ = __name__
    _made = Response
    return Response


def _traceback(response: httpx2.Response) -> str:
    failure = failure_of(response)
    return failure.traceback if failure else ""
