"""Lifespans, run by the session: the new one is up before the old one goes, and nothing is mixed.

A request sees the routes of one moment and the state that the lifespan of that moment yielded.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from notebookapi._table.published import Published
from notebookapi._tree import mounted_in, routers_in
from notebookapi.applications import NotebookAPI
from notebookapi.editing import Draft, stage_on
from notebookapi.notebook.server.heartbeat import watch_loop
from notebookapi.notebook.server.running import Running
from notebookapi.routing import APIRouter
from notebookapi.serving import Lifespan, LifespanError

logger = logging.getLogger("notebookapi.serving")

LEAVING = 2.0
"""Seconds that the last requests of a version have, before what its lifespan opened is closed."""

LAST = 1.8
"""Seconds that a shutdown may take where the server ends: less than the server itself allows."""

_TRY_AGAIN = 1013  # RFC 6455's registry (IANA): try again later


@dataclass(frozen=True, slots=True)
class Parts:
    """What runs when an application starts up: as long as these are the same, nothing restarts.

    entered: lifespans that are the program's own. called: handlers of "startup".
    watched: every router, with its lifespan.
    """

    entered: tuple[Any, ...] = ()
    called: tuple[Any, ...] = ()
    watched: tuple[tuple[APIRouter, Any], ...] = field(default=(), compare=False)

    def __bool__(self) -> bool:
        return bool(self.entered or self.called)

    @property
    def is_current(self) -> bool:
        """Whether no router was assigned another lifespan; what is declared is not looked at."""
        return all(router.lifespan_context == context for router, context in self.watched)


def parts_of(app: NotebookAPI) -> Parts:
    """Return what would run at the application's start-up, with what this context has staged."""
    watched = tuple((router, router.lifespan_context) for router in routers_in(app.router))
    entered, called = [], []
    for router, context in watched:
        if context == router.events.lifespan:
            called += list(router.on_startup)
        else:
            entered.append(context)
    return Parts(tuple(entered), tuple(called), watched)


def redefined(
    app: NotebookAPI, namespace: Mapping[str, Any], changed: Callable[[], Collection[str]]
) -> Iterator[tuple[APIRouter, Any]]:
    """Yield the routers whose lifespan's name stands for another function now, and that one.

    changed: the names that a cell has rebound; asked only where there is a lifespan.
    """
    for router in routers_in(app.router):
        context = router.lifespan_context
        function: Any = inspect.unwrap(context)
        name = getattr(function, "__qualname__", "")
        new = namespace.get(name)
        if not callable(new) or getattr(function, "__module__", "") != namespace.get("__name__"):
            continue
        if inspect.unwrap(new) is not function and name in changed():
            yield router, asynccontextmanager(new) if inspect.isasyncgenfunction(new) else new


@dataclass(eq=False)
class Up:
    """An application that has started up. requests: those that it has begun to answer."""

    app: NotebookAPI
    parts: Parts
    lifespan: Lifespan
    requests: int = 0
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    _taking_back: list[Callable[[], None]] = field(default_factory=list)

    def settle(self) -> None:
        """Let it be shut down by the handlers that are declared now, whatever is published."""
        self._taking_back = [router.events.settle() for router, _ in self.parts.watched]

    def unsettle(self) -> None:
        """Take that back: it goes on."""
        for take_back in self._taking_back:
            take_back()


@dataclass(frozen=True, slots=True, eq=False)
class Now:
    """What answers; replaced as a whole. pinned: what is served whatever is published.

    turn: counts publications.
    """

    up: Up | None = None
    pinned: Published | None = None
    turn: int = 0


