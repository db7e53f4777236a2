"""A stream of records put into batches: a page draws ten times a second, whatever goes on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Hashable, Sequence
from time import monotonic
from typing import Generic, TypeVar

Piece = TypeVar("Piece")

PAUSE = 0.1
"""Seconds between two batches."""


class Paced(Generic[Piece]):
    """Sends the first record at once, and what comes after it in batches.

    A record takes the place of an earlier one of its key. Of a batch, the latest `most` are sent.
    Records may come on several event loops.
    """

    def __init__(self, send: Callable[[Sequence[Piece]], object], most: int) -> None:
        self._send = send
        self._most = most
        self._lock = threading.Lock()
        self._pending: dict[Hashable, Piece] = {}
        self._due = 0.0
        self._is_waiting = False

    def add(self, key: Hashable, piece: Piece) -> None:
        """Send a record, now or with others. To be called where an event loop runs."""
        now = monotonic()
        with self._lock:
            self._pending[key] = piece
            # A loop that waited for its turn may be busy, or gone: another one does it then.
            is_late = now >= self._due + PAUSE
            must_wait = now < self._due or (self._is_waiting and not is_late)
            if must_wait and not self._is_waiting:
                self._is_waiting = True
                asyncio.get_running_loop().call_later(self._due - now, self._flush)
        if not must_wait:
            self._flush()

    def forget(self) -> None:
        """Drop what waits."""
        with self._lock:
            self._pending = {}

    def _flush(self) -> None:
        with self._lock:
            pieces, self._pending = list(self._pending.values())[-self._most :], {}
            self._due = monotonic() + PAUSE
            self._is_waiting = False
        if pieces:
            self._send(pieces)
