"""Dependencies with `yield` are left: whoever waits for what, and whatever is cancelled."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Annotated

import anyio
import anyio.to_thread
import pytest

from notebookapi import Depends, NotebookAPI
from tests.core.serving import ask


@pytest.mark.anyio
async def test_leaving_needs_no_thread_that_entering_holds() -> None:
    loop, pool = asyncio.get_running_loop(), threading.Semaphore(1)
    second_waits, asked = asyncio.Event(), 0

    def connection() -> Iterator[None]:
        nonlocal asked
        asked += 1
        if asked == 2:
            loop.call_soon_threadsafe(second_waits.set)
        with pool:  # the second request holds the only thread, until the first lets go
            yield

    app = NotebookAPI()

    @app.get("/", dependencies=[Depends(connection)])
    async def endpoint() -> int:
        await second_waits.wait()
        return 1

    limiter = anyio.to_thread.current_default_thread_limiter()
    before, limiter.total_tokens = limiter.total_tokens, 1
    try:
        answers = await asyncio.gather(ask(app, "/"), ask(app, "/"))
    finally:
        limiter.total_tokens = before
    assert [document for _, _, document in answers] == [1, 1]


@pytest.mark.anyio
async def test_leaving_is_not_cancelled() -> None:
    leaving, go_on, log = asyncio.Event(), asyncio.Event(), list[str]()

    async def dependency() -> AsyncIterator[None]:
        yield
        leaving.set()
        await go_on.wait()
        log.append("left")

    app = NotebookAPI()

    @app.get("/", dependencies=[Depends(dependency)])
    async def endpoint() -> None: ...

    async with anyio.create_task_group() as group:
        group.start_soon(ask, app, "/")
        await leaving.wait()
        group.cancel_scope.cancel()
        go_on.set()
    assert log == ["left"]


@pytest.mark.anyio
async def test_each_scope_has_its_own_result_of_a_dependency() -> None:
    log: list[str] = []

    async def dependency() -> AsyncIterator[int]:
        log.append("enter")
        yield len(log)
        log.append("leave")

    app = NotebookAPI()

    @app.get("/")
    async def endpoint(
        a: Annotated[int, Depends(dependency, scope="function")],
        b: Annotated[int, Depends(dependency, scope="request")],
        c: Annotated[int, Depends(dependency)],
    ) -> list[int]:
        return [a, b, c]

    _, _, document = await ask(app, "/")
    assert document == [1, 2, 2]
    assert log == ["enter", "enter", "leave", "leave"]
