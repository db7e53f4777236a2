"""A module's text -> the package of a project: settings taken out, large modules split."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from notebookapi.cells.cell import Cell
from notebookapi.cells.program import is_function, is_import
from notebookapi.cells.statements import statements_of
from notebookapi.export.edits import Edit, edited
from notebookapi.export.project.parts import is_main_block
from notebookapi.export.project.records import PACKAGE, Code
from notebookapi.export.project.settings import Lifted, lift_settings
from notebookapi.export.project.split import LARGE, MANY, split
from notebookapi.export.project.writing import writes_files
from notebookapi.export.ruff import tidy

HEALTH = "/healthz"
_PROBES = (HEALTH, "/health", "/livez", "/readyz", "/ping")
_METHODS = frozenset("get put post delete options head patch trace query".split())


def package_of(
    text: str,
    application: str,
    document: Mapping[str, Any],
    first_party: Sequence[str],
    *,
    may_split: bool = True,
) -> Code:
    """Return the package that a module becomes.

    document: its OpenAPI document. first_party: modules of the person's own.
    """
    lifted = lift_settings(_without_main_block(text))
    single = {"main.py": tidy(_with_settings(lifted), (PACKAGE, *first_party))}
    files, notes = single, []
    if may_split and is_large(text, document):
        parted = split(single["main.py"], application, (PACKAGE, *first_party))
        files = dict(parted or single)
        if parted is None:
            notes.append("the module is large, but does not come apart by tags or routers.")
    if health_of(document) == HEALTH and not _answers(document, HEALTH):
        files["main.py"] = _with_health(files["main.py"], application, first_party)
    return Code(
        files, lifted.settings, lifted.name, sorted(_state(text)), notes, writes_files(text)
    )


def is_large(text: str, document: Mapping[str, Any]) -> bool:
    """Tell whether a module is better read as several files."""
    operations = list(operations_of(document))
    tags = {tag for _, _, operation in operations for tag in operation.get("tags", [])[:1]}
    return text.count("\n") >= LARGE or (len(operations) > MANY and len(tags) > 1)


def operations_of(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield method, path and operation object, in the document's order."""
    for path, item in document.get("paths", {}).items():
        for method, operation in item.items():
            if method in _METHODS:
                yield method.upper(), path, operation


def health_of(document: Mapping[str, Any]) -> str:
    """Return the path that probes ask: the application's own where it has one for that."""
    return next((path for path in _PROBES if _answers(document, path)), HEALTH)


def _answers(document: Mapping[str, Any], path: str) -> bool:
    operation = document.get("paths", {}).get(path, {}).get("get")
    if operation is None or operation.get("security"):
        return False
    return not any(each.get("required") for each in operation.get("parameters", []))


def _without_main_block(text: str) -> str:
    blocks = [node for node in ast.parse(text).body if is_main_block(node)]
    return edited(text, [Edit.of(node, "") for node in blocks])


def _with_settings(lifted: Lifted) -> str:
    if not lifted.settings:
        return lifted.text
    return _with_import(lifted.text, f"from {PACKAGE}.settings import {lifted.name}")


def _with_health(text: str, application: str, first_party: Sequence[str]) -> str:
    text = _with_import(text, f"from {PACKAGE}.health import Health")
    added = "\n# The last one added is asked first: probes need no credentials.\n"
    added += f"{application}.add_middleware(Health)\n"
    return tidy(text + added, (PACKAGE, *first_party))


def _with_import(text: str, statement: str) -> str:
    """Put an import before the first one that is not of a future feature."""
    body = ast.parse(text).body
    after = [
        node
        for index, node in enumerate(body)
        if (isinstance(node, ast.ImportFrom) and node.module == "__future__")
        or (index == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]
    line = (after[-1].end_lineno or 0) if after else 0
    lines = text.split("\n")
    return "\n".join([*lines[:line], statement, *lines[line:]])


def _state(text: str) -> Iterator[str]:
    """Names whose objects the functions of a module change when they are called."""
    statements = statements_of(Cell("module", 1, None, text, text, succeeded=True), text)
    assigned = {
        name
        for each in statements
        if not is_import(each) and not is_function(each) and not isinstance(each.node, ast.ClassDef)
        for name in each.names.binds
    }
    changed = {
        name
        for each in statements
        if is_function(each) or isinstance(each.node, ast.ClassDef)
        for name in each.names.changes.inner | each.names.changes.assigns_global
    }
    yield from assigned & changed
