"""Telling the person of routes that are never reached."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from starlette.routing import BaseRoute

from notebookapi._plan.signature import described
from notebookapi._table import Entry
from notebookapi._table.conflicts import Conflict, conflict_of
from notebookapi._table.published import Declared
from notebookapi.exceptions import RouteConflictWarning

_PACKAGE = str(Path(__file__).parent)


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


def tell_of_declaring(declared: Declared, route: Any) -> None:
    """Warn if a route that is about to be declared is never reached for one that is there."""
    new = _entry(route, (1,))
    if new is None:
        return
    for placed in declared.lines:
        there = _entry(placed.registration.value, (0,))
        conflict = conflict_of(there, new) if there else None
        if conflict is not None:
            tell_of([conflict])
            return


def unreached(conflicts: Iterable[Conflict]) -> Mapping[BaseRoute, frozenset[str]]:
    """Return for each route that is in a conflict the methods that it never serves."""
    found: dict[BaseRoute, frozenset[str]] = {}
    for each in conflicts:
        route = each.second.route
        if route.__hash__:  # starlette's own are documented nowhere
            found[route] = found.get(route, frozenset()) | each.methods
    return found


def _entry(route: Any, order: tuple[int, ...]) -> Entry | None:
    pattern, methods = getattr(route, "pattern", None), getattr(route, "methods", None)
    return Entry(order, pattern, frozenset(methods), route) if pattern and methods else None


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
    return level - 1
