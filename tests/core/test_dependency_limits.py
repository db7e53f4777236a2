"""`Depends(…, max_concurrency=…)`: who waits for what."""

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Annotated

import anyio
import anyio.to_thread
import pytest

from notebookapi import Depends, NotebookAPI
from tests.core.serving import ask

Log = list[str]


def test_max_concurrency_counts_each_event_loop_for_itself() -> None:
    barrier = threading.Barrier(2)  # passed only if both are inside at once

    async def dependency() -> None:
        await anyio.to_thread.run_sync(barrier.wait, 10)

    app = NotebookAPI()

    @app.get("/", dependencies=[Depends(dependency, max_concurrency=1)])
    async def endpoint() -> int:
        return 1

    answers: list[int] = []

    def run() -> None:
        answers.append(asyncio.run(ask(app, "/"))[2])

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [1, 1]


@pytest.mark.anyio
async def test_who_waits_for_a_place_holds_no_thread() -> None:
    entered, release = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def limited() -> None:
        loop.call_soon_threadsafe(entered.set)
        release.wait(10)

    app = NotebookAPI()

    @app.get("/limited", dependencies=[Depends(limited, max_concurrency=1)])
    async def waiting() -> int:
        return 1

    @app.get("/free")
    def free() -> int:
        return 2

    limiter = anyio.to_thread.current_default_thread_limiter()
    before, limiter.total_tokens = limiter.total_tokens, 2
    try:
        held = [asyncio.ensure_future(ask(app, "/limited")) for _ in range(5)]
        await entered.wait()
        async with asyncio.timeout(10):
            assert (await ask(app, "/free"))[2] == 2  # a thread is left for it
        release.set()
        assert [each[2] for each in await asyncio.gather(*held)] == [1] * 5
    finally:
        release.set()
        limiter.total_tokens = before


@pytest.mark.anyio
async def test_the_limit_belongs_to_the_declaration() -> None:
    inside, both = 0, asyncio.Event()

    async def dependency() -> None:
        nonlocal inside
        inside += 1
        if inside == 2:
            both.set()
        async with asyncio.timeout(10):
            await both.wait()

    app = NotebookAPI()
    for path in ("/a", "/b"):  # two declarations: two limits
        app.get(path, dependencies=[Depends(dependency, max_concurrency=1)])(lambda: 1)
    answers = await asyncio.gather(ask(app, "/a"), ask(app, "/b"))
    assert [each[0] for each in answers] == [200, 200]


@pytest.mark.anyio
async def test_a_limited_yield_holds_its_place_until_it_is_left() -> None:
    log: Log = []
    sub_ran, entered, leave = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def sub() -> None:
        log.append("sub")
        if log.count("sub") == 2:
            sub_ran.set()

    async def limited(value: Annotated[None, Depends(sub)]) -> AsyncIterator[None]:
        log.append("enter")
        entered.set()
        yield
        if "leave" not in log:
            await leave.wait()
        log.append("leave")

    app = NotebookAPI()

    @app.get("/", dependencies=[Depends(limited, max_concurrency=1)])
    async def endpoint() -> None: ...

    running = [asyncio.ensure_future(ask(app, "/")) for _ in range(2)]
    await sub_ran.wait()  # what it needs runs before it waits for a place
    await entered.wait()
    leave.set()
    await asyncio.gather(*running)
    assert [each for each in log if each != "sub"] == ["enter", "leave", "enter", "leave"]
