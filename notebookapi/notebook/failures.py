"""A failed request, told in the person's own frames."""

from __future__ import annotations

import sysconfig
import traceback
from collections.abc import Callable, Iterable, Iterator
from itertools import dropwhile
from pathlib import Path

NameOf = Callable[[str], str | None]
# Frames in these are machinery: they say how the request got to the person's code.
_OURS = (str(Path(__file__).parents[1]), "<notebookapi ")  # the latter: generated functions
_MACHINERY = (
    *_OURS,
    sysconfig.get_path("stdlib"),
    sysconfig.get_path("platstdlib"),
    sysconfig.get_path("purelib"),
    sysconfig.get_path("platlib"),
)


def summary(error: BaseException, name_of: NameOf) -> str:
    """Return the error and where it was raised in one line."""
    frames = _frames(error)
    where = f" ({_place(frames[-1], name_of)})" if frames else ""
    return f"{type(error).__name__}: {error}{where}"


def trimmed(error: BaseException, name_of: NameOf) -> str:
    """Return a traceback of the person's frames; name_of: how they know a cell's file."""
    lines = ["Traceback (most recent call last):"]
    for frame in _frames(error):
        lines.append(f"  {_place(frame, name_of)}, in {frame.name}")
        if frame.line:
            lines.append(f"    {frame.line}")
    lines += [line.rstrip() for line in traceback.format_exception_only(error)]
    return "\n".join(lines)


def _frames(error: BaseException) -> list[traceback.FrameSummary]:
    frames = list(traceback.extract_tb(error.__traceback__))
    # The last of our own frames is what called the endpoint, the dependency or the middleware.
    ours = [at for at, frame in enumerate(frames) if frame.filename.startswith(_OURS)]
    after = frames[ours[-1] + 1 :] if ours else frames
    return list(_from_own(after)) or list(_from_own(frames))[-1:] or frames[-1:]


def _from_own(frames: Iterable[traceback.FrameSummary]) -> Iterator[traceback.FrameSummary]:
    """Leave out the way to the person's first frame, and keep all that it calls."""
    return dropwhile(lambda frame: frame.filename.startswith(_MACHINERY), frames)


def _place(frame: traceback.FrameSummary, name_of: NameOf) -> str:
    name = name_of(frame.filename) or f'File "{frame.filename}"'
    return f"{name}, line {frame.lineno}"
