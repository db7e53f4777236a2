"""Which run of each cell an export speaks of.

- A cell that the front end reported deleted gives nothing.
- A cell whose registrations are served gives the source that made them: after an undo that is an
  older run. Any other cell gives the source of its last successful run.
- A failed run gives nothing, not even the statements before the one that failed: what serves is
  what the run before it registered.
- Each run of an anonymous cell is a cell of its own; a later one replaces by name.
- A cell's place is that of its first successful run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from notebookapi.cells.cell import Cell, Registered
from notebookapi.export.errors import HiddenState, NothingToExport
from notebookapi.export.records import ExportRequest

BEFORE_LOADING = (
    "before the extension was loaded, so the cells are not known. Run them again, then export "
    "again."
)


@dataclass(frozen=True, slots=True)
class Versions:
    current: Sequence[Cell]
    """One run for each cell, in the order of their places."""

    runs: Mapping[str, Sequence[int]]
    """Key -> successful runs, ascending."""

    others: Sequence[Cell]
    """All other runs: the sources of hidden state."""


def choose_versions(request: ExportRequest) -> Versions:
    """Raises HiddenState for a registration that serves from a source that is gone."""
    live = [registered for registered in request.registered if registered.live]
    if not live and request.application in request.preloaded and request.openapi.get("paths"):
        raise NothingToExport(
            f"Nothing to export: what {request.application} serves was registered {BEFORE_LOADING}"
        )
    if not live:
        raise NothingToExport(
            "Nothing to export: no cell has registered a route that is served. "
            f"Run a cell with a route, such as `@{request.application}.get('/')`."
        )
    current = {cell.key: cell for cell in _successful(request)}
    by_run = {cell.run: cell for cell in request.cells}
    for registered in live:
        cell = by_run.get(registered.run)
        if cell is None or cell.key not in current or not cell.succeeded:
            raise _gone(registered, cell, request)
    serving = {by_run[r.run].key: by_run[r.run] for r in sorted(live, key=lambda r: r.run)}
    current |= serving
    for registered in live:
        cell = by_run[registered.run]
        if current[cell.key] is not cell:
            raise _replaced(registered, cell, current[cell.key])
    runs: dict[str, list[int]] = {}
    for cell in _successful(request):
        runs.setdefault(cell.key, []).append(cell.run)
    chosen = sorted(current.values(), key=lambda cell: runs[cell.key][0])
    others = [cell for cell in request.cells if current.get(cell.key) is not cell]
    return Versions(chosen, runs, others)


def _successful(request: ExportRequest) -> list[Cell]:
    return [c for c in request.cells if c.succeeded and c.key not in request.deleted]


def _gone(registered: Registered, cell: Cell | None, request: ExportRequest) -> HiddenState:
    what = f"{registered.label} ({registered.endpoint}) is served"
    if cell is None:
        reason, cure = "but no cell that ran registered it", "Register it in a cell."
    elif cell.key in request.deleted:
        reason = f"but {cell.label}, which registered it, was deleted"
        cure = "Put the cell back and run it, or run `%api forget --deleted`."
    else:
        reason, cure = f"but {cell.label}, which registered it, failed", "Run the cell again."
    return HiddenState(f"{what}, {reason}. {cure}", (registered.endpoint,))


def _replaced(registered: Registered, cell: Cell, current: Cell) -> HiddenState:
    return HiddenState(
        f"{registered.label} ({registered.endpoint}) is served from an older version of "
        f"{cell.label}; the cell now reads as its run {current.number} does. "
        "Run the cell again.",
        (registered.endpoint,),
    )
