"""Cells -> the statements that the served application needs, in an order that runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from notebookapi.cells.cell import Cell, Registered
from notebookapi.cells.closure import Closure, close, environment_key, is_secret
from notebookapi.cells.order import in_order
from notebookapi.cells.program import Program
from notebookapi.cells.scopes import STAR
from notebookapi.cells.statements import Statement, imports_annotations, parse, statements_of
from notebookapi.export.check import check_closure
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


def select(request: ExportRequest) -> Selection:
    """Raises ExportError for what cannot be in a module, naming cell and line."""
    versions = choose_versions(request)
    texts = {cell.run: _text(cell, request) for cell in versions.current}
    statements = list(_statements(versions, texts, request))
    live = [registered for registered in request.registered if registered.live]
    roots = [s for s in statements if any(_made(s, one) for one in live)]
    program = Program(statements, _runs(versions, request), request.application, roots)
    closure = close(program, roots, [request.application])
    check_closure(closure, versions, program, request)
    chain = [s for s in closure.kept if s in roots]
    return Selection(
        statements=in_order(program, closure.kept, chain),
        needed=closure.needed,
        future=_future(versions.current),
        docstring=_docstring(versions.current),
        notes=list(_notes(closure, versions, program)),
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


def _runs(versions: Versions, request: ExportRequest) -> dict[str, Sequence[int]]:
    return {**versions.runs, IMPLICIT: [0]} if request.implicit else dict(versions.runs)


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


# --- notes -------------------------------------------------------------------------------------


def _notes(closure: Closure, versions: Versions, program: Program) -> Iterator[str]:
    kept = set(closure.kept)
    for statement in program.statements:
        if STAR in statement.names.binds and statement in kept:
            yield (
                f"{statement.place} has a star import, kept as it is; "
                "import by name and unused names go."
            )
        key = environment_key(statement.node)
        if key is not None and is_secret(key) and statement not in kept:
            yield (
                f"{statement.place} sets {key}, which reads like a credential: left out; "
                "set it in the environment of the server."
            )
        if ast.unparse(statement.node).startswith(("sys.path.", "path.insert(")):
            yield (
                f"{statement.place} changes sys.path, the module does not: "
                "start the server with PYTHONPATH set, or install what it imports."
            )
    yield from _stale_changes(closure)
    yield from _failed_rebindings(closure, versions)


def _stale_changes(closure: Closure) -> Iterator[str]:
    """Objects made anew after they were changed: the module changes them, the kernel has not."""
    for change in closure.kept:
        for name in sorted(change.names.changes.now):
            makers = [s for s in closure.kept if name in s.names.binds and s is not change]
            if makers and all(maker.cell.run > change.cell.run for maker in makers):
                yield (
                    f"{change.place} changes {name}, which {makers[-1].cell.label} has made anew "
                    "since: the module makes it, then changes it."
                )


def _failed_rebindings(closure: Closure, versions: Versions) -> Iterator[str]:
    for cell in versions.others:
        if cell.succeeded or cell.failed_line is None:
            continue
        ran = [s for s in statements_of(cell, cell.transformed) if s.last_line < cell.failed_line]
        for statement in ran:
            bound = statement.names.binds
            for kept in closure.kept:
                names = sorted(bound & closure.needed.get(kept, frozenset()))
                if names and kept.cell.run < cell.run:
                    yield (
                        f"{', '.join(names)}: {cell.label} failed at line {cell.failed_line} after "
                        f"binding it again; the module has it from {kept.cell.label}."
                    )
