"""What was selected, checked for what a module cannot have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from notebookapi.cells.cell import Cell
from notebookapi.cells.closure import Closure, Missing
from notebookapi.cells.program import (
    BUILTINS,
    DEFERRED,
    Program,
    imported_modules,
    is_import,
)
from notebookapi.cells.statements import Statement, statements_of
from notebookapi.export.errors import HiddenState, NeededMagic, NotebookOnly
from notebookapi.export.records import ExportRequest
from notebookapi.export.versions import BEFORE_LOADING, Versions

_SESSION = "api"
_NOTEBOOK_NAMES = {
    "display": "shows something in the notebook; return the value instead",
    "get_ipython": "is the notebook's shell",
    "In": "is the notebook's history",
    "Out": "is the notebook's history; give the value a name",
    "_": "is the last output; give the value a name",
    "__": "is an earlier output; give the value a name",
    "exit": "ends the notebook's kernel",
    "quit": "ends the notebook's kernel",
}
_NAMES_SHOWN = 3
_NOTEBOOK_MODULES = frozenset({"IPython", "ipykernel", "ipywidgets", "anywidget"})


def check_closure(
    closure: Closure, versions: Versions, program: Program, request: ExportRequest
) -> None:
    """Raises NeededMagic, NotebookOnly or HiddenState."""
    for statement in closure.kept:
        _check_magic(statement)
        _check_import(statement)
    hidden: list[Missing] = []
    for missing in closure.missing:
        _check_notebook_name(missing)
        # A star import may give any other name; the proof tells whether it does.
        if not program.star_imports and not _is_harmless(missing, versions, request):
            hidden.append(missing)
    if hidden:
        names = tuple(dict.fromkeys(missing.name for missing in hidden))
        readers = {name: [each.reader for each in hidden if each.name == name] for name in names}
        raise HiddenState("\n".join(_explained(readers, versions, program, request)), names)


def _check_magic(statement: Statement) -> None:
    if statement.magic is not None:
        raise NeededMagic(
            f"{statement.place}: `{statement.magic.as_typed}` is needed by the module, which "
            "cannot run magics. Write what it does in Python."
        )


def _check_import(statement: Statement) -> None:
    if not is_import(statement):
        return
    modules = [name for name in imported_modules(statement) if name in _NOTEBOOK_MODULES]
    if modules:
        raise NotebookOnly(
            f"{statement.place}: the module needs `{statement.text.strip()}`, but has to run "
            f"where {modules[0]} is not installed. Take it out of what the routes use."
        )


def _check_notebook_name(missing: Missing) -> None:
    reader = missing.reader
    if missing.name == _SESSION:
        raise NotebookOnly(
            f"{reader.place} ({_subject(reader)}) reads `api`, the notebook's session, which a "
            "module does not have. Take it out, or have it in a cell that no route needs."
        )
    if missing.name in _NOTEBOOK_NAMES and missing.kind != DEFERRED:
        raise NotebookOnly(
            f"{reader.place} ({_subject(reader)}) reads `{missing.name}`, which "
            f"{_NOTEBOOK_NAMES[missing.name]}."
        )


def _subject(statement: Statement) -> str:
    names = sorted(statement.names.binds) or [statement.text.strip().splitlines()[0]]
    return ", ".join(names)


# --- hidden state --------------------------------------------------------------------------------


def _is_harmless(missing: Missing, versions: Versions, request: ExportRequest) -> bool:
    """Text in an annotation need not be a name at all, if no cell ever had one."""
    if missing.kind != DEFERRED or list(_former_binders(missing.name, versions.others)):
        return False
    return missing.name not in request.preloaded or missing.name in _NOTEBOOK_NAMES


def _explained(
    readers: Mapping[str, Sequence[Statement]],
    versions: Versions,
    program: Program,
    request: ExportRequest,
) -> Iterator[str]:
    """A line for each missing name; one for all those of cells that nobody has seen run."""
    unseen = []
    for name, statements in readers.items():
        reason = _reason(name, versions, program, request)
        if reason is not None:
            yield f"{name}, read by {_places(statements)}, {reason}"
        elif name in request.preloaded:
            unseen.append(name)
        else:
            yield (
                f"{name}, read by {_places(statements)}, is bound by no cell that ran. "
                "Define it in a cell and run it."
            )
    if unseen:
        unseen.sort(key=lambda name: name != request.application)
        yield f"{_listed(unseen)} bound {BEFORE_LOADING}"


def _reason(name: str, versions: Versions, program: Program, request: ExportRequest) -> str | None:
    """Why a module has not got the name, and the cure; None where no cell tells."""
    deleters = program.binders(name)
    if deleters:
        return f"was deleted by {deleters[-1].place}. Take the `del` out, run it again."
    former = list(_former_binders(name, versions.others))
    if former:
        return _origin(former[-1], versions, request)
    failed = [cell for cell in versions.others if name in _never_bound(cell)]
    if failed:
        return (
            f"is bound only by {failed[-1].label}, which failed at line "
            f"{failed[-1].failed_line} before it came to that. Mend the cell and run it again."
        )
    runners = [
        s for s in program.statements if s.magic and s.magic.name in ("run", "load", "pylab")
    ]
    if runners and name not in request.preloaded:
        magic = runners[-1].magic
        return (
            f"is bound by no cell; perhaps {runners[-1].place} does it "
            f"(`{magic.as_typed if magic else ''}`). Import it, or define it in a cell."
        )
    return None


def _places(readers: Sequence[Statement]) -> str:
    """`cell 3, line 2 (create) and 4 more`."""
    first, *others = dict.fromkeys(readers)
    more = f" and {len(others)} more" if others else ""
    return f"{first.place} ({_subject(first)}){more}"


def _listed(names: Sequence[str]) -> str:
    """`app, Item, Header and 3 more were`."""
    shown, more = names[:_NAMES_SHOWN], len(names) - _NAMES_SHOWN
    if more > 0:
        return f"{', '.join(shown)} and {more} more were"
    *others, last = shown
    return f"{', '.join(others)} and {last} were" if others else f"{last} was"


def _origin(cell: Cell, versions: Versions, request: ExportRequest) -> str:
    if cell.key in request.deleted:
        return f"lives only in {cell.label}, which was deleted. Put it back in a cell and run it."
    if not cell.succeeded:
        return f"was bound only by {cell.label}, which failed. Mend the cell and run it again."
    now = next((c for c in versions.current if c.key == cell.key), None)
    current = f" (now {now.label})" if now is not None and now.number != cell.number else ""
    return (
        f"was bound by an older version of {cell.label}{current}. "
        "Define it in a cell again and run it."
    )


def _never_bound(cell: Cell) -> frozenset[str]:
    """Names that a failed run would have bound at or after the statement that failed."""
    if cell.succeeded or cell.failed_line is None:
        return frozenset()
    rest = (s for s in statements_of(cell, cell.transformed) if s.last_line >= cell.failed_line)
    return frozenset().union(*(statement.names.binds for statement in rest))


def _former_binders(name: str, others: Sequence[Cell]) -> Iterator[Cell]:
    """Runs that are not current and that did bind the name, as far as they came."""
    for cell in others:
        limit = None if cell.succeeded else (cell.failed_line or 0)
        for statement in statements_of(cell, cell.transformed):
            ran = limit is None or statement.last_line < limit
            if ran and name in statement.names.binds and name not in BUILTINS:
                yield cell
