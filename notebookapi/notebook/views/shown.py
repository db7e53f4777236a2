"""A view as the value of an expression: displayed as the view, in a front end and in a terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from notebookapi.notebook.views import html, terminal


@dataclass(frozen=True, slots=True)
class Shown:
    """What a method of `api` gives back where a magic would have shown a view.

    show: shows it as the magic does, widget included.
    """

    view: Any
    show: Callable[[Any], object]

    def _ipython_display_(self) -> None:
        self.show(self.view)

    def __repr__(self) -> str:
        return terminal.render(self.view)

    def _repr_html_(self) -> str:
        return html.rendered(self.view)
