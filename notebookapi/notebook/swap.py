"""A run of a cell -> what is served: published as a whole, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from notebookapi.cells import Cell
from notebookapi.editing import publish
from notebookapi.notebook.ownership import Change, Owned, plan_run
from notebookapi.notebook.recorder import CellDraft


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What came of a run.

    kept: of a run that published nothing, what it owns and still serves.
    dropped: of a run that published nothing, what it would have registered.
    refused: why publishing failed although the cell ended well.
    """

    cell: Cell
    change: Change = Change()
    kept: Sequence[Owned] = ()
    dropped: Sequence[str] = ()
    refused: Exception | None = None

    def __bool__(self) -> bool:
        return bool(self.change or self.kept or self.dropped or self.refused)


def finish(owned: Sequence[Owned], cell: Cell, draft: CellDraft) -> tuple[Outcome, Sequence[Owned]]:
    """Publish a run's registrations if it ended well; return what came of it and who owns what."""
    if not cell.succeeded:
        return _nothing(owned, cell, draft), owned
    plan = plan_run(owned, cell, draft.made, draft.withdrawn)
    if not plan.operations:
        return Outcome(cell), owned
    try:
        publish(plan.operations)
    except Exception as error:  # composing runs the person's own classes, such as middleware
        outcome = _nothing(owned, cell, draft)
        return Outcome(cell, kept=outcome.kept, dropped=outcome.dropped, refused=error), owned
    return Outcome(cell, plan.change), plan.owned


def _nothing(owned: Iterable[Owned], cell: Cell, draft: CellDraft) -> Outcome:
    kept = [each for each in owned if each.cell.key == cell.key and not each.shadowed]
    return Outcome(cell, kept=kept, dropped=[each.registration.label for each in draft.made])
