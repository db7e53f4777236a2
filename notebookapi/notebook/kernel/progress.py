"""How far long work has come: one line under the cell while it goes on, then what came of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from shutil import get_terminal_size
from time import monotonic
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import DisplayHandle, display

from notebookapi.notebook.views import html
from notebookapi.notebook.views.model import View

_SOON = 1.0
"""Seconds after which there is something to tell; what is done sooner stays quiet."""


@contextmanager
def telling() -> Iterator[Callable[[str], None]]:
    """Give a function that shows a line in the place of the one before."""
    started = monotonic()
    line = _line()

    def tell(text: str) -> None:
        if monotonic() - started >= _SOON:
            line.show(text)

    try:
        yield tell
    finally:
        line.clear()


@contextmanager
def showing() -> Iterator[Callable[[View], None]]:
    """Give a function that shows a view in the place of the one before: in a terminal, its line."""
    place = _line()
    try:
        yield lambda view: place.show(view.line, html.rendered(view))
    finally:
        place.clear()


def display_next(bundle: Mapping[str, Any]) -> None:
    """Display a bundle; in the place of the progress that this run of a cell has told, if any.

    A front end cannot take back one output of several: an empty one would stay, and be saved.
    """
    run, handle = _emptied.pop() if _emptied else (None, None)
    if handle is not None and run == _run():
        handle.update(bundle, raw=True)
    else:
        display(bundle, raw=True)  # type: ignore[no-untyped-call]  # IPython gives it no types


_emptied: list[tuple[str, Any]] = []
"""The last output that was emptied, and the run of a cell that it belongs to."""


def _run() -> str:
    kernel: Any = getattr(get_ipython(), "kernel", None)
    return str(kernel.get_parent().get("header", {}).get("msg_id"))


def _line() -> _Cell | _Terminal:
    shell: Any = get_ipython()
    return _Cell() if hasattr(shell, "kernel") else _Terminal()


class _Cell:
    """An output of the cell, written over."""

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, text: str, markup: str = "") -> None:
        bundle = {"text/plain": text, **({"text/html": markup} if markup else {})}
        if self._handle is None:
            # IPython gives it no types.
            self._handle = DisplayHandle()  # type: ignore[no-untyped-call]
            self._handle.display(bundle, raw=True)
        else:
            self._handle.update(bundle, raw=True)

    def clear(self) -> None:
        if self._handle is not None:
            self._handle.update({"text/plain": ""}, raw=True)
            _emptied[:] = [(_run(), self._handle)]


class _Terminal:
    """The terminal's last line; nothing where the output is no terminal."""

    def __init__(self) -> None:
        self._length = 0

    def show(self, text: str, markup: str = "") -> None:
        if sys.stdout.isatty():
            text = text[: get_terminal_size().columns - 1]  # a second line would stay
            self._write(text.ljust(self._length))
            self._length = max(self._length, len(text))

    def clear(self) -> None:
        if self._length:
            self._write(" " * self._length)
            self._write("")

    def _write(self, text: str) -> None:
        sys.stdout.write(f"\r{text}")
        sys.stdout.flush()
