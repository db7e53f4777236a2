"""Which cell owns which registration, and what a run of a cell changes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter

from notebookapi._table.published import Place, Registration
from notebookapi.cells import Cell
from notebookapi.editing import Add, Operation, Owner, Remove
from notebookapi.notebook.swap.recorder import Made

Identity = tuple[object, ...]
_IDENTITY = attrgetter("identity")
REPEATABLE = ("middleware", "include", "event")
_SERIALS = itertools.count()

NOBODY = Cell(key="", run=0, number=None, source="", transformed="", succeeded=True)
"""The cell of what no cell made: registered before loading, by a module, or by a thread."""


@dataclass(frozen=True, slots=True, eq=False)
class Owned:
    """A registration and the cell that made it.

    version: counts the registrations that have served under this identity, from 1.
    shadowed: a later cell serves under the same identity; this one would again without it.
    serial: told apart by it, whatever becomes of it: carried over, made again, shadowed.
    callbacks: what its route describes beside itself.
    """

    cell: Cell
    owner: Owner
    registration: Registration
    place: Place
    line: int
    version: int = 1
    shadowed: bool = False
    serial: int = field(default_factory=_SERIALS.__next__)
    identity: Identity = field(init=False)
    callbacks: Sequence[object] = field(init=False)

    def __post_init__(self) -> None:
        # Every cell asks for those of all: worked out once.
        object.__setattr__(self, "identity", identity_of(self.owner, self.registration))
        spec = getattr(self.registration.value, "spec", None)
        object.__setattr__(self, "callbacks", getattr(spec, "callbacks", None) or ())

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
    hiding: (other cell's, this cell's), where this cell serves what the other would, as before.
    doubled: (first, second) of one identity within the cell; the first serves.
    """

    added: Sequence[Owned] = ()
    replaced: Sequence[tuple[Owned, Owned]] = ()
    removed: Sequence[Owned] = ()
    restored: Sequence[Owned] = ()
    taken: Sequence[tuple[Owned, Owned]] = ()
    hiding: Sequence[tuple[Owned, Owned]] = ()
    doubled: Sequence[tuple[Owned, Owned]] = ()

    def __bool__(self) -> bool:
        return any((self.added, self.replaced, self.removed, self.restored, self.taken))

    @property
    def only_renews(self) -> bool:
        """Whether the same is served as before, made anew."""
        return not (self.added or self.removed or self.restored or self.taken)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """How a run's registrations are published, and who owns what afterwards."""

    operations: tuple[Operation, ...]
    change: Change
    owned: tuple[Owned, ...]
    position: Place


def identity_of(owner: Owner, registration: Registration) -> Identity:
    """Return what two registrations share when the later means to replace the earlier.

    The names of path parameters do not matter: `/{id}` and `/{item_id}` serve the same requests.
    """
    parts = (_unnamed(each) if isinstance(each, str) else each for each in registration.identity)
    return (owner, registration.kind, *parts)


def _unnamed(part: str) -> str:
    return re.sub(r"\{\w+", "{", part)


