"""What is declared and what is served: immutable records, replaced as a whole."""

from __future__ import annotations

import itertools
from bisect import bisect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from heapq import merge
from typing import Any, Literal

from starlette.datastructures import URLPath
from starlette.routing import NoMatchFound
from starlette.types import ASGIApp

from notebookapi._table.around import Around
from notebookapi._table.conflicts import Conflict
from notebookapi._table.table import RouteTable
from notebookapi._table.tree import Entry

Kind = Literal["route", "mount", "include", "middleware", "exception_handler"]

_LINES = ("route", "mount", "include")

Place = tuple[int, ...]
"""Where a registration stands among the others of its owner; compared lexicographically."""

_PLACES = itertools.count()


def next_place() -> Place:
    """Return a place behind all those handed out so far.

    Whoever takes one may divide it: `(*place, 0)`, `(*place, 1)` stand in order where it stood.
    """
    return (next(_PLACES),)


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """One thing declared on an application or router.

    identity: equal for two registrations of which the later means to replace the earlier.
    label: for people, such as "GET /items/{id}".
    child: the application or router inside it, for inclusions and mounts.
    """

    kind: Kind
    identity: tuple[Any, ...]
    value: Any
    label: str
    child: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A registration and where it stands."""

    place: Place
    registration: Registration


@dataclass(frozen=True, slots=True, eq=False)
class Declared:
    """All that one application or router declares, in order of place."""

    placed: tuple[Placed, ...] = ()

    def of(self, kind: Kind) -> Iterator[Placed]:
        """Yield what is declared of one kind, in order."""
        return (each for each in self.placed if each.registration.kind == kind)

    @property
    def lines(self) -> Iterator[Placed]:
        """Yield what requests may match, or contains such: routes, mounts and inclusions."""
        return (each for each in self.placed if each.registration.kind in _LINES)

    def find(self, registration: Registration) -> Placed | None:
        """Return where a registration stands, or None."""
        return next((each for each in self.placed if each.registration is registration), None)

    def with_added(self, registration: Registration, place: Place) -> Declared:
        """Return this with one registration more."""
        new = Placed(place, registration)
        if not self.placed or self.placed[-1].place < place:
            return Declared((*self.placed, new))
        at = bisect(self.placed, place, key=lambda each: each.place)
        return Declared((*self.placed[:at], new, *self.placed[at:]))

    def without(self, registration: Registration) -> Declared:
        """Return this without one registration."""
        return Declared(tuple(e for e in self.placed if e.registration is not registration))


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """A middleware chain. links: each instance with what it was made from, innermost first."""

    app: ASGIApp
    links: tuple[tuple[Any, ASGIApp], ...] = ()


_EMPTY = RouteTable.of(())


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Published:
    """What an application serves. A request reads it once and keeps it to its end.

    version: counts an application's publications, from 1.
    table: what answers requests. websockets: what answers WebSocket connections.
    frontends: tried where nothing in the table matches, in this order.
    hosts: what serves all of a host, in order.
    stack: the middleware chain, the dispatcher innermost.
    mounted: what the applications mounted inside serve, published with this.
    declared: what each router in the tree declared when this was published.
    chains: for each line of the table, by its order, the registrations that brought it there.
    around: by order too, the chains of routers that a request goes through to that line.
    routers: the chain of each router that has one.
    conflicts: the routes that are never reached.
    auto_head, auto_options: whether these are answered where no route serves them.
    problem_details: whether errors are told as RFC 9457 has it.
    """

    version: int
    table: RouteTable
    stack: Stack
    websockets: RouteTable = _EMPTY
    frontends: tuple[Entry, ...] = ()
    hosts: tuple[Entry, ...] = ()
    redirect_slashes: bool = True
    mounted: Mapping[Any, Published] = field(default_factory=dict)
    declared: Mapping[Any, Declared] = field(default_factory=dict)
    chains: Mapping[Place, tuple[Registration, ...]] = field(default_factory=dict)
    around: Mapping[Place, tuple[Around, ...]] = field(default_factory=dict)
    routers: Mapping[Any, Around] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()
    auto_head: bool = False
    auto_options: bool = False
    problem_details: bool = False

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """Return the path of the route with this name. Raises NoMatchFound.

        Starlette asks `scope["router"]` for it, so that a request sees the routes that it is
        served by.
        """
        for entry in merge(self.table, self.websockets, self.hosts, key=lambda each: each.order):
            try:
                found: URLPath = entry.route.url_path_for(name, **path_params)
            except NoMatchFound:
                continue
            return found
        raise NoMatchFound(name, path_params)


@dataclass(frozen=True, slots=True, eq=False)
class RequestState:
    """What one request is served by; `scope["notebookapi"]`.

    inner: what the applications reached through this one serve in this request.
    """

    published: Published
    inner: Mapping[Any, Published]
