"""What is declared and what is served: immutable records, replaced as a whole."""

from __future__ import annotations

import itertools
from bisect import bisect
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import field
from heapq import merge
from typing import Any, Literal

from starlette.datastructures import URLPath
from starlette.routing import Host, Mount, NoMatchFound
from starlette.types import ASGIApp

from notebookapi._records import record
from notebookapi._table.around import Around
from notebookapi._table.conflicts import Conflict
from notebookapi._table.table import RouteTable
from notebookapi._table.tree import Entry

Kind = Literal[
    "route", "mount", "include", "middleware", "exception_handler", "event", "override", "setting"
]

_LINES = ("route", "mount", "include")

Place = tuple[int, ...]
"""Where a registration stands among the others of its owner; compared lexicographically."""

_PLACES = itertools.count()


def next_place() -> Place:
    """Return a place behind all those handed out so far.

    Whoever takes one may divide it: `(*place, 0)`, `(*place, 1)` stand in order where it stood.
    """
    return (next(_PLACES),)


def place_between(low: Place, high: Place | None) -> Place:
    """Return a place behind `low` and before `high`, behind those returned earlier.

    low: () for the front. high: None for the end.
    """
    if high is None:
        return next_place()
    if high[: len(low)] == low:
        return (*low, high[len(low)] - 1, *next_place())
    return (*low, *next_place())


@record(frozen=True, slots=True, eq=False)
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


@record(frozen=True, slots=True, eq=False)
class Placed:
    """A registration and where it stands."""

    place: Place
    registration: Registration


