"""Whether a module reads files by paths that depend on where it is started."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import PurePath

_READERS = ("open", "load", "Path", "FileResponse", "StaticFiles", "Jinja2Templates", "connect")


def reads_files(text: str) -> bool:
    """Does the module give a relative path to what opens files, as far as reading it tells?"""
    return any(opened_files(text))


def opened_files(text: str) -> list[str]:
    """The relative paths that a module gives to what opens files."""
    return [value for value in _opened(ast.parse(text)) if _is_relative_path(value)]


def _opened(tree: ast.Module) -> Iterator[str]:
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and _reads(call.func):
            for value in (*call.args[:1], *(each.value for each in call.keywords)):
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield value.value


def _reads(function: ast.expr) -> bool:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in _READERS or name.startswith(("read_", "load_"))
    return False


def _is_relative_path(text: str) -> bool:
    """`model.pkl`, `data/items.csv`; not `r`, not `/srv/items.csv`, not `https://…`."""
    path = PurePath(text)
    is_file = "." in path.name.strip(".") or "/" in text
    return is_file and "://" not in text and not path.is_absolute()
