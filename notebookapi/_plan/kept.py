"""Values that an application keeps: dependencies with the scope "app"."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from contextvars import Context
from typing import Any

from notebookapi.logger import logger

Enter = Callable[[], AbstractAsyncContextManager[Any]]


class Kept:
    """One value, and the task that it is made and closed in.

    needs: the kept values that it was made of.
    users: the requests that have it now.
    """

    def __init__(self, call: Callable[..., Any], needs: tuple[Kept, ...], yields: bool) -> None:
        self.call = call
        self.needs = needs
        self.yields = yields
        self.users = 0
        self.is_retired = False
        self.ready: Future[Any] = Future()
        self.closed: Future[None] = Future()
        self.loop = asyncio.get_running_loop()
        self.task: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()

    @property
    def is_lost(self) -> bool:
        """Whether the event loop that would close it is gone."""
        return self.yields and not self.loop.is_running()

    def start(self, enter: Enter, forget: Callable[[Kept], None]) -> None:
        """Make the value. It belongs to no request: it sees none's context variables."""
        self.task = self.loop.create_task(self._live(enter, forget), context=Context())

    def stop(self) -> None:
        """Let the value be closed; from any thread."""
        if self.yields and not self.is_lost:
            self.loop.call_soon_threadsafe(self._stop.set)

    async def _live(self, enter: Enter, forget: Callable[[Kept], None]) -> None:
        # One task for all of it: what a generator opens (a task group, say) it must close in the
        # task that opened it.
        try:
            async with enter() as value:
                self.ready.set_result(value)
                if self.yields:
                    await self._stop.wait()
        except BaseException as error:
            forget(self)
            self._end(error)
            if not isinstance(error, Exception):
                raise
        else:
            if self.yields:
                forget(self)
            self.closed.set_result(None)

    def _end(self, error: BaseException) -> None:
        if not self.ready.done():
            self.ready.set_exception(error)
            self.closed.set_result(None)
        elif isinstance(error, asyncio.CancelledError):  # its loop ends
            self.closed.set_result(None)
        else:
            logger.error("Closing what %r made failed", self.call, exc_info=error)
            self.closed.set_exception(error)


class KeptValues:
    """What one application keeps, made when it is first needed.

    lives: the loop of each start-up of the application that has not been shut down.
    """

    def __init__(self, is_wanted: Callable[[Callable[..., Any]], bool]) -> None:
        """is_wanted: tells whether what a callable made is needed by what is served now."""
        self.lives: list[asyncio.AbstractEventLoop] = []
        self._is_wanted = is_wanted
        self._kept: list[Kept] = []  # in the order of making: what is needed stands first
        self._lock = threading.RLock()

    async def take(
        self, call: Callable[..., Any], needs: tuple[Kept, ...], enter: Enter, *, yields: bool
    ) -> Kept:
        """Return the value that a callable makes of others, to be given back.

        enter: makes it, for whoever comes first; the others wait. Raises what making it raises:
        whoever comes next tries again.
        """
        with self._lock:
            kept = self._find(call, needs)
            if kept is None:
                kept = Kept(call, needs, yields)
                self._kept.append(kept)
                kept.start(enter, self._forget)
            kept.users += 1
        try:
            # Shielded: who gives up waiting leaves the value to the others.
            await asyncio.shield(asyncio.wrap_future(kept.ready))
        except BaseException:
            self.give_back(kept)
            raise
        return kept

    def give_back(self, kept: Kept) -> None:
        """End one request's use of a value."""
        with self._lock:
            kept.users -= 1
            if not kept.users:
                self.let_go()

    def let_go(self) -> None:
        """Close what is needed no more, once its last request is over; from any thread."""
        with self._lock:
            for kept in self._kept:
                if not self._is_wanted(kept.call) or any(each.is_retired for each in kept.needs):
                    kept.is_retired = True
            unused = [each for each in self._kept if each.is_retired and not each.users]
            for kept in reversed(unused):
                if any(kept in other.needs for other in self._kept):
                    continue  # they go first
                if kept.yields and not kept.is_lost:
                    kept.stop()
                else:
                    self._kept.remove(kept)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept."""
        return not self._kept

    def retire(self) -> None:
        """Close everything, once its last request is over; from any thread.

        What is needed after this is made anew.
        """
        with self._lock:
            for kept in self._kept:
                kept.is_retired = True
            self.let_go()

    async def close(self, *, only_retired: bool = False) -> None:
        """Close everything, the last made first. Raises the first error of those that closing met.

        What is needed after this is made anew.
        """
        with self._lock:
            closing = [each for each in self._kept[::-1] if each.is_retired or not only_retired]
            self._kept = [each for each in self._kept if each not in closing]
        errors: list[BaseException] = []
        for kept in closing:
            kept.is_retired = True
            if not kept.yields or kept.is_lost:
                continue
            kept.stop()
            try:
                await asyncio.shield(asyncio.wrap_future(kept.closed))
            except BaseException as error:  # a cancellation too: the others are to be told
                errors.append(error)
        if errors:
            raise next((each for each in errors if not isinstance(each, Exception)), errors[0])

    def _find(self, call: Callable[..., Any], needs: tuple[Kept, ...]) -> Kept | None:
        self._kept = [each for each in self._kept if not each.is_lost]
        for kept in self._kept:
            if kept.call == call and kept.needs == needs and not kept.is_retired:
                return kept
        return None

    def _forget(self, kept: Kept) -> None:
        with self._lock:
            if kept in self._kept:
                self._kept.remove(kept)
                self.let_go()


@asynccontextmanager
async def closing(
    own: KeptValues, keepers: Callable[[], Iterable[KeptValues]]
) -> AsyncIterator[None]:
    """Close what is kept on leaving, all of it, whatever fails.

    own: of the application that has started up. Where it did so once more on this loop, only what
    was retired is closed: the rest is in use. keepers: asked on leaving.
    """
    loop = asyncio.get_running_loop()
    own.lives.append(loop)
    try:
        yield
    finally:
        own.lives.remove(loop)
        goes_on = loop in own.lives
        async with AsyncExitStack() as stack:
            for each in keepers():
                stack.push_async_callback(each.close, only_retired=goes_on)
