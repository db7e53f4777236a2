"""Small pieces put together: a front end takes few messages a second, and drops the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence, Sized
from typing import Generic, TypeVar

Piece = TypeVar("Piece", bound=Sized)

_PAUSE = 0.05
"""Seconds between two messages: 20 a second of the 1,000 that Jupyter's server lets through."""
_LARGEST = 256 * 1024
"""Bytes that do not wait for the pause."""


class Coalesced(Generic[Piece]):
    """Sends the first piece at once, and what comes after it in pauses. For one event loop."""

    def __init__(self, send: Callable[[Sequence[Piece]], object]) -> None:
        self._send = send
        self._pending: list[Piece] = []
        self._size = 0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, piece: Piece) -> None:
        """Send a piece, now or with others."""
        self._pending.append(piece)
        self._size += len(piece)
        if self._timer is None or self._size >= _LARGEST:
            self._flush()

    def end(self) -> None:
        """Send what is left; nothing may be added any more."""
        self._flush()
        if self._timer is not None:
            self._timer.cancel()

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._pending:
            pieces, self._pending, self._size = self._pending, [], 0
            self._send(pieces)
            self._timer = asyncio.get_running_loop().call_later(_PAUSE, self._flush)
