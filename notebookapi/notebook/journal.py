"""Requests seen by the session: how many, to what, and how the last ones failed."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from notebookapi.notebook.failures import NameOf, summary, trimmed

KEPT = 100
"""Failures that are kept, the latest."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A request whose endpoint raised. summary: one line; traceback: the person's frames."""

    method: str
    path: str
    summary: str
    traceback: str


class Journal:
    """Counts requests and failures.

    requests, errors: since the session began; an error is a status of 500 or more, or no answer.
    """

    def __init__(self, name_of: NameOf) -> None:
        self.requests = 0
        self.errors = 0
        self.hits: Counter[Any] = Counter()
        self.failures: deque[Failure] = deque(maxlen=KEPT)
        self.since = time.monotonic()
        self._name_of = name_of
        self._lock = threading.Lock()

    @property
    def last_failure(self) -> str | None:
        """The latest failure in one line."""
        failures = list(self.failures)
        if not failures:
            return None
        last = failures[-1]
        return f"{last.method} {last.path}: {last.summary}"

    def watching(self, app: ASGIApp) -> ASGIApp:
        """Return `app` with its requests noted.

        An exception that was answered with a 500 ends here: its traceback belongs to the request,
        not to whatever cell is running.
        """

        async def watch(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            status = 0

            async def note(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            try:
                await app(scope, receive, note)
            except Exception as error:
                self._keep(scope, error)
                if not status:
                    raise
            finally:
                self._count(scope, status or 500)

        return watch

    def _keep(self, scope: Mapping[str, Any], error: Exception) -> None:
        self.failures.append(
            Failure(
                scope["method"],
                scope["path"],
                summary(error, self._name_of),
                trimmed(error, self._name_of),
            )
        )

    def _count(self, scope: Mapping[str, Any], status: int) -> None:
        route = scope.get("route")
        with self._lock:
            self.requests += 1
            self.errors += status >= 500
            if hasattr(route, "origin"):
                self.hits[route.origin] += 1
