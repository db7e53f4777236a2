"""Requests from a cell: over the socket, or in process where the cell has staged changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from notebookapi.notebook.errors import SentNotRegistered
from notebookapi.notebook.journal import Failure, Journal

if TYPE_CHECKING:
    import httpx2
    from starlette.types import ASGIApp, Receive, Scope, Send

    from notebookapi.serving import BackgroundServer

Options = dict[str, Any]


def over_the_socket(
    server: BackgroundServer, journal: Journal, method: str, path: str, options: Options
) -> httpx2.Response:
    """Send a request as any other program would, and return the response, read to its end."""
    import httpx2

    before = len(journal.failures)
    # The environment's proxies are for the world, not for loopback. No timeout: an endpoint may
    # be under a debugger, and the kernel's interrupt ends the wait.
    with httpx2.Client(base_url=server.url, timeout=None, trust_env=False) as client:
        response = client.request(method, path, **options)
    return _shown(response, journal, before)


def in_process(
    server: BackgroundServer,
    journal: Journal,
    app: ASGIApp,
    method: str,
    path: str,
    options: Options,
) -> httpx2.Response:
    """Send a request to an application itself, on the server's loop."""
    import httpx2

    async def send() -> httpx2.Response:
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(
            transport=transport, base_url=server.url, timeout=None
        ) as client:
            return await client.request(method, path, **options)

    before = len(journal.failures)
    return _shown(server.run(send()), journal, before)


def with_state(app: ASGIApp, state: dict[str, Any] | None) -> ASGIApp:
    """Return `app` with what its lifespan yielded, as the server passes it to each request."""

    async def stated(scope: Scope, receive: Receive, send: Send) -> None:
        if state is not None:
            scope["state"] = state.copy()
        await app(scope, receive, send)

    return stated


def _shown(response: httpx2.Response, journal: Journal, before: int) -> httpx2.Response:
    # httpx2 has no place to choose the class of a response; this one adds methods, not fields.
    response.__class__ = _response_class()
    if response.status_code >= 500:
        new = list(journal.failures)[before:] or list(journal.failures)[-1:]
        request = response.request
        mine = [f for f in new if (f.method, f.path) == (request.method, request.url.path)]
        response.extensions["notebookapi"] = mine[-1] if mine else None
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
