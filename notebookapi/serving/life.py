"""The life of a server's thread: start-up, serving, going on after an accident, the end."""

import asyncio
import concurrent.futures
import logging
import threading
import time
from collections import deque
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.types import ASGIApp

from notebookapi.serving.ends import OnEnd, ServerEnd
from notebookapi.serving.engine import Engine
from notebookapi.serving.errors import (
    CoroutineExit,
    LifespanError,
    ServerNotRunning,
    ServerStartError,
)
from notebookapi.serving.interval import switch_interval
from notebookapi.serving.lifespans import LifespanUse, used_lifespan
from notebookapi.serving.sockets import Listener

logger = logging.getLogger("notebookapi.serving")

T = TypeVar("T")

LIFESPAN_SHUTDOWN = 2.0
"""Seconds that an application's shutdown may take. With a second of grace for requests and what
the rest takes this stays under four: Jupyter kills a kernel after five."""

LAST_TASKS = 0.5
"""Seconds that cancelled tasks have to end."""

ACCIDENTS = 10
ACCIDENT_WINDOW = 60.0
"""More than so many accidents in so many seconds, and the server is given up."""


class Life:
    """One thread with one loop, which serves one listener until it is asked to stop.

    ready: set when the server accepts, and when it ends.
    ended: set when nothing of it is left.
    error: why it ended, unless it was asked to.
    """

    def __init__(
        self,
        app: ASGIApp,
        listener: Listener,
        loop: asyncio.AbstractEventLoop,
        *,
        lifespan: LifespanUse,
        limit_concurrency: int,
        on_end: OnEnd,
    ) -> None:
        self.listener = listener
        self.loop = loop
        self.ready = threading.Event()
        self.ended = threading.Event()
        self.error: BaseException | None = None
        self.thread = threading.Thread(
            target=self._live, name=f"notebookapi-{listener.port}", daemon=True
        )
        self._app = app
        self._lifespan = used_lifespan(app, lifespan)
        self._limit_concurrency = limit_concurrency
        self._on_end = on_end
        self._engine: Engine | None = None
        self._task: asyncio.Task[None] | None = None
        self._grace: float | None = None
        self._accidents: deque[float] = deque()
        self._is_stopping = False
        self._submitted: set[concurrent.futures.Future[Any]] = set()

    @property
    def is_serving(self) -> bool:
        """Whether it accepts, and has not been asked to stop."""
        return self.ready.is_set() and not self._is_stopping and not self.ended.is_set()

    def begin(self) -> None:
        """Start the thread. Raises ServerStartError when the system gives none."""
        try:
            self.thread.start()
        except RuntimeError as error:
            self.listener.close()
            self.loop.close()
            self.ended.set()
            raise ServerStartError(
                f"The system gave no thread for the server ({error}). "
                "End threads or programs that are not needed."
            ) from error

    def ask_to_stop(self, grace: float) -> None:
        """Begin the end, from any thread. Only the first grace counts."""
        self._is_stopping = True
        try:
            self.loop.call_soon_threadsafe(self._stop, grace)
        except RuntimeError:
            # The loop is closed: it has ended, or is about to.
            return

    async def move(self, listener: Listener) -> None:
        """Listen there from now on, on the loop: everything else goes on."""
        if self._engine is not None:
            await self._engine.listen_on(listener.share())
        before, self.listener = self.listener, listener
        before.silence()

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> "concurrent.futures.Future[T]":
        """Run a coroutine on the loop, from any thread. Raises ServerNotRunning."""
        contained = _contained(coroutine)
        try:
            future = asyncio.run_coroutine_threadsafe(contained, self.loop)
        except RuntimeError as error:
            contained.close()
            coroutine.close()
            raise ServerNotRunning("The server ended just now. Call start() first.") from error
        self._submitted.add(future)
        future.add_done_callback(self._submitted.discard)
        # The loop may have ended without having looked at it; then nobody else would end it.
        if self.ended.is_set():
            future.cancel()
        return future

    def _stop(self, grace: float) -> None:
        if self._grace is not None:
            return
        self._grace = grace
        if self._engine is not None:
            self._engine.ask_to_stop(grace)
        elif self._task is not None:
            self._task.cancel()
        # Not before the engine has let go of it: its loop would find a broken socket.
        self.listener.silence()

    def _live(self) -> None:
        asyncio.set_event_loop(self.loop)
        switch_interval.hold()
        try:
            self._drive(self._start_up())
            while self._grace is None:
                self._serve_once()
        except BaseException as error:
            # Nobody is above this frame: `start` or the callback tells the person.
            self.error = None if self._grace is not None else error
        finally:
            self._end()

    async def _start_up(self) -> None:
        if self._lifespan is not None:
            await self._lifespan.startup()

    def _serve_once(self) -> None:
        try:
            self._drive(self._serve())
        except ServerStartError:
            raise
        except (Exception, asyncio.CancelledError) as error:
            if not self.ready.is_set():
                raise
            self._note_accident(error)
        else:
            self._note_accident(None)

    async def _serve(self) -> None:
        engine = Engine(
            self._app,
            state=None if self._lifespan is None else self._lifespan.state,
            limit_concurrency=self._limit_concurrency,
            on_started=self.ready.set,
        )
        self._engine = engine
        try:
            await engine.serve(sockets=[self.listener.share()])
        finally:
            self._engine = None
            engine.abandon()

    def _drive(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run to its end what must not be ended by anybody else's SystemExit.

        Raised in a task, or in a callback, that one leaves the loop, and so does `loop.stop()`.
        The loop and what runs on it are as they were: go on with them.
        """
        task = self._task = self.loop.create_task(coroutine)
        while not task.done():
            try:
                self.loop.run_until_complete(task)
            except BaseException as error:
                if self.loop.is_closed():
                    raise
                if not task.done():
                    self._note_accident(error)
        task.result()

    def _note_accident(self, reason: BaseException | None) -> None:
        """Tell of an accident; raise when there are too many of them to go on."""
        if self._grace is not None:
            return
        now = time.monotonic()
        self._accidents.append(now)
        while now - self._accidents[0] > ACCIDENT_WINDOW:
            self._accidents.popleft()
        goes_on = len(self._accidents) <= ACCIDENTS
        try:
            self._on_end(ServerEnd(reason, goes_on))
        except Exception:
            logger.exception("The callback for the end of the server failed")
        if not goes_on:
            raise ServerStartError(
                f"The server ended {ACCIDENTS + 1} times in {ACCIDENT_WINDOW:g} s, the last time "
                f"by {reason!r}, and is given up. Correct what ends it, then start it again."
            ) from reason

    def _end(self) -> None:
        self.listener.silence()
        # From here on nothing counts as an accident.
        self._grace = 0.0
        try:
            self._drive(self._wind_down())
        except Exception:
            logger.exception("The server's loop did not end in order")
        finally:
            self.loop.close()
            switch_interval.release()
            self.ended.set()
            self.ready.set()
            for future in list(self._submitted):
                future.cancel()

    async def _wind_down(self) -> None:
        if self._engine is not None:
            # Given up, with its task still there.
            self._engine.abandon()
        if self._lifespan is not None:
            try:
                await self._lifespan.shutdown(LIFESPAN_SHUTDOWN)
            except LifespanError as error:
                logger.error("%s", error, exc_info=error.__cause__)
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        if rest:
            _, stuck = await asyncio.wait(rest, timeout=LAST_TASKS)
            for task in stuck:
                # Waiting for a thread, most likely, which nobody can end. That its task goes
                # with the loop is no news.
                task._log_destroy_pending = False  # type: ignore[attr-defined]  # not in typeshed
        await self.loop.shutdown_asyncgens()


async def _contained(coroutine: Coroutine[Any, Any, T]) -> T:
    try:
        return await coroutine
    except (SystemExit, KeyboardInterrupt) as error:
        # Out of a task this would end the server's loop.
        raise CoroutineExit(
            f"The coroutine raised {error!r}; the server goes on. Let it return instead."
        ) from error
