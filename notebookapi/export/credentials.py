"""Credentials that a cell spells out: the module reads them from the environment instead."""

from __future__ import annotations

import ast
import copy
import io
import os
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from notebookapi.cells.cell import Cell
from notebookapi.cells.closure import environment_key
from notebookapi.cells.statements import Statement, parse, statements_of
from notebookapi.export.edits import Edit, edited
from notebookapi.export.spelled import Spelled, masked, spelled

CREDENTIALS = "notebookapi:credentials"
"""Key of the cell that stands for what is written here."""

_IMPORT = "import os\n"
_GETTERS = ("os.getenv", "getenv", "os.environ.get", "environ.get")
_SHORTEST = 6
"""Characters of a credential that is looked for elsewhere too; a shorter one is in any text."""


@dataclass(frozen=True, slots=True)
class Hidden:
    statements: Sequence[Statement]
    imports: Sequence[Statement]
    places: Sequence[Place]


@dataclass(frozen=True, slots=True)
class Place:
    """A credential. statement: as the module has it. line: of the cell, where it is spelled out.

    said: what it is. variable: of the environment; value: what the cell has there.
    """

    statement: Statement
    line: int
    said: str
    variable: str
    value: str


def without_credentials(statements: Sequence[Statement]) -> Hidden:
    """`connect(password="...")` becomes `connect(password=os.environ["PASSWORD"])`."""
    names = _Variables()
    found = {each: spelled(each.node) for each in statements if _is_read(each)}
    known = {
        one.value: names.of(one)
        for ones in found.values()
        for one in ones
        if len(one.value) >= _SHORTEST
    }
    places: list[Place] = []
    made = []
    for each in statements:
        ones = spelled(each.node, known) if _is_read(each) else []
        remade = _rewritten(each, known, names)
        made.append(remade)
        defaults = {id(_default_of(node)) for node in ast.walk(each.node)}
        for one in ones:
            variable, value = names.of(one), one.value
            if id(one.node) in defaults:
                value = os.environ.get(variable, value)
            places.append(Place(remade, one.node.lineno + each.offset, one.said, variable, value))
    imports = statements_of(Cell(CREDENTIALS, 0, None, _IMPORT, _IMPORT, True), _IMPORT)
    return Hidden(made, imports if places else (), places)


def environment_of(hidden: Hidden, kept: Sequence[Statement]) -> dict[str, str]:
    """Return the variables that the kept statements read, with the values that the cells had."""
    chosen = set(kept)
    return {each.variable: each.value for each in hidden.places if each.statement in chosen}


def notes_on_credentials(hidden: Hidden, kept: Sequence[Statement]) -> Iterator[str]:
    chosen, told = set(kept), set()
    for each in hidden.places:
        if each.statement in chosen and each.variable not in told:
            told.add(each.variable)
            yield (
                f"{each.statement.cell.label}, line {each.line}: {each.said} reads like a "
                "credential, so its value is not in the module, which reads it from the "
                f"environment variable {each.variable}: set it before the server starts."
            )


@dataclass(frozen=True, slots=True)
class _Variables:
    """Which variable holds which value: two values of one name have two."""

    taken: dict[str, str] = field(default_factory=dict)

    def of(self, one: Spelled) -> str:
        name, count = one.variable, 1
        while self.taken.setdefault(name, one.value) != one.value:
            count += 1
            name = f"{one.variable}_{count}"
        return name


def _is_read(statement: Statement) -> bool:
    """`os.environ["API_KEY"] = "..."` is left out whole."""
    return statement.magic is None and environment_key(statement.node) is None


# --- one statement -------------------------------------------------------------------------------


def _rewritten(statement: Statement, known: Mapping[str, str], names: _Variables) -> Statement:
    if not _is_read(statement):
        return statement
    text = _without(_with_quiet_comments(statement.text, known), known, names)
    # A copy: its lines are those of the cell, which a tree of the new text does not know.
    node = copy.deepcopy(statement.node)
    chosen = {id(one.node): (one, names.of(one)) for one in spelled(node, known)}
    if not chosen:
        return replace(statement, text=text)
    remade: ast.stmt = _Reading(chosen).visit(node)
    reads = replace(statement.names, hard=statement.names.hard | {"os"})
    return replace(statement, node=remade, text=text, names=reads)


