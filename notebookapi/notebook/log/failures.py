"""A failed request, told in the person's own frames."""

from __future__ import annotations

import re
import sysconfig
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import dropwhile
from pathlib import Path

NameOf = Callable[[str], str | None]
_FILE = re.compile(r'File "([^"]+)"')
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
    return f"{type(error).__name__}: {_in_cells(str(error), name_of)}{where}"


def trimmed(error: BaseException, name_of: NameOf) -> str:
    """Return a traceback of the person's frames; name_of: how they know a cell's file."""
    lines = _told(_frames(error), name_of)
    told = "".join(traceback.format_exception_only(error)).rstrip()
    return "\n".join([*lines, _in_cells(told, name_of)])


def declaration(error: BaseException, name_of: NameOf) -> list[str]:
    """Return the lines of a traceback of the person's frames alone, for a mistake of theirs.

    Where the machinery found it, and what it caught on the way, explains nothing.
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = [each for each in frames if not each.filename.startswith(_MACHINERY)]
    return [*_told(own, name_of), f"{type(error).__name__}: {error}"]


def _told(frames: Sequence[traceback.FrameSummary], name_of: NameOf) -> list[str]:
    lines = ["Traceback (most recent call last):"] if frames else []
    for frame in frames:
        lines.append(f"  {_place(frame, name_of)}, in {frame.name}")
        lines += [f"    {frame.line}"] if frame.line else []
    return lines


def _in_cells(text: str, name_of: NameOf) -> str:
    """Let a message call the cells that it names by file as the person knows them."""
    return _FILE.sub(lambda found: name_of(found[1]) or found[0], text)


def _frames(error: BaseException) -> list[traceback.FrameSummary]:
    frames = list(traceback.extract_tb(error.__traceback__))
    # The last of our own frames is what called the endpoint, the dependency or the middleware.
    ours = [at for at, frame in enumerate(frames) if frame.filename.startswith(_OURS)]
    after = frames[ours[-1] + 1 :] if ours else frames
    own = list(_from_own(after)) or list(_from_own(frames))[-1:] or frames[-1:]
    # Where we have found the mistake is of no use; the message says whose it is.
    return [each for each in own if not each.filename.startswith(_OURS)]


def _from_own(frames: Iterable[traceback.FrameSummary]) -> Iterator[traceback.FrameSummary]:
    """Leave out the way to the person's first frame, and keep all that it calls."""
    return dropwhile(lambda frame: frame.filename.startswith(_MACHINERY), frames)


def _place(frame: traceback.FrameSummary, name_of: NameOf) -> str:
    name = name_of(frame.filename) or f'File "{frame.filename}"'
    return f"{name}, line {frame.lineno}"
