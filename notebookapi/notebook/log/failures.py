"""A failed request, told in the person's own frames."""

from __future__ import annotations

import functools
import inspect
import re
import sysconfig
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import dropwhile, groupby
from pathlib import Path
from textwrap import indent
from types import CodeType, TracebackType
from typing import Any

NameOf = Callable[[str], str | None]
_FILE = re.compile(r'File "([^"]+)"')
# Frames in these are machinery: they say how the request got to the person's code.
_OURS = (str(Path(__file__).parents[2]), "<notebookapi ")  # the latter: generated functions
_MACHINERY = (
    *_OURS,
    sysconfig.get_path("stdlib"),
    sysconfig.get_path("platstdlib"),
    sysconfig.get_path("purelib"),
    sysconfig.get_path("platlib"),
)


def summary(error: BaseException, name_of: NameOf, code: CodeType | None = None) -> str:
    """Return the error and where it was raised in one line. code: as of `trimmed`."""
    if isinstance(error, BaseExceptionGroup):
        count = len(error.exceptions)
        told = summary(error.exceptions[0], name_of, code)
        return f"{type(error).__name__}, 1 of {count}: {told}"
    frames = _frames(error, code)
    where = f" ({_place(frames[-1], name_of)})" if frames else ""
    return f"{type(error).__name__}: {_in_cells(str(error), name_of)}{where}"


def trimmed(error: BaseException, name_of: NameOf, code: CodeType | None = None) -> str:
    """Return a traceback of the person's frames, and of the errors that led to this one.

    name_of: how they know a cell's file. code: of the endpoint; where it is among the frames,
    what called it is left out, be it a middleware of the person's own.
    """
    parts: list[str] = []
    for each, link in _chain(error):
        parts += _told(_frames(each, code), name_of)
        told = "".join(traceback.format_exception_only(each)).rstrip()
        parts.append(_in_cells(told, name_of))
        parts += _inside(each, name_of, code)
        parts += [f"\n{link}\n"] if link else []
    if isinstance(error, RuntimeError) and "different loop" in str(error):
        parts.append(_OTHER_LOOP)
    return "\n".join(parts)


def _inside(error: BaseException, name_of: NameOf, code: CodeType | None) -> Iterator[str]:
    """Yield what a group of errors holds, such as what the tasks of a `TaskGroup` raised."""
    within = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    for number, each in enumerate(within[:_MOST_IN_GROUP], 1):
        yield f"  {number} of {len(within)}:"
        yield indent(trimmed(each, name_of, code), "    ")


_OTHER_LOOP = (
    "It was made on the kernel's event loop; requests are answered on the server's. Make it there, "
    "by a lifespan, a dependency or `await api.on_server(make())`."
)


def code_of(endpoint: object) -> CodeType | None:
    """Return the code that a request to an endpoint runs first; None where none can be told."""
    function: Any = inspect.unwrap(endpoint) if callable(endpoint) else endpoint
    while isinstance(function, functools.partial):
        function = inspect.unwrap(function.func)
    # An instance of a class is called by the method of that class.
    called = function if hasattr(function, "__code__") else getattr(type(function), "__call__", 0)  # noqa: B004
    code = getattr(called, "__code__", None)
    return code if isinstance(code, CodeType) else None


def own_part(error: BaseException, code: CodeType | None = None) -> TracebackType | None:
    """Return the traceback from the person's first frame on, for a debugger."""
    waiting = list(_walk(error.__traceback__))
    kept = _own(traceback.extract_tb(error.__traceback__), code, _codes(error))
    return waiting[len(waiting) - len(kept)] if kept else error.__traceback__


def declaration(error: BaseException, name_of: NameOf) -> list[str]:
    """Return the lines of a traceback of the person's frames alone, for a mistake of theirs.

    Where the machinery found it, and what it caught on the way, explains nothing.
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = [each for each in frames if not each.filename.startswith(_MACHINERY)]
    notes = getattr(error, "__notes__", ())
    return [*_told(own, name_of), f"{type(error).__name__}: {error}", *notes]


def _told(frames: Sequence[traceback.FrameSummary], name_of: NameOf) -> list[str]:
    lines = ["Traceback (most recent call last):"] if frames else []
    for _, same in groupby(frames, key=lambda each: (each.filename, each.lineno, each.name)):
        first, *more = same
        told = [f"  {_place(first, name_of)}, in {first.name}"]
        told += [f"    {first.line}"] if first.line else []
        # As Python has it: what calls itself does so a thousand times before it fails.
        lines += told * min(1 + len(more), _REPEATED)
        left = 1 + len(more) - _REPEATED
        lines += [f"  [Previous line repeated {left} more times]"] if left > 0 else []
    if len(lines) <= _MOST_LINES:
        return lines
    half = _MOST_LINES // 2
    return [*lines[:half], f"  [{len(lines) - 2 * half} lines left out]", *lines[-half:]]


def _in_cells(text: str, name_of: NameOf) -> str:
    """Let a message call the cells that it names by file as the person knows them."""
    return _FILE.sub(lambda found: name_of(found[1]) or found[0], text)


def _frames(error: BaseException, code: CodeType | None) -> list[traceback.FrameSummary]:
    own = _own(traceback.extract_tb(error.__traceback__), code, _codes(error))
    # Where we have found the mistake is of no use; the message says whose it is.
    return [each for each in own if not each.filename.startswith(_OURS)]


def _own(
    frames: list[traceback.FrameSummary], code: CodeType | None, codes: Sequence[CodeType]
) -> list[traceback.FrameSummary]:
    """Return the end of the frames that begins with the person's own."""
    if code in codes:
        return frames[codes.index(code) :]
    # The last of our own frames is what called the dependency or the middleware.
    ours = [at for at, frame in enumerate(frames) if frame.filename.startswith(_OURS)]
    after = frames[ours[-1] + 1 :] if ours else frames
    return list(_from_own(after)) or list(_from_own(frames))[-1:] or frames[-1:]


def _codes(error: BaseException) -> list[CodeType]:
    return [each.tb_frame.f_code for each in _walk(error.__traceback__)]


def _walk(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


_CAUSE = "The above exception was the direct cause of the following exception:"
_CONTEXT = "During handling of the above exception, another exception occurred:"
_MOST_CHAINED = 5
_MOST_IN_GROUP = 5
_REPEATED = 3
_MOST_LINES = 100


def _chain(error: BaseException) -> list[tuple[BaseException, str]]:
    """Return an error and those that led to it, the first first, with what leads to the next."""
    chain: list[tuple[BaseException, str]] = [(error, "")]
    while len(chain) < _MOST_CHAINED:
        last = chain[0][0]
        context = None if last.__suppress_context__ else last.__context__
        before, link = (last.__cause__, _CAUSE) if last.__cause__ else (context, _CONTEXT)
        # What the machinery caught on its way to the person's code explains nothing.
        if before is None or not list(_from_own(traceback.extract_tb(before.__traceback__))):
            break
        chain.insert(0, (before, link))
    return chain


def _from_own(frames: Iterable[traceback.FrameSummary]) -> Iterator[traceback.FrameSummary]:
    """Leave out the way to the person's first frame, and keep all that it calls."""
    return dropwhile(lambda frame: frame.filename.startswith(_MACHINERY), frames)


def _place(frame: traceback.FrameSummary, name_of: NameOf) -> str:
    name = name_of(frame.filename) or f'File "{frame.filename}"'
    return f"{name}, line {frame.lineno}"
