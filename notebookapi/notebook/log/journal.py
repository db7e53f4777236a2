"""Requests seen by the session: how many, to what, and how the last ones failed."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from typing import Any
from weakref import WeakKeyDictionary

from starlette.types import ASGIApp, Receive, Scope, Send

from notebookapi.notebook.log.capture import Capture, Meter, current
from notebookapi.notebook.log.durations import Latency, Requests
from notebookapi.notebook.log.failures import code_of, summary, trimmed
from notebookapi.notebook.log.record import Cells, Failure, Raised, Record
from notebookapi.notebook.log.records import Client, Entry, Output

KEPT = 1000
"""Requests that are kept, the latest, unless a session is told otherwise."""
MOST_BYTES = 32 * 1024 * 1024
"""Characters and bytes that they keep together; beyond it the oldest leave sooner."""
ERRORS = 10
"""Failures whose frames are kept for a debugger."""
_LATEST = 100

Listener = Callable[[Entry], object]
logger = logging.getLogger("notebookapi.serving")


class Journal:
    """Notes requests: the latest in full, of all how many and how they went.

    requests, errors: since the session began; an error is a status of 500 or more, or no answer.
    failures: the latest requests whose endpoint raised.
    records: what the server itself logged, the latest.
    isolate: called with a request's number in the context that answers it; returns what is to be
    called at its end. echo: called with what a request left, in the cell that sent it.
    """

    def __init__(self, cells: Cells, kept: int = KEPT) -> None:
        self.requests = 0
        self.errors = 0
        self.failures: deque[Failure] = deque(maxlen=_LATEST)
        self.records: deque[str] = deque(maxlen=_LATEST)
        self.since = time.monotonic()
        self.isolate: Callable[[int], Callable[[], object]] | None = None
        self.echo: Callable[[Output], object] | None = None
        self._cells = cells
        self._kept = kept
        self._ring: deque[Record] = deque()
        self._meter = Meter()
        self._numbers = itertools.count(1)
        # Frames keep all that is local to them alive, so these are few.
        self._raised: deque[Raised] = deque(maxlen=ERRORS)
        # Weak: the counts are those of a version of a route, and go with it.
        self._requests: WeakKeyDictionary[Any, Requests] = WeakKeyDictionary()
        self._listeners: tuple[Listener, ...] = ()
        self._early: tuple[Listener, ...] = ()
        self._open: dict[Client, int] = {}
        self._changed = threading.Condition()

    def keep(self, count: int) -> None:
        """Keep no more than `count` requests from the next one on."""
        self._kept = count

    # --- looking

    @property
    def last_failure(self) -> str | None:
        """The latest failure in one line."""
        failures = list(self.failures)
        if not failures:
            return None
        last = failures[-1]
        return f"{last.method} {last.path}: {last.summary}"

    @property
    def size(self) -> int:
        """Characters and bytes that are kept of all requests together."""
        return self._meter.used

    def hits_of(self, route: Any) -> int:
        """Return how many requests a route, as it was declared, has answered."""
        found = self._requests.get(route)
        return found.hits if found else 0

    def latency_of(self, route: Any) -> Latency | None:
        """Return how long a route, as it was declared, took lately; None where nobody asked."""
        found = self._requests.get(route)
        return found.latency if found else None

    def entries(self) -> list[Entry]:
        """Return the requests that are kept, the oldest first, as they are now."""
        return [record.entry(self._cells) for record in self._records()]

    def find(self, number: int) -> Entry | None:
        """Return a request by its id, as it is now; None where it is not kept any more."""
        found = (each for each in reversed(self._records()) if each.id == number)
        record = next(found, None)
        return record.entry(self._cells) if record is not None else None

    def has_frames(self, number: int) -> bool:
        """Tell whether a request failed so lately that its frames are kept."""
        return any(each.id == number for each in self.raised)

    @property
    def raised(self) -> list[Raised]:
        """The latest exceptions, with their frames and all that is local to these."""
        return list(self._raised)

    def clear(self) -> None:
        """Forget the requests that are kept; the counts stay."""
        with self._changed:
            for record in self._ring:
                record.capture.discard()
            self._ring.clear()
            self.failures.clear()
            self._raised.clear()

    def listen(self, listener: Listener, *, also_begun: bool = False) -> Callable[[], None]:
        """Call `listener` with each request at its end; return what ends that.

        also_begun: with each that begins too, while it is open. It is called on the loop that
        answers the request, so it must be quick; what it raises is logged.
        """
        self._listeners = (*self._listeners, listener)
        self._early = (*self._early, listener) if also_begun else self._early

        def stop() -> None:
            self._listeners = tuple(each for each in self._listeners if each is not listener)
            self._early = tuple(each for each in self._early if each is not listener)

        return stop

    # --- what the sender of a request asks

    def failure_of(self, client: Client, timeout: float = 1.0) -> Failure | None:
        """Return how the latest request of a client failed, once that has been noted.

        timeout: seconds. The response is there before the exception has come all the way.
        """
        with self._changed:
            self._changed.wait_for(lambda: client not in self._open, timeout)
            found = self._latest_of(client)
        return found.failure if found else None

    def echo_of(self, client: Client) -> None:
        """Show what the latest request of a client left, in the cell that runs here.

        Without waiting: what it printed before it answered is noted when the answer is there.
        """
        found = self._latest_of(client) if self.echo is not None else None
        if found is not None and self.echo is not None and (output := found.output(self._cells)):
            self.echo(output)

    def _latest_of(self, client: Client) -> Record | None:
        if client is None:
            return None
        return next((each for each in reversed(self._records()) if each.client == client), None)

    # --- noting

    def watching(self, app: ASGIApp) -> ASGIApp:
        """Return `app` with its requests noted.

        An exception that was answered with a 500 ends here: its traceback belongs to the request,
        not to whatever cell is running.
        """

        async def watch(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] not in ("http", "websocket"):
                await app(scope, receive, send)
                return
            record = self._begin(scope)
            token = current.set(record.capture)
            leave = self.isolate(record.id) if self.isolate is not None else None
            try:
                await app(scope, record.receiving(receive), record.sending(send))
            except Exception as error:
                is_answered = bool(record.status) and scope["type"] == "http"
                self._fail(record, scope, error)
                # The server closes a connection, with 1011, and answers what nobody has.
                if not is_answered:
                    raise
            finally:
                if leave is not None:
                    leave()
                current.reset(token)
                self._end(record, scope)

        return watch

    def keep_record(self, record: logging.LogRecord) -> None:
        """Note what the server logged."""
        self.records.append(f"{record.levelname.lower()}: {record.getMessage().splitlines()[0]}")

    def _records(self) -> list[Record]:
        with self._changed:
            return list(self._ring)

    def _begin(self, scope: Scope) -> Record:
        record = Record(next(self._numbers), scope, Capture(self._meter))
        with self._changed:
            self._open[record.client] = self._open.get(record.client, 0) + 1
            self._ring.append(record)
            while self._is_full():
                self._ring.popleft().capture.discard()
        for listener in self._early:
            self._tell(listener, record)
        return record

    def _is_full(self) -> bool:
        is_large = self._meter.used > MOST_BYTES and len(self._ring) > 1
        return is_large or len(self._ring) > self._kept

    def _fail(self, record: Record, scope: Scope, error: Exception) -> None:
        code = code_of(scope.get("endpoint"))
        name_of = self._cells.name_of
        record.failure = Failure(
            scope.get("method", "WebSocket"),
            record.path,
            summary(error, name_of, code),
            trimmed(error, name_of, code),
            record.client,
        )
        if scope["type"] == "http":
            record.status = record.status or 500  # which the server answers
        self.failures.append(record.failure)
        self._raised.append(Raised(record.id, error, code))

    def _end(self, record: Record, scope: Scope) -> None:
        record.end()
        route = scope.get("route")
        declared = getattr(route, "origin", route)
        with self._changed:
            if scope["type"] == "http":
                self.requests += 1
                self.errors += not 0 < record.status < 500
            if declared is not None and isinstance(declared, Hashable):  # no mount is
                record.requests = self._requests_to(declared)
                record.requests.add(record.duration)
            left = self._open.pop(record.client) - 1
            if left:
                self._open[record.client] = left
            self._changed.notify_all()
        for listener in self._listeners:
            self._tell(listener, record)

    def _requests_to(self, route: Any) -> Requests:
        found = self._requests.get(route)
        if found is None:
            endpoint = getattr(route, "endpoint", None)
            code = code_of(endpoint)
            name = getattr(route, "name", "") or getattr(endpoint, "__name__", "")
            found = Requests(getattr(route, "path", ""), name, code.co_filename if code else "")
            self._requests[route] = found
        return found

    def _tell(self, listener: Listener, record: Record) -> None:
        try:
            listener(record.entry(self._cells))
        except Exception as error:
            logger.error("A listener to the log of requests failed: %r", error)
