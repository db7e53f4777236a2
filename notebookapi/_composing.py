"""What an application serves, put together from what it and the routers inside declare."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from notebookapi._limits import Limited
from notebookapi._lines import Lines, Reading, read_tree
from notebookapi._overrides import kept_overrides
from notebookapi._route import APIRoute
from notebookapi._settings import value_of
from notebookapi._stack import make_stack
from notebookapi._table import RouteTable
from notebookapi._table.around import Around, Inside, through
from notebookapi._table.conflicts import Conflict, find_conflicts, patched_conflicts
from notebookapi._table.dispatch import dispatch
from notebookapi._table.published import Place, Published, Stack
from notebookapi._tree import around_lines, chains_of_routers, tables_of
from notebookapi.editing import Application, View
from notebookapi.exceptions import EditError
from notebookapi.routing import APIRouter

_Outer = tuple[APIRouter, ...]


def composed(application: Any, view: View, before: Published | None) -> Published:
    """Return what an application of ours will serve.

    What is the same as `before` is shared with it. Raises DeclarationErrors for what cannot be
    served where it stands.
    """
    router: APIRouter = application.router
    reading = read_tree(router, view, before)
    lines = reading.lines
    declared = lines.declared[application] = view.declared(application)
    own = partial(value_of, application, declared=declared)
    shared = {
        "auto_head": own("auto_head"),
        "auto_options": own("auto_options"),
        "problem_details": own("problem_details"),
        "overrides": kept_overrides(declared, before.overrides if before else {}),
    }
    parts = _parts(router, reading, view, before, shared, ())
    stack = make_stack(
        declared,
        before.stack if before else None,
        debug=own("debug"),
        max_body_size=own("max_body_size"),
        problems=own("problem_details"),
    )
    tells = application._tells_of_conflicts
    conflicts = _conflicts(parts["table"], reading, before) if tells else ()
    around = around_lines(lines, parts["routers"])
    if own("max_body_size") is not None:
        around = _limited(lines, around, own("max_body_size"))
    return Published(**shared, **parts, stack=stack, around=around, conflicts=conflicts)


def _mounted_router(
    router: APIRouter,
    view: View,
    before: Published | None,
    shared: Mapping[str, Any],
    outer: _Outer,
) -> Published:
    """Return what a router serves that is mounted in an application. shared: what they share."""
    if router in outer:
        raise EditError(f"{router!r} is mounted inside itself; mount another router.")
    reading = read_tree(router, view, before)
    parts = _parts(router, reading, view, before, shared, outer)
    # Here the router's own chain stands around all that is asked of it, not around its lines.
    inner = dict(parts["routers"])
    chain = inner.pop(router, None)
    app = partial(through, (chain,), dispatch) if chain else dispatch
    around = around_lines(reading.lines, inner)
    return Published(**shared, **parts, stack=Stack(app), around=around, default=router.default)


def _parts(
    router: APIRouter,
    reading: Reading,
    view: View,
    before: Published | None,
    shared: Mapping[str, Any],
    outer: _Outer,
) -> dict[str, Any]:
    """Return what the tree of routers below `router` comes to."""
    lines, tables = reading.lines, tables_of(reading, before)
    known = before.mounted if before else {}
    mounted: dict[Any, Published] = {}
    for inner in lines.mounted:
        if isinstance(inner, Application):
            mounted[inner] = view.published(inner)
        elif isinstance(inner, APIRouter):
            inside = (*outer, router)
            mounted[inner] = _mounted_router(inner, view, known.get(inner), shared, inside)
    routers = [inner for inner in mounted if isinstance(inner, APIRouter)]
    return {
        "version": before.version + 1 if before else 1,
        "table": tables.table,
        "websockets": tables.websockets,
        "frontends": tables.frontends,
        "hosts": tables.hosts,
        "redirect_slashes": value_of(router, "redirect_slashes", lines.declared[router]),
        "mounted": mounted,
        "declared": lines.declared,
        "lines": lines,
        "routers": chains_of_routers(lines, before),
        "kept": lines.kept.union(*(mounted[inner].kept for inner in routers)),
    }


_Arounds = dict[Place, tuple[Around, ...]]


def _limited(lines: Lines, around: _Arounds, size: int) -> _Arounds:
    """Return what requests go through, with a limit around operations that have none of their own.

    size: in bytes.
    """
    inside = Inside()
    limit = Around(Limited(inside, size), inside)
    operations = (each for each in lines.entries.values() if isinstance(each.route, APIRoute))
    unlimited = [each.order for each in operations if each.route.spec.max_body_size is None]
    return {**around, **{order: (*around.get(order, ()), limit) for order in unlimited}}


def _conflicts(
    table: RouteTable, reading: Reading, before: Published | None
) -> tuple[Conflict, ...]:
    if before is None:
        return find_conflicts(table)
    return patched_conflicts(before.conflicts, table, reading.removed, reading.added)
