"""Credentials that a cell spells out: the module reads them from the environment instead."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from notebookapi.cells.cell import Cell
from notebookapi.cells.names import names_of
from notebookapi.cells.statements import Statement, statements_of
from notebookapi.examples.redaction import is_secret

CREDENTIALS = "notebookapi:credentials"
"""Key of the cell that stands for what is written here."""

_IMPORT = "import os\n"
_VALUE = re.compile(r"[^\s/{}]{6,}")
"""A word: no path, no template, no sentence."""


@dataclass(frozen=True, slots=True)
class Hidden:
    statements: Sequence[Statement]

    environment: Mapping[str, str]
    """Variables that the module reads, with the values that the cells had."""

    imports: Sequence[Statement]
    places: Mapping[str, Statement]
    """Variable -> the statement that spelled its value out."""


def without_credentials(statements: Sequence[Statement]) -> Hidden:
    """`PASSWORD = "..."` becomes `PASSWORD = os.environ["PASSWORD"]`."""
    found = {each: spelled for each in statements if (spelled := _spelled(each.node))}
    if not found:
        return Hidden(statements, {}, (), {})
    return Hidden(
        statements=[_read(each) if each in found else each for each in statements],
        environment=dict(found.values()),
        imports=statements_of(Cell(CREDENTIALS, 0, None, _IMPORT, _IMPORT, True), _IMPORT),
        places={name: each for each, (name, _) in found.items()},
    )


def notes_on_credentials(hidden: Hidden, kept: Sequence[Statement]) -> Iterator[str]:
    places = {each.place for each in kept}
    for name, statement in hidden.places.items():
        if statement.place in places:
            yield (
                f"{statement.place}: {name} reads like a credential, so its value is not in the "
                f"module, which reads it from the environment variable {_variable(name)}: set it "
                "before the server starts."
            )


def _spelled(node: ast.stmt) -> tuple[str, str] | None:
    """The variable of the environment and its value."""
    match node:
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(value)))
            | ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=str(value)))
        ) if is_secret(name) and _VALUE.fullmatch(value):
            return _variable(name), value
    return None


def _variable(name: str) -> str:
    return name.upper()


def _read(statement: Statement) -> Statement:
    node = statement.node
    value = getattr(node, "value", None)
    if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(value, ast.Constant):
        return statement
    name = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
    remade = type(node)(**{**vars(node), "value": _environment(_variable(name), value)})
    text = _with_value(statement.text, ast.unparse(_environment(_variable(name), value)))
    return replace(statement, node=remade, text=text, names=names_of(remade))


def _environment(name: str, at: ast.expr) -> ast.expr:
    read = ast.parse(f"os.environ[{name!r}]", mode="eval").body
    for part in ast.walk(read):
        ast.copy_location(part, at)
    return read


def _with_value(text: str, value: str) -> str:
    """The text with another value; comments stay."""
    (node,) = ast.parse(text).body
    old = getattr(node, "value", node)
    lines = text.split("\n")
    first, last = old.lineno - 1, (old.end_lineno or old.lineno) - 1
    # Columns of syntax trees count bytes of UTF-8.
    before = lines[first].encode()[: old.col_offset].decode()
    after = lines[last].encode()[old.end_col_offset or 0 :].decode()
    return "\n".join([*lines[:first], before + value + after, *lines[last + 1 :]])
