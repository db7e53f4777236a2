"""What an application serves under paths, each with the cell that made it."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator
from typing import Any

from starlette.routing import Mount, WebSocketRoute

from notebookapi._frontend import Frontend
from notebookapi._route import APIRoute
from notebookapi._table import Entry
from notebookapi._table.published import Published
from notebookapi.applications import NotebookAPI
from notebookapi.cells import Cell
from notebookapi.notebook.log.durations import Latency
from notebookapi.notebook.log.journal import Journal
from notebookapi.notebook.swap.ownership import Owned
from notebookapi.notebook.views.routes import RouteRow


def route_rows(
    app: NotebookAPI, owned: Iterable[Owned], deleted: Collection[str], journal: Journal
) -> list[RouteRow]:
    """Return what is served, in order. deleted: keys of cells that are gone."""
    owners = {each.registration: each for each in owned if not each.shadowed}
    published = app.published
    rows = []
    for entry in _in_order(published):
        owner = owners.get(published.chains[entry.order][-1])
        if owner is None and not getattr(entry.route, "include_in_schema", True):
            continue
        latency = _latency(entry.route, journal)
        rows.append(
            RouteRow(
                methods=_methods(entry.route),
                path=entry.route.path,
                endpoint=_endpoint(entry.route),
                cell=_named(owner.cell, deleted) if owner else "",
                version=owner.version if owner else 1,
                hits=_hits(entry.route, journal),
                p50=latency.p50 if latency else None,
                p99=latency.p99 if latency else None,
                cell_id=owner.cell.key if owner and not owner.cell.is_anonymous else None,
            )
        )
    return rows


def _in_order(published: Published) -> Iterator[Entry]:
    """Yield the lines for requests and for connections; a mount answers both."""
    entries = dict.fromkeys((*published.table, *published.websockets))
    for entry in (*sorted(entries, key=lambda each: each.order), *published.frontends):
        if isinstance(entry.route, (APIRoute, WebSocketRoute, Mount, Frontend)):
            yield entry


def _methods(route: Any) -> str:
    if isinstance(route, APIRoute):
        return ", ".join(sorted(route.methods or ()))
    if isinstance(route, WebSocketRoute):
        return "WEBSOCKET"
    return "FRONTEND" if isinstance(route, Frontend) else "MOUNT"


def _hits(route: Any, journal: Journal) -> int:
    declared = getattr(route, "origin", route)
    return journal.hits_of(declared) if isinstance(declared, Hashable) else 0  # no mount is


def _latency(route: Any, journal: Journal) -> Latency | None:
    declared = getattr(route, "origin", route)
    return journal.latency_of(declared) if isinstance(declared, Hashable) else None


def _endpoint(route: Any) -> str:
    """Return the name of a function, or of the class that is mounted."""
    return getattr(route, "name", "") or type(getattr(route, "app", route)).__name__


def _named(cell: Cell, deleted: Collection[str]) -> str:
    return f"{cell.label}, gone" if cell.key in deleted else cell.label
