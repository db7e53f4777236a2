"""Responses that show themselves, and what their endpoints printed and raised. Knows httpx2."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

import httpx2

from notebookapi.notebook.errors import SentNotRegistered
from notebookapi.notebook.log.journal import Journal
from notebookapi.notebook.log.record import Failure
from notebookapi.notebook.log.records import Client
from notebookapi.notebook.views import terminal
from notebookapi.notebook.views.bodies import visible
from notebookapi.notebook.views.response import ResponseView

_FAILURE = "notebookapi"


class Response(httpx2.Response):
    """A response that shows itself: status, type, size, headers and body."""

    def __call__(self, endpoint: Callable[..., Any]) -> Any:
        """Refuse to decorate. Raises SentNotRegistered."""
        name = getattr(endpoint, "__name__", endpoint)
        method = self.request.method.lower()
        raise SentNotRegistered(
            f"`api` sends requests; write `@app.{method}`. `@api.{method}(…)` above `{name}` has "
            f'just sent one. To register it: `@app.{method}("{self.request.url.path}")`.'
        )

    @property
    def failure(self) -> Failure | None:
        """What the endpoint raised, where it answered with a 500 for that."""
        return self.extensions.get(_FAILURE)

    def _repr_html_(self) -> str:
        return shown(self)._repr_html_()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        # IPython asks for this. Only in a terminal is it for the screen, and not saved.
        if sys.stdout.isatty():
            colour = terminal.can_show_colour(sys.stdout)
            printer.text(terminal.render(shown(self), colour=colour))
        else:
            printer.text(repr(self))

    def __repr__(self) -> str:
        return shown(self).text


def shown(response: httpx2.Response, title: str = "") -> ResponseView:
    """Return what is shown of a response, as a view. title: of its request, where it has one."""
    try:
        content: bytes | None = response.content
    except httpx2.ResponseNotRead:
        content = None
    failure = response.extensions.get(_FAILURE)
    # Outputs of a front end are saved, and differ only where the answers do.
    is_new = content is not None and sys.stdout.isatty()
    return ResponseView(
        method=response.request.method,
        target=response.request.url.raw_path,
        status=response.status_code,
        phrase=response.reason_phrase,
        headers=tuple(response.headers.raw),
        content=content,
        encoding=response.encoding or "utf-8",
        seconds=response.elapsed.total_seconds() if is_new else None,
        traceback=visible(failure.traceback) if failure else "",
        title=title,
    )


class Ending:
    """What is done when a response has come to its end, once."""

    def __init__(self, journal: Journal, client: Client) -> None:
        """client: the address that asked."""
        self._journal = journal
        self._client = client
        self._is_over = False

    def of(self, response: httpx2.Response) -> None:
        """Show what the endpoint left, in the cell that runs here, and note what it raised."""
        if self._is_over:
            return
        self._is_over = True
        self._journal.echo_of(self._client)
        if response.status_code >= 500:
            response.extensions[_FAILURE] = self._journal.failure_of(self._client)


class Body(httpx2.SyncByteStream):
    """The body of a response, and what is done at its end."""

    def __init__(self, pieces: httpx2.SyncByteStream, ending: Ending) -> None:
        self._pieces = pieces
        self._ending = ending
        self.response: httpx2.Response | None = None

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces

    def close(self) -> None:
        self._pieces.close()
        if self.response is not None:
            self._ending.of(self.response)


class AsyncBody(httpx2.AsyncByteStream):
    """The body of a response, and what is done at its end."""

    def __init__(self, pieces: httpx2.AsyncByteStream, ending: Ending) -> None:
        self._pieces = pieces
        self._ending = ending
        self.response: httpx2.Response | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._pieces:
            yield piece

    async def aclose(self) -> None:
        await self._pieces.aclose()
        if self.response is not None:
            self._ending.of(self.response)


def made(
    status: int,
    headers: Sequence[tuple[bytes, bytes]],
    body: Body | AsyncBody,
    extensions: dict[str, Any],
) -> Response:
    """Return a response that shows itself."""
    response = Response(status, headers=headers, stream=body, extensions=extensions)
    body.response = response
    return response
