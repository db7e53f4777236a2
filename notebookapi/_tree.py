"""The tree of routers -> the lines of one table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from starlette.routing import BaseRoute, Mount

from notebookapi._options import Inherited
from notebookapi._route import APIRoute
from notebookapi._table import Entry, RouteTable, compile_pattern
from notebookapi._table.published import Declared, Place, Placed, Published, Registration
from notebookapi.editing import Owner, View
from notebookapi.routing import APIRouter, Inclusion, checked, included

Chain = tuple[Registration, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """What a tree of routers comes to.

    chains: by order, the registrations that brought each line there, outermost first.
    """

    entries: list[Entry] = field(default_factory=list)
    chains: dict[Place, Chain] = field(default_factory=dict)
    declared: dict[Any, Declared] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    router: APIRouter
    inherited: Inherited = field(default_factory=Inherited)
    place: Place = ()
    chain: Chain = ()


def read_tree(root: APIRouter, view: View, before: Published | None) -> Lines:
    """Return the lines of a router's table.

    Lines of `before` are used again where nothing about them changed, so that patching the table
    touches the others only. Raises DeclarationErrors for what cannot be served where it stands.
    """
    known = {entry.order: entry for entry in before.table} if before else {}
    chains = before.chains if before else {}
    lines = Lines()
    for level, placed in _walk(_Level(root), view, lines.declared):
        order, chain = _inside(level.place, placed.place), (*level.chain, placed.registration)
        same = order in known and chains.get(order) == chain
        entry = known[order] if same else _entry(placed.registration.value, level, order)
        lines.entries.append(entry)
        lines.chains[order] = chain
    return lines


def patched(before: RouteTable, entries: list[Entry]) -> RouteTable:
    """Return a table of these entries that shares with `before` what is in both."""
    old, new = set(before), set(entries)
    return before.patched(old - new, new - old)


def routes_in(published: Published) -> Iterator[APIRoute]:
    """Yield the path operations that are served, as they are served, in order."""
    return (e.route for e in published.table if isinstance(e.route, APIRoute))


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
    for placed in here.placed:
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
    pattern = compile_pattern(getattr(served, "path", ""))
    return Entry(order, pattern, frozenset(methods) if methods else None, served)


def applications_mounted(lines: Lines) -> list[Owner]:
    """Return the applications of ours that are mounted somewhere in the tree."""
    return [
        chain[-1].child
        for chain in lines.chains.values()
        if chain[-1].kind == "mount" and chain[-1].child is not None
    ]
