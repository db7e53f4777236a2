"""Whether code writes files, as far as reading it tells: a container forbids that otherwise."""

from __future__ import annotations

import ast
import re

_DATABASE = re.compile(r"sqlite(\+\w+)?:///(?!:memory:)(?!file::memory:).")
_METHODS = frozenset(
    "write_text write_bytes mkdir makedirs touch savefig to_csv to_excel to_json_file to_parquet "
    "to_pickle".split()
)


def writes_files(text: str) -> bool:
    """Does it open a file to write, or a database in a file?"""
    return any(_writes(node) for node in ast.walk(ast.parse(text)))


def _writes(node: ast.AST) -> bool:
    match node:
        case ast.Constant(value=str(url)):
            return _DATABASE.match(url) is not None
        case ast.Call(func=ast.Name(id="open") | ast.Attribute(attr="open")):
            return any(_is_mode(each) for each in _values(node))
        case ast.Call(func=ast.Attribute(value=ast.Name(id="sqlite3"), attr="connect")):
            return not any(_is_in_memory(each) for each in _values(node))
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in _METHODS
    return False


def _is_in_memory(value: object) -> bool:
    """As https://www.sqlite.org/inmemorydb.html has it."""
    return isinstance(value, str) and (":memory:" in value or "mode=memory" in value)


def _values(call: ast.Call) -> list[object]:
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return [each.value for each in given if isinstance(each, ast.Constant)]


def _is_mode(value: object) -> bool:
    """`w`, `ab`, `r+`; not the name of a file."""
    return (
        isinstance(value, str)
        and re.fullmatch(r"[rwaxbt+]{1,3}", value) is not None
        and (any(letter in value for letter in "wax+"))
    )
