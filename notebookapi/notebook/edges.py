"""What a session needs of the shell that it lives in: a screen and a debugger."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Protocol


class Screen(Protocol):
    """Where views are shown: the front end's output, or the terminal."""

    def show(self, view: Any) -> None:
        """Show a view in the running cell's output."""
        ...

    def name_of(self, filename: str) -> str | None:
        """Return how the person knows a file of source: "Cell In[3]"; None for a real file."""
        ...


class Debugger(Protocol):
    """Opens a debugger. obstacle: why it cannot, in words; None where it can."""

    @property
    def obstacle(self) -> str | None: ...

    def open(self, error: BaseException, trace: TracebackType | None) -> None: ...