class Stage:
    """The ASGI application of one server: answers by the application that is up.

    wanted: returns what to start up where the server starts.
    """

    def __init__(self, wanted: Callable[[], NotebookAPI | None]) -> None:
        self._wanted = wanted
        self._now = Now()
        self._running = Running()
        self._leaving: dict[asyncio.Task[None], Up] = {}
        self._gate: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop = None  # type: ignore[assignment]  # set where it runs

    @property
    def up(self) -> Up | None:
        return self._now.up

    @property
    def left(self) -> int:
        """How many requests and connections still run on a version before the present one."""
        return self._running.before(self._now.turn)

    def turned(self) -> None:
        """Note that something else is published from now on."""
        self._now = replace(self._now, turn=self._now.turn + 1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        stage_on(None)  # a request is nobody's cell
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if self._gate is not None:
            await self._gate.wait()
        now = self._now
        if now.up is None:
            await _nothing_yet(scope, receive, send)
            return
        app = now.up.app if now.pinned is None else now.up.app.serving(now.pinned)
        scope["state"] = now.up.lifespan.state.copy()
        now.up.requests += 1
        request = self._running.begin(now.turn)
        try:
            await app(scope, receive, request.sending(send))
        finally:
            request.end()
            self._ended(now.up)

    def _ended(self, up: Up) -> None:
        up.requests -= 1
        if not up.requests and up is not self._now.up:
            up.idle.set()

    # --- another application, or another lifespan; on the server's loop

    async def start(self, app: NotebookAPI, draft: Draft, *, stop_first: bool) -> Up:
        """Start an application up as it will be with what is staged; what answers goes on.

        From its end to `switch` or `give_up` what answers is as it was, whatever is published.
        stop_first: close what the one before has opened; requests wait meanwhile.
        Raises LifespanError, and nothing is changed then.
        """
        before = self._now.up
        if before is None or stop_first:
            self._gate = asyncio.Event()
        try:
            if before is not None and stop_first:
                await self._leave(before)
            if before is not None:
                before.settle()
            up = await _started(app, draft)
        except BaseException:
            if before is not None:
                before.unsettle()
            if before is not None and stop_first:
                await self._bring_back(before)
            self._open_gate()
            raise
        if before is not None:
            self._now = replace(self._now, pinned=before.app.published)
        return up

    def switch(self, up: Up) -> None:
        """Answer by it from now on, by one assignment; from any thread."""
        before, self._now = self._now.up, Now(up, None, self._now.turn + 1)
        if before is not None:
            if before.app is up.app:
                _renew_kept(up.app)
            self._loop.call_soon_threadsafe(self._retire, before)
        self._loop.call_soon_threadsafe(self._open_gate)

    async def give_up(self, up: Up) -> None:
        """Go on with what answers, and close what the new one has opened."""
        before = self._now.up
        self._now = replace(self._now, pinned=None)
        if before is not None:
            before.unsettle()
        await _shut_down(up)
        if before is not None and before.lifespan.is_over:
            await self._bring_back(before)
        self._open_gate()

    def _open_gate(self) -> None:
        gate, self._gate = self._gate, None
        if gate is not None:
            gate.set()

    async def _bring_back(self, before: Up) -> None:
        """Start up again what was stopped for another one, which does not start."""
        try:
            up = await _started(before.app, None)
        except LifespanError as error:
            logger.error("What served before does not start again: %s", error)
        else:
            self._now = Now(up, None, self._now.turn)

    def _retire(self, up: Up) -> None:
        task = asyncio.ensure_future(self._leave(up))
        self._leaving[task] = up
        task.add_done_callback(self._leaving.pop)

    async def _leave(self, up: Up) -> None:
        try:
            async with asyncio.timeout(LEAVING):
                while up.requests:
                    up.idle.clear()
                    await up.idle.wait()
        except TimeoutError:
            logger.info("%d requests go on, without what their lifespan had opened", up.requests)
        await _shut_down(up)

    # --- the server's own lifespan

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._loop = asyncio.get_running_loop()
        heart = asyncio.ensure_future(watch_loop())
        try:
            app = self._wanted()
            up = None if app is None else await _started(app, None)
        except LifespanError as error:
            heart.cancel()
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise error.__cause__ or error from None
        self._now = Now(up, None, self._now.turn)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        heart.cancel()
        up, self._now = self._now.up, Now(None, None, self._now.turn)
        self._running = Running()  # those that are cut off tell the old one of their end
        going = [*self._leaving.values(), *([up] if up is not None else [])]
        for task in list(self._leaving):
            task.cancel()
        async with asyncio.TaskGroup() as group:
            for each in going:
                group.create_task(_shut_down(each, LAST))
        await send({"type": "lifespan.shutdown.complete"})


async def _started(app: NotebookAPI, draft: Draft | None) -> Up:
    """Start an application up. Raises LifespanError."""
    stage_on(draft)
    parts = parts_of(app)
    lifespan = Lifespan(app, required=True)
    await lifespan.startup()
    return Up(app, parts, lifespan)


def _renew_kept(app: NotebookAPI) -> None:
    """Have what the application keeps made anew: it may be made of what a lifespan has opened."""
    for each in (app, *mounted_in(app.published)):
        each.kept.retire()


async def _shut_down(up: Up, limit: float = LEAVING) -> None:
    try:
        await up.lifespan.shutdown(limit)
    except LifespanError as error:
        logger.error("%s", error, exc_info=error.__cause__)


async def _nothing_yet(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await PlainTextResponse("Nothing is served yet.\n", 404)(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": _TRY_AGAIN})
