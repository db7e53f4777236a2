"""Blocking calls in threads: what AnyIO's do, at a fraction of the cost.

The threads are AnyIO's to the program: its limiter decides how many there are at once, context
variables come along, `anyio.from_thread` works in them.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections import deque
from collections.abc import Callable
from contextvars import Context, copy_context
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

import anyio
import anyio.to_thread
from anyio.lowlevel import checkpoint_if_cancelled, current_token

from notebookapi._plan.inside_anyio import is_within_scope, worker_locals

T = TypeVar("T")
_IDLE = 10.0  # seconds after which a thread without work ends


async def call_in_thread(function: Callable[[], T]) -> T:
    """Return what `function` returns in a thread. Raises what it raises.

    Waits for one of AnyIO's default places. Once the call has begun, cancelling waits for it.
    """
    home = _home() if worker_locals is not None else None
    if home is None:
        return await anyio.to_thread.run_sync(function)
    limiter = home.limiter
    is_within = is_within_scope()
    if is_within:
        await checkpoint_if_cancelled()
    try:
        limiter.acquire_nowait()
    except anyio.WouldBlock:
        await limiter.acquire()
    try:
        return await _hop(home, is_within, function, ())  # type: ignore[no-any-return]  # of any function
    finally:
        limiter.release()


async def leave_in_thread(function: Callable[..., T], *args: Any) -> T:
    """Return what `function` returns in a thread of its own, beyond the limit: were leaving to
    wait for one of the places, requests that hold them all while entering would never end.

    Cancellation waits for it.
    """
    home = _home() if worker_locals is not None else None
    if home is not None:
        return await _hop(home, is_within_scope(), function, args)  # type: ignore[no-any-return]  # of any function
    with anyio.CancelScope(shield=True):
        limiter = anyio.CapacityLimiter(1)
        returned = await anyio.to_thread.run_sync(function, *args, limiter=limiter)
    return returned


@dataclass(frozen=True, slots=True, eq=False)
class _Home:
    """An event loop, and what AnyIO has for it. limiter: of its default places."""

    loop: asyncio.AbstractEventLoop
    limiter: anyio.CapacityLimiter
    token: Any


_latest: _Home | None = None
"""Of the loop that asked last: as a rule there is one. AnyIO looks for what is here each time."""


def _home() -> _Home | None:
    """Return what is known of the running loop; None where that is not asyncio's."""
    global _latest
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:  # trio
        return None
    home = _latest
    if home is None or home.loop is not loop:
        limiter = anyio.to_thread.current_default_thread_limiter()
        home = _latest = _Home(loop, limiter, current_token())
    return home


async def _hop(
    home: _Home, is_within: bool, function: Callable[..., Any], args: tuple[Any, ...]
) -> Any:
    loop = home.loop
    job = _Job(function, args, copy_context(), loop, loop.create_future(), home.token)
    if not is_within:
        _worker().jobs.put(job)
        return await job.done
    with anyio.CancelScope(shield=True) as scope:
        job.scope = scope
        _worker().jobs.put(job)
        return await job.done


@dataclass(slots=True, eq=False)
class _Job:
    function: Callable[..., Any]
    args: tuple[Any, ...]
    context: Context
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[Any]
    token: Any
    scope: anyio.CancelScope | None = None

    def run(self) -> None:
        """Make the call, in the worker's thread."""
        worker_locals.current_token = self.token
        worker_locals.current_cancel_scope = self.scope
        try:
            result, error = self.context.run(self.function, *self.args), None
        except BaseException as raised:
            result, error = None, raised
        finally:
            del worker_locals.current_cancel_scope
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.finish, result, error)

    def finish(self, result: Any, error: BaseException | None) -> None:
        """Hand over what the call came to, on the loop."""
        if self.done.cancelled():
            return
        if error is None:
            self.done.set_result(result)
        elif isinstance(error, StopIteration):  # a future cannot hold it
            wrapped = RuntimeError("coroutine raised StopIteration")
            wrapped.__cause__ = error
            self.done.set_exception(wrapped)
        else:
            self.done.set_exception(error)


class _Worker(threading.Thread):
    def __init__(self) -> None:
        super().__init__(name="notebookapi worker", daemon=True)
        self.jobs: SimpleQueue[_Job] = SimpleQueue()

    def run(self) -> None:
        while True:
            try:
                job = self.jobs.get(timeout=_IDLE)
            except Empty:
                try:
                    _idle.remove(self)
                except ValueError:  # somebody has just taken it: a job is on its way
                    job = self.jobs.get()
                else:
                    return
            job.run()
            del job
            _idle.append(self)


_idle: deque[_Worker] = deque()


def _worker() -> _Worker:
    try:
        return _idle.pop()  # the one that rested least: the others may end
    except IndexError:
        worker = _Worker()
        worker.start()
        return worker


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)  # threads do not survive
