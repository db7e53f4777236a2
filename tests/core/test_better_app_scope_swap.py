"""`Depends(…, scope="app")` redefined while the application serves."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Annotated

import pytest

from notebookapi import Depends, NotebookAPI, edit
from tests.core.serving import ask

Log = list[str]


@pytest.mark.anyio
async def test_a_redefined_one_starts_anew_and_the_old_is_closed_after_its_last_request() -> None:
    log: Log = []
    entered, release, closed = asyncio.Event(), asyncio.Event(), asyncio.Event()

    def version(number: int) -> Callable[[], AsyncIterator[int]]:
        async def dependency() -> AsyncIterator[int]:
            log.append(f"+{number}")
            yield number
            log.append(f"-{number}")
            closed.set()

        return dependency

    app = NotebookAPI()

    def declare(number: int) -> None:
        async def endpoint(value: Annotated[int, Depends(version(number), scope="app")]) -> int:
            if value == 1:
                entered.set()
                await release.wait()
            return value

        app.get("/")(endpoint)

    declare(1)
    running = asyncio.ensure_future(ask(app, "/"))
    await entered.wait()
    with edit() as draft:
        draft.remove(app.router, app.router.declared.placed[-1].registration)
        declare(2)
    assert (await ask(app, "/"))[2] == 2
    assert log == ["+1", "+2"]
    release.set()
    assert (await running)[2] == 1
    await closed.wait()
    assert log == ["+1", "+2", "-1"]
    # Withdrawn while nobody uses it: closed at once.
    closed.clear()
    with edit() as draft:
        draft.remove(app.router, app.router.declared.placed[-1].registration)
    await closed.wait()
    assert log == ["+1", "+2", "-1", "-2"]


class Pool:
    def __init__(self) -> None:
        self.is_open = True


@pytest.mark.anyio
async def test_no_request_ever_has_a_closed_one_while_it_is_redefined_under_load() -> None:
    pools: list[Pool] = []
    app = NotebookAPI()

    def declare() -> None:
        async def settings() -> AsyncIterator[Pool]:
            pools.append(mine := Pool())
            yield mine
            mine.is_open = False

        async def pool(
            settings: Annotated[Pool, Depends(settings, scope="app")],
        ) -> AsyncIterator[Pool]:
            pools.append(mine := Pool())
            yield mine
            assert settings.is_open  # what it is made of is closed behind it
            mine.is_open = False

        async def endpoint(
            pool: Annotated[Pool, Depends(pool, scope="app")],
            settings: Annotated[Pool, Depends(settings, scope="app")],
        ) -> bool:
            seen = []
            for _ in range(3):
                await asyncio.sleep(0)
                seen.append(pool.is_open and settings.is_open)
            return all(seen)

        app.get("/")(endpoint)

    async def redefine() -> None:
        for _ in range(20):
            with edit() as draft:
                draft.remove(app.router, app.router.declared.placed[-1].registration)
                declare()
            await asyncio.sleep(0.002)

    async def request() -> list[object]:
        return [(await ask(app, "/"))[2] for _ in range(20)]

    declare()
    *answers, _ = await asyncio.gather(*(request() for _ in range(10)), redefine())
    assert [each for found in answers for each in found or ()] == [True] * 200
    await app.kept.close()
    assert len(pools) >= 4
    assert [each.is_open for each in pools] == [False] * len(pools)
