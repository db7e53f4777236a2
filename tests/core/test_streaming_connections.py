"""A stream and its client: who leaves in the middle, and who hears nothing for a while."""

import asyncio
import threading
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import Any

import pytest
from starlette.requests import ClientDisconnect

from notebookapi import Depends, NotebookAPI, Request, Response
from notebookapi.responses import EventSourceResponse, StreamingResponse
from notebookapi.sse import PING, PING_AFTER
from tests.core.asgi import Connection
from tests.core.serving import serve

SSE = "text/event-stream; charset=utf-8"
KINDS = pytest.mark.parametrize(
    "options",
    [{}, {"response_class": EventSourceResponse}, {"response_class": StreamingResponse}],
    ids=["jsonl", "sse", "raw"],
)


def numbers() -> Iterator[int]:
    yield from (1, 2)


# --- the client leaves


class Watched:
    """An endpoint's generators, and what has become of them."""

    def __init__(self) -> None:
        self.closed_in: list[int] = []
        self.left = False

    def _close(self) -> None:
        self.closed_in.append(threading.get_ident())

    async def waits(self) -> AsyncIterator[str]:
        try:
            yield "a"
            await asyncio.Event().wait()
        finally:
            self._close()

    async def never_waits(self) -> AsyncIterator[str]:
        try:
            while True:
                yield "a"
        finally:
            self._close()

    async def holds_a_task_group(self) -> AsyncIterator[str]:
        try:
            async with asyncio.TaskGroup():
                while True:
                    yield "a"
        finally:
            self._close()

    def in_threads(self) -> Iterator[str]:
        try:
            while True:
                yield "a"
        finally:
            self._close()

    def dependency(self) -> Iterator[None]:
        yield
        # What it holds open serves the generator to its end.
        self.left = bool(self.closed_in)


@pytest.mark.anyio
@pytest.mark.parametrize("stuck", [False, True], ids=["reading", "stuck"])
@KINDS
@pytest.mark.parametrize("name", ["waits", "never_waits", "holds_a_task_group", "in_threads"])
async def test_generator_is_closed_where_the_client_leaves(
    name: str, options: dict[str, Any], stuck: bool
) -> None:
    def leave(connection: Connection, chunk: bytes) -> None:
        connection.stuck = stuck
        connection.leave()

    watched = Watched()
    app = NotebookAPI(dependencies=[Depends(watched.dependency)])
    app.get("/", **options)(getattr(watched, name))
    await Connection(app, "/", leave).run()
    assert len(watched.closed_in) == 1
    assert (watched.closed_in[0] == threading.get_ident()) is (name != "in_threads")
    assert watched.left


@pytest.mark.anyio
@KINDS
async def test_generator_is_closed_where_sending_fails(options: dict[str, Any]) -> None:
    watched = Watched()
    app = NotebookAPI()
    app.get("/", **options)(watched.never_waits)
    connection = Connection(app, "/", lambda c, chunk: c.leave(), spec_version="2.4")
    with pytest.raises(ClientDisconnect):
        await connection.run()
    assert len(watched.closed_in) == 1


@pytest.mark.anyio
async def test_a_stream_that_never_waits_can_be_cancelled() -> None:
    watched = Watched()
    app = NotebookAPI()
    app.get("/")(watched.never_waits)
    connection = Connection(app, "/", lambda c, chunk: running.cancel())
    running = asyncio.ensure_future(connection.run())
    with pytest.raises(asyncio.CancelledError):
        await running
    assert len(watched.closed_in) == 1


# --- the silence is broken


class Impatient(EventSourceResponse):
    ping_after = 0.01


@pytest.mark.anyio
@pytest.mark.parametrize("is_async", [True, False], ids=["async", "sync"])
async def test_a_comment_is_sent_where_nothing_has_been_for_a_while(is_async: bool) -> None:
    pinged = threading.Event()
    arrived = asyncio.Event()

    async def waiting() -> AsyncIterable[int]:
        yield 1
        await arrived.wait()
        yield 2

    def blocking() -> Iterable[int]:
        yield 1
        pinged.wait()
        yield 2

    def notice(connection: Connection, chunk: bytes) -> None:
        if chunk == PING:
            pinged.set()
            arrived.set()

    app = NotebookAPI()
    app.get("/", response_class=Impatient)(waiting if is_async else blocking)
    connection = Connection(app, "/", notice)
    await connection.run()
    assert b": ping\n\n" in connection.chunks
    # Where the end of the generator waits for its thread, one more may come after the last value.
    values = [chunk for chunk in connection.chunks if chunk != b": ping\n\n"]
    assert values == [b"data: 1\n\n", b"data: 2\n\n"]


@pytest.mark.anyio
async def test_a_comment_that_cannot_be_sent_ends_the_stream() -> None:
    watched = Watched()
    app = NotebookAPI()
    app.get("/", response_class=Impatient)(watched.waits)
    connection = Connection(app, "/", lambda c, chunk: c.leave(), spec_version="2.4")
    with pytest.raises(ClientDisconnect):
        await connection.run()
    assert connection.chunks == [b'data: "a"\n\n']
    assert len(watched.closed_in) == 1


def test_the_while_is_15_seconds() -> None:
    made: list[EventSourceResponse] = []

    class Kept(EventSourceResponse):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            made.append(self)

    serve("/", numbers, response_class=Kept).post("/")
    assert PING_AFTER == 15
    assert [each.ping_after for each in made] == [15]


def test_a_response_made_by_hand_has_no_comments() -> None:
    def endpoint() -> Response:
        return EventSourceResponse(iter(["data: ", "1\n\n"]))

    answer = serve("/", endpoint).post("/")
    assert (answer.headers["content-type"], answer.text) == (SSE, "data: 1\n\n")
    assert EventSourceResponse(iter([])).ping_after is None


@pytest.mark.anyio
async def test_a_client_that_leaves_behind_middleware() -> None:
    watched = Watched()
    app = NotebookAPI(dependencies=[Depends(watched.dependency)])
    app.get("/")(watched.waits)

    @app.middleware("http")
    async def pass_on(request: Request, call_next: Any) -> Any:
        return await call_next(request)

    await Connection(app, "/", lambda c, chunk: c.leave()).run()
    assert len(watched.closed_in) == 1
    assert watched.left
