"""Objects kept in files beside the module, as `--freeze model` asks: written and read by joblib.

The statements that made and changed the object give way to one that loads it: in the lifespan,
so that an import stays quick, or at import where something needs it that early.
"""

from __future__ import annotations

import ast
import io
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import FunctionType
from typing import Any

from notebookapi.cells.cell import Cell
from notebookapi.cells.names import names_of
from notebookapi.cells.statements import Statement, statements_of
from notebookapi.export.errors import CannotFreeze, FreezerMissing

FROZEN = "notebookapi:frozen"
"""Key of the cell that stands for what is written here."""

_IMPORTS = "import pathlib\nimport joblib\n"
_INSTALL = 'pip install "notebookapi[freeze]"'
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


def file_of(name: str) -> str:
    return f"{name}.joblib"


def frozen(objects: Mapping[str, Any]) -> dict[str, bytes]:
    """The files that hold the objects. Raises FreezerMissing, CannotFreeze."""
    return {file_of(name): _dumped(name, value) for name, value in objects.items()}


def thawing(statements: Sequence[Statement], names: Sequence[str]) -> list[Statement]:
    """The statements of a program that loads these names instead of making them.

    Raises CannotFreeze.
    """
    if not names:
        return list(statements)
    imports = statements_of(Cell(FROZEN, 0, None, _IMPORTS, _IMPORTS, True), _IMPORTS)
    thawed = list(statements)
    for name in names:
        thawed = _with_load(thawed, name)
    return [*imports, *thawed]


def is_load(statement: Statement) -> bool:
    """Was it put there to load a frozen object?"""
    return statement.text.startswith(tuple(f"{name} = joblib.load(" for name in _bound(statement)))


def _bound(statement: Statement) -> list[str]:
    return sorted(statement.names.binds)


def _with_load(statements: Sequence[Statement], name: str) -> list[Statement]:
    makers = [statement for statement in statements if name in statement.names.binds]
    if not makers:
        raise CannotFreeze(
            f"`--freeze {name}`: no cell that ran binds {name}. Give the name of an object that a "
            "cell makes."
        )
    newest = max(makers, key=lambda statement: (statement.cell.run, statement.index))
    if isinstance(newest.node, _DEFINITIONS):
        raise CannotFreeze(
            f"`--freeze {name}`: {newest.place} defines or imports {name}, which is in the module "
            "as it is. Freeze an object that takes long to make."
        )
    others = sorted({other for maker in makers for other in maker.names.binds} - {name})
    if others:
        raise CannotFreeze(
            f"`--freeze {name}`: {newest.place} binds {', '.join(others)} as well. Bind {name} in "
            "a statement of its own, and run the cell again."
        )
    return [
        _load(statement, name) if statement is newest else statement
        for statement in statements
        if statement is newest or not _makes(statement, name)
    ]


def _makes(statement: Statement, name: str) -> bool:
    """Does it bind the object, or change it, as `model.fit(x)` and `train(model)` do?"""
    changes = statement.names.changes
    passed = {argument for _, argument in changes.passes}
    if isinstance(statement.node, _DEFINITIONS):
        return False
    return name in statement.names.binds | changes.now | changes.objects | passed


def _load(maker: Statement, name: str) -> Statement:
    text = f"{name} = joblib.load(pathlib.Path(__file__).with_name({file_of(name)!r}))"
    node = ast.parse(text).body[0]
    return replace(maker, text=text, node=node, names=names_of(node), magic=None, offset=0)


# --- joblib --------------------------------------------------------------------------------------


def _dumped(name: str, value: Any) -> bytes:
    try:
        import joblib
    except ImportError as error:
        raise FreezerMissing(f"`--freeze` needs joblib: {_INSTALL}") from error
    finder = _Finder()
    buffer = io.BytesIO()
    try:
        finder.dump(value)
        joblib.dump(value, buffer)
    except Exception as error:
        if not finder.found:
            raise CannotFreeze(
                f"`--freeze {name}`: a {type(value).__name__} cannot be put into a file: {error}"
            ) from error
    if finder.found:
        names = ", ".join(dict.fromkeys(finder.found))
        raise CannotFreeze(
            f"`--freeze {name}`: it needs {names}, defined in a cell, which a file cannot hold. "
            "Put the definition into a module beside the notebook, and import it."
        )
    return buffer.getvalue()


class _Nowhere(io.RawIOBase):
    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return len(data)


class _Finder(pickle.Pickler):
    """Finds what a pickle would look for in `__main__`, which is another in every process."""

    def __init__(self) -> None:
        # Large arrays are not copied: `buffer_callback` takes them, and drops them.
        super().__init__(_Nowhere(), protocol=5, buffer_callback=lambda buffer: None)
        self.found: list[str] = []

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, type | FunctionType) and value.__module__ == "__main__":
            self.found.append(value.__qualname__)
        return NotImplemented
