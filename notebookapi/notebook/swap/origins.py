"""Which run made what counts, of names that stand for something else in the namespace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from notebookapi.cells import Cell
from notebookapi.cells.statements import Statement

FIRST = -1
MOST = 200
"""Objects whose runs are known: those that names were bound to anew last."""


class Origins:
    """The runs whose statements made what names stood for, where they stood for more than one."""

    def __init__(self) -> None:
        # The object is kept: another must not get its id.
        self._runs: dict[tuple[str, int], tuple[Any, int]] = {}
        self._taken: set[str] = set()

    def take_back(self, names: Iterable[str]) -> None:
        """Note that names count for what they stood for before."""
        self._taken.update(names)

    def note_rebound(self, name: str, before: Any, value: Any, run: int) -> None:
        """Note that a run bound a name to another object."""
        if all(known != name for known, _ in self._runs):
            self.note(name, before, FIRST)
        self.note(name, value, run)

    def note(self, name: str, value: Any, run: int) -> None:
        """Note that a run, the first that bound the name or a later, made an object."""
        self._runs.pop((name, id(value)), None)
        self._runs[name, id(value)] = value, run
        if len(self._runs) > MOST:
            del self._runs[next(iter(self._runs))]

    def as_they_count(
        self,
        statements: Sequence[Statement],
        held: Mapping[str, Any],
        cells: Sequence[Cell],
        statements_of: Callable[[Cell], Sequence[Statement]],
    ) -> list[Statement]:
        """Return a program's statements as what is served knows them.

        held: what counts, of names that a later run has bound to something else, and that no
        registration binds. What bound them since is left out, and what made them is put in where
        it is no cell's text any more.
        """
        good = [cell for cell in cells if cell.succeeded]
        for name in sorted(self._taken.intersection(held)):
            _, run = self._runs.get((name, id(held[name])), (None, None))
            binders = [each for cell in good for each in _binders(name, statements_of(cell))]
            origin = [each for each in binders if run in (FIRST, each.cell.run)][:1]
            if not origin:
                continue
            since = {each for each in binders if each.cell.run > origin[0].cell.run}
            left = [each for each in statements if each not in since]
            statements = left if origin[0] in left else [*left, *origin]
        return list(statements)


def _binders(name: str, statements: Iterable[Statement]) -> Iterator[Statement]:
    return (each for each in statements if name in each.names.binds)
