"""What the person should know of an export that can be made."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from notebookapi.cells.closure import Closure, environment_key, is_secret
from notebookapi.cells.program import Program
from notebookapi.cells.scopes import STAR
from notebookapi.cells.statements import Statement, statements_of
from notebookapi.export.versions import Versions


def notes_on(closure: Closure, versions: Versions, program: Program) -> Iterator[str]:
    for statement in closure.kept:
        yield from _on_kept(statement)
    for statement in sorted(program.registrations - set(closure.kept), key=program.place):
        yield (
            f"{statement.place} registers on an object that the application does not reach: "
            "left out."
        )
    for statement in program.statements:
        key = environment_key(statement.node)
        if key is not None and is_secret(key) and statement not in closure.kept:
            yield (
                f"{statement.place} sets {key}, which reads like a credential: left out, though "
                f"the proof had it. A fresh process needs {key} in its environment: set it there "
                "before the server starts."
            )
        if ast.unparse(statement.node).startswith(("sys.path.", "path.insert(")):
            yield (
                f"{statement.place} changes sys.path, the module does not: "
                "start the server with PYTHONPATH set, or install what it imports."
            )
    yield from _stale_changes(closure)
    yield from _failed_rebindings(closure, versions)


def _on_kept(statement: Statement) -> Iterator[str]:
    if STAR in statement.names.binds:
        yield (
            f"{statement.place} has a star import, kept as it is; "
            "import by name and unused names go."
        )
    match statement.node:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(value))):
            if is_secret(name) and re.fullmatch(r"[^\s/{}]{8,}", value):
                yield (
                    f"{statement.place}: {name} reads like a credential, and its value is in the "
                    "module. Read it from the environment instead."
                )


def _stale_changes(closure: Closure) -> Iterator[str]:
    """Objects made anew after they were changed: the module changes them, the kernel has not."""
    for change in closure.kept:
        for name in sorted(change.names.changes.now):
            makers = [s for s in closure.kept if name in s.names.binds and s is not change]
            if makers and all(maker.cell.run > change.cell.run for maker in makers):
                yield (
                    f"{change.place} changes {name}, which {makers[-1].cell.label} has made anew "
                    "since: the module makes it, then changes it."
                )


def _failed_rebindings(closure: Closure, versions: Versions) -> Iterator[str]:
    for cell in versions.others:
        if cell.succeeded or cell.failed_line is None:
            continue
        ran = [s for s in statements_of(cell, cell.transformed) if s.last_line < cell.failed_line]
        for statement in ran:
            bound = statement.names.binds
            for kept in closure.kept:
                names = sorted(bound & closure.needed.get(kept, frozenset()))
                if names and kept.cell.run < cell.run:
                    yield (
                        f"{', '.join(names)}: {cell.label} failed at line {cell.failed_line} after "
                        f"binding it again; the module has it from {kept.cell.label}."
                    )
