"""Which cell owns which registration, and what a run of a cell changes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from notebookapi._table.published import Place, Registration
from notebookapi.cells import Cell
from notebookapi.editing import Add, Operation, Owner, Remove
from notebookapi.notebook.recorder import Made

Identity = tuple[object, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Owned:
    """A registration and the cell that made it.

    version: counts the registrations that have served under this identity, from 1.
    shadowed: a later cell serves under the same identity; this one would again without it.
    """

    cell: Cell
    owner: Owner
    registration: Registration
    place: Place
    line: int
    version: int = 1
    shadowed: bool = False

    @property
    def identity(self) -> Identity:
        return identity_of(self.owner, self.registration)

    @property
    def label(self) -> str:
        return self.registration.label

    @property
    def endpoint(self) -> str:
        """The name of what is registered, for people; empty where the label says all."""
        return str(getattr(self.registration.value, "name", None) or "")


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What a run of a cell changes.

    replaced: (before, after). restored: served again, since what shadowed them is gone.
    taken: (other cell's, this cell's), where this cell serves now what the other did.
    """

    added: Sequence[Owned] = ()
    replaced: Sequence[tuple[Owned, Owned]] = ()
    removed: Sequence[Owned] = ()
    restored: Sequence[Owned] = ()
    taken: Sequence[tuple[Owned, Owned]] = ()
    renamed: Sequence[tuple[Owned, Owned]] = ()

    def __bool__(self) -> bool:
        return any((self.added, self.replaced, self.removed, self.restored, self.taken))


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """How a run's registrations are published, and who owns what afterwards."""

    operations: tuple[Operation, ...]
    change: Change
    owned: tuple[Owned, ...]


def identity_of(owner: Owner, registration: Registration) -> Identity:
    """Return what two registrations share when the later means to replace the earlier.

    The names of path parameters do not matter: `/{id}` and `/{item_id}` serve the same requests.
    """
    parts = (
        re.sub(r"\{\w+", "{", part) if isinstance(part, str) else part
        for part in registration.identity
    )
    return (owner, registration.kind, *parts)


def plan_run(
    owned: Sequence[Owned], cell: Cell, made: Sequence[Made], withdrawn: Sequence[Remove] = ()
) -> Plan:
    """Compare what a cell registers with what is owned; nothing is changed here.

    withdrawn: what the cell took away by its own `edit`, whoever made it.

    What the cell owned before is withdrawn or replaced in its place. What another cell serves
    under the same identity is shadowed, or replaced for good where cells have no identity of
    their own.
    """
    lost = {each.registration for each in withdrawn}
    owned = [each for each in owned if each.registration not in lost]
    mine = [each for each in owned if each.cell.key == cell.key]
    others = [each for each in owned if each.cell.key != cell.key]
    fresh = [_owned(each, cell) for each in _numbered(made)]
    replaced, added, removed = _paired(mine, fresh)
    superseded = list(_superseded(others, added, cell))
    gone = {old for old, _ in superseded}
    taken = [
        (other, new)
        for new in added
        for other in others
        if other not in gone and not other.shadowed and other.identity == new.identity
    ]
    hidden = {old for old, _ in taken}
    restored = list(_restored(others, removed, gone))
    operations = [
        *withdrawn,
        *(Remove(each.owner, each.registration) for each in mine if not each.shadowed),
        *(Remove(each.owner, each.registration) for each in gone if not each.shadowed),
        *(Remove(each.owner, each.registration) for each in hidden),
        *(Add(each.owner, each.registration, each.place) for each in fresh),
        *(Add(each.owner, each.registration, each.place) for each in restored),
    ]
    versions = {new: old.version + 1 for old, new in (*replaced, *superseded, *taken)}
    renew = {each: replace(each, version=versions.get(each, 1)) for each in fresh}
    kept = [
        replace(each, shadowed=(each.shadowed or each in hidden) and each not in restored)
        for each in others
        if each not in gone
    ]
    change = Change(
        added=[renew[n] for n in added if n not in {new for _, new in (*superseded, *taken)}],
        replaced=[(old, renew[new]) for old, new in (*replaced, *superseded)],
        removed=removed,
        restored=restored,
        taken=[(old, renew[new]) for old, new in taken],
        renamed=[(o, renew[n]) for o, n in superseded if o.identity != n.identity],
    )
    return Plan(tuple(operations), change, (*kept, *renew.values()))


def _numbered(made: Iterable[Made]) -> Iterator[Made]:
    """Yield what is served: of two registrations of one identity in a cell, the first."""
    seen: set[Identity] = set()
    for each in made:
        identity = identity_of(each.owner, each.registration)
        repeatable = each.registration.kind in ("middleware", "include")
        if repeatable or identity not in seen:
            seen.add(identity)
            yield each


def _owned(made: Made, cell: Cell) -> Owned:
    return Owned(cell, made.owner, made.registration, made.place, made.line)


def _paired(
    before: Sequence[Owned], after: Sequence[Owned]
) -> tuple[list[tuple[Owned, Owned]], list[Owned], list[Owned]]:
    """Pair equal identities in order of occurrence; return pairs, only after, only before."""
    waiting: dict[Identity, list[Owned]] = {}
    for each in before:
        waiting.setdefault(each.identity, []).append(each)
    pairs: list[tuple[Owned, Owned]] = []
    added: list[Owned] = []
    for each in after:
        there = waiting.get(each.identity)
        if there:
            pairs.append((there.pop(0), each))
        else:
            added.append(each)
    removed = [each for rest in waiting.values() for each in rest if not each.shadowed]
    return pairs, added, removed


def _superseded(
    others: Sequence[Owned], added: Sequence[Owned], cell: Cell
) -> Iterator[tuple[Owned, Owned]]:
    """Yield (old, new) where a cell without an id repeats what another such cell registered."""
    if not cell.is_anonymous:
        return
    done: set[Owned] = set()
    for new in added:
        for old in others:
            if old not in done and old.cell.is_anonymous and _means_the_same(old, new):
                done.add(old)
                yield old, new


def _means_the_same(old: Owned, new: Owned) -> bool:
    if old.identity == new.identity:
        return True
    routes = old.registration.kind == new.registration.kind == "route"
    methods = old.registration.identity[:1] == new.registration.identity[:1]
    named = old.endpoint == new.endpoint != "_"
    return routes and methods and named and old.owner is new.owner


def _restored(
    others: Sequence[Owned], removed: Sequence[Owned], gone: set[Owned]
) -> Iterator[Owned]:
    """Yield what was shadowed by something that is withdrawn now, the latest run's first."""
    for lost in removed:
        candidates = [
            each
            for each in others
            if each.shadowed and each not in gone and each.identity == lost.identity
        ]
        if candidates:
            yield max(candidates, key=lambda each: each.cell.run)
