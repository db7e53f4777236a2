"""An application served from a thread of its own, beside whatever the program does."""

import asyncio
import atexit
import concurrent.futures
import logging
import os
import threading
import time
from collections.abc import Callable, Coroutine
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakSet

from starlette.types import ASGIApp

from notebookapi.serving.ends import OnEnd, ServerEnd
from notebookapi.serving.errors import (
    PortInUse,
    ServerNotRunning,
    ServerStartError,
    ServingError,
    UvicornMissing,
)
from notebookapi.serving.sockets import Listener, listen

if TYPE_CHECKING:
    from notebookapi.serving.life import Life
    from notebookapi.serving.lifespans import LifespanUse

logger = logging.getLogger("notebookapi.serving")

T = TypeVar("T")

PATIENCE = 1.0
"""Seconds after which a wait begins anew, to see interrupts."""

WIND_DOWN = 3.0
"""Seconds that a stop may take beyond its grace, the application's shutdown included."""


def until_done(future: "concurrent.futures.Future[Any]") -> None:
    """Wait, interruptibly.

    An interrupt that comes just before a thread begins to wait for a lock is not seen until it
    has waited: so it waits again and again.
    """
    while not concurrent.futures.wait([future], PATIENCE).done:
        continue


class BackgroundServer:
    """An ASGI application served by uvicorn from a daemon thread with an event loop of its own.

    It goes on when a request, or anything else on its loop, calls sys.exit(); it ends with the
    process, running the application's shutdown; a forked child does not hold its port.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        fallback: bool = False,
        lifespan: "LifespanUse" = True,
        limit_concurrency: int = 1000,
        on_end: OnEnd | None = None,
        loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None,
    ) -> None:
        """
        port: 0 for any free one; a server that starts again tries the one it had.
        fallback: take a free port when the wanted one is in use, and say so in `notice`.
        lifespan: run the application's lifespan and pass its state to the requests; "required"
            where an exception at its start is a failure whatever the application is.
        limit_concurrency: connections open at once; those beyond are answered with 503.
        on_end: called on the server's thread when its loop ended without having been asked to;
            requests wait until it returns.
        loop_factory: uvloop's where it is installed.
        """
        self.app = app
        self.host = host
        self.notice: str | None = None
        self.on_end = on_end
        self._wanted = port
        self._port = port
        self._fallback = fallback
        self._lifespan = lifespan
        self._limit_concurrency = limit_concurrency
        self._loop_factory = loop_factory
        self._lock = threading.Lock()
        self._life: Life | None = None

    @property
    def port(self) -> int:
        """The port it listens on; before the first start the wanted one."""
        return self._port

    @property
    def url(self) -> str:
        """Without a slash at the end."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def running(self) -> bool:
        life = self._life
        return life is not None and life.is_serving

    @property
    def port_was_taken(self) -> bool:
        """Whether another port than the wanted one serves."""
        return self.notice is not None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The server's loop. Raises ServerNotRunning."""
        return self._running_life().loop

    def start(self, timeout: float | None = 10.0) -> None:
        """Start, and return when the server accepts. Does nothing when it runs.

        timeout: seconds; None waits. An interrupt while waiting stops what was started.
        Raises ServerStartError (PortInUse, LifespanError, UvicornMissing …); nothing is left
        running then.
        """
        with self._lock:
            if self.running:
                return
            if self._life is not None:
                # Being stopped by another thread, or by itself.
                self._life.ended.wait(timeout)
            life = self._life = self._prepare()
            try:
                life.begin()
                is_ready = life.ready.wait(timeout)
            except BaseException:
                self.stop(0)
                raise
            if life.is_serving:
                return
            self.stop(0)
            raise self._start_failure(life.error if is_ready else None, timeout)

    def stop(self, grace: float = 1.0) -> None:
        """Stop; from any thread, as often as one likes.

        grace: seconds that requests have to finish. Then those that have not answered get 503,
            streams are cut, and the application's shutdown runs.
        Returns when nothing is left and the port is free; on the server's own thread at once,
        since only its return lets the server stop. When something blocks the loop for more than
        three seconds beyond the grace it gives up the thread, frees the port, and logs so.
        """
        life = self._life
        if life is None:
            return
        life.ask_to_stop(grace)
        if threading.current_thread() is life.thread:
            return
        if not life.ended.wait(grace + WIND_DOWN):
            life.listener.silence()
            logger.warning(
                "Something blocks the loop of the server on port %d; the port is free, the thread "
                "ends with what blocks it. Do blocking work in `def` endpoints.",
                self.port,
            )
        if self._life is life:
            self._life = None

    def move(self, host: str, port: int) -> None:
        """Listen there instead: the loop, the lifespan and what is connected go on.

        port: 0 for any free one; another than the present one.
        Raises ServerStartError (PortInUse) and ServerNotRunning; nothing is changed then.
        """
        life = self._running_life()
        listener = listen(host, port)
        try:
            self.run(life.move(listener))
        except BaseException:
            listener.close()
            raise
        self.host, self._port, self._wanted, self.notice = host, listener.port, port, None

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> "concurrent.futures.Future[T]":
        """Run a coroutine on the server's loop, from any thread.

        Cancelling the future cancels the coroutine; so does the end of the server.
        Raises ServerNotRunning.
        """
        try:
            life = self._running_life()
        except ServerNotRunning:
            coroutine.close()
            raise
        return life.submit(coroutine)

    def run(self, coroutine: Coroutine[Any, Any, T], timeout: float | None = None) -> T:
        """Run a coroutine on the server's loop and wait for its result, interruptibly.

        timeout: seconds; None waits. After it, or upon an interrupt, the coroutine is cancelled.
        Raises what the coroutine raises, TimeoutError, or ServerNotRunning, also when the
        server ends meanwhile.
        """
        life = self._life
        if life is not None and threading.current_thread() is life.thread:
            coroutine.close()
            raise ServingError(
                "This is the server's own thread: waiting here would wait forever. "
                "Await the coroutine instead."
            )
        future = self.submit(coroutine)
        try:
            if timeout is None:
                until_done(future)
            return future.result(timeout)
        except concurrent.futures.CancelledError:
            raise ServerNotRunning(
                "The coroutine was cancelled before it ended, by itself or by the server's end."
            ) from None
        finally:
            future.cancel()

    def _running_life(self) -> "Life":
        life = self._life
        if life is None or not self.running:
            raise ServerNotRunning("The server is not running. Call start() first.")
        return life

    def _prepare(self) -> "Life":
        try:
            from notebookapi.serving.engine import new_event_loop
            from notebookapi.serving.life import Life
        except ImportError as error:
            if error.name != "uvicorn":
                raise
            raise UvicornMissing from error
        _prepare_ends()
        _servers.add(self)
        listener = self._listen()
        self._port = listener.port
        try:
            loop = (self._loop_factory or new_event_loop)()
        except BaseException:
            listener.close()
            raise
        return Life(
            self.app,
            listener,
            loop,
            lifespan=self._lifespan,
            limit_concurrency=self._limit_concurrency,
            on_end=self._tell_end,
        )

    def _listen(self) -> Listener:
        self.notice = None
        if self._wanted == 0:
            return _listen_again(self.host, self._port)
        try:
            return listen(self.host, self._wanted)
        except PortInUse:
            if not self._fallback:
                raise
        # Not the one it had last time: the wanted one may be free again by the next start, and
        # any free one is as good as another.
        listener = listen(self.host, 0)
        self.notice = (
            f"Port {self._wanted} is in use by another program, perhaps another notebook; "
            f"port {listener.port} serves instead."
        )
        return listener

    def _start_failure(
        self, error: BaseException | None, timeout: float | None
    ) -> ServerStartError:
        if isinstance(error, ServerStartError):
            return error
        if error is None and timeout is not None:
            return ServerStartError(
                f"The server on port {self.port} did not accept within {timeout:g} s; the "
                "application's start-up was still running and was cancelled. Shorten it, or "
                "start with a longer timeout."
            )
        failure = ServerStartError(
            f"The server on port {self.port} ended before it accepted: "
            f"{error!r}. Correct that, then start it again."
            if error is not None
            else f"The server on port {self.port} was stopped before it accepted."
        )
        failure.__cause__ = error
        return failure

    def _tell_end(self, end: ServerEnd) -> None:
        if self.on_end is not None:
            self.on_end(end)
        else:
            goes_on = "it goes on" if end.restarted else "it is given up"
            logger.warning(
                "The server on port %d was ended by %r; %s.", self.port, end.reason, goes_on
            )


def _listen_again(host: str, port: int) -> Listener:
    """Any free port, the one of last time if it is one."""
    try:
        return listen(host, port)
    except PortInUse:
        return listen(host, 0)


_servers: WeakSet[BackgroundServer] = WeakSet()
_inherited: "list[Life]" = []
"""Of the parent, in a forked child. Kept, since to collect a loop that looks like running is
noisy at best."""


@cache
def _prepare_ends() -> None:
    """See to the end of the process, and to forks, from the first server on."""
    atexit.register(_stop_all)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_forget_all)


def _stop_all(grace: float = 1.0) -> None:
    """Stop every server together, in the time that one takes."""
    lives = [server._life for server in _servers if server._life is not None]
    deadline = time.monotonic() + grace + WIND_DOWN
    for life in lives:
        life.ask_to_stop(grace)
    for life in lives:
        life.ended.wait(max(0.0, deadline - time.monotonic()))


def _forget_all() -> None:
    """In a forked child there is no thread to stop, and a lock may be held by nobody."""
    for server in _servers:
        server._lock = threading.Lock()
        if server._life is not None:
            _inherited.append(server._life)
            server._life = None
