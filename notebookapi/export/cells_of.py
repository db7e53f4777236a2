"""A module -> the cells of a notebook: an export the other way round."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from notebookapi.cells.closure import is_main_block
from notebookapi.cells.statements import first_line, parse
from notebookapi.export.errors import UnreadableModule
from notebookapi.export.prune import VERBS

_IMPORTS = (ast.Import, ast.ImportFrom)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class ModuleCells:
    """cells: Python, in the order of the module. endpoints: names of the functions registered."""

    cells: tuple[str, ...]
    endpoints: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it in one cell."""
        return "\n\n\n".join(self.cells)


def cells_of(path: Path) -> ModuleCells:
    """Read a module: its imports, then the definitions between endpoints, and each endpoint.

    The block behind `if __name__ == "__main__":` stays out, since it would serve the module. Every
    other line is kept as it is, but `__file__`, which a cell has not: there its path stands.
    Raises UnreadableModule.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnreadableModule(f"{path} cannot be read: {reason}. Check the path.") from error
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        line = f" (line {error.lineno})" if isinstance(error, SyntaxError) else ""
        raise UnreadableModule(
            f"{path} is not Python: {getattr(error, 'msg', error)}{line}. Mend it first."
        ) from error
    lines = _with_path(text, tree, path).replace("\r\n", "\n").split("\n")
    starts = [*_starts(tree.body, lines), len(lines) + 1]
    pieces = ("\n".join(lines[a - 1 : b - 1]) for a, b in zip(starts, starts[1:], strict=False))
    mains = {first_line(node) for node in tree.body if is_main_block(node)}
    cells = (
        piece.strip("\n")
        for start, piece in zip(starts, pieces, strict=False)
        if not mains & set(range(start, start + piece.count("\n") + 1))
    )
    endpoints = (node.name for node in tree.body if isinstance(node, _DEFINITIONS) and _is(node))
    return ModuleCells(tuple(cell for cell in cells if cell.strip()), tuple(endpoints))


def _starts(body: Sequence[ast.stmt], lines: Sequence[str]) -> Iterator[int]:
    """1-based lines on which a cell begins, with the comments that stand above."""
    yield 1
    before: ast.stmt | None = None
    for node in body:
        if before is not None and _begins(node, before):
            start = first_line(node)
            floor = before.end_lineno or before.lineno
            while start - 1 > floor and lines[start - 2].startswith("#"):
                start -= 1
            # Lines that stand close together stay together.
            if start - 1 > floor:
                yield start
        before = node


def _begins(node: ast.stmt, before: ast.stmt) -> bool:
    """Does a cell begin with `node`?"""
    is_head = isinstance(before, _IMPORTS) or _is_docstring(before)
    if is_main_block(node):
        return True
    if isinstance(node, _IMPORTS) and is_head:
        return False
    return is_head or _is(node) or _is(before) or _makes(node) or _makes(before)


def _is(node: ast.stmt) -> bool:
    """Is it an endpoint, a handler or the like: a function with a decorator of an application?"""
    decorators = getattr(node, "decorator_list", [])
    return isinstance(node, _DEFINITIONS) and any(
        isinstance(part, ast.Call)
        and isinstance(part.func, ast.Attribute)
        and part.func.attr in VERBS
        for part in decorators
    )


def _makes(node: ast.stmt) -> bool:
    """Does it make an application or a router?"""
    value = getattr(node, "value", None)
    return (
        isinstance(node, ast.Assign | ast.AnnAssign)
        and isinstance(value, ast.Call)
        and ast.unparse(value.func).rpartition(".")[2] in ("NotebookAPI", "APIRouter")
    )


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _with_path(text: str, tree: ast.Module, path: Path) -> str:
    found = [
        node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "__file__"
    ]
    lines = text.split("\n")
    for node in sorted(found, key=lambda each: (each.lineno, each.col_offset), reverse=True):
        # Columns of syntax trees count bytes of UTF-8.
        line = lines[node.lineno - 1].encode()
        start, end = node.col_offset, node.end_col_offset or node.col_offset
        here = repr(str(path.resolve())).encode()
        lines[node.lineno - 1] = (line[:start] + here + line[end:]).decode()
    remade = "\n".join(lines)
    return remade if parse(remade) is not None else text
