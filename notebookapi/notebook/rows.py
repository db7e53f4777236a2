"""The path operations of an application, each with the cell that made it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from notebookapi._tree import routes_in
from notebookapi.applications import NotebookAPI
from notebookapi.cells import Cell
from notebookapi.notebook.journal import Journal
from notebookapi.notebook.ownership import Owned
from notebookapi.notebook.views.model import RouteRow


def route_rows(
    app: NotebookAPI, owned: Iterable[Owned], deleted: Collection[str], journal: Journal
) -> list[RouteRow]:
    """Return what is served, in order. deleted: keys of cells that are gone."""
    owners = {
        each.registration.value: each
        for each in owned
        if each.registration.kind == "route" and not each.shadowed
    }
    rows = []
    for route in routes_in(app.published):
        owner = owners.get(route.origin)
        if owner is None and not route.include_in_schema:
            continue
        rows.append(
            RouteRow(
                methods=", ".join(sorted(route.methods or ())),
                path=route.path,
                endpoint=route.name,
                cell=_named(owner.cell, deleted) if owner else "",
                version=owner.version if owner else 1,
                hits=journal.hits[route.origin],
            )
        )
    return rows


def _named(cell: Cell, deleted: Collection[str]) -> str:
    return f"{cell.label}, gone" if cell.key in deleted else cell.label
