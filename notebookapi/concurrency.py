"""Blocking work off the event loop, and how much of it at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from typing import TypeVar

import anyio
import anyio.to_thread
from anyio.lowlevel import RunVar
from starlette.concurrency import iterate_in_threadpool as iterate_in_threadpool
from starlette.concurrency import run_in_threadpool as run_in_threadpool
from starlette.concurrency import run_until_first_complete as run_until_first_complete

T = TypeVar("T")


class Slots:
    """A number of places, on each event loop for itself; who finds none free waits."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._here: RunVar[anyio.Semaphore] = RunVar(f"slots of {id(self)}")

    def here(self) -> anyio.Semaphore:
        """Return those of the running event loop; to be entered for the length of a stay."""
        try:
            return self._here.get()
        except LookupError:
            semaphore = anyio.Semaphore(self._number)
            self._here.set(semaphore)
            return semaphore


@asynccontextmanager
async def contextmanager_in_threadpool(manager: AbstractContextManager[T]) -> AsyncIterator[T]:
    """Enter and leave a sync context manager in worker threads.

    Leaving is shielded from cancellation and has a thread of its own: were it to wait for one of
    the shared ones, requests that hold them all while entering would never end.
    """
    entered = await run_in_threadpool(manager.__enter__)
    try:
        yield entered
    except BaseException as error:
        if not await _leave(manager, error):
            raise
    else:
        await _leave(manager, None)


async def _leave(manager: AbstractContextManager[T], error: BaseException | None) -> bool:
    kind, trace = (None, None) if error is None else (type(error), error.__traceback__)
    with anyio.CancelScope(shield=True):
        swallowed = await anyio.to_thread.run_sync(
            manager.__exit__, kind, error, trace, limiter=anyio.CapacityLimiter(1)
        )
    return bool(swallowed)
