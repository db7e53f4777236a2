"""Statements that a module can run only when it starts up: moved into a lifespan of the module.

A cell may await; a module may not. What a kept statement awaits is made by the lifespan, before
the first request, and bound to the same names: by `global`, where something outside reads them.
What reads these names while the module is imported moves with it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from notebookapi.cells.cell import Cell
from notebookapi.cells.program import HARD, SIGNATURE, Program, Read, reads_of
from notebookapi.cells.scopes import bindings_of
from notebookapi.cells.statements import Statement, statements_of
from notebookapi.export.errors import TopLevelAwait
from notebookapi.export.freeze import is_load
from notebookapi.export.indent import indented

LIFESPAN = "notebookapi:lifespan"
"""Key of the cell that stands for what is written here."""

_NAMES = ("lifespan", "start_up", "lifespan_of_module")
_DOCSTRING = "Make what the endpoints need, before the first request."
_FIXED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


@dataclass(frozen=True, slots=True)
class Moved:
    statements: Sequence[Statement]
    notes: Sequence[str] = ()
    has_lifespan: bool = False
    """A lifespan was written."""


def into_lifespan(statements: Sequence[Statement], program: Program, application: str) -> Moved:
    """Move what awaits, and what needs it at once, into a lifespan of the application.

    What loads a frozen object goes there too, where it can; else it stays.
    statements: in the module's order.
    Raises TopLevelAwait where that cannot be, naming cell, line and cure.
    """
    loads = {statement for statement in statements if is_load(statement)}
    if loads:
        try:
            return _with(statements, program, application, loads)
        except TopLevelAwait:
            pass  # Something needs the object while the module is imported: it is loaded then.
    return _with(statements, program, application, set())


def _with(
    statements: Sequence[Statement],
    program: Program,
    application: str,
    wished: AbstractSet[Statement],
) -> Moved:
    moved = _moved(statements, program, wished)
    if not moved:
        return Moved(statements)
    maker = _maker(statements, program, application, next(iter(moved)))
    others = [statement for statement in statements if statement not in moved]
    name = _free_name(others)
    imports, function = _written(list(moved), others, maker, application, name)
    remade = replace(maker, text=_with_lifespan(maker.text, name))
    result = [*imports]
    for statement in others:
        result += [function, remade] if statement is maker else [statement]
    return Moved(result, list(_notes(moved, name)), has_lifespan=True)


def wishes_of(
    statements: Sequence[Statement], program: Program, application: str
) -> list[tuple[Statement, Statement]]:
    """What should stand above the application, since its lifespan will use it: (it, the other).

    statements: in the module's order. Raises TopLevelAwait.
    """
    moved = _moved(statements, program, set())
    maker = program.newest(application)
    if not moved or maker is None:
        return []
    used: dict[Statement, None] = {}
    waiting = list(moved)
    while waiting:
        reader = waiting.pop()
        for read in reads_of(reader):
            found = program.resolve(reader, read)
            if found is not None and found is not maker and found not in moved | used:
                used[found] = None
                waiting.append(found)
    return [(maker, statement) for statement in statements if statement in used]


# --- what moves ----------------------------------------------------------------------------------


def _moved(
    statements: Sequence[Statement], program: Program, wished: AbstractSet[Statement]
) -> dict[Statement, None]:
    moved: dict[Statement, None] = {}
    for statement in statements:
        source = next((each for each in _read_now(program, statement) if each in moved), None)
        source = source or _changer(statement, moved, program)
        if statement.names.awaits is None and source is None and statement not in wished:
            continue
        if isinstance(statement.node, _FIXED) or statement in program.registrations:
            raise _refused(statement, source)
        moved[statement] = None
    return moved


def _read_now(program: Program, reader: Statement) -> Iterator[Statement]:
    """The statements whose names are read when `reader` runs, by what it calls too."""
    for read in reads_of(reader):
        if read.kind in (HARD, SIGNATURE):
            binding = program.resolve(reader, read)
            if binding is not None:
                yield binding
    seen: set[str] = set()
    waiting = sorted(reader.names.calls)
    while waiting:
        name = waiting.pop()
        function = program.newest(name)
        if name in seen or function is None or not isinstance(function.node, _FIXED[:2]):
            continue
        seen.add(name)
        waiting += sorted(function.names.inner_calls)
        bindings = (program.resolve(function, read) for read in reads_of(function))
        yield from (binding for binding in bindings if binding is not None)


def _changer(reader: Statement, moved: dict[Statement, None], program: Program) -> Statement | None:
    """A moved statement that changes an object which `reader` reads after it."""
    for change in moved:
        changed = change.names.changes.now | change.names.changes.objects
        for name in sorted(changed & reader.names.hard):
            read = Read(name, HARD)
            if program.resolve(change, read) is program.resolve(reader, read) is not None:
                return change
    return None


def _refused(statement: Statement, source: Statement | None) -> TopLevelAwait:
    names = ", ".join(sorted(statement.names.binds)) or statement.text.strip().splitlines()[0]
    if source is None:
        return TopLevelAwait(
            f"{_await_place(statement)}: `{names}` awaits while the module is imported, which "
            "only a lifespan or a dependency can. Await in a statement of its own, or in one of "
            "these."
        )
    return TopLevelAwait(
        f"{statement.place} ({names}) is read when the module is imported and needs what "
        f"{_await_place(source)} makes by an `await`, which is there only when the module has "
        "started. Use it inside the function, or give it by a dependency."
    )


def _await_place(statement: Statement) -> str:
    line = statement.names.awaits
    if line is None:
        return statement.place
    return f"{statement.cell.label}, line {line + statement.offset}"


# --- the application -----------------------------------------------------------------------------


def _maker(
    statements: Sequence[Statement], program: Program, application: str, first: Statement
) -> Statement:
    """The statement that makes the application, which can be given a lifespan."""
    maker = program.newest(application)
    call = _constructor(maker.node) if maker is not None and maker in statements else None
    if maker is None or call is None:
        raise TopLevelAwait(
            f"{_await_place(first)}: the module needs the result of an `await` outside a "
            f"function, and `{application}` is not made by a plain call that could be given a "
            "lifespan. Move the `await` into a lifespan, or into a dependency."
        )
    own = {"lifespan", "on_startup", "on_shutdown", None} & {each.arg for each in call.keywords}
    handlers = [s for s in statements if "on_event(" in s.text or "add_event_handler(" in s.text]
    if own or handlers:
        where = handlers[0] if handlers else maker
        raise TopLevelAwait(
            f"{_await_place(first)}: the module needs the result of an `await` outside a "
            f"function, and `{application}` has start-up code of its own ({where.place}). Move "
            "the `await` there, or into a dependency."
        )
    return maker


def _constructor(node: ast.stmt) -> ast.Call | None:
    """The call in `app = NotebookAPI(...)`; a class is told from a factory by its name (PEP 8)."""
    match node:
        case (
            ast.Assign(targets=[ast.Name()], value=ast.Call() as call)
            | ast.AnnAssign(value=ast.Call() as call)
        ):
            return call if ast.unparse(call.func).rpartition(".")[2][:1].isupper() else None
    return None


def _with_lifespan(text: str, name: str) -> str:
    """The text of `app = NotebookAPI(...)`, comments and all, with one argument more."""
    call = _constructor(ast.parse(text).body[0])
    if call is None:
        return text
    lines = text.split("\n")
    number = (call.end_lineno or call.lineno) - 1
    # Columns of syntax trees count bytes of UTF-8.
    line = lines[number].encode()
    end = (call.end_col_offset or 1) - 1
    comma = ", " if (call.args or call.keywords) and not _ends_with_comma(text, call) else ""
    lines[number] = (line[:end] + f"{comma}lifespan={name}".encode() + line[end:]).decode()
    return "\n".join(lines)


def _ends_with_comma(text: str, call: ast.Call) -> bool:
    arguments: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    last = max(arguments, key=lambda each: (each.end_lineno or 0, each.end_col_offset or 0))
    lines = text.split("\n")[(last.end_lineno or 1) - 1 : call.end_lineno]
    lines[-1] = lines[-1].encode()[: call.end_col_offset].decode()
    lines[0] = lines[0].encode()[last.end_col_offset or 0 :].decode()
    return any("," in line.partition("#")[0] for line in lines)


# --- the function --------------------------------------------------------------------------------


def _free_name(others: Sequence[Statement]) -> str:
    taken = {name for statement in others for name in statement.names.binds}
    return next(name for name in (*_NAMES, "_lifespan_of_module") if name not in taken)


def _written(
    moved: Sequence[Statement],
    others: Sequence[Statement],
    maker: Statement,
    application: str,
    name: str,
) -> tuple[list[Statement], Statement]:
    call = _constructor(maker.node)
    kind = ast.unparse(call.func) if call is not None else ""
    text = (
        "from collections.abc import AsyncIterator\n"
        "from contextlib import asynccontextmanager\n"
        "@asynccontextmanager\n"
        f"async def {name}({application}: {kind}) -> AsyncIterator[None]:\n"
        f'    """{_DOCSTRING}"""\n'
    )
    if shared := _shared(moved, others):
        text += f"    global {', '.join(shared)}\n\n"
    for before, statement in zip([None, *moved], moved, strict=False):
        gap = before is not None and statement.gap and before.cell is statement.cell
        text += ("\n" if gap else "") + indented(statement.text) + "\n"
    text += "    yield\n"
    *imports, function = statements_of(Cell(LIFESPAN, 0, None, text, text, True), text)
    return imports, function


def _shared(moved: Sequence[Statement], others: Sequence[Statement]) -> list[str]:
    """Names that the lifespan binds for others; what only it uses stays its own."""
    # As a function binds names: there `x += 1` makes x its own.
    inside = bindings_of(each.node for each in moved)
    bound = inside.bound | inside.deleted
    used = _union(each.names.reads | each.names.binds for each in others)
    return sorted(bound & used)


def _union(sets: Iterator[AbstractSet[str]]) -> set[str]:
    return {name for each in sets for name in each}


def _notes(moved: dict[Statement, None], name: str) -> Iterator[str]:
    awaiting = [statement for statement in moved if statement.names.awaits is not None]
    if not awaiting:
        return
    more = f" and {len(awaiting) - 1} more" if len(awaiting) > 1 else ""
    yield (
        f"{_await_place(awaiting[0])}{more}: `await` is done by `{name}` when the module starts. "
        "Close there, after its `yield`, what has to be closed."
    )
