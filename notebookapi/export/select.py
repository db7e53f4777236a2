"""Cells -> the statements that the served application needs, in an order that runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from notebookapi.cells.cell import Cell, Registered
from notebookapi.cells.closure import close
from notebookapi.cells.order import in_order
from notebookapi.cells.program import Program
from notebookapi.cells.statements import Statement, imports_annotations, parse, statements_of
from notebookapi.export.check import check_closure
from notebookapi.export.credentials import (
    CREDENTIALS,
    environment_of,
    notes_on_credentials,
    without_credentials,
)
from notebookapi.export.freeze import FROZEN, thawing
from notebookapi.export.lifespan import into_lifespan, wishes_of
from notebookapi.export.notes import notes_on
from notebookapi.export.prune import prune
from notebookapi.export.records import ExportRequest
from notebookapi.export.versions import Versions, choose_versions

IMPLICIT = "notebookapi:implicit"
"""Key of the cell that stands for an application made by the session."""


@dataclass(frozen=True, slots=True)
class Selection:
    statements: Sequence[Statement]
    needed: Mapping[Statement, AbstractSet[str]]
    future: Sequence[str]
    """Features of `from __future__ import`."""
    docstring: str | None
    notes: Sequence[str]
    has_lifespan: bool = False
    """Some statements were moved into a lifespan that the notebook does not have."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables that the module reads where the cells spell a credential out."""


def select(request: ExportRequest) -> Selection:
    """Raises ExportError for what cannot be in a module, naming cell and line."""
    versions = choose_versions(request)
    texts = {cell.run: _text(cell, request) for cell in versions.current}
    hidden = without_credentials(list(_statements(versions, texts, request)))
    statements = thawing([*hidden.imports, *hidden.statements], list(request.frozen))
    live = [registered for registered in request.registered if registered.live]
    roots = [s for s in statements if any(_made(s, one) for one in live)]
    program = Program(statements, _runs(versions), request.application, roots)
    closure = close(program, request.application)
    check_closure(closure, versions, program, request)
    chain = [s for s in closure.kept if s in roots]
    ordered = in_order(program, closure.kept, chain)
    if wishes := wishes_of(ordered, program, request.application):
        ordered = in_order(program, closure.kept, chain, wishes)
    moved = into_lifespan(ordered, program, request.application)
    return Selection(
        statements=moved.statements,
        needed=closure.needed,
        future=_future(versions.current),
        docstring=_docstring(versions.current),
        notes=[
            *notes_on(closure, versions, program),
            *notes_on_credentials(hidden, closure.kept),
            *moved.notes,
        ],
        has_lifespan=moved.has_lifespan,
        environment=environment_of(hidden, closure.kept),
    )


def _text(cell: Cell, request: ExportRequest) -> str:
    return prune(cell.transformed, [one for one in request.registered if one.run == cell.run])


def _statements(
    versions: Versions, texts: Mapping[int, str], request: ExportRequest
) -> Iterator[Statement]:
    if request.implicit:
        made = f"from notebookapi import NotebookAPI\n{request.application} = NotebookAPI()\n"
        yield from statements_of(Cell(IMPLICIT, 0, None, made, made, True), made)
    first_future = min((c.run for c in versions.current if _imports_annotations(c)), default=None)
    for cell in versions.current:
        future = first_future is not None and first_future <= cell.run
        yield from statements_of(cell, texts[cell.run], future_annotations=future)


def _runs(versions: Versions) -> dict[str, Sequence[int]]:
    """What is written here counts as run before all cells."""
    return {**versions.runs, IMPLICIT: [0], FROZEN: [0], CREDENTIALS: [0]}


def _made(statement: Statement, registered: Registered) -> bool:
    if statement.cell.run != registered.run:
        return False
    if not statement.first_line <= registered.line <= statement.last_line:
        return False
    # Inside a `%%time` all statements stand on one line: tell them apart by name.
    if statement.offset == 0:
        return True
    return registered.endpoint in statement.names.binds | statement.names.reads


def _imports_annotations(cell: Cell) -> bool:
    tree = parse(cell.transformed)
    return tree is not None and imports_annotations(tree)


def _future(cells: Sequence[Cell]) -> list[str]:
    """IPython keeps a future statement for the rest of the session, so a module does too."""
    trees = (parse(cell.transformed) for cell in cells)
    features = {
        alias.name
        for tree in trees
        if tree is not None
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
        for alias in node.names
    }
    return sorted(features)


def _docstring(cells: Sequence[Cell]) -> str | None:
    """The text that a notebook opens with."""
    tree = parse(cells[0].transformed) if cells else None
    return ast.get_docstring(tree) if tree is not None else None
