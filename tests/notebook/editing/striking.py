"""Interrupts at any line of the framework, as a signal comes at any."""

from __future__ import annotations

import itertools
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import notebookapi

FRAMEWORK = str(Path(notebookapi.__file__).parent)
PATIENT = frozenset({"run_patiently", "_made_again"})
"""Functions that wait for the person's own code, and can be interrupted."""


def strike(after: int) -> None:
    """Interrupt this thread when the framework has come so many lines further; 0: no more."""
    left = itertools.count(1)

    def trace(frame: FrameType, event: str, _: object) -> Any:
        if not frame.f_code.co_filename.startswith(FRAMEWORK):
            return None
        if event == "line" and next(left) == after:
            sys.settrace(None)
            raise KeyboardInterrupt
        return trace

    sys.settrace(trace if after else None)


def strike_later(after: int, function: str = "finish") -> None:
    """Send this process a SIGINT when its publication has come so many lines far.

    function: of the framework, which publishes.
    """
    left = itertools.count(1)
    publishing: list[FrameType] = []

    def trace(frame: FrameType, event: str, _: object) -> Any:
        code = frame.f_code
        if not code.co_filename.startswith(FRAMEWORK):
            return None
        if code.co_name == function and not publishing:
            publishing.append(frame)
        if not publishing:
            return None
        if event == "return" and frame is publishing[0]:
            sys.settrace(None)
        elif event == "line" and next(left) == after:
            sys.settrace(None)
            if PATIENT.isdisjoint(each.f_code.co_name for each in _outwards(frame)):
                signal.raise_signal(signal.SIGINT)
        return trace

    sys.settrace(trace)


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back
