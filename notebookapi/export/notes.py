"""What the person should know of an export that can be made."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from notebookapi.cells.cell import Cell
from notebookapi.cells.closure import Closure, environment_key, is_secret
from notebookapi.cells.program import Program
from notebookapi.cells.scopes import STAR
from notebookapi.cells.statements import Statement, statements_of
from notebookapi.export.versions import Versions

_LONG = 5.0
"""Seconds that a cell may take before `--freeze` is offered."""


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
    yield from _magics(closure, program)
    yield from _slow(closure)
    yield from _stale_changes(closure)
    yield from _failed_rebindings(closure, versions)


def _on_kept(statement: Statement) -> Iterator[str]:
    if STAR in statement.names.binds:
        yield (
            f"{statement.place} has a star import, kept as it is; "
            "import by name and unused names go."
        )


_SILENT = frozenset(
    "api autoreload capture cell config html http javascript js latex load_ext lsmagic markdown "
    "matplotlib prun pwd reload_ext svg time timeit unload_ext who whos".split()
)
"""Magics that only show, measure or set up the notebook: nobody misses them in a module."""

_QUOTED = 60
"""Characters of a magic that a note shows."""


def _magics(closure: Closure, program: Program) -> Iterator[str]:
    """Magics that may have done something that the module does not do."""
    kept = set(closure.kept)
    found = [
        f"`{magic.as_typed[:_QUOTED]}` ({statement.place})"
        for statement in program.statements
        if (magic := statement.magic) is not None
        and magic.name not in _SILENT
        and statement not in kept
    ]
    if found:
        yield f"magics that the module does without: {', '.join(found)}."


def _slow(closure: Closure) -> Iterator[str]:
    """Cells that took long: the module does the same each time it starts."""
    slow: dict[Cell, list[str]] = {}
    for statement in closure.kept:
        took = statement.cell.duration
        if took is not None and took > _LONG and isinstance(statement.node, ast.Assign):
            names = closure.needed.get(statement, frozenset())
            slow.setdefault(statement.cell, []).extend(sorted(names))
    for cell, made in slow.items():
        if made:
            yield (
                f"{cell.label} took {cell.duration:.0f} s, and the module takes as long to start: "
                f"keep what it made in a file, `--freeze {made[-1]}`."
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
