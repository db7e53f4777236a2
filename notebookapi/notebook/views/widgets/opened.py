"""The widgets that are open, by the cell that shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Live(Protocol):
    """A widget in a front end."""

    def published(self) -> None:
        """Show what is served from now on."""
        ...

    def close(self) -> None:
        """Leave the front end."""
        ...


class Widget(Live, Protocol):
    """One that a cell can show."""

    def bundle(self, line: str) -> Mapping[str, Any]:
        """Return what a front end displays. line: for those that have no widgets."""
        ...

    @property
    def model_id(self) -> str | None:
        """Under which a front end knows it."""
        ...


class Opened:
    """A cell that runs again shows others: what it showed before would be kept for nobody."""

    def __init__(self) -> None:
        self._by_cell: dict[str, list[Live]] = {}

    def keep(self, cell_id: str | None, widget: Live) -> None:
        """Keep a widget until its cell runs again."""
        self._by_cell.setdefault(cell_id or "", []).append(widget)

    def drop(self, cell_id: str | None, widget: Live) -> None:
        """Close one widget of a cell before that runs again."""
        there = self._by_cell.get(cell_id or "", [])
        if widget in there:
            there.remove(widget)
            widget.close()

    def begin(self, cell_id: str | None) -> None:
        """Close what a cell showed: it runs again."""
        if cell_id is not None:
            self._close(self._by_cell.pop(cell_id, []))

    def published(self) -> None:
        """Tell all widgets that something else may be served now."""
        for widget in [each for widgets in self._by_cell.values() for each in widgets]:
            widget.published()

    def close(self) -> None:
        """Close them all."""
        self._close([each for widgets in self._by_cell.values() for each in widgets])
        self._by_cell.clear()

    def _close(self, widgets: list[Live]) -> None:
        for widget in widgets:
            widget.close()