def plan_run(
    owned: Sequence[Owned],
    cell: Cell,
    made: Sequence[Made],
    *,
    position: Place = (),
    withdrawn: Sequence[Remove] = (),
    strays: Sequence[Owned] = (),
    is_over: bool = True,
) -> Plan:
    """Compare what a cell registers with what is owned; nothing is changed here.

    position: the cell's place. withdrawn: what the cell took away by its own `edit`, whoever
    made it. strays: what is declared and nobody's. is_over: whether it registers no more.

    What the cell owned before is withdrawn or replaced in its place. What another cell serves
    under the same identity is shadowed, or replaced for good where cells have no identity of
    their own; so is what is nobody's.
    """
    if is_over:
        # Its own are compared with what it registers now, whether it took them away or not.
        own = {each.registration for each in owned if each.cell.key == cell.key}
        withdrawn = [each for each in withdrawn if each.registration not in own]
    lost = {each.registration for each in withdrawn}
    # Seldom anything: what is owned may be a thousand routes.
    gone = [o for o in owned if o.registration in lost and not o.shadowed] if lost else []
    fresh = [Owned(cell, each.owner, each.registration, each.place, each.line) for each in made]
    # What it hid does not come back: nothing is served there until a cell registers it again.
    hidden = {each.identity for each in gone}.difference(each.identity for each in fresh)
    if lost:
        owned = [o for o in owned if o.registration not in lost and o.identity not in hidden]
    told = _compare(
        owned,
        [each for each in strays if each.registration not in lost],
        cell,
        fresh,
    )
    # A cell that replaces for good what it did not own stands where that stood.
    moved = min((old.place for old, _ in told.superseded), default=position)
    renew = _renewed(told, position, position if told.mine else moved, is_over)
    change = _change(told, renew)
    return Plan(
        (*withdrawn, *_operations(told, renew, is_over)),
        replace(change, removed=[*change.removed, *gone]),
        (*_kept(told), *renew.values()),
        position if told.mine else moved,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Comparison:
    """What a cell owned, what it registers now, and how the two meet what others own."""

    mine: Sequence[Owned]
    others: Sequence[Owned]
    fresh: Sequence[Owned]
    doubled: Sequence[tuple[Owned, Owned]]
    paired: Sequence[tuple[Owned, Owned]]
    added: Sequence[Owned]
    removed: Sequence[Owned]
    superseded: Sequence[tuple[Owned, Owned]]
    clashes: Sequence[tuple[Owned, Owned]]
    restored: Sequence[Owned]

    @property
    def gone(self) -> set[Owned]:
        """What others lose for good."""
        return {old for old, _ in self.superseded}

    @property
    def hidden(self) -> set[Owned]:
        """What others serve no longer, for as long as this cell serves it."""
        return {old for old, _ in self.clashes if not old.shadowed}


def _compare(
    owned: Sequence[Owned], strays: Sequence[Owned], cell: Cell, made: Sequence[Owned]
) -> _Comparison:
    mine = [each for each in owned if each.cell.key == cell.key]
    others = [each for each in owned if each.cell.key != cell.key]
    fresh, doubled = _numbered(made)
    paired, added, removed = _paired(mine, fresh)
    superseded = list(_superseded(others, strays, added, cell))
    gone = {old for old, _ in superseded}
    made_anew = {each.identity for each in fresh}
    # One that goes under another path or owner leaves its own to the one that it hid.
    left = [old for old in (*gone, *(old for old, _ in paired)) if not old.shadowed]
    lost = [*removed, *(old for old in left if old.identity not in made_anew)]
    wanted = {*made_anew, *(each.identity for each in lost)}
    by_identity: dict[Identity, list[Owned]] = {}
    # Seldom anything meets: it is C that looks through what may be a thousand routes.
    for each in () if wanted.isdisjoint(map(_IDENTITY, others)) else others:
        if each.identity in wanted and each not in gone:
            by_identity.setdefault(each.identity, []).append(each)
    return _Comparison(
        mine=mine,
        others=others,
        fresh=fresh,
        doubled=doubled,
        paired=paired,
        added=added,
        removed=removed,
        superseded=superseded,
        clashes=[(old, new) for new in fresh for old in by_identity.get(new.identity, ())],
        restored=list(_restored(by_identity, lost)),
    )


def _renewed(
    told: _Comparison, asked: Place, position: Place, is_over: bool
) -> Mapping[Owned, Owned]:
    """Return what is registered with its version, and its place in a cell that is at `position`.

    asked: where the cell was taken to stand.
    """
    before = {new: old for old, new in (*told.clashes, *told.superseded, *told.paired)}
    return {
        each: replace(
            each,
            version=before[each].version + 1 if each in before else 1,
            # Beside what this cell has not registered again yet, which may have the very place.
            place=_placed(each.place, asked, position) + (() if is_over else (-1,)),
        )
        for each in told.fresh
    }


def _change(told: _Comparison, renew: Mapping[Owned, Owned]) -> Change:
    hidden = told.hidden
    taken = [(old, new) for old, new in told.clashes if old in hidden]
    taking = {new for _, new in taken} | {new for _, new in told.superseded}
    # What was shadowed itself did not serve: that it serves now is no replacement.
    back = [new for old, new in told.paired if old.shadowed and new not in taking]
    renewed = [(old, new) for old, new in told.paired if not old.shadowed and new not in taking]
    return Change(
        added=[renew[new] for new in (*told.added, *back) if new not in taking],
        replaced=[(old, renew[new]) for old, new in (*renewed, *told.superseded)],
        removed=told.removed,
        restored=told.restored,
        taken=[(old, renew[new]) for old, new in taken],
        hiding=[(old, renew[new]) for old, new in told.clashes if old not in hidden],
        doubled=told.doubled,
    )


def _operations(
    told: _Comparison, renew: Mapping[Owned, Owned], is_over: bool
) -> Iterator[Operation]:
    mine = told.mine if is_over else [old for old, _ in told.paired]
    for each in (*mine, *told.gone, *told.hidden):
        if not each.shadowed:
            yield Remove(each.owner, each.registration)
    for each in (*renew.values(), *(told.restored if is_over else ())):
        yield Add(each.owner, each.registration, each.place)


def _kept(told: _Comparison) -> Iterator[Owned]:
    gone, hidden = told.gone, told.hidden
    if not (gone or hidden or told.restored):
        yield from told.others
        return
    for each in told.others:
        if each not in gone:
            shadowed = (each.shadowed or each in hidden) and each not in told.restored
            yield each if shadowed == each.shadowed else replace(each, shadowed=shadowed)


def _placed(place: Place, asked: Place, position: Place) -> Place:
    """Return a registration's place in a cell that stands at `position`, and not where it asked.

    A place that is not the cell's own, such as that of what it replaced, stays.
    """
    return (*position, place[-1]) if place[:-1] == asked else place


def _numbered(made: Iterable[Owned]) -> tuple[list[Owned], list[tuple[Owned, Owned]]]:
    """Return what is served, and (first, second) where a cell registers one identity twice."""
    seen: dict[Identity, Owned] = {}
    served: list[Owned] = []
    doubled: list[tuple[Owned, Owned]] = []
    for each in made:
        first = seen.setdefault(each.identity, each)
        if first is each or each.registration.kind in REPEATABLE:
            served.append(each)
        else:
            doubled.append((first, each))
    return served, doubled


def _paired(
    before: Sequence[Owned], after: Sequence[Owned]
) -> tuple[list[tuple[Owned, Owned]], list[Owned], list[Owned]]:
    """Pair equal identities in order of occurrence; return pairs, only after, only before."""
    pairs, new, old = _matched(before, after, lambda each: each.identity)
    # On an object that the cell makes anew each time, a router say, nothing is identical.
    more, new, old = _matched(old, new, lambda each: (each.registration.kind, each.label))
    return [*pairs, *more], new, [each for each in old if not each.shadowed]


def _matched(
    before: Sequence[Owned], after: Sequence[Owned], key: Callable[[Owned], object]
) -> tuple[list[tuple[Owned, Owned]], list[Owned], list[Owned]]:
    waiting: dict[object, list[Owned]] = {}
    for each in before:
        waiting.setdefault(key(each), []).append(each)
    pairs: list[tuple[Owned, Owned]] = []
    unmatched: list[Owned] = []
    for each in after:
        there = waiting.get(key(each))
        if there:
            pairs.append((there.pop(0), each))
        else:
            unmatched.append(each)
    left = {each for rest in waiting.values() for each in rest}
    return pairs, unmatched, [each for each in before if each in left]


def _superseded(
    others: Sequence[Owned], strays: Sequence[Owned], added: Sequence[Owned], cell: Cell
) -> Iterator[tuple[Owned, Owned]]:
    """Yield (old, new) where old goes for good: it is nobody's, or a cell's without an id."""
    without_id = [o for o in others if o.cell.is_anonymous] if cell.is_anonymous else []
    pairs, new, left = _matched([*without_id, *strays], added, lambda each: each.identity)
    yield from pairs
    if cell.is_anonymous:
        named = [each for each in left if each.cell is not NOBODY and not each.shadowed]
        yield from _matched(
            [each for each in named if _name(each)], [n for n in new if _name(n)], _name
        )[0]


def _name(owned: Owned) -> tuple[object, ...] | None:
    """Return what a redefined endpoint is known by where cells have no ids.

    Only of a function that a cell defines: lambdas, methods, instances of a class and what a
    function makes share one name.
    """
    name = getattr(getattr(owned.registration.value, "endpoint", None), "__qualname__", "")
    if owned.registration.kind != "route" or name == "_" or not name.isidentifier():
        return None
    return (owned.owner, owned.registration.identity[0], name)


def _restored(
    others: Mapping[Identity, Sequence[Owned]], removed: Sequence[Owned]
) -> Iterator[Owned]:
    """Yield what was shadowed by something that is withdrawn now, the latest run's first."""
    for lost in removed:
        candidates = [each for each in others.get(lost.identity, ()) if each.shadowed]
        if candidates:
            yield max(candidates, key=lambda each: each.cell.run)
