"""The lines of an application -> its tables, and what stands around them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from starlette.routing import Host, Mount, WebSocketRoute

from notebookapi._frontend import Frontend
from notebookapi._lines import Lines, Reading
from notebookapi._records import record
from notebookapi._route import APIRoute
from notebookapi._table import Entry, RouteTable
from notebookapi._table.around import Around
from notebookapi._table.published import Place, Published
from notebookapi._wrapping import chain_of
from notebookapi.editing import Application, Owner
from notebookapi.routing import APIRouter


def chains_of_routers(lines: Lines, before: Published | None) -> dict[Any, Around]:
    """Return what stands around the routes of each router that declares something for it."""
    known = before.routers if before else {}
    declared = before.declared if before else {}
    made: dict[Any, Around | None] = {}
    for router in lines.levels:
        chain, here = known.get(router), lines.declared[router]
        made[router] = chain if declared.get(router) is here else chain_of(here, chain)
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


@record(frozen=True, slots=True, eq=False)
class Tables:
    """The lines, by what they answer. frontends: in the order in which they are tried."""

    table: RouteTable
    websockets: RouteTable
    frontends: tuple[Entry, ...]
    hosts: tuple[Entry, ...]


def tables_of(reading: Reading, before: Published | None) -> Tables:
    """Return tables of these lines, which share with those of `before` what is in both."""
    others = (WebSocketRoute, Frontend, Host)
    known = before or _NOTHING
    return Tables(
        _table(known.table, reading, lambda route: not isinstance(route, others)),
        _table(known.websockets, reading, _takes_websockets),
        _few(known.frontends, reading, Frontend, _longest_first),
        _few(known.hosts, reading, Host, lambda entry: entry.order),
    )


_NOTHING = Tables(RouteTable.of(()), RouteTable.of(()), (), ())


def _table(before: RouteTable, reading: Reading, belongs: Callable[[Any], bool]) -> RouteTable:
    removed = [entry for entry in reading.removed if belongs(entry.route)]
    added = [entry for entry in reading.added if belongs(entry.route)]
    return before.patched(removed, added)


def _few(
    before: tuple[Entry, ...], reading: Reading, kind: type, order: Callable[[Entry], Any]
) -> tuple[Entry, ...]:
    changed = (*reading.removed, *reading.added)
    if not any(isinstance(entry.route, kind) for entry in changed):
        return before
    lines = reading.lines.entries.values()
    return tuple(sorted((e for e in lines if isinstance(e.route, kind)), key=order))


def _takes_websockets(route: Any) -> bool:
    return isinstance(route, (WebSocketRoute, Mount))


def _longest_first(entry: Entry) -> tuple[int, Place]:
    return -len(entry.route.path), entry.order


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


def routers_in(root: APIRouter) -> list[APIRouter]:
    """Return a router and those included in it, outer ones first, each once."""
    found = [root]
    for router in found:
        for placed in router.declared.of("include"):
            inner = placed.registration.value.router
            if inner not in found:
                found.append(inner)
    return found