@record(frozen=True, slots=True, eq=False)
class Declared:
    """All that one application or router declares, in order of place.

    registrations: the same without the places; there may be thousands, which C looks through.
    settings: the attributes that are assigned, by name.
    others: what is declared that is no route; there are few of these, and many routes.
    """

    placed: tuple[Placed, ...] = ()
    registrations: tuple[Registration, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    others: tuple[Placed, ...] = ()

    def of(self, kind: Kind) -> Iterator[Placed]:
        """Yield what is declared of one kind, in order."""
        among = self.placed if kind == "route" else self.others
        return (each for each in among if each.registration.kind == kind)

    @property
    def lines(self) -> Iterator[Placed]:
        """Yield what requests may match, or contains such: routes, mounts and inclusions."""
        return (each for each in self.placed if each.registration.kind in _LINES)

    def find(self, registration: Registration) -> Placed | None:
        """Return where a registration stands, or None."""
        at = self._at(registration)
        return self.placed[at] if at is not None else None

    def _at(self, registration: Registration) -> int | None:
        try:
            return self.registrations.index(registration)
        except ValueError:
            return None

    def with_added(self, registration: Registration, place: Place) -> Declared:
        """Return this with one registration more."""
        new, at = Placed(place, registration), len(self.placed)
        if self.placed and self.placed[-1].place >= place:
            at = bisect(self.placed, place, key=lambda each: each.place)
        return self._with(
            (*self.placed[:at], new, *self.placed[at:]),
            (*self.registrations[:at], registration, *self.registrations[at:]),
            registration,
        )

    def without(self, registration: Registration) -> Declared:
        """Return this without one registration."""
        at = self._at(registration)
        if at is None:
            return self
        return self._with(
            self.placed[:at] + self.placed[at + 1 :],
            self.registrations[:at] + self.registrations[at + 1 :],
            registration,
        )

    def _with(
        self,
        placed: tuple[Placed, ...],
        registrations: tuple[Registration, ...],
        changed: Registration,
    ) -> Declared:
        if changed.kind == "route":
            return Declared(placed, registrations, self.settings, self.others)
        others = tuple(each for each in placed if each.registration.kind != "route")
        made = Declared(placed, registrations, self.settings, others)
        if changed.kind != "setting":
            return made
        settings = dict(each.registration.value for each in made.of("setting"))
        return Declared(placed, registrations, settings, others)


def includes_itself(owner: Any, declared: Callable[[Any], Declared]) -> bool:
    """Tell whether a router is included in itself, directly or through others.

    declared: what a router declares.
    """
    seen: set[Any] = set()
    waiting = [owner]
    while waiting:
        for placed in declared(waiting.pop()).of("include"):
            inner = placed.registration.child
            if inner is owner:
                return True
            if inner not in seen:
                seen.add(inner)
                waiting.append(inner)
    return False


@record(frozen=True, slots=True, eq=False)
class Stack:
    """A middleware chain. links: each instance with what it was made from, innermost first."""

    app: ASGIApp
    links: tuple[tuple[Any, ASGIApp], ...] = ()


_EMPTY = RouteTable.of(())


@record(frozen=True, slots=True, eq=False)
class Published:
    """What an application serves. A request reads it once and keeps it to its end.

    version: counts an application's publications, from 1.
    table: what answers requests. websockets: what answers WebSocket connections.
    frontends: tried where nothing in the table matches, in this order.
    hosts: what serves all of a host, in order.
    stack: the middleware chain, the dispatcher innermost.
    mounted: what the applications and routers mounted inside serve, published with this.
    declared: what each router in the tree declared when this was published.
    lines: what the tables were made of, for the next publication.
    around: by order too, the chains of routers that a request goes through to that line.
    routers: the chain of each router that has one.
    conflicts: the routes that are never reached.
    kept: the dependencies with the scope "app", those of mounted routers among them.
    auto_head, auto_options: whether these are answered where no route serves them.
    problem_details: whether errors are told as RFC 9457 has it.
    overrides: the dependencies that others stand in for, by the original.
    default: what answers at paths where nothing else does.
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
    lines: Any = None
    around: Mapping[Place, tuple[Around, ...]] = field(default_factory=dict)
    routers: Mapping[Any, Around] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()
    kept: frozenset[Any] = frozenset()
    auto_head: bool = False
    auto_options: bool = False
    problem_details: bool = False
    overrides: Mapping[Any, Any] = field(default_factory=dict)
    default: ASGIApp | None = None

    @property
    def chains(self) -> Mapping[Place, tuple[Registration, ...]]:
        """For each line, by its order, the registrations that brought it there."""
        chains: Mapping[Place, tuple[Registration, ...]] = self.lines.chains if self.lines else {}
        return chains

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """Return the path of the route with this name. Raises NoMatchFound.

        Starlette asks `scope["router"]` for it, so that a request sees the routes that it is
        served by.
        """
        for route in self.routes:
            try:
                found: URLPath = self._as_published(route).url_path_for(name, **path_params)
            except NoMatchFound:
                continue
            return found
        raise NoMatchFound(name, path_params)

    @property
    def routes(self) -> Iterator[Any]:
        """Yield the routes that have names, in order."""
        lines = merge(self.table, self.websockets, self.hosts, key=lambda each: each.order)
        return (entry.route for entry in lines)

    def _as_published(self, route: Any) -> Any:
        """Return a route that knows the names inside as they are published, not as declared."""
        if not isinstance(route, (Mount, Host)):
            return route
        for owner, inner in self.mounted.items():
            if owner is route.app:
                route = copy(route)
                # It is asked for its routes only. A mount looks behind its own middleware.
                setattr(route, "_base_app" if isinstance(route, Mount) else "app", inner)
        return route


@record(frozen=True, slots=True, eq=False)
class RequestState:
    """What one request is served by; `scope["notebookapi"]`.

    inner: what the applications reached through this one serve in this request.
    """

    published: Published
    inner: Mapping[Any, Published]


class Commit:
    """One publication: everything that refers to it changes when `done` does."""

    __slots__ = ("done",)

    def __init__(self) -> None:
        self.done = False


@record(frozen=True, slots=True, eq=False)
class Slot:
    """What one application serves: `old` until the commit is done, then `new`."""

    commit: Commit
    old: Published
    new: Published
