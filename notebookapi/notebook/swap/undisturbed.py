"""Interrupts while a run is published: they come too late, and leave no state half changed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_Handler = Callable[[int, FrameType | None], Any]


class _Deaf:
    """Is told of interrupts instead of who was before, and does nothing."""

    def __init__(self, before: _Handler) -> None:
        self.before = before

    def __call__(self, number: int, frame: FrameType | None) -> None:
        pass


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let no KeyboardInterrupt come inside, where `interruptible` does not let it.

    One that comes is dropped: the code that it was to stop has ended by then. Python tells the
    main thread only of signals; elsewhere this does nothing.
    """
    before = _handler()
    if before is None or isinstance(before, _Deaf):
        yield
        return
    signal.signal(signal.SIGINT, _Deaf(before))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let a KeyboardInterrupt come inside `undisturbed`: here something may take its time."""
    deaf = _handler()
    if not isinstance(deaf, _Deaf):
        yield
        return
    signal.signal(signal.SIGINT, deaf.before)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, deaf)


def _handler() -> _Handler | None:
    """Return who is told of interrupts; None where nobody in Python is, or not in this thread."""
    if threading.current_thread() is not threading.main_thread():
        return None
    handler = signal.getsignal(signal.SIGINT)
    return handler if callable(handler) else None
