"""The person's part of a traceback."""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path
from traceback import StackSummary, TracebackException

_FOREIGN = tuple(
    str(path) + os.sep
    for path in {
        *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
        Path(__file__).parents[1],
    }
)


def trimmed(error: BaseException) -> str:
    """Return the traceback of an error, and of those that led to it, without libraries' frames."""
    trace = TracebackException.from_exception(error)
    waiting: list[TracebackException | None] = [trace]
    while waiting:
        each = waiting.pop()
        if each is not None:
            _trim(each)
            waiting += [each.__cause__, each.__context__]
    return "".join(trace.format())


def _trim(trace: TracebackException) -> None:
    own = [frame for frame in trace.stack if is_own(frame.filename)]
    # Without frames there is to be no heading either: None is how `format` is told so.
    trace.stack = StackSummary.from_list(own) if own else None  # type: ignore[assignment]


def is_own(filename: str) -> bool:
    """Tell whether a file is the person's: neither Python's, nor installed, nor ours."""
    if filename.startswith("<"):
        return False
    return not filename.startswith(_FOREIGN)


def said_by(error: BaseException) -> str:
    """Return what an error says in one line: its class and the first line of its message."""
    lines = str(error).strip().splitlines()
    name = type(error).__name__
    return f"{name}: {lines[0].rstrip('.:')}" if lines else name
