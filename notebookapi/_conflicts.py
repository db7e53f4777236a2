"""Telling the person of routes that are never reached."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from weakref import ref

from starlette.routing import BaseRoute

from notebookapi._plan.signature import described
from notebookapi._table import Entry, Kind, Pattern
from notebookapi._table.conflicts import Conflict, conflict_of
from notebookapi._table.published import Declared
from notebookapi.exceptions import RouteConflictWarning

_PACKAGE = f"{Path(__file__).parent}{os.sep}"


def tell_of(conflicts: Iterable[Conflict]) -> None:
    """Warn of each route that is never reached, once, naming the first that serves instead."""
    for conflict in sorted(conflicts, key=lambda each: (each.second.order, each.first.order)):
        first, second = _declared(conflict.first.route), _declared(conflict.second.route)
        if first is second:  # one router, included twice at one place
            continue
        told: list[Any] = second.__dict__.setdefault("_told_of", [])
        if told:
            continue
        warnings.warn(_message(conflict), RouteConflictWarning, stacklevel=_outside())
        told.append(first)


class Shapes:
    """The routes of one router by what their templates look like, to find those that hide another.

    Where a template has parameters, and how many segments, is its shape; there are few of them.
    """

    def __init__(self) -> None:
        self._known: dict[_Shape, dict[tuple[str, ...], _Refs]] = {}
        self._rests: _Refs = ()  # those that end in a rest of any length

    def add(self, route: Any) -> None:
        """Remember a route."""
        literals = _literals(route)
        if literals is None:
            self._rests = _with(self._rests, route) if _has_template(route) else self._rests
        else:
            shape = tuple(index for index, text in enumerate(literals) if text is not None)
            there = self._known.setdefault((len(literals), shape), {})
            own = tuple(text for text in literals if text is not None)
            there[own] = _with(there.get(own, ()), route)

    def tell_of_declaring(self, declared: Declared, route: Any) -> None:
        """Warn if a route that is about to be declared is never reached for one that is there."""
        if not _has_template(route):
            return
        for known in self._candidates(_literals(route)):
            other = known()
            if other is None:
                continue
            conflict = conflict_of(_entry(other, (0,)), _entry(route, (1,)))
            if conflict and any(e.registration.value is other for e in declared.lines):
                tell_of([conflict])
                return

    def _candidates(self, literals: list[str | None] | None) -> Iterator[ref[Any]]:
        for (length, shape), there in self._known.items() if literals else ():
            if literals and length == len(literals):
                own = tuple(text for index in shape if (text := literals[index]) is not None)
                yield from there.get(own, ()) if len(own) == len(shape) else ()
        yield from self._rests


_Shape = tuple[int, tuple[int, ...]]
_Refs = tuple[ref[Any], ...]


def _with(routes: _Refs, route: Any) -> _Refs:
    # Weak: in a notebook, routes are replaced over and over.
    return (*(each for each in routes if each() is not None), ref(route))


def _has_template(route: Any) -> bool:
    return bool(getattr(route, "pattern", None) and getattr(route, "methods", None))


def _literals(route: Any) -> list[str | None] | None:
    """Return the segments of a template, None for parameters; None for other kinds of templates."""
    pattern: Pattern | None = getattr(route, "pattern", None)
    if pattern is None or not pattern.segments or not _has_template(route):
        return None
    if any(each.kind is Kind.REST for each in pattern.segments):
        return None
    literal = Kind.LITERAL
    return [each.text if each.kind is literal else None for each in pattern.segments]


def unreached(conflicts: Iterable[Conflict]) -> Mapping[BaseRoute, frozenset[str]]:
    """Return for each route that is in a conflict the methods that it never serves."""
    found: dict[BaseRoute, frozenset[str]] = {}
    for each in conflicts:
        route = each.second.route
        if route.__hash__:  # starlette's own are documented nowhere
            found[route] = found.get(route, frozenset()) | each.methods
    return found


def _entry(route: Any, order: tuple[int, ...]) -> Entry:
    return Entry(order, route.pattern, frozenset(route.methods), route)


def _declared(route: Any) -> Any:
    return getattr(route, "original_route", route)


def _message(conflict: Conflict) -> str:
    first, second = conflict.first.route, conflict.second.route
    methods = ", ".join(sorted(conflict.methods))
    return (
        f"{methods} {second.path} is never answered by {described(second.endpoint)}: "
        f"{described(first.endpoint)}, declared earlier for {first.path}, answers all its "
        "requests. Remove one of them, change its path, or declare the narrower path first."
    )


def _outside() -> int:
    """Return the stack level, for `warnings`, of the nearest code that is not this package's."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        level, frame = level + 1, frame.f_back
    return level
