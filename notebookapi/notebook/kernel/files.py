"""Files that `%run` runs: one that fails fails its cell, although IPython only shows the error."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from notebookapi.editing import current_draft
from notebookapi.notebook.swap.recorder import CellDraft

_RUNS = InteractiveShell.safe_execfile.__code__


class Files:
    """Notes on the running cell's draft that a file of its has failed, or was interrupted.

    IPython tells nobody: it shows the traceback, and the cell goes on. (One that ends in `.ipy`
    raises.)
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell: Any = shell
        self._show: Any = shell.showtraceback

    def install(self) -> None:
        self._shell.showtraceback = self._showing

    def remove(self) -> None:
        if vars(self._shell).get("showtraceback") == self._showing:
            del self._shell.showtraceback

    def _showing(self, *arguments: Any, **options: Any) -> Any:
        draft = current_draft()
        if isinstance(draft, CellDraft) and _is_in_file(sys._getframe(1)):
            draft.has_failed = True
        return self._show(*arguments, **options)


def _is_in_file(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code is _RUNS:
            return True
        frame = frame.f_back
    return False
