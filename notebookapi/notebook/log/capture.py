"""What one request leaves behind while it is answered: output and bodies, kept up to a limit.

Who writes where, `kernel.output` decides: it asks `current`.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from notebookapi.notebook.log.records import Logged

LIMIT = 64 * 1024
"""Characters of a stream and bytes of a body that are kept of one request; the rest is counted."""
MOST_ITEMS = 500
"""Log records, and displays, that are kept of one request."""
DISPLAYS_LIMIT = 1024 * 1024
"""Characters of all that one request displays: a picture is larger than a text."""

current: ContextVar[Capture | None] = ContextVar("notebookapi_capture", default=None)
"""The request that this code answers: its endpoint, its dependencies, its background tasks.

None in cells. Worker threads have it too, since their context comes along.
"""


class Meter:
    """How much all captures keep together, in characters and bytes."""

    __slots__ = ("_lock", "used")

    def __init__(self) -> None:
        self.used = 0
        self._lock = threading.Lock()

    def add(self, size: int) -> None:
        """Count what was kept, or, with a minus, what was forgotten."""
        with self._lock:
            self.used += size


class Kept:
    """Text or bytes up to a limit. size: of all that came, what was cut off included."""

    __slots__ = ("_capture", "_parts", "_space", "size")

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._parts: list[Any] = []
        self._space = LIMIT
        self.size = 0

    def write(self, part: Any) -> int:
        """Keep a part as far as there is room; return its length, as files do."""
        length = len(part)
        with self._capture.lock:
            self.size += length
            if self._space > 0 and length:
                kept = part[: self._space]
                self._parts.append(kept)
                self._space -= len(kept)
                self._capture.count(len(kept))
        return length

    def joined(self, empty: Any) -> Any:
        """Return what is kept as one. empty: `""` or `b""`."""
        with self._capture.lock:
            return empty.join(self._parts)


class Capture:
    """All that is kept of one request. Written by whatever threads answer it, to its last task."""

    __slots__ = (
        "_displayed", "_displays_size", "_meter", "_used", "displays", "lock", "logs", "received",
        "sent", "stderr", "stdout",
    )  # fmt: skip

    def __init__(self, meter: Meter) -> None:
        # One for all of it: what a request writes, it seldom writes at once.
        self.lock = threading.Lock()
        self.stdout = Kept(self)
        self.stderr = Kept(self)
        self.received = Kept(self)
        self.sent = Kept(self)
        self.logs: list[Logged] = []
        self.displays: list[Mapping[str, Any]] = []
        self._displayed: dict[str, int] = {}
        self._displays_size = 0
        self._meter: Meter | None = meter
        self._used = 0

    def count(self, size: int) -> None:
        """Count what was kept. To be called with the lock."""
        if self._meter is not None:
            self._used += size
            self._meter.add(size)

    def log(self, logged: Logged) -> None:
        """Keep a log record, cut to LIMIT; beyond MOST_ITEMS it is dropped."""
        with self.lock:
            if self._meter is not None and len(self.logs) < MOST_ITEMS:
                self.logs.append(logged.cut_to(LIMIT // 16))
                self.count(len(str(self.logs[-1])))

    def display(self, data: Mapping[str, Any], display_id: str | None = None) -> None:
        """Keep a MIME bundle; of one that is too large a line tells."""
        with self.lock:
            if self._meter is None or len(self.displays) >= MOST_ITEMS:
                return
            if display_id is not None:
                self._displayed[display_id] = len(self.displays)
            self.displays.append(self._fitting(data))

    def redisplay(self, data: Mapping[str, Any], display_id: str | None) -> bool:
        """Keep a display in the place of another of this request; tell whether there was one."""
        with self.lock:
            at = self._displayed.get(display_id or "")
            if at is None:
                return False
            before = _size_of(self.displays[at])
            self._displays_size -= before
            self.count(-before)
            self.displays[at] = self._fitting(data)
            return True

    def clear_displays(self) -> None:
        """Forget what was displayed, as `clear_output` asks."""
        with self.lock:
            self.count(-self._displays_size)
            self.displays, self._displayed, self._displays_size = [], {}, 0

    def discard(self) -> None:
        """Count nothing of it any more: the request has left the log, and this goes with it."""
        with self.lock:
            if self._used:
                self.count(-self._used)
            self._meter = None

    def _fitting(self, data: Mapping[str, Any]) -> Mapping[str, Any]:
        size = _size_of(data)
        if self._displays_size + size > DISPLAYS_LIMIT:
            data = {"text/plain": f"… a display of {size:,} characters, too large to be kept"}
            size = _size_of(data)
        self._displays_size += size
        self.count(size)
        return data


def _size_of(data: Mapping[str, Any]) -> int:
    return sum(
        len(value) if isinstance(value, str | bytes) else len(str(value)) for value in data.values()
    )
