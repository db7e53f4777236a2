"""Names that a cell redefined, and what served cells captured of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import Any

from notebookapi.cells import Cell
from notebookapi.cells.program import Program
from notebookapi.cells.statements import Statement, statements_of
from notebookapi.editing import Owner
from notebookapi.notebook.swap.ownership import Owned
from notebookapi.notebook.swap.rebind import Interpreter, Rebound, Replayer, find_captures

_SCALARS = (bool, int, float, complex, str, bytes, type(None))


class Redefinitions:
    """Follows the objects that names stand for, from one good run to the next.

    A cell that failed may have rebound names: they count with the next run that ends well.
    """

    def __init__(self, namespace: MutableMapping[str, Any], run: Interpreter) -> None:
        self._namespace = namespace
        self._run = run
        self._seen: dict[str, Any] = {}
        self._statements: dict[int, list[Statement]] = {}

    def note(self) -> None:
        """Remember what names stand for now."""
        # IPython's own names (`_`, `_3`) hold results that nobody may need any more.
        self._seen = {
            name: value
            for name, value in list(self._namespace.items())
            if not name.startswith("_") and not isinstance(value, Owner)
        }

    def changed(self) -> frozenset[str]:
        """Return the names that stood for something else at the last `note`.

        Not those of applications and routers: what was registered on them is carried over.
        """
        return frozenset(
            name
            for name, before in self._seen.items()
            if name in self._namespace and _differs(before, self._namespace[name])
        )

    def rebound_by(self, cell: Cell) -> frozenset[str]:
        """Return the names that a cell's own statements have bound to something else."""
        statements = statements_of(cell, cell.transformed)
        return self.changed() & {name for each in statements for name in each.names.binds}

    def rebind(
        self, cells: Iterable[Cell], owned: Sequence[Owned], running: Cell, application: str
    ) -> Rebound:
        """Make again what captured a name that the running cell redefined.

        cells: every run, the running one too. owned: what is served once this run is published.
        """
        changed = self.changed()
        served = [each for each in owned if each.cell.key != running.key and not each.shadowed]
        if not changed or not served:
            return Rebound()
        program, by_statement = self._program(cells, owned, running, application)
        bound = {name for s in program.statements if s.cell is running for name in s.names.binds}
        roots = [s for s in by_statement if s.cell.key != running.key]
        search = find_captures(program, roots, changed & bound)
        return Replayer(self._namespace, self._run, program, by_statement).replay(search)

    def _program(
        self, cells: Iterable[Cell], owned: Sequence[Owned], running: Cell, application: str
    ) -> tuple[Program, Mapping[Statement, list[Owned]]]:
        runs: dict[str, list[int]] = defaultdict(list)
        current: dict[str, Cell] = {}
        for cell in cells:
            if cell.succeeded:
                runs[cell.key].append(cell.run)
                current[cell.key] = cell
        for each in owned:
            # After an undo a cell serves from a run before its last.
            if each.cell.key in runs and each.cell.key != running.key and not each.shadowed:
                current[each.cell.key] = each.cell
        ordered = sorted(current.values(), key=lambda cell: runs[cell.key][0])
        self._statements = {cell.run: self._statements_of(cell) for cell in ordered}
        statements = [s for found in self._statements.values() for s in found]
        by_statement: dict[Statement, list[Owned]] = defaultdict(list)
        by_run: dict[int, list[Owned]] = defaultdict(list)
        for each in owned:
            if not each.shadowed:
                by_run[each.cell.run].append(each)
        for statement in statements:
            for each in by_run[statement.cell.run]:
                if statement.first_line <= each.line <= statement.last_line:
                    by_statement[statement].append(each)
        return Program(statements, runs, application, by_statement), by_statement

    def _statements_of(self, cell: Cell) -> list[Statement]:
        known = self._statements.get(cell.run)
        return statements_of(cell, cell.transformed) if known is None else known


def _differs(before: Any, now: Any) -> bool:
    """Numbers and text are what they say; of anything else a new object is another thing."""
    if before is now:
        return False
    alike = type(before) is type(now) and isinstance(now, _SCALARS)
    return not (alike and before == now)
