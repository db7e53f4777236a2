"""Server-sent events (WHATWG HTML, section 9.2): one event, its bytes, its response class."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Annotated, Any

import anyio
from pydantic import AfterValidator, BaseModel, Field, model_validator
from starlette.responses import StreamingResponse
from starlette.types import Message, Send

_LINE_END = re.compile(r"\r\n|\r|\n")

PING = b": ping\n\n"
PING_AFTER = 15.0
"""Seconds without an event after which a comment keeps proxies from closing the connection."""


class EventSourceResponse(StreamingResponse):
    """A response of server-sent events; an endpoint that yields names it as `response_class`.

    ping_after: seconds without an event after which a comment is sent; None: never. Only an
    endpoint that yields has it set to `PING_AFTER` where it is None: what is streamed by hand may
    be in the middle of an event. A subclass may choose another number.
    """

    media_type = "text/event-stream"
    ping_after: float | None = None

    async def stream_response(self, send: Send) -> None:
        """Send the events, and comments where there are none for a while."""
        if self.ping_after is None:
            await super().stream_response(send)
            return
        pinging = _Pinging(send, self.ping_after)
        async with _beside(pinging.keep_alive):
            await super().stream_response(pinging.send)


class _Pinging:
    """Sends what a response sends, and a comment where that has sent nothing for a while.

    The two take turns, so that neither interrupts the endpoint, which may be in the middle of
    something that is not to be cancelled.
    """

    def __init__(self, send: Send, after: float) -> None:
        self._send = send
        self._after = after
        self._turn = anyio.Lock()
        self._sent = anyio.Event()
        self._is_open = False

    async def send(self, message: Message) -> None:
        async with self._turn:
            self._is_open = bool(message.get("more_body", message["type"].endswith(".start")))
            await self._send(message)
        self._sent.set()
        self._sent = anyio.Event()

    async def keep_alive(self) -> None:
        while True:
            with anyio.move_on_after(self._after):
                await self._sent.wait()
                continue
            async with self._turn:
                if self._is_open:
                    ping = {"type": "http.response.body", "body": PING, "more_body": True}
                    await self._send(ping)


@asynccontextmanager
async def _beside(task: Callable[[], Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """Run `task` as long as the body runs. What one of them raises comes out as it was raised."""
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(task)
            yield
            group.cancel_scope.cancel()
    except BaseExceptionGroup as raised:
        error = raised.exceptions[0]
        # What it was raised from stays what it was.
        raise error from error.__cause__ or (
            None if error.__suppress_context__ else error.__context__
        )


def _single_line(value: str | None) -> str | None:
    if value is not None and _LINE_END.search(value):
        raise ValueError("must be a single line")
    return value


def _no_nul(value: str | None) -> str | None:
    if value is not None and "\0" in value:
        raise ValueError("must not contain a null character")
    return value


class ServerSentEvent(BaseModel):
    """One event.

    data: sent as JSON. raw_data: sent as it is; give one of the two, or neither.
    event: what kind it is. id: what the client sends back when it connects again.
    retry: milliseconds after which it connects again. comment: ignored by clients.
    """

    data: Any = None
    raw_data: str | None = None
    event: Annotated[str | None, AfterValidator(_single_line)] = None
    id: Annotated[str | None, AfterValidator(_single_line), AfterValidator(_no_nul)] = None
    retry: Annotated[int | None, Field(ge=0)] = None
    comment: str | None = None

    @model_validator(mode="after")
    def _one_kind_of_data(self) -> ServerSentEvent:
        if self.data is not None and self.raw_data is not None:
            raise ValueError("give `data` or `raw_data`, not both")
        return self


def format_sse_event(
    *,
    data_str: str | None = None,
    event: str | None = None,
    id: str | None = None,
    retry: int | None = None,
    comment: str | None = None,
) -> bytes:
    """Return an event as it is sent, in UTF-8, with the empty line that ends it."""
    lines = [f": {line}" for line in _lines(comment)]
    if event is not None:
        lines.append(f"event: {event}")
    lines += [f"data: {line}" for line in _lines(data_str)]
    if id is not None:
        lines.append(f"id: {id}")
    if retry is not None:
        lines.append(f"retry: {retry}")
    return ("\n".join([*lines, "", ""])).encode()


def _lines(text: str | None) -> list[str]:
    # Not `splitlines`: of all that it splits at, only CR and LF end a line of an event stream.
    return [] if text is None else _LINE_END.split(text)
