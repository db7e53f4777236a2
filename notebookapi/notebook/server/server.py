"""The session's server: which application answers, on which port, and what became of it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine, Iterable, Mapping
from typing import Any, TypeVar

from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Router
from starlette.types import Receive, Scope, Send

from notebookapi.applications import NotebookAPI
from notebookapi.editing import stage_on
from notebookapi.notebook.errors import Stopped, WouldWaitForItself
from notebookapi.notebook.log.journal import Journal
from notebookapi.notebook.server.guard import guarded
from notebookapi.notebook.server.port import sticky_port
from notebookapi.notebook.server.quiet import ServerLog
from notebookapi.serving import BackgroundServer, ServerEnd, ServingError

T = TypeVar("T")


class Server:
    """Serves `app`, whatever it is at the moment that a request comes.

    app: None where there is nothing to serve yet.
    lifespan_state: what the application's lifespan yielded.
    """

    def __init__(self, namespace: Mapping[str, Any], journal: Journal) -> None:
        self.app: NotebookAPI | None = None
        self.lifespan_state: dict[str, Any] | None = None
        self._namespace = namespace
        self._journal = journal
        self._background: BackgroundServer | None = None
        self._alive: NotebookAPI | None = None
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
    def uptime(self) -> float:
        """Seconds for which it has been running; 0 where it does not run."""
        return time.monotonic() - self._since if self.running else 0.0

    @property
    def may_start(self) -> bool:
        """Whether a publication may start it: the person has not stopped it."""
        return not self._was_stopped

    def announced(self) -> str | None:
        """Return the URL once for each address that it serves at."""
        server, before = self._background, self._announced
        if server is None or not server.running or server is before:
            return None
        self._announced = server
        return server.url

    def take_news(self) -> list[str]:
        """Return what happened to it and nobody has been told of yet."""
        news, self._news = self._news, []
        return news

    def start(self) -> str:
        """Start it unless it runs; return its URL. Raises ServingError."""
        with self._lock:
            server = self._background
            if server is None:
                server = self._made(sticky_port(self._namespace), fallback=True)
                self._background = server
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

    def move(self, port: int) -> str:
        """Serve on another port; return the URL.

        Raises ServingError; what ran before goes on then.
        """
        old = self._background
        if old is not None and old.running and old.port == port:
            return old.url
        fresh = self._made(port, fallback=False)
        self._log.install()
        fresh.start()
        self._background, self._since = fresh, time.monotonic()
        self._was_stopped = False
        if old is not None:
            old.stop()
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

    def follow(self, app: NotebookAPI | None) -> bool:
        """Serve another application from now on; tell whether that took a restart.

        An application with a lifespan answers requests only after its start-up.
        Raises ServingError; the application before is served then, if it starts again.
        """
        before, self.app = self.app, app
        server = self._background
        if server is None or not server.running or app is None or app is self._alive:
            return False
        if not any(has_lifespan(each) for each in (app, self._alive) if each is not None):
            self._alive = app
            return False
        server.stop()
        try:
            server.start()
        except ServingError:
            self.app = before
            if before is not None and before is not app:
                server.start()
            raise
        return True

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the server's loop and wait for its result."""
        if self._background is None:
            coroutine.close()
            raise ServingError("The server is not running. `%api serve` starts it.")
        return self._background.run(coroutine)

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

    def _made(self, port: int, *, fallback: bool) -> BackgroundServer:
        answer = self._journal.watching(self._answer)
        return BackgroundServer(
            guarded(answer, self._allowed_origins),
            port=port,
            fallback=fallback,
            lifespan="required",
            on_end=self._ended,
        )

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        stage_on(None)  # a request is nobody's cell
        app = self.app
        if scope["type"] == "lifespan":
            self._alive = app
            self.lifespan_state = scope.get("state")
        if app is not None:
            await app(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse("Nothing is served yet.\n", 404)(scope, receive, send)

    def _allowed_origins(self) -> Iterable[str]:
        """Return the origins that the application itself lets in, by name."""
        for middleware in self.app.user_middleware if self.app is not None else ():
            if isinstance(middleware.cls, type) and issubclass(middleware.cls, CORSMiddleware):
                named: Any = middleware.kwargs.get("allow_origins") or ()
                yield from (origin for origin in named if origin != "*")

    def _ended(self, end: ServerEnd) -> None:
        by = "" if end.reason is None else f" by {end.reason!r}"
        what = "goes on" if end.restarted else "is given up; `%api serve` starts it again"
        self._news.append(f"The server was ended{by} and {what}.")


def has_lifespan(app: NotebookAPI) -> bool:
    """Tell whether an application has something to start up or shut down."""
    return type(app.router.lifespan_context) is not type(Router().lifespan_context)
