"""The tree of routers -> the lines of an application's tables, patched as it changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from typing import Any

from starlette.routing import BaseRoute, Host, Mount

from notebookapi._options import Inherited
from notebookapi._records import record
from notebookapi._table import Entry, compile_pattern
from notebookapi._table.published import Declared, Place, Placed, Published, Registration
from notebookapi.editing import Owner, View
from notebookapi.routing import APIRouter, Inclusion, checked, included

Chain = tuple[Registration, ...]


@record(frozen=True, slots=True, eq=False)
class Level:
    """A place in the tree where a router stands.

    inherited: what it gets there. place, chain: of its inclusion; chain and routers: from outside
    to inside.
    """

    router: APIRouter
    inherited: Inherited = field(default_factory=Inherited)
    place: Place = ()
    chain: Chain = ()
    routers: tuple[APIRouter, ...] = ()

    def order(self, placed: Placed) -> Place:
        """Return the order of a line that the router declares, as it is here."""
        return _inside(self.place, placed.place)


@record(frozen=True, slots=True, eq=False)
class Lines:
    """What a tree of routers comes to.

    entries: by their order.
    chains: by order, the registrations that brought each line there, outermost first.
    routers: by order too, the routers that it stands in.
    levels: the places of each router.
    kept: the dependencies with the scope "app" of these lines.
    mounted: the applications and routers that are mounted somewhere in the tree, each once.
    """

    entries: dict[Place, Entry] = field(default_factory=dict)
    chains: dict[Place, Chain] = field(default_factory=dict)
    routers: dict[Place, tuple[APIRouter, ...]] = field(default_factory=dict)
    declared: dict[Any, Declared] = field(default_factory=dict)
    levels: dict[APIRouter, list[Level]] = field(default_factory=dict)
    kept: frozenset[Any] = frozenset()
    mounted: tuple[Owner, ...] = ()


@record(frozen=True, slots=True, eq=False)
class Reading:
    """Lines, and what is different from those before."""

    lines: Lines
    removed: list[Entry]
    added: list[Entry]


def read_tree(root: APIRouter, view: View, before: Published | None) -> Reading:
    """Return the lines of a router's tables.

    Lines of `before` are used again where nothing about them changed, so that patching the table
    touches the others only. Raises DeclarationErrors for what cannot be served where it stands.
    """
    known: Lines | None = before.lines if before else None
    if known is None:
        lines = _read(root, view, {}, {})
        return Reading(lines, [], list(lines.entries.values()))
    changes = _changes(known, view) if root in known.levels else None
    if changes is not None:
        return _patched(known, view, changes)
    lines = _read(root, view, known.entries, known.chains)
    old, new = set(known.entries.values()), set(lines.entries.values())
    return Reading(lines, list(old - new), list(new - old))


def _read(
    root: APIRouter, view: View, known: Mapping[Place, Entry], chains: Mapping[Place, Chain]
) -> Lines:
    lines = Lines()
    for level, placed in _walk(Level(root, routers=(root,)), view, lines):
        order, chain = level.order(placed), (*level.chain, placed.registration)
        same = order in known and chains.get(order) == chain
        entry = known[order] if same else _entry(placed.registration.value, level, order)
        lines.entries[order] = entry
        lines.chains[order] = chain
        lines.routers[order] = level.routers
    mounts = (chain[-1] for chain in lines.chains.values() if chain[-1].kind == "mount")
    mounted = tuple({each.child: None for each in mounts if each.child is not None})
    return replace(lines, kept=_kept_by(lines.entries.values()), mounted=mounted)


_Changes = list[tuple[APIRouter, set[Placed], set[Placed]]]


def _changes(known: Lines, view: View) -> _Changes | None:
    """Return what is gone and what is new of each router; None where that is more than routes."""
    changes: _Changes = []
    for router in known.levels:
        before, now = known.declared[router], view.declared(router)
        if before is now:
            continue
        old, new = set(before.placed), set(now.placed)
        kinds = {each.registration.kind for each in old ^ new}
        if not kinds.isdisjoint(("include", "mount")):
            return None
        changes.append((router, _routes(old - new), _routes(new - old)))
    return changes


def _routes(placed: Iterable[Placed]) -> set[Placed]:
    return {each for each in placed if each.registration.kind == "route"}


def _patched(known: Lines, view: View, changes: _Changes) -> Reading:
    # Copies cost a hundredth of reading: no line is looked at but those that change.
    entries, chains, routers = dict(known.entries), dict(known.chains), dict(known.routers)
    removed: list[Entry] = []
    added: list[Entry] = []
    for router, gone, new in changes:
        for level in known.levels[router]:
            for order in map(level.order, gone):
                removed.append(entries.pop(order))
                del chains[order], routers[order]
            for placed in sorted(new, key=_place):
                order = level.order(placed)
                entries[order] = _entry(placed.registration.value, level, order)
                chains[order] = (*level.chain, placed.registration)
                routers[order] = level.routers
                added.append(entries[order])
    declared = {**known.declared, **{each: view.declared(each) for each, _, _ in changes}}
    kept = known.kept | _kept_by(added)
    if known.kept and _kept_by(removed):
        kept = _kept_by(entries.values())
    lines = Lines(entries, chains, routers, declared, known.levels, kept, known.mounted)
    return Reading(lines, removed, added)


def _place(placed: Placed) -> Place:
    return placed.place


def _kept_by(entries: Iterable[Entry]) -> frozenset[Any]:
    return frozenset(
        step.call
        for entry in entries
        for step in getattr(getattr(entry.route, "plan", None), "steps", ())
        if step.scope == "app"
    )


_INSIDE = -(1 << 62)


def _inside(outer: Place, inner: Place) -> Place:
    """Return the order of a place in a router whose inclusion has a place of its own.

    A place may be divided, `(3,)` into `(3, 0)`, and what is inside the inclusion at `(3,)` comes
    before that: no division has a number as small as the one that is put between.
    """
    return (*outer, _INSIDE, *inner) if outer else inner


def _walk(level: Level, view: View, lines: Lines) -> Iterator[tuple[Level, Placed]]:
    here = lines.declared[level.router] = view.declared(level.router)
    lines.levels.setdefault(level.router, []).append(level)
    for placed in here.lines:
        registration = placed.registration
        if registration.kind != "include":
            yield level, placed
            continue
        inclusion: Inclusion = registration.value
        inner = Level(
            inclusion.router,
            level.inherited.then(inclusion.inherited),
            level.order(placed),
            (*level.chain, registration),
            (*level.routers, inclusion.router),
        )
        yield from _walk(inner, view, lines)


def _entry(route: BaseRoute, level: Level, order: Place) -> Entry:
    served = included(route, level.inherited) if level.chain else checked(route)
    if isinstance(served, Mount):
        return Entry(order, compile_pattern(served.path + "/{path:path}"), None, served)
    methods = getattr(served, "methods", None)
    anywhere = isinstance(served, Host)
    pattern = compile_pattern("/{path:path}" if anywhere else getattr(served, "path", ""))
    return Entry(order, pattern, frozenset(methods) if methods else None, served)
