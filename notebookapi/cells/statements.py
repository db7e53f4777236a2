"""A cell's text -> its top-level statements, each with its comments and names."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from notebookapi.cells.cell import Cell
from notebookapi.cells.magics import Magic, magic_in, magic_of, python_inside
from notebookapi.cells.names import Names, names_of


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """A top-level statement of a cell, or of the Python inside a magic. Equal to itself only."""

    cell: Cell
    index: int
    """Its place among the cell's statements."""

    first_line: int
    """1-based lines of `Cell.transformed`; of the whole magic for what stands inside one."""
    last_line: int

    text: str
    """With decorators, and the comments above, beside and at its end."""

    node: ast.stmt
    offset: int
    """Added to a line of `node` this gives the line of the cell as typed: not 0 in a magic."""

    gap: bool
    """A blank line stands above it."""

    names: Names
    magic: Magic | None
    """A magic in it that has no Python inside."""

    @property
    def line(self) -> int:
        """The line of the cell on which it starts."""
        return self.node.lineno + self.offset

    @property
    def place(self) -> str:
        return f"{self.cell.label}, line {self.line}"


def statements_of(cell: Cell, text: str, *, future_annotations: bool = False) -> list[Statement]:
    """The statements of `text`, which is `cell.transformed` or an edit of it that keeps lines.

    future_annotations: an earlier cell has `from __future__ import annotations`; IPython keeps
    such a statement for the rest of the session.
    Text that is no Python (a cell that never ran) has no statements.
    """
    text = text.replace("\r\n", "\n")
    tree = parse(text)
    if tree is None:
        return []
    reader = _Reader(cell, future_annotations or imports_annotations(tree))
    return list(reader.read(text, tree))


def parse(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):
        return None


def imports_annotations(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(alias.name == "annotations" for alias in node.names)
        for node in tree.body
    )


class _Reader:
    def __init__(self, cell: Cell, future_annotations: bool) -> None:
        self._cell = cell
        self._future = future_annotations
        self._index = 0

    def read(
        self, text: str, tree: ast.Module, inside: Magic | None = None, at: ast.stmt | None = None
    ) -> Iterator[Statement]:
        lines = text.split("\n")  # As Python counts: `splitlines` also breaks at form feeds.
        for node, before, after in _neighbours(tree.body):
            magic = magic_of(node)
            python = python_inside(magic) if magic else None
            inner = parse(python) if python is not None else None
            if magic and python is not None and inner is not None:
                yield from self.read(python, inner, magic, at or node)
                continue
            outer = at or node
            piece = _Piece(lines, node, before, after)
            yield Statement(
                cell=self._cell,
                index=self._next(),
                first_line=first_line(outer),
                last_line=outer.end_lineno or outer.lineno,
                text=piece.text(),
                node=node,
                offset=_offset(inside, at),
                gap=piece.follows_blank_line(),
                names=names_of(node, future_annotations=self._future),
                magic=magic_in(node),
            )

    def _next(self) -> int:
        self._index += 1
        return self._index


def _offset(inside: Magic | None, at: ast.stmt | None) -> int:
    if inside is None or at is None:
        return 0
    # A cell magic's body starts on the line below it, a line magic's on its own line.
    return at.lineno if inside.kind == "cell" else at.lineno - 1


def _neighbours(
    body: Sequence[ast.stmt],
) -> Iterator[tuple[ast.stmt, ast.stmt | None, ast.stmt | None]]:
    for index, node in enumerate(body):
        before = body[index - 1] if index else None
        after = body[index + 1] if index + 1 < len(body) else None
        yield node, before, after


def first_line(node: ast.stmt) -> int:
    """The line on which a statement starts, decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


@dataclass(frozen=True, slots=True)
class _Piece:
    """The lines that belong to one statement; line numbers are 1-based."""

    lines: Sequence[str]
    node: ast.stmt
    before: ast.stmt | None
    after: ast.stmt | None

    def text(self) -> str:
        start, end = first_line(self.node), self.node.end_lineno or self.node.lineno
        own = [self.lines[number - 1] for number in range(start, end + 1)]
        own[-1] = self._cut_end(own[-1])
        if self.before and self.before.end_lineno == start:
            own[0] = _from_byte(own[0], self.node.col_offset)
        return "\n".join([*self._comments_above(), *own, *self._comments_below(end)])

    def follows_blank_line(self) -> bool:
        above = first_line(self.node) - len(self._comments_above()) - 1
        return above >= 1 and not self.lines[above - 1].strip()

    def _cut_end(self, line: str) -> str:
        """Without what stands on the last line after a semicolon; a comment stays."""
        end = len(line.encode()[: self.node.end_col_offset].decode())
        rest = line[end:].lstrip()
        if not rest.startswith(";"):
            return line
        comment = rest.lstrip("; ")
        return line[:end] + (f"  {comment}" if comment.startswith("#") else "")

    def _comments_above(self) -> list[str]:
        floor = (self.before.end_lineno or 0) if self.before else 0
        found: list[str] = []
        number = first_line(self.node) - 1
        while number > floor and self.lines[number - 1].startswith("#"):
            found.insert(0, self.lines[number - 1])
            number -= 1
        return found

    def _comments_below(self, end: int) -> list[str]:
        """Indented comments after the last statement of a block belong to the block."""
        ceiling = first_line(self.after) if self.after else len(self.lines) + 1
        found: list[str] = []
        for number in range(end + 1, ceiling):
            line = self.lines[number - 1]
            if line.strip() and not (line[0].isspace() and line.lstrip().startswith("#")):
                break
            found.append(line)
        while found and not found[-1].strip():
            found.pop()
        return found


def _from_byte(line: str, offset: int) -> str:
    # Columns of syntax trees count bytes of UTF-8.
    return line.encode()[offset:].decode()
