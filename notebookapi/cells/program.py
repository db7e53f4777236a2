"""The current sources of a session as one program: which statement a name comes from.

Two rules, by when a name is read:

- while the statement runs: the value of that time. A cell that binds the name counts as having
  bound it when it last ran before the reader ran.
- later (bodies), or where a session follows redefinitions (signatures): the newest binding; for
  a signature, the reader's own cell comes first, so that two cells may each use a name, say
  `router`, for an object of their own. The application is the same for all cells, always.
  A session follows redefinitions through registrations too: `include_router(router)`.
"""

from __future__ import annotations

import ast
import builtins
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from notebookapi.cells.scopes import STAR, name_bound_by
from notebookapi.cells.statements import Statement

HARD, SIGNATURE, DEFERRED, SOFT = "hard", "signature", "deferred", "soft"

_MODULE_NAMES = frozenset(
    "__name__ __file__ __doc__ __builtins__ __spec__ __package__ __loader__ __annotations__ "
    "__debug__ __path__".split()
)
BUILTINS = frozenset(dir(builtins)) | _MODULE_NAMES


@dataclass(frozen=True, slots=True)
class Read:
    name: str
    kind: str


def reads_of(statement: Statement) -> list[Read]:
    """Sorted, so that whatever is derived from them is the same on every run."""
    names = statement.names
    by_kind = (
        (HARD, names.hard),
        (SIGNATURE, names.signature),
        (DEFERRED, names.deferred),
        (SOFT, names.soft),
    )
    return [Read(name, kind) for kind, found in by_kind for name in sorted(found)]


class Program:
    """statements: of the current sources, in the order of their cells' positions.

    runs: cell key -> its successful runs, ascending.
    application: the name that means the same object in every cell.
    registrations: the statements whose registrations are served.
    """

    def __init__(
        self,
        statements: Sequence[Statement],
        runs: Mapping[str, Sequence[int]],
        application: str,
        registrations: Iterable[Statement] = (),
    ) -> None:
        self.statements = statements
        self._runs = runs
        self._application = application
        self.registrations = frozenset(registrations)
        self._place = {statement: place for place, statement in enumerate(statements)}
        self._binders: dict[str, list[Statement]] = defaultdict(list)
        self._assigners: dict[str, list[Statement]] = defaultdict(list)
        for statement in statements:
            for name in statement.names.binds | statement.names.deletes:
                self._binders[name].append(statement)
            for name in statement.names.changes.assigns_global:
                self._assigners[name].append(statement)

    def place(self, statement: Statement) -> int:
        return self._place[statement]

    def binders(self, name: str) -> Sequence[Statement]:
        return self._binders.get(name, ())

    @property
    def star_imports(self) -> Sequence[Statement]:
        return self.binders(STAR)

    def resolve(self, reader: Statement, read: Read) -> Statement | None:
        """The statement that gives `reader` the name, or None: a builtin, or hidden state."""
        found = self._candidate(reader, read)
        if found is None:
            return self._assigned_globally(reader, read.name)
        return found if read.name in found.names.binds else None

    def _candidate(self, reader: Statement, read: Read) -> Statement | None:
        newest = self.newest(read.name)
        if read.kind == SOFT or newest is None:
            return newest
        elsewhere = newest.cell is not reader.cell
        if read.name == self._application and elsewhere:
            return newest
        earlier = self._at_the_time(reader, read.name)
        follows = read.kind != HARD or reader in self.registrations
        if not follows or not elsewhere:
            return earlier
        own = earlier is not None and earlier.cell is reader.cell
        return earlier if own else newest

    def newest(self, name: str) -> Statement | None:
        return max(self.binders(name), key=lambda s: (s.cell.run, s.index), default=None)

    def _at_the_time(self, reader: Statement, name: str) -> Statement | None:
        times = {
            binder: time
            for binder in self.binders(name)
            if (time := self.time_before(binder, reader)) is not None
        }
        if times:
            return max(times, key=lambda binder: times[binder])
        # It came from a source that is no longer there; another cell binds the name now.
        others = (binder for binder in self.binders(name) if binder is not reader)
        return next(others, None)

    def time_before(self, statement: Statement, reader: Statement) -> tuple[int, int] | None:
        """When `statement` last ran before `reader` did; None: never."""
        if statement.cell is reader.cell:
            before = statement.index < reader.index
            return (reader.cell.run, statement.index) if before else None
        earlier = [run for run in self._runs[statement.cell.key] if run < reader.cell.run]
        return (earlier[-1], statement.index) if earlier else None

    # --- changes -----------------------------------------------------------------------------

    def effects_of_call(self, function: str) -> frozenset[str]:
        """Names that calling a function of the cells changes or assigns, through its callees."""
        effects: set[str] = set()
        seen: set[str] = set()
        waiting = [function]
        while waiting:
            name = waiting.pop()
            definition = self.newest(name)
            if name in seen or definition is None:
                continue
            seen.add(name)
            changes = definition.names.changes
            effects |= changes.inner | changes.assigns_global
            waiting += definition.names.inner_calls
        return frozenset(effects)

    def _assigned_globally(self, reader: Statement, name: str) -> Statement | None:
        """`def connect(): global DB; DB = ...`: the call of it, or else the function."""
        functions = self._assigners.get(name, ())
        if not functions:
            return None
        calls = (s for s in self.statements if s is not reader and self._assigns(s, name))
        return max(calls, key=lambda s: (s.cell.run, s.index), default=functions[-1])

    def _assigns(self, statement: Statement, name: str) -> bool:
        return any(name in self.effects_of_call(call) for call in statement.names.calls)


def is_import(statement: Statement) -> bool:
    return isinstance(statement.node, ast.Import | ast.ImportFrom)


def is_function(statement: Statement) -> bool:
    return isinstance(statement.node, ast.FunctionDef | ast.AsyncFunctionDef)


def imported_modules(statement: Statement) -> Iterable[str]:
    """Top-level packages that an import statement names."""
    node = statement.node
    if isinstance(node, ast.ImportFrom):
        return [(node.module or "").partition(".")[0]]
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    return []


def module_of(statement: Statement, name: str) -> str | None:
    """The top-level package that `name`, bound by this import, comes from."""
    node = statement.node
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").partition(".")[0]
    if isinstance(node, ast.Import):
        for alias in node.names:
            if name_bound_by(alias) == name:
                return alias.name.partition(".")[0]
    return None
