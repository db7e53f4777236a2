"""The session's server: which application answers, on which port, and what became of it."""

from __future__ import annotations

import asyncio
import concurrent.futures
import sys
import threading
import time
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit

from starlette.middleware.cors import CORSMiddleware

from notebookapi.applications import NotebookAPI
from notebookapi.editing import Operation, publish
from notebookapi.notebook.errors import Stopped, WouldWaitForItself
from notebookapi.notebook.log.journal import Journal
from notebookapi.notebook.server.access import ENTRY, Access
from notebookapi.notebook.server.asked import LOOPBACK
from notebookapi.notebook.server.exchange import Exchange, Tell, begins, needs_start
from notebookapi.notebook.server.guard import guarded
from notebookapi.notebook.server.lifespans import Stage
from notebookapi.notebook.server.port import sticky_port
from notebookapi.notebook.server.proxy import below_prefix
from notebookapi.notebook.server.quiet import ServerLog
from notebookapi.notebook.server.token import HEADER, Token
from notebookapi.notebook.swap.undisturbed import interruptible
from notebookapi.serving import BackgroundServer, ServerEnd, ServingError, until_done

T = TypeVar("T")

PATIENCE = 1.0
"""Seconds after which the person is told what a cell waits for."""


def has_sockets() -> bool:
    """Tell whether there can be a server at all: not in a browser's Python (Pyodide)."""
    return sys.platform != "emscripten"


