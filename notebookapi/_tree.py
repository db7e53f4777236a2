"""The tree of routers -> the lines of an application's tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.routing import BaseRoute, Host, Mount, WebSocketRoute

from notebookapi._frontend import Frontend
from notebookapi._options import Inherited
from notebookapi._route import APIRoute
from notebookapi._table import Entry, RouteTable, compile_pattern
from notebookapi._table.around import Around
from notebookapi._table.published import Declared, Place, Placed, Published, Registration
from notebookapi._wrapping import chain_of
from notebookapi.editing import Application, Owner, View
from notebookapi.routing import APIRouter, Inclusion, checked, included

Chain = tuple[Registration, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """What a tree of routers comes to.

    chains: by order, the registrations that brought each line there, outermost first.
    routers: by order too, the routers that it stands in.
    """

    entries: list[Entry] = field(default_factory=list)
    chains: dict[Place, Chain] = field(default_factory=dict)
    declared: dict[Any, Declared] = field(default_factory=dict)
    routers: dict[Place, tuple[APIRouter, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    router: APIRouter
    inherited: Inherited = field(default_factory=Inherited)
    place: Place = ()
    chain: Chain = ()
    routers: tuple[APIRouter, ...] = ()


def read_tree(root: APIRouter, view: View, before: Published | None) -> Lines:
    """Return the lines of a router's tables.

    Lines of `before` are used again where nothing about them changed, so that patching the table
    touches the others only. Raises DeclarationErrors for what cannot be served where it stands.
    """
    known = {entry.order: entry for entry in _entries(before)} if before else {}
    chains = before.chains if before else {}
    lines = Lines()
    for level, placed in _walk(_Level(root, routers=(root,)), view, lines.declared):
        order, chain = _inside(level.place, placed.place), (*level.chain, placed.registration)
        same = order in known and chains.get(order) == chain
        entry = known[order] if same else _entry(placed.registration.value, level, order)
        lines.entries.append(entry)
        lines.chains[order] = chain
        lines.routers[order] = level.routers
    return lines


def chains_of_routers(lines: Lines, before: Published | None) -> dict[Any, Around]:
    """Return what stands around the routes of each router that declares something for it."""
    known = before.routers if before else {}
    routers = {each for routers in lines.routers.values() for each in routers}
    made = {each: chain_of(lines.declared[each], known.get(each)) for each in routers}
    return {router: chain for router, chain in made.items() if chain is not None}


def around_lines(lines: Lines, chains: Mapping[Any, Around]) -> dict[Place, tuple[Around, ...]]:
    """Return for each line what a request goes through to it, the outermost first."""
    if not chains:
        return {}
    found = {
        order: tuple(chains[router] for router in routers if router in chains)
        for order, routers in lines.routers.items()
    }
    return {order: around for order, around in found.items() if around}


def _entries(published: Published) -> Iterator[Entry]:
    yield from published.table
    yield from published.websockets
    yield from published.frontends
    yield from published.hosts


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """The lines, by what they answer. frontends: in the order in which they are tried."""

    http: RouteTable
    websockets: RouteTable
    frontends: tuple[Entry, ...]
    hosts: tuple[Entry, ...]


def tables_of(lines: Lines, before: Published | None) -> Tables:
    """Return tables of these lines, which share with those of `before` what is in both."""
    others = (WebSocketRoute, Frontend, Host)
    http = [e for e in lines.entries if not isinstance(e.route, others)]
    websockets = [e for e in lines.entries if isinstance(e.route, (WebSocketRoute, Mount))]
    frontends = [e for e in lines.entries if isinstance(e.route, Frontend)]
    longest_first = sorted(frontends, key=lambda e: (-len(e.route.path), e.order))
    return Tables(
        patched(before.table if before else None, http),
        patched(before.websockets if before else None, websockets),
        tuple(longest_first),
        tuple(e for e in lines.entries if isinstance(e.route, Host)),
    )


def patched(before: RouteTable | None, entries: list[Entry]) -> RouteTable:
    """Return a table of these entries that shares with `before` what is in both."""
    if before is None:
        return RouteTable.of(entries)
    old, new = set(before), set(entries)
    return before.patched(old - new, new - old)


def routes_in(published: Published) -> Iterator[APIRoute]:
    """Yield the path operations that are served, as they are served, in order."""
    return (e.route for e in published.table if isinstance(e.route, APIRoute))


def mounted_in(published: Published) -> list[Any]:
    """Return the applications of ours that are mounted inside, and those inside them."""
    found = list(published.mounted.items())
    for _, inner in found:
        found.extend(inner.mounted.items())
    return list({each: None for each, _ in found if isinstance(each, Application)})


def left_behind(application: Application, before: Published) -> list[Any]:
    """Return the applications mounted inside before that nothing of ours reaches any more."""
    gone = set(mounted_in(before)) - {application, *mounted_in(application.published)}
    return [inner for inner in gone if not inner._servers and not _is_reached(inner, gone)]


def _is_reached(inner: Owner, gone: set[Any]) -> bool:
    """Tell whether an application outside of `gone` serves one that is mounted in it."""
    waiting, seen = [inner], {inner}
    for owner in waiting:
        slot = owner._slot if isinstance(owner, Application) and owner not in gone else None
        if slot is not None and inner in mounted_in(slot.new):
            return True
        more = set(owner._parents) - seen
        waiting += more
        seen |= more
    return False


def kept_calls(lines: Lines) -> frozenset[Any]:
    """Return the dependencies with the scope "app" of these lines."""
    return frozenset(
        step.call
        for entry in lines.entries
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


def _walk(
    level: _Level, view: View, declared: dict[Any, Declared]
) -> Iterator[tuple[_Level, Placed]]:
    here = view.declared(level.router)
    declared[level.router] = here
    for placed in here.lines:
        registration = placed.registration
        if registration.kind != "include":
            yield level, placed
            continue
        inclusion: Inclusion = registration.value
        inner = _Level(
            inclusion.router,
            level.inherited.then(inclusion.inherited),
            _inside(level.place, placed.place),
            (*level.chain, registration),
            (*level.routers, inclusion.router),
        )
        yield from _walk(inner, view, declared)


def routers_in(root: APIRouter) -> list[APIRouter]:
    """Return a router and those included in it, outer ones first, each once."""
    found = [root]
    for router in found:
        for placed in router.declared.of("include"):
            inner = placed.registration.value.router
            if inner not in found:
                found.append(inner)
    return found


def _entry(route: BaseRoute, level: _Level, order: Place) -> Entry:
    served = included(route, level.inherited) if level.chain else checked(route)
    if isinstance(served, Mount):
        return Entry(order, compile_pattern(served.path + "/{path:path}"), None, served)
    methods = getattr(served, "methods", None)
    anywhere = isinstance(served, Host)
    pattern = compile_pattern("/{path:path}" if anywhere else getattr(served, "path", ""))
    return Entry(order, pattern, frozenset(methods) if methods else None, served)


def owners_mounted(lines: Lines) -> list[Owner]:
    """Return the applications and routers that are mounted somewhere in the tree, each once."""
    found = {
        chain[-1].child: None
        for chain in lines.chains.values()
        if chain[-1].kind == "mount" and chain[-1].child is not None
    }
    return list(found)
