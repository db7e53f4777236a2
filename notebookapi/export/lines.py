"""Lines of the formatted module -> lines of cells."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from notebookapi.cells.program import is_import
from notebookapi.cells.scopes import name_bound_by
from notebookapi.cells.statements import Statement, first_line
from notebookapi.export.records import CellLine


def map_lines(text: str, statements: Sequence[Statement]) -> dict[int, CellLine]:
    """Line on which a statement of the module starts, at any depth -> where it was typed.

    statements: in the module's order, but for imports, which the formatter moves and merges.
    """
    tree = ast.parse(text)
    found: dict[int, CellLine] = {}
    for node, statement in _pairs(tree, statements):
        # The formatter keeps the tree, so that its statements can be counted off.
        for formatted, typed in zip(_walk(node), _walk(statement.node), strict=False):
            # A statement with run 0 was made by the session: nobody typed it.
            if type(formatted) is type(typed) and statement.cell.run:
                for line, origin in _starts(formatted, typed):
                    place = CellLine(statement.cell, origin + statement.offset)
                    found.setdefault(line, place)
    return dict(sorted(found.items()))


def _pairs(
    tree: ast.Module, statements: Sequence[Statement]
) -> Iterator[tuple[ast.stmt, Statement]]:
    imports = {alias: one for one in statements if is_import(one) for alias in _aliases(one.node)}
    others = iter([one for one in statements if not is_import(one)])
    for node in tree.body:
        aliases = _aliases(node)
        if aliases:
            origins = [imports[alias] for alias in aliases if alias in imports]
            if origins:
                yield node, origins[0]
        elif not _is_docstring(node, tree) and (statement := next(others, None)) is not None:
            yield node, statement


def _aliases(node: ast.stmt) -> list[tuple[str, str]]:
    if isinstance(node, ast.ImportFrom):
        return [(name_bound_by(alias), f"{node.module}:{alias.name}") for alias in node.names]
    if isinstance(node, ast.Import):
        return [(name_bound_by(alias), alias.name) for alias in node.names]
    return []


def _is_docstring(node: ast.stmt, tree: ast.Module) -> bool:
    return node is tree.body[0] and ast.get_docstring(tree) is not None


def _walk(node: ast.stmt) -> Iterator[ast.stmt]:
    """The statement and those inside it, in the order of the text."""
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _inner(child)


def _inner(node: ast.AST) -> Iterator[ast.stmt]:
    if isinstance(node, ast.stmt):
        yield from _walk(node)
        return
    # Handlers and cases hold statements; expressions hold none.
    if not isinstance(node, ast.expr):
        for child in ast.iter_child_nodes(node):
            yield from _inner(child)


def _starts(formatted: ast.stmt, typed: ast.stmt) -> Iterator[tuple[int, int]]:
    """Of a decorated definition: the first decorator, and the `def`."""
    yield first_line(formatted), first_line(typed)
    yield formatted.lineno, typed.lineno
