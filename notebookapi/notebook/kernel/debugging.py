"""IPython's debugger, opened in a request that failed, as `%debug` opens it in a cell."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any

from IPython.core.interactiveshell import InteractiveShell


class Debugger:
    """Opens post-mortem sessions in one shell."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell: Any = shell

    @property
    def obstacle(self) -> str | None:
        """Why no debugger can be opened here; None where one can."""
        kernel = getattr(self._shell, "kernel", None)
        if kernel is not None:
            # What the front end said with the cell that runs; there is no public name for it.
            asks = getattr(kernel, "_allow_stdin", False)
            return None if asks else "this front end takes no input while a cell runs"
        return None if sys.stdin is not None and sys.stdin.isatty() else "there is no terminal"

    def open(self, error: BaseException, trace: TracebackType | None) -> None:
        """Open it in the last frame of `trace`, and return when the person leaves.

        Sets `sys.last_value` and its like, which `%debug` and `%tb` read afterwards.
        """
        sys.last_type, sys.last_value, sys.last_traceback = type(error), error, trace
        if sys.version_info >= (3, 12):
            sys.last_exc = error
        # What it still has of a cell's failure would be shown instead.
        self._shell.InteractiveTB.tb = None
        whole = error.__traceback__
        try:
            # It goes by the exception, whose frames begin with those of the server.
            error.__traceback__ = trace
            self._shell.debugger(force=True)
        finally:
            error.__traceback__ = whole
