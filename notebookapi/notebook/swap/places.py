"""Where each cell stands, which cells are deleted, and which goes under another id by now."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from operator import attrgetter

from notebookapi._table.published import Place, next_place
from notebookapi.cells import Cell
from notebookapi.notebook.swap.ownership import Owned

_CELL = attrgetter("cell")


class Places:
    """The places of cells that ran well, by their keys.

    deleted: keys of the cells that the front end reports deleted.
    """

    def __init__(self) -> None:
        self.deleted: frozenset[str] = frozenset()
        self._places: dict[str, Place] = {}
        self._owning: tuple[Sequence[Owned], Sequence[Cell]] = ((), ())
        self._gone: Container[str] = ()  # those that may have another id now

    def note(self, cell: Cell, place: Place) -> None:
        """Note where a cell stands that has ended well. One without an id never comes again."""
        if not cell.is_anonymous:
            self._places[cell.key] = place

    def note_deleted(self, reported: frozenset[str] | None, running: str | None) -> frozenset[str]:
        """Note the cells that the front end reports deleted; one that runs again is back.

        reported: None of a front end that never tells. Returns the new ones.
        """
        before = self.deleted
        if before or reported:
            self.deleted = (before | (reported or frozenset())) - {running or ""}
        if running is not None:  # where deletions are not told of, any cell may have another id
            self._gone = self._places if reported is None else self.deleted
        return self.deleted - before

    def key_before(self, owned: Sequence[Owned], cell_id: str | None, source: str) -> str | None:
        """Return the key of the cell that ran with this very source, if there is one.

        A new cell is the same one: it was cut and pasted, or a front end has read the notebook
        anew and gives ids of its own. A copy beside its original is a cell like any other.
        """
        if not source or cell_id is None or cell_id in self._places:
            return None
        same = [
            cell
            for cell in self.owners(owned)
            if cell.source == source and cell.key in self._places and cell.key in self._gone
        ]
        return max(same, key=lambda each: each.run).key if same else None

    def owns(self, owned: Sequence[Owned], key: str) -> bool:
        """Tell whether a cell owns anything."""
        return any(cell.key == key for cell in self.owners(owned))

    def owners(self, owned: Sequence[Owned]) -> Sequence[Cell]:
        """Return the runs that own something. Asked around every cell: there are few of them."""
        if owned is not self._owning[0]:
            cells = list(map(_CELL, owned))
            self._owning = owned, list(dict(zip(map(id, cells), cells, strict=True)).values())
        return self._owning[1]

    def of(self, owned: Sequence[Owned], cell_id: str | None, source: str) -> Place:
        """Return where a cell stands that is about to run."""
        before = self.key_before(owned, cell_id, source)
        if before is not None:  # right behind the one that it was, which may come again
            return (*self._places[before], *next_place())
        return self._places.get(cell_id or "") or next_place()


def moved(owned: Sequence[Owned], key: str | None, cell: Cell) -> Sequence[Owned]:
    """Return what is owned where the cell of that key, if any, goes under another from now on."""
    if key is None:
        return owned
    return [
        replace(each, cell=replace(each.cell, key=cell.key)) if each.cell.key == key else each
        for each in owned
    ]
