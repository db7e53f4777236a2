"""One application's lifespan, run by the ASGI lifespan protocol."""

import asyncio
import logging
from collections.abc import MutableMapping
from typing import Any, Literal

from starlette.types import ASGIApp

from notebookapi.serving.errors import LifespanError

logger = logging.getLogger("notebookapi.serving")

Message = MutableMapping[str, Any]

LAST_WORDS = 1.0
"""Seconds an application has, after its last message, to return or raise."""


class Lifespan:
    """Starts an application up and shuts it down, in one task of the loop that starts it.

    An application need not support the protocol: one that raises without having announced a
    failure, or returns at once, is taken not to, as ASGI demands, and serves without.
    Applications of the starlette family do support it, so that whatever they raise is a failure,
    a middleware that cannot be built for example.

    state: what the application puts into scope["state"]; each request gets a copy.
    supported: None before start-up.
    """

    def __init__(self, app: ASGIApp, *, required: bool | None = None) -> None:
        """required: whether any exception is a failure; None: look at the application."""
        self.state: dict[str, Any] = {}
        self.supported: bool | None = None
        self._app = app
        self._required = _is_starlette_like(app) if required is None else required
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._answer: asyncio.Future[Message] | None = None
        self._task: asyncio.Task[None] | None = None

    async def startup(self) -> None:
        """Run the application's start-up; cancelling this cancels it.

        Raises LifespanError, caused by the application's own exception where it raised one.
        """
        if self._task is not None:
            raise LifespanError("This lifespan has been started already; make another one.")
        self._task = asyncio.get_running_loop().create_task(self._run(), name="lifespan")
        try:
            answer = await self._ask("lifespan.startup")
        except asyncio.CancelledError:
            await self._end_task(cancel=True)
            raise
        if answer is None:
            self._judge(await self._end_task())
        elif answer["type"] == "lifespan.startup.complete":
            self.supported = True
        else:
            self.supported = True
            raise _failure("start-up", answer, await self._end_task())

    async def shutdown(self, limit: float | None = None) -> None:
        """Run the application's shutdown, if its start-up succeeded. Idempotent.

        limit: seconds, after which it is cancelled; None waits.
        Raises LifespanError when it fails or takes longer.
        """
        if not self.supported or self._task is None or self._task.done():
            return
        try:
            async with asyncio.timeout(limit):
                answer = await self._ask("lifespan.shutdown")
        except TimeoutError:
            await self._end_task(cancel=True)
            raise LifespanError(
                f"The application's shutdown took longer than {limit:g} s and was cancelled. "
                "Let it close what it opened, without waiting."
            ) from None
        ended_by = await self._end_task()
        if answer is None or answer["type"] != "lifespan.shutdown.complete":
            raise _failure("shutdown", answer or {}, ended_by)

    @property
    def is_over(self) -> bool:
        """Whether it has been shut down, or has ended by itself."""
        return self._task is None or self._task.done()

    async def _ask(self, event: str) -> Message | None:
        """Send an event; the application's answer, None if it ends without one."""
        task = self._task
        if task is None or task.done():
            return None
        self._inbox.put_nowait({"type": event})
        answer = self._answer = asyncio.get_running_loop().create_future()
        await asyncio.wait({task, answer}, return_when=asyncio.FIRST_COMPLETED)
        # Looked at before the task: the application may have answered and then raised.
        return answer.result() if answer.done() else None

    async def _run(self) -> None:
        scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        try:
            await self._app(scope, self._inbox.get, self._send)
        except (SystemExit, KeyboardInterrupt) as error:
            # Out of a task these would end the loop, and with it everything else on it.
            raise _Exit(f"it raised {error!r}") from error

    async def _send(self, message: Message) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(message)

    async def _end_task(self, *, cancel: bool = False) -> BaseException | None:
        """Wait until the application returns, and cancel it if it does not; what it raised."""
        task = self._task
        if task is None:
            return None
        if cancel:
            task.cancel()
        await asyncio.wait({task}, timeout=LAST_WORDS)
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=LAST_WORDS)
        if task.cancelled() or not task.done():
            return None
        error = task.exception()
        return error.__cause__ if isinstance(error, _Exit) else error

    def _judge(self, ended_by: BaseException | None) -> None:
        """The application ended without a word: failed, or knows no lifespan?"""
        is_exit = isinstance(ended_by, (SystemExit, KeyboardInterrupt))
        if ended_by is not None and (self._required or is_exit):
            raise _failure("start-up", {}, ended_by)
        self.supported = False
        if ended_by is not None:
            logger.debug("The application knows no lifespan", exc_info=ended_by)


class _Exit(Exception):
    """Carries a SystemExit or KeyboardInterrupt out of the task."""


def _is_starlette_like(app: ASGIApp) -> bool:
    return hasattr(getattr(app, "router", None), "lifespan_context")


def _failure(phase: str, answer: Message, ended_by: BaseException | None) -> LifespanError:
    if ended_by is not None:
        reason = f"{type(ended_by).__name__}: {ended_by}".rstrip(": ")
    else:
        reason = str(answer.get("message") or "it gave no reason")
    error = LifespanError(f"The application's {phase} failed. {reason}")
    error.__cause__ = ended_by
    return error


LifespanUse = bool | Literal["required"]


def used_lifespan(app: ASGIApp, use: LifespanUse) -> Lifespan | None:
    """Return the lifespan to run; "required": any exception at start-up is a failure."""
    return Lifespan(app, required=True if use == "required" else None) if use else None
