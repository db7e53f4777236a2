"""Sync endpoints and dependencies, run off the event loop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from typing import TypeVar

import anyio.to_thread
from anyio import CancelScope, CapacityLimiter
from starlette.concurrency import run_in_threadpool as run_in_threadpool

T = TypeVar("T")


@asynccontextmanager
async def in_threads(make: Callable[[], AbstractContextManager[T]]) -> AsyncIterator[T]:
    """Enter and leave a sync context manager in worker threads.

    Leaving is shielded from cancellation and has a thread of its own: were it to wait for one of
    the shared ones, requests that hold them all while entering would never end.
    """
    manager = make()
    entered = await run_in_threadpool(manager.__enter__)
    leave_limiter = CapacityLimiter(1)

    async def leave(error: BaseException | None) -> bool:
        kind, trace = (None, None) if error is None else (type(error), error.__traceback__)
        with CancelScope(shield=True):
            swallowed = await anyio.to_thread.run_sync(
                manager.__exit__, kind, error, trace, limiter=leave_limiter
            )
        return bool(swallowed)

    try:
        yield entered
    except BaseException as error:
        if not await leave(error):
            raise
    else:
        await leave(None)
