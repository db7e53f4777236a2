"""Where views are shown: rich output in a front end, text in the terminal."""

from __future__ import annotations

import sys
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display

from notebookapi.notebook.kernel.progress import display_next
from notebookapi.notebook.views import html, terminal
from notebookapi.notebook.views.model import Card


class Screen:
    """Shows views as rich output in a front end, as text in the terminal."""

    def __init__(self, shell: InteractiveShell) -> None:
        self._shell = shell
        self._is_terminal = not hasattr(shell, "kernel")

    def show(self, view: Any) -> None:
        if self._is_terminal:
            text = terminal.render(view, colour=self._has_colour())
            encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
            print(text.encode(encoding, "replace").decode(encoding))  # noqa: T201
            return
        # A card is there after every cell: one line of text. Other views were asked for.
        plain = view.line if isinstance(view, Card) else terminal.render(view, width=100)
        bundle = {"text/plain": plain, "text/html": html.rendered(view)}
        display_next(bundle)
        # A view that lives in the front end comes after its still: a saved notebook has that one.
        if open_live := getattr(view, "open_live", None):
            display(open_live(), raw=True)  # type: ignore[no-untyped-call]  # it has no types

    def _has_colour(self) -> bool:
        wanted = str(self._shell.colors).lower() != "nocolor"
        return wanted and terminal.can_show_colour(sys.stdout)

    def name_of(self, filename: str) -> str | None:
        """Return how the person knows a file of source: "Cell In[3]"; None for a real file."""
        label = self._shell.compile.format_code_name(filename)
        return " ".join(label) if label else None