def _without(text: str, known: Mapping[str, str], names: _Variables) -> str:
    """The text with other literals; the rest keeps its form and its comments."""
    tree = parse(text)
    if tree is None:
        return text
    reading = _Reading({id(one.node): (one, names.of(one)) for one in spelled(tree, known)})
    edits = []
    for node in _outermost(tree, reading.chosen):
        # The place of a node is asked for before it is visited: visiting may change it.
        end = (node.end_lineno or node.lineno, node.end_col_offset or 0)
        edits.append(Edit((node.lineno, node.col_offset), end, ast.unparse(reading.visit(node))))
    return edited(text, edits)


def _outermost(tree: ast.AST, chosen: Mapping[int, object]) -> Iterator[ast.expr]:
    """What is written anew: literals, but whole f-strings, and whole calls that get a variable."""
    for node in ast.iter_child_nodes(tree):
        is_whole = isinstance(node, ast.JoinedStr) or _default_of(node) is not None
        holds = is_whole and any(id(each) in chosen for each in ast.walk(node))
        if isinstance(node, ast.expr) and (id(node) in chosen or holds):
            yield node
        else:
            yield from _outermost(node, chosen)


class _Reading(ast.NodeTransformer):
    """Literals -> what reads them from the environment.

    chosen: the id of a literal -> what it holds, and the name of the variable.
    """

    def __init__(self, chosen: Mapping[int, tuple[Spelled, str]]) -> None:
        self.chosen = chosen

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if id(node) not in self.chosen:
            return node
        read = _environment(self.chosen[id(node)][1], node)
        if not isinstance(node.value, bytes):
            return read
        encode = ast.copy_location(ast.Attribute(read, "encode", ast.Load()), node)
        return ast.copy_location(ast.Call(encode, [], []), node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        default = _default_of(node)
        if default is not None and id(default) in self.chosen:
            return self.visit_Constant(default)
        return self._inside(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        parts: list[ast.expr] = []
        for part in node.values:
            if not isinstance(part, ast.Constant) or id(part) not in self.chosen:
                parts.append(self._inside(part))
                continue
            one, variable = self.chosen[id(part)]
            text = str(part.value)
            value = ast.FormattedValue(_environment(variable, node), -1)
            parts += [
                *([ast.Constant(text[: one.start])] if one.start else []),
                ast.copy_location(value, node),
                *([ast.Constant(text[one.end :])] if one.end < len(text) else []),
            ]
        node.values = [ast.copy_location(part, node) for part in parts]
        return node

    def _inside(self, node: ast.expr) -> ast.expr:
        made: ast.expr = self.generic_visit(node)  # type: ignore[assignment]  # of an expression
        return made


def _default_of(node: ast.AST) -> ast.Constant | None:
    """`"..."` of `os.getenv("API_KEY", "...")`."""
    match node:
        case ast.Call(func=getter, args=[ast.Constant(), ast.Constant() as default]):
            return default if ast.unparse(getter) in _GETTERS else None
    return None


def _environment(name: str, at: ast.expr) -> ast.expr:
    read = ast.parse(f"os.environ[{name!r}]", mode="eval").body
    for part in ast.walk(read):
        ast.copy_location(part, at)
    return read


# --- comments ------------------------------------------------------------------------------------


def _with_quiet_comments(text: str, known: Mapping[str, str]) -> str:
    """The text; what its comments spell out, as commented code and notes do, is left out."""
    edits = []
    for token in _comments(text):
        if (made := masked(token.string, known)) != token.string:
            (line, first), (_, end) = token.start, token.end
            # Columns of tokens count characters, those of edits bytes.
            start, end = (len(token.line[:column].encode()) for column in (first, end))
            edits.append(Edit((line, start), (line, end), made))
    return edited(text, edits)


def _comments(text: str) -> Iterator[tokenize.TokenInfo]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                yield token
    except (tokenize.TokenError, IndentationError):
        return  # a magic: nothing of it gets into a module
