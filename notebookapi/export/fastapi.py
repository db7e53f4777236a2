"""A module for this package -> the same module for FastAPI.

What FastAPI has under another name is renamed; what it has not is refused by name.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, distribution
from typing import Any

from notebookapi.cells.scopes import name_bound_by
from notebookapi.cells.statements import first_line
from notebookapi.export.edits import Edit, edited
from notebookapi.export.errors import FastAPIMissing, OnlyHere
from notebookapi.export.records import CellLine, ExportedModule
from notebookapi.export.ruff import tidy

OURS, THEIRS = "notebookapi", "fastapi"

RENAMED = {
    "NotebookAPI": "FastAPI",
    "NotebookAPIError": "FastAPIError",
    "NotebookAPIDeprecationWarning": "FastAPIDeprecationWarning",
}
MODULES = {
    "cells": "it reads notebooks",
    "compat": "there is nothing to pose as",
    "controllers": "write functions, and an APIRouter for what they share",
    "dependencies.views": "it is for plugins",
    "editing": "declare routes once, before the application serves",
    "examples": "write tests",
    "export": "it reads notebooks",
    "notebook": "it is a notebook's",
    "openapi.assets": "serve the files of the docs pages yourself",
    "openapi.documents": "read the document as a dictionary",
    "security.bearer": "use PyJWT in a dependency",
    "security.keys": "use PyJWT",
    "security.passwords": "use pwdlib",
    "security.tokens": "use PyJWT",
    "serving": "use uvicorn",
}
"""Modules that FastAPI has not, and what to do instead."""

NAMES = {
    "edit": MODULES["editing"],
    "AsyncTestClient": "use httpx2's AsyncClient with an ASGITransport",
    "RouteConflictWarning": "FastAPI does not warn of routes that are never reached",
}
"""Names of its other modules that it has not."""

OPTIONS = {
    "auto_head": "declare HEAD routes",
    "auto_options": "declare OPTIONS routes",
    "problem_details": "write exception handlers",
    "raises": "describe errors by `responses`",
}
"""Options of applications, routers and operations that it has not."""

ROUTER_METHODS = {
    "add_exception_handler": "add the handler to the application",
    "add_middleware": "add the middleware to the application",
    "exception_handler": "add the handler to the application",
    "middleware": "add the middleware to the application",
}

_TAKING_OPTIONS = frozenset(
    "NotebookAPI APIRouter get put post delete options head patch trace query api_route "
    "add_api_route include_router websocket".split()
)


@dataclass(frozen=True, slots=True, order=True)
class _Use:
    """line: of the module. what: as it is written there."""

    line: int
    what: str
    cure: str


def check_fastapi() -> None:
    """Raises FastAPIMissing unless the proof can import it."""
    try:
        distribution(THEIRS)
    except PackageNotFoundError as error:
        raise FastAPIMissing(
            "A module for FastAPI is proved by importing it, and FastAPI is not installed. "
            "Run: pip install fastapi"
        ) from error


def to_fastapi(module: ExportedModule) -> ExportedModule:
    """Return the module for FastAPI. Raises OnlyHere, which names every use with its cell."""
    tree = ast.parse(module.text)
    uses = sorted(set(_refused(tree)))
    if uses:
        raise OnlyHere(
            "FastAPI has no counterpart for what the module uses:\n"
            + "\n".join(_told(use, module) for use in uses)
        )
    names = _renamed_here(tree)
    text = tidy(edited(module.text, _edits(tree, names)))
    return replace(module, text=text, line_map=_lines(module, text))


def document_for_fastapi(document: Mapping[str, Any], text: str) -> Mapping[str, Any]:
    """Return the document that the module has to have: an application without a title is called
    after its class. text: of the module for FastAPI."""
    info = document.get("info", {})
    if info.get("title") != "NotebookAPI" or "NotebookAPI" in text:
        return document
    return {**document, "info": {**info, "title": RENAMED["NotebookAPI"]}}


def _told(use: _Use, module: ExportedModule) -> str:
    origin = module.origin(use.line)
    place = f"line {use.line}" if origin is None else str(origin)
    return f"{place}: `{use.what}`; {use.cure}."


# --- what is refused -----------------------------------------------------------------------------


def _refused(tree: ast.Module) -> Iterator[_Use]:
    routers = set(_routers(tree))
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                yield from _modules(node, [alias.name for alias in node.names])
            case ast.ImportFrom(module=str(name), level=0):
                yield from _imported(node, name)
            case ast.Call():
                yield from _options(node)
            case ast.Attribute(value=ast.Name(id=name), attr=attribute):
                if name in routers and attribute in ROUTER_METHODS:
                    yield _Use(node.lineno, f"{name}.{attribute}", ROUTER_METHODS[attribute])
                elif name == OURS and attribute in NAMES:
                    yield _Use(node.lineno, f"{name}.{attribute}", NAMES[attribute])
            case ast.ClassDef():
                yield from _error(node)


def _imported(node: ast.ImportFrom, module: str) -> Iterator[_Use]:
    if module.partition(".")[0] != OURS:
        return
    names = [alias.name for alias in node.names]
    yield from _modules(node, [module, *(f"{module}.{name}" for name in names)])
    for name in names:
        if name in NAMES:
            yield _Use(node.lineno, f"from {module} import {name}", NAMES[name])


def _modules(node: ast.stmt, names: list[str]) -> Iterator[_Use]:
    for name in names:
        root, _, rest = name.partition(".")
        for module, cure in MODULES.items() if root == OURS else ():
            if f"{rest}.".startswith(f"{module}."):
                yield _Use(node.lineno, name, cure)


def _options(call: ast.Call) -> Iterator[_Use]:
    called = ast.unparse(call.func).rpartition(".")[2]
    for keyword in call.keywords:
        name, value = keyword.arg or "", keyword.value
        if called in _TAKING_OPTIONS and name in OPTIONS:
            yield _Use(keyword.value.lineno, f"{name}={ast.unparse(value)}", OPTIONS[name])
        elif called in ("Depends", "Security") and name == "scope":
            if isinstance(value, ast.Constant) and value.value == "app":
                cure = "make the object in the lifespan, and keep it in its state"
                yield _Use(value.lineno, f'{called}(…, scope="app")', cure)


def _error(node: ast.ClassDef) -> Iterator[_Use]:
    """`class NoSuchItem(HTTPException): status_code = 404`, which is raised as it stands."""
    if "HTTPException" not in {ast.unparse(base).rpartition(".")[2] for base in node.bases}:
        return
    for statement in node.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id="status_code")])
                | ast.AnnAssign(target=ast.Name(id="status_code"))
            ):
                cure = "give it to HTTPException in an `__init__`"
                yield _Use(statement.lineno, f"{node.name}.status_code", cure)


def _routers(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=made)):
                if ast.unparse(made).rpartition(".")[2] == "APIRouter":
                    yield name


# --- what is renamed -----------------------------------------------------------------------------


def _renamed_here(tree: ast.Module) -> Mapping[str, str]:
    """Names of the module that are to be called otherwise: those imported without `as`."""
    found = {OURS: THEIRS} if _imports_package(tree) else {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == OURS:
            imported = (alias.name for alias in node.names if alias.asname is None)
            found |= {name: RENAMED[name] for name in imported if name in RENAMED}
    return found


def _imports_package(tree: ast.Module) -> bool:
    return any(
        name_bound_by(alias) == OURS and alias.asname is None
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    )


def _edits(tree: ast.Module, names: Mapping[str, str]) -> Iterator[Edit]:
    for node in ast.walk(tree):
        match node:
            case ast.Import() if any(a.name.partition(".")[0] == OURS for a in node.names):
                yield Edit.of(node, ast.unparse(_import(node)))
            case ast.ImportFrom(module=str(module), level=0) if module.partition(".")[0] == OURS:
                yield Edit.of(node, ast.unparse(_import_from(node, module)))
            case ast.Name(id=name) if name in names:
                yield Edit.of(node, names[name])
            case ast.Attribute(value=ast.Name(id=root), attr=name) if (
                root == OURS and root in names and name in RENAMED
            ):
                end = (node.end_lineno or 0, node.end_col_offset or 0)
                start = (end[0], end[1] - len(name.encode()))
                yield Edit(start, end, RENAMED[name])
    for annotation in _annotations(tree):
        if isinstance(annotation, ast.Constant) and annotation.value in RENAMED:
            yield Edit.of(annotation, repr(RENAMED[str(annotation.value)]))


def _annotations(tree: ast.Module) -> Iterator[ast.expr]:
    """Annotations, with what stands inside them: one may be text."""
    for node in ast.walk(tree):
        found: list[ast.expr | None] = []
        if isinstance(node, ast.arg | ast.AnnAssign):
            found = [node.annotation]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found = [node.returns]
        for annotation in found:
            if annotation is not None:
                yield from (n for n in ast.walk(annotation) if isinstance(n, ast.expr))


def _import(node: ast.Import) -> ast.Import:
    return ast.Import([ast.alias(_theirs(each.name), each.asname) for each in node.names])


def _import_from(node: ast.ImportFrom, module: str) -> ast.ImportFrom:
    aliases = [ast.alias(RENAMED.get(each.name, each.name), each.asname) for each in node.names]
    return ast.ImportFrom(_theirs(module), aliases, 0)


def _theirs(module: str) -> str:
    return re.sub(rf"^{OURS}\b", THEIRS, module)


def _lines(module: ExportedModule, text: str) -> Mapping[int, CellLine]:
    """Statements keep their order, but for the imports."""
    pairs = zip(_starts(module.text), _starts(text), strict=True)
    return {new: module.line_map[old] for old, new in pairs if old in module.line_map}


def _starts(text: str) -> Iterator[int]:
    for node in ast.parse(text).body:
        if not isinstance(node, ast.Import | ast.ImportFrom):
            for inner in ast.walk(node):
                if isinstance(inner, ast.stmt):
                    yield first_line(inner)
                    yield inner.lineno
