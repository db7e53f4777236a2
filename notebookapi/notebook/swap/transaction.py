"""A run of a cell -> what is served: published as a whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any

from notebookapi._records import record
from notebookapi._table.published import Declared, Place
from notebookapi.cells import Cell
from notebookapi.editing import Operation, Owner, publish
from notebookapi.exceptions import NotebookAPIError
from notebookapi.notebook.swap import callbacks
from notebookapi.notebook.swap.carrying import Carried, carry, move_state, overrides_of_nobody
from notebookapi.notebook.swap.naming import Renewed, applications_of
from notebookapi.notebook.swap.ownership import (
    NOBODY,
    Change,
    Owned,
    plan_run,
)
from notebookapi.notebook.swap.places import moved
from notebookapi.notebook.swap.rebind import Rebound
from notebookapi.notebook.swap.recorder import CellDraft, Made
from notebookapi.notebook.swap.reloading import Imported, imports
from notebookapi.routing import APIRouter


@record(frozen=True, slots=True, eq=False)
class Ended:
    """A run of a cell, as its end finds it. cell_id: the front end's; None where it sends none."""

    cell_id: str | None
    number: int | None
    source: str
    transformed: str
    succeeded: bool
    failed_line: int | None = None
    duration: float | None = None

    def as_cell(self, run: int) -> Cell:
        return Cell(
            key=self.cell_id or f"anon:{run}",
            run=run,
            number=self.number,
            source=self.source,
            transformed=self.transformed,
            succeeded=self.succeeded,
            failed_line=self.failed_line,
            duration=self.duration,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What came of a run.

    owned: who owns what now. position: the cell's place from now on.
    made: what the cell itself registered, published or not.
    kept: of a run that published nothing, what it owns and still serves.
    dropped: of a run that published nothing, what it would have registered.
    refused: why publishing failed although the cell ended well.
    carried: what went over to a new application or router, or could not.
    rebound: what follows a name that the run redefined, or could not.
    before: what the owners that were concerned declared until this was published.
    lifespans: likewise, of the routers that have another one since.
    anew: the modules whose code ran again, and that registered something.
    bound: of a run that published nothing, the names that stand for something else since.
    warned: what publishing warned of.
    """

    cell: Cell
    owned: Sequence[Owned] = ()
    position: Place = ()
    change: Change = Change()
    made: Sequence[Made] = ()
    kept: Sequence[Owned] = ()
    dropped: Sequence[str] = ()
    refused: Exception | None = None
    carried: Carried = Carried()
    rebound: Rebound = Rebound()
    before: Mapping[Owner, Declared] = field(default_factory=dict)
    lifespans: Lifespans = ()
    anew: Sequence[str] = ()
    bound: frozenset[str] = frozenset()
    warned: Sequence[str] = ()

    def leaving(self, bound: frozenset[str]) -> Outcome:
        """Return the same with the names that the run leaves bound to something else."""
        return replace(self, bound=bound)

    @property
    def is_published(self) -> bool:
        return self.cell.succeeded and self.refused is None


Rebind = Callable[[Sequence[Owned], Sequence[Made]], Rebound]
"""Makes again what captured a redefined name; given what is owned and what the cell has made,
publishes nothing."""

_OWNER, _REGISTRATION = attrgetter("owner"), attrgetter("registration")

Lifespans = Sequence[tuple[APIRouter, Any]]
"""Routers that have another lifespan, with the one before."""

Put = Callable[[Sequence[Operation]], Lifespans]
"""Carries operations out, all or none."""


def _put(operations: Sequence[Operation]) -> Lifespans:
    publish(operations)
    return ()


def finish(
    owned: Sequence[Owned],
    cell: Cell,
    draft: CellDraft,
    renewed: Renewed | None = None,
    rebind: Rebind = lambda owned, made: Rebound(),
    put: Put = _put,
    before: str | None = None,
) -> Outcome:
    """Publish a run's registrations if it ended well; return what came of it and who owns what.

    renewed: the applications and routers whose name stands for another one since this run.
    put: publishes; called also where there is nothing to register.
    before: the key that the cell had before, where it runs under another one now.
    """
    owned = _declared_still(owned)
    made, by_imports = _told_apart(draft)
    imported = imports(owned, by_imports)
    owned = imported.owned
    if not cell.succeeded:
        return _nothing(owned, cell, made, imported)
    try:
        there = moved(owned, before, cell)
        return _publish(there, cell, draft, (made, imported), renewed or {}, rebind, put)
    except Exception as error:  # composing runs the person's own classes, such as middleware
        return _nothing(owned, cell, made, imported, error)


def _told_apart(draft: CellDraft) -> tuple[list[Made], list[Made]]:
    """Return what the cell itself registered, and what its imports did."""
    made = draft.made
    imported = [each for each in made if each.module is not None and not each.is_lost]
    return [each for each in made if each.module is None], imported


def planned(owned: Sequence[Owned], cell: Cell, draft: CellDraft) -> Sequence[Operation]:
    """Return what publishes a run that goes on as far as it has come.

    What the cell owned and has not registered again yet stays.
    """
    owned = _declared_still(owned)
    made, imported = _told_apart(draft)
    reloaded = imports(owned, imported)
    plan = plan_run(
        reloaded.owned,
        cell,
        made,
        position=draft.position,
        withdrawn=draft.withdrawn,
        strays=list(_strays(owned, made)),
        is_over=False,
    )
    return [*reloaded.operations, *plan.operations]


def _publish(
    owned: Sequence[Owned],
    cell: Cell,
    draft: CellDraft,
    registered: tuple[Sequence[Made], Imported],
    renewed: Renewed,
    rebind: Rebind,
    put: Put,
) -> Outcome:
    made, imported = registered
    # The cell's own too: what it hid, or replaces now, is met on the new object.
    moving = carry(owned if renewed else [], renewed)
    carried = moving.without(cell.key)
    left = list(overrides_of_nobody(renewed, owned, made))
    owned = moving.applied(owned)
    rebound = rebind(owned, made)
    is_own = carried.pairs or rebound.is_something or _concerns(cell, draft, owned, renewed)
    if not (is_own or imported.operations):
        lifespans = put([])  # an ordinary cell: nothing is to be compared
        return Outcome(
            cell, owned, draft.position, carried=carried, rebound=rebound, lifespans=lifespans
        )
    try:
        plan = plan_run(
            rebound.applied(owned),
            cell,
            made := rebound.applied_to(made),
            position=draft.position,
            withdrawn=draft.withdrawn,
            strays=list(_strays(owned, made)),
        )
        calling = callbacks.callers(plan.owned, [*rebound.pairs, *plan.change.replaced])
        operations = [
            *imported.operations, *left, *moving.operations, *rebound.operations,
            *plan.operations, *callbacks.published(calling),
        ]  # fmt: skip
        _serve_from_now_on([*(each.owner for each in operations), *renewed.values()])
        before = {each.owner: each.owner._declared for each in operations}
        lifespans = put(operations)
        imported.note()
    except BaseException:
        rebound.undo()
        raise
    move_state(renewed)
    if calling:
        rebound = replace(rebound, pairs=[*rebound.pairs, *calling])
    return Outcome(
        cell,
        callbacks.applied(plan.owned, calling),
        plan.position,
        plan.change,
        made,
        carried=carried,
        rebound=rebound,
        before=before,
        lifespans=lifespans,
        anew=imported.anew,
    )


def _concerns(cell: Cell, draft: CellDraft, owned: Sequence[Owned], renewed: Renewed) -> bool:
    """Tell whether a run registers or withdraws anything, or owns what it does not any more."""
    is_active = bool(draft.made or draft.withdrawn or renewed)
    return is_active or any(each.cell.key == cell.key for each in owned)


def forget(owned: Sequence[Owned], key: str) -> tuple[Sequence[Owned], Change]:
    """Withdraw all that a cell owns, as a run of it that registers nothing would."""
    owned = _declared_still(owned)
    cell = next((each.cell for each in owned if each.cell.key == key), None)
    if cell is None:
        return owned, Change()
    plan = plan_run(owned, cell, [])
    publish(plan.operations)
    return plan.owned, plan.change


def _serve_from_now_on(owners: Iterable[Owner]) -> None:
    """Let applications publish before anybody asks, so that a later publication is checked."""
    for owner in dict.fromkeys(owners):
        for application in applications_of(owner):
            _ = application.published


def _nothing(
    owned: Sequence[Owned],
    cell: Cell,
    made: Sequence[Made],
    imported: Imported,
    refused: Exception | None = None,
) -> Outcome:
    """Publish only what imports registered: they do not run again when the cell does."""
    try:
        publish(imported.operations)
        imported.note()
    except NotebookAPIError as error:
        refused = refused or error
    kept = [each for each in owned if each.cell.key == cell.key and not each.shadowed]
    dropped = [each.registration.label for each in made]
    return Outcome(
        cell, owned, made=made, kept=kept, dropped=dropped, refused=refused, anew=imported.anew
    )


def _declared_still(owned: Sequence[Owned]) -> Sequence[Owned]:
    """Leave out what somebody else withdrew: a thread, or code that is no cell's."""
    declared = [owner._declared.registrations for owner in set(map(_OWNER, owned))]
    # A registration stands on one owner. Seldom any is gone, of what may be a thousand.
    gone = set(map(_REGISTRATION, owned)).difference(*declared)
    return [each for each in owned if each.shadowed or each.registration not in gone]


def _strays(owned: Iterable[Owned], made: Iterable[Made]) -> Iterator[Owned]:
    """Yield what is declared where the cell registers, and is no cell's nor a constructor's."""
    known = set(map(_REGISTRATION, owned))
    for owner in dict.fromkeys(each.owner for each in made):
        declared = owner._declared
        among = () if known.issuperset(declared.registrations) else declared.placed
        for placed in among:  # seldom any, of what may be a thousand routes
            if placed.registration not in known and placed.place[0] >= 0:
                yield Owned(NOBODY, owner, placed.registration, placed.place, 1)
