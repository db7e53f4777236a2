"""The runs that a session remembers: what an export and a redefinition may ask for, and no more."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field

from notebookapi._records import record
from notebookapi.cells import Cell, Registered
from notebookapi.notebook.swap.ownership import Owned

LATEST = 3
"""How many runs of a cell are kept whatever came of them: messages name what they defined."""


@record(frozen=True, slots=True, eq=False)
class _Run:
    """made: what the run registered, by serial number; words only, which hold no route."""

    cell: Cell
    made: Mapping[int, Registered] = field(default_factory=dict)


class History:
    """Runs of cells, with what each registered.

    count: of all runs that there were. Of a cell that runs again and again these are kept: its
    first good run, which gave it its place; the runs whose registrations are owned; the last
    good run before another cell was last run, which that one was made with; the latest few.
    """

    def __init__(self) -> None:
        self.count = 0
        self._runs: dict[str, list[_Run]] = {}
        self._good: dict[str, int] = {}
        self._by_run: dict[int, Cell] = {}

    @property
    def cells(self) -> Sequence[Cell]:
        """The runs that are kept, in their order."""
        return list(self._by_run.values())

    @property
    def by_run(self) -> dict[int, Cell]:
        """The same by their numbers."""
        return self._by_run

    def add(self, cell: Cell) -> None:
        """Note a run."""
        self.count += 1
        self._runs.setdefault(cell.key, []).append(_Run(cell))
        self._by_run[cell.run] = cell
        if cell.succeeded:
            self._good[cell.key] = cell.run

    def keep(self, cell: Cell, owning: Iterable[Cell], made: Sequence[Owned] = ()) -> None:
        """Note what the latest run of a cell registered, and forget what it has made useless.

        owning: every run that owns something after it.
        """
        runs = self._runs[cell.key]
        if made:
            runs[-1] = _Run(cell, {each.serial: _registered(each) for each in made})
        if len(runs) > LATEST:
            needed = self._needed(cell.key, {each.run for each in owning})
            self._runs[cell.key] = [run for run in runs if run.cell.run in needed]
            for run in runs:
                if run.cell.run not in needed:
                    del self._by_run[run.cell.run]

    def bring_back(self, owned: Iterable[Owned]) -> None:
        """Remember again the runs that own something: what they registered has come back."""
        by_run: dict[Cell, dict[int, Registered]] = {}
        for each in owned:
            if each.cell.key in self._runs:  # what is nobody's was made by no cell
                by_run.setdefault(each.cell, {})[each.serial] = _registered(each)
        for cell, made in by_run.items():
            others = [run for run in self._runs[cell.key] if run.cell.run != cell.run]
            runs = [*others, _Run(cell, made)]
            self._runs[cell.key] = sorted(runs, key=lambda run: run.cell.run)
        there = {**self._by_run, **{cell.run: cell for cell in by_run}}
        self._by_run = dict(sorted(there.items()))

    def registered(self, owned: Iterable[Owned]) -> list[Registered]:
        """Return what the kept runs registered, and whether it is served now."""
        now = {each.serial: _registered(each) for each in owned}
        every = sorted(
            (run for runs in self._runs.values() for run in runs), key=lambda run: run.cell.run
        )
        return [now.get(serial, was) for run in every for serial, was in _gone(run.made)]

    def _needed(self, key: str, owned: set[int]) -> set[int]:
        runs = self._runs[key]
        good = [run.cell.run for run in runs if run.cell.succeeded]
        readers = owned | {run for other, run in self._good.items() if other != key}
        before = {good[at - 1] for reader in readers if (at := bisect_left(good, reader))}
        latest = {run.cell.run for run in runs[-LATEST:]}
        return owned | before | latest | set(good[:1]) | set(good[-1:])


def _registered(owned: Owned) -> Registered:
    return Registered(
        run=owned.cell.run,
        line=owned.line,
        label=owned.label,
        endpoint=owned.endpoint,
        live=not owned.shadowed,
    )


def _gone(made: Mapping[int, Registered]) -> Iterable[tuple[int, Registered]]:
    """Yield what a run registered as it is when nobody owns it any more."""
    for serial, each in made.items():
        yield serial, Registered(each.run, each.line, each.label, each.endpoint, live=False)