class Server:
    """Serves `app`, whatever it is at the moment that a request comes.

    app: None where there is nothing to serve yet.
    stop_first: whether an application's lifespan ends before that of the next one begins.
    """

    def __init__(self, namespace: Mapping[str, Any], journal: Journal, tell: Tell) -> None:
        """tell: shows the person what takes its time, and what has failed."""
        self.app: NotebookAPI | None = None
        self.stop_first = False
        self._tell = tell
        self._host = "127.0.0.1"
        # Whether it is, or has been: connections from afar outlast a move back to this computer.
        self._was_open = False
        self.access = Access(self._listed_origins, self._home)
        self._stage = Stage(lambda: self.app)
        self._namespace = namespace
        self._journal = journal
        self._background: BackgroundServer | None = None
        self._was_stopped = False
        self._since = 0.0
        self._announced: BackgroundServer | None = None
        self._news: list[str] = []
        self._log = ServerLog(journal.keep_record)
        # Cells on subshells end in threads of their own.
        self._lock = threading.RLock()

    @property
    def running(self) -> bool:
        return self._background is not None and self._background.running

    @property
    def url(self) -> str | None:
        """Where it serves; None where it does not."""
        server = self._background
        return server.url if server is not None and server.running else None

    @property
    def notice(self) -> str | None:
        """Why another port than the notebook's own serves."""
        return self._background.notice if self._background is not None and self.running else None

    @property
    def is_open(self) -> bool:
        """Whether other computers can reach it."""
        return self._host not in LOOPBACK

    @property
    def token_required(self) -> bool:
        """Whether others than the person's own programs can reach it."""
        return self.is_open or self.access.is_shared

    @property
    def token(self) -> Token:
        return self.access.token

    @property
    def entry(self) -> str | None:
        """The path of the page that takes the token, where one is wanted."""
        return ENTRY if self.token_required else None

    @property
    def credentials(self) -> Mapping[str, str]:
        """Headers that the kernel's own requests need: a network's address is not loopback."""
        return {HEADER: self.token.reveal()} if self.token_required else {}

    def learn_host(self, host: str) -> None:
        """Answer to the name under which a page of the notebook was opened."""
        self.access.learn_host(host)

    def way_in(self) -> Mapping[str, Any]:
        """Return where a browser begins: the port, the path, and what stands behind the `#`.

        Starts the server. Raises Stopped, and ServingError.
        """
        port = urlsplit(self.wanted()).port
        fragment = self.token.reveal() if self.entry else ""
        return {"port": port, "path": self.entry or self._home(), "fragment": fragment}

    @property
    def left(self) -> int:
        """How many requests and connections still run on a version before the present one."""
        return self._stage.left if self.running else 0

    @property
    def lifespan_state(self) -> dict[str, Any] | None:
        """What the application's lifespan yielded; None where it has not started."""
        up = self._stage.up
        return up.lifespan.state if up is not None else None

    @property
    def uptime(self) -> float:
        """Seconds for which it has been running; 0 where it does not run."""
        return time.monotonic() - self._since if self.running else 0.0

    @property
    def may_start(self) -> bool:
        """Whether a publication may start it: it could, and the person has not stopped it."""
        return has_sockets() and not self._was_stopped

    def announced(self) -> str | None:
        """Return the URL once for each address that it serves at."""
        server, before = self._background, self._announced
        if server is None or not server.running or server is before:
            return None
        self._announced = server
        return server.url

    @property
    def has_news(self) -> bool:
        """Whether something happened to it that nobody has been told of yet."""
        return bool(self._news)

    def take_news(self) -> list[str]:
        """Return what happened to it and nobody has been told of yet."""
        news, self._news = self._news, []
        return news

    def start(self) -> str:
        """Start it unless it runs; return its URL. Raises ServingError."""
        with self._lock:
            server = self._background
            if server is None:
                port = sticky_port(self._namespace)
                server = self._background = self._made(self._stage, port, fallback=True)
            if not server.running:
                self._log.install()
                self._announced = None
                server.start()
                self._since = time.monotonic()
            self._was_stopped = False
            return server.url

    def wanted(self) -> str:
        """Start it for somebody who needs it; return its URL.

        Raises Stopped where the person has stopped it, and ServingError.
        """
        if self._was_stopped and not self.running:
            raise Stopped("The server is stopped. `%api serve` starts it.")
        return self.start()

    def move(self, port: int | None, host: str | None = None) -> str:
        """Serve at another port or address; return the URL.

        What runs goes on, the lifespan too, unless the port stays the same.
        None: as before. Raises ServingError; what ran before goes on then.
        """
        old, host = self._background, host or self._host
        if port is None:
            port = old.port if old is not None else sticky_port(self._namespace)
        if old is not None and old.running and (old.port, old.host) == (port, host):
            return old.url
        self._was_open |= host not in LOOPBACK  # before anybody can come from there
        if old is not None and old.running and old.port != port:
            old.move(host, port)
            self._host, self._announced = host, None
            return old.url
        if old is not None:
            old.stop()  # an address of all contains the one before: they cannot be served together
        stage = Stage(lambda: self.app)
        fresh = self._made(stage, port, fallback=False, host=host)
        self._log.install()
        try:
            fresh.start()
        except ServingError:
            if old is not None and self._since and not self._was_stopped:
                old.start()
            raise
        self._background, self._since = fresh, time.monotonic()
        self._was_open = host not in LOOPBACK
        self._stage, self._host, self._was_stopped = stage, host, False
        return fresh.url

    def stop(self) -> bool:
        """Stop it, and let no publication start it; tell whether it ran."""
        was_running = self.running
        self._was_stopped = True
        if self._background is not None:
            self._background.stop()
        self._log.remove()
        return was_running

    def pause(self) -> None:
        """Stop it as after loading: the next publication starts it."""
        self.stop()
        self._was_stopped = False

    def follow(self, app: NotebookAPI | None) -> None:
        """Serve another application from now on. Raises ServingError, with nothing changed."""
        self.publish((), app)

    def publish(self, operations: Sequence[Operation], app: NotebookAPI | None) -> None:
        """Publish, and serve `app` from that moment on; what has to start up starts first.

        Raises what publishing raises, and ServingError where a start-up fails; nothing is
        published then, and what was served is served still.
        """
        with self._lock:
            is_first = not self.running and self.may_start and begins(operations, app)
            if is_first:
                before, self.app = self.app, None
                self.start()
            if app is None or not self.running or not needs_start(self._stage, operations, app):
                if operations:
                    publish(operations)
                    self._stage.turned()
            else:
                exchange = Exchange(self._stage, self.run_patiently, self.stop_first, self._tell)
                try:
                    exchange.carry_out(operations, app)
                except BaseException:
                    if is_first:
                        self.app = before
                        self.pause()
                    raise
            self.app = app

    @property
    def is_to_start(self) -> bool:
        """Whether the application was given another lifespan, by an assignment say."""
        app = self.app
        return app is not None and self.running and needs_start(self._stage, (), app)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the server's loop and wait for its result."""
        if self._background is None:
            coroutine.close()
            raise ServingError("The server is not running. `%api serve` starts it.")
        return self._background.run(coroutine)

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Run a coroutine on the server's loop, without waiting. Raises ServingError."""
        if self._background is None:
            raise ServingError("The server is not running. `%api serve` starts it.")
        return self._background.submit(coroutine)

    def run_patiently(self, coroutine: Coroutine[Any, Any, T], waiting: str) -> T:
        """Run a coroutine on the server's loop; say `waiting` where it takes its time."""
        future = self.submit(coroutine)
        try:
            with interruptible():
                if not concurrent.futures.wait([future], PATIENCE).done:
                    self._tell(waiting, None)
                until_done(future)
        except KeyboardInterrupt:
            if future.cancel():
                raise
        # An interrupt that comes when it has ended has nothing to end.
        return future.result()

    def check_not_inside(self) -> None:
        """Raises WouldWaitForItself on the server's own loop: it could not answer meanwhile."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        if self._background is not None and self.running and loop is self._background.loop:
            raise WouldWaitForItself(
                "`api` was used in an `async def` endpoint or dependency: the server cannot "
                "answer while it waits there. Declare it with `def`, or call the function itself."
            )

    def _made(
        self, stage: Stage, port: int, *, fallback: bool, host: str = "127.0.0.1"
    ) -> BackgroundServer:
        watched = self._journal.watching(below_prefix(stage, self._has_root_path))
        return BackgroundServer(
            guarded(watched, self.access, is_open=lambda: self._was_open),
            host=host,
            port=port,
            fallback=fallback,
            lifespan="required",
            on_end=self._ended,
        )

    def _has_root_path(self) -> bool:
        return self.app is not None and bool(self.app.root_path)

    def _home(self) -> str:
        app = self.app
        return (app.docs_url if app is not None and app.openapi_url else None) or "/"

    def _listed_origins(self) -> Iterable[str]:
        """Return the origins that the application itself lets in."""
        for middleware in self.app.user_middleware if self.app is not None else ():
            if isinstance(middleware.cls, type) and issubclass(middleware.cls, CORSMiddleware):
                named: Any = middleware.kwargs.get("allow_origins") or ()
                yield from named

    def _ended(self, end: ServerEnd) -> None:
        by = "" if end.reason is None else f" by {end.reason!r}"
        what = "goes on" if end.restarted else "is given up; `%api serve` starts it again"
        self._news.append(f"The server was ended{by} and {what}.")
