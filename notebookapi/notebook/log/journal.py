"""Requests seen by the session: how many, to what, and how the last ones failed."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from notebookapi.notebook.log.failures import NameOf, summary, trimmed

KEPT = 100
"""Failures that are kept, the latest."""

Client = tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class Failure:
    """A request whose endpoint raised.

    summary: one line; traceback: the person's frames; client: who asked, address and port.
    """

    method: str
    path: str
    summary: str
    traceback: str
    client: Client = None


class Journal:
    """Counts requests and failures.

    requests, errors: since the session began; an error is a status of 500 or more, or no answer.
    records: what the server itself logged, the latest.
    """

    def __init__(self, name_of: NameOf) -> None:
        self.requests = 0
        self.errors = 0
        # Weak: the counts are those of a version of a route, and go with it.
        self._hits: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
        self.failures: deque[Failure] = deque(maxlen=KEPT)
        self.records: deque[str] = deque(maxlen=KEPT)
        self.since = time.monotonic()
        self._name_of = name_of
        self._open: Counter[Client] = Counter()
        self._changed = threading.Condition()

    @property
    def last_failure(self) -> str | None:
        """The latest failure in one line."""
        failures = list(self.failures)
        if not failures:
            return None
        last = failures[-1]
        return f"{last.method} {last.path}: {last.summary}"

    def hits_of(self, route: Any) -> int:
        """Return how many requests a route, as it was declared, has answered."""
        return self._hits.get(route, 0)

    def failure_of(self, client: Client, timeout: float = 1.0) -> Failure | None:
        """Return how the latest request of a client failed, once that has been noted.

        timeout: seconds. The response is there before the exception has come all the way.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._open[client], timeout)
            return next((f for f in reversed(self.failures) if f.client == client), None)

    def watching(self, app: ASGIApp) -> ASGIApp:
        """Return `app` with its requests noted.

        An exception that was answered with a 500 ends here: its traceback belongs to the request,
        not to whatever cell is running.
        """

        async def watch(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "websocket":
                await self._watch_websocket(app, scope, receive, send)
                return
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            status = 0
            self._count_open(scope, 1)

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
                self._count_open(scope, -1)

        return watch

    def keep_record(self, record: logging.LogRecord) -> None:
        """Note what the server logged."""
        self.records.append(f"{record.levelname.lower()}: {record.getMessage().splitlines()[0]}")

    async def _watch_websocket(
        self, app: ASGIApp, scope: Scope, receive: Receive, send: Send
    ) -> None:
        try:
            await app(scope, receive, send)
        except Exception as error:
            self._keep(scope, error)
            raise  # the server closes the connection, with 1011

    def _keep(self, scope: Mapping[str, Any], error: Exception) -> None:
        self.failures.append(
            Failure(
                scope.get("method", "WebSocket"),
                scope["path"],
                summary(error, self._name_of),
                trimmed(error, self._name_of),
                _client(scope),
            )
        )

    def _count_open(self, scope: Mapping[str, Any], by: int) -> None:
        client = _client(scope)
        with self._changed:
            self._open[client] += by
            if not self._open[client]:
                del self._open[client]
            self._changed.notify_all()

    def _count(self, scope: Mapping[str, Any], status: int) -> None:
        route = scope.get("route")
        with self._changed:
            self.requests += 1
            self.errors += status >= 500
            if route is not None:
                declared = getattr(route, "origin", route)
                self._hits[declared] = self._hits.get(declared, 0) + 1


def _client(scope: Mapping[str, Any]) -> Client:
    client = scope.get("client")
    return tuple(client) if client else None
