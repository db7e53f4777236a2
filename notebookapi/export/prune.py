"""A cell's text without the registrations that are not served any more.

Edits keep line numbers: what goes is replaced by blank lines.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from notebookapi.cells.cell import Registered
from notebookapi.cells.scopes import ModuleBindings
from notebookapi.cells.statements import first_line, parse

VERBS = frozenset(
    "get put post delete options head patch trace query api_route route websocket "
    "websocket_route frontend middleware exception_handler on_event".split()
)


def prune(text: str, registered: Sequence[Registered]) -> str:
    """registered: all that this text's run made, served or not."""
    tree = parse(text)
    dead = [made for made in registered if not made.live]
    if tree is None or not dead:
        return text
    lines = text.split("\n")
    for node in tree.body:
        made = [one for one in registered if first_line(node) <= one.line <= _last(node)]
        for first, last in _dead_parts(node, made):
            lines[first - 1 : last] = [""] * (last - first + 1)
    return "\n".join(lines)


def _dead_parts(node: ast.stmt, made: Sequence[Registered]) -> list[tuple[int, int]]:
    """First and last lines of what to take out of one statement."""
    dead = [one for one in made if not one.live]
    if not dead:
        return []
    decorators = getattr(node, "decorator_list", [])
    if len(dead) < len(made):
        gone = [d for d in decorators if any(_spells(d, one.label) for one in dead)]
    else:
        gone = [d for d in decorators if _is_registration(d)]
        if not decorators and not _binds(node):
            return [(first_line(node), _last(node))]
    return [(d.lineno, d.end_lineno or d.lineno) for d in gone]


def _spells(decorator: ast.expr, label: str) -> bool:
    """Is `@app.get("/items")` the one of `GET /items`? A router's label has its prefix."""
    match decorator:
        case ast.Call(func=ast.Attribute(attr=verb), args=[ast.Constant(value=str(path)), *_]) if (
            verb in VERBS
        ):
            methods, _, full = label.partition(" ")
            same_verb = verb.upper() in methods.upper() or verb in ("api_route", "route")
            return same_verb and full.endswith(path)
    return False


def _is_registration(decorator: ast.expr) -> bool:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(target, ast.Attribute) and target.attr in VERBS


def _binds(node: ast.stmt) -> bool:
    bound = ModuleBindings()
    bound.visit(node)
    return bool(bound.bound)


def _last(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno
