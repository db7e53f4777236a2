"""Registrations that captured an object whose name has been redefined: made again.

A route holds the very objects that its signature named when its cell ran. Redefining one of them
(a model, a dependency, a constant, the application itself) leaves the old one in every route of
other cells. What is done about it is what the person would do: the definitions that captured it
run again, in their order, and nothing else does. A definition is a `def`, a `class`, a
registration, or an alias made of types; an assignment such as `model = train(Item)` is not run
again, and its cell is named instead.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from notebookapi._table.published import next_place
from notebookapi.cells import Cell
from notebookapi.cells.program import HARD, SOFT, Program, Read, reads_of
from notebookapi.cells.statements import Statement
from notebookapi.editing import Add, Operation, Remove, current_draft, stage_on
from notebookapi.notebook.swap.ownership import Owned
from notebookapi.notebook.swap.recorder import CellDraft, Made
from notebookapi.notebook.swap.undisturbed import interruptible

Interpreter = Callable[[ast.stmt, Cell], None]
"""Runs one statement of a cell again, in the notebook's namespace."""

# What an alias may be made with: these describe a type or a parameter and do nothing else.
_DESCRIBES = frozenset(
    "Annotated Depends Security Query Path Header Cookie Body Form File Field TypeVar NewType "
    "Literal Union Optional create_model".split()
)
_ALIAS_PARTS = (
    ast.Name, ast.Attribute, ast.Subscript, ast.Constant, ast.Tuple, ast.List, ast.BinOp,
    ast.operator, ast.Call, ast.keyword, ast.Load, ast.UnaryOp, ast.USub,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stale:
    """A statement that captured something old and cannot be run again by itself."""

    statement: Statement
    name: str

    def __str__(self) -> str:
        return (
            f"{self.statement.place}, still uses the old `{self.name}`; "
            f"re-run {self.statement.cell.label}"
        )


@dataclass(frozen=True, slots=True)
class Search:
    """What has to run again, in order, and what would have to but cannot."""

    replays: Sequence[Statement]
    stale: Sequence[Stale]


IsOlder = Callable[[Statement, str], bool]
"""Tells whether a definition ran before a name came to stand for what it does."""


def find_captures(
    program: Program,
    roots: Iterable[Statement],
    changed: frozenset[str],
    running: Cell,
    is_older: IsOlder,
) -> Search:
    """Find what captured a changed name, going from registrations to what they are made of.

    roots: the statements whose registrations are served, and those of the running cell. What
    these read themselves is of now; what went into it may be older.
    """
    search = _Search(program, changed, running, is_older)
    for root in roots:
        search.is_affected(root)
    return Search(search.replays, search.stale)


class _Search:
    def __init__(
        self, program: Program, changed: frozenset[str], running: Cell, is_older: IsOlder
    ) -> None:
        self.replays: list[Statement] = []
        self.stale: list[Stale] = []
        self._known: dict[Statement, bool] = {}
        self._program = program
        self._changed = changed
        self._running = running
        self._is_older = is_older

    def is_affected(self, statement: Statement) -> bool:
        """Tell whether a statement captured something old and can run again."""
        if statement not in self._known:
            self._known[statement] = False  # a circle captures nothing new by itself
            name = self._captured(statement)
            if name is not None and not self._can_run_again(statement):
                self.stale.append(Stale(statement, name))
                name = None
            self._known[statement] = name is not None
            # Behind what it is made of, wherever that stands in the notebook.
            self.replays += [statement] if name is not None else []
        return self._known[statement]

    def _captured(self, statement: Statement) -> str | None:
        if is_second_name(statement.node):
            return None  # `kept = source` keeps the old object on purpose
        hit = None
        for read in reads_of(statement):
            if read.kind != SOFT and self._is_new(statement, read):
                hit = hit or read.name
        return hit

    def _is_new(self, statement: Statement, read: Read) -> bool:
        name, running = read.name, self._running
        affected = [self.is_affected(each) for each in self._binders(statement, read)]
        if any(affected):
            return True
        if not statement.cell.succeeded:  # it may have bound the name itself, just before
            newest = self._program.newest(name)
            return newest is not None and newest.cell.run > statement.cell.run
        if name in self._changed:
            is_read_first = name in statement.names.binds and read.kind == HARD
            return statement.cell is not running and not is_read_first
        return self._is_older(statement, name) and self._can_run_again(statement)

    def _binders(self, statement: Statement, read: Read) -> Iterable[Statement]:
        """Return what a name comes from: where it is read, and what the namespace has by now.

        A statement that runs again takes the latter, also where its own cell defines the name.
        """
        there = self._program.resolve(statement, read)
        newest = self._program.newest(read.name)
        found = [there, newest if newest is not None and is_definition(newest.node) else None]
        return [each for each in dict.fromkeys(found) if each not in (None, statement)]

    def _can_run_again(self, statement: Statement) -> bool:
        if statement.magic is not None or statement.offset or statement.names.awaits:
            return False
        node = statement.node
        if isinstance(node, ast.Expr) or is_setting(node):
            return statement in self._program.registrations
        return is_definition(node)


def is_second_name(node: ast.stmt) -> bool:
    """Tell whether a statement only gives an object another name."""
    return (
        isinstance(node, ast.Assign)
        and isinstance(node.value, (ast.Name, ast.Attribute))
        and any(isinstance(target, ast.Name) for target in node.targets)
    )


def is_setting(node: ast.stmt) -> bool:
    """Tell whether a statement binds no name: `app.dependency_overrides[get_db] = fake`."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return isinstance(node, (ast.Assign, ast.AugAssign)) and all(
        isinstance(target, (ast.Subscript, ast.Attribute)) for target in targets
    )


def is_definition(node: ast.stmt) -> bool:
    """Tell whether a statement only says what a name stands for."""
    is_defined = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    return is_defined or is_alias(node)


def is_alias(node: ast.stmt) -> bool:
    """Tell whether a statement only gives a name to a type: `UserId = Annotated[int, Path()]`."""
    if node.__class__.__name__ == "TypeAlias":  # Python 3.12
        return True
    if not isinstance(node, (ast.Assign, ast.AnnAssign)) or node.value is None:
        return False
    parts = list(ast.walk(node.value))
    calls = [part.func for part in parts if isinstance(part, ast.Call)]
    names = [getattr(call, "id", None) or getattr(call, "attr", "") for call in calls]
    return all(isinstance(part, _ALIAS_PARTS) for part in parts) and _DESCRIBES.issuperset(names)


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Rebound:
    """What running definitions again came to.

    pairs: (before, after) of each registration that was made again.
    hidden: likewise, of those that would serve if later cells did not.
    own: likewise, of those of the running cell, which nobody has seen yet.
    ran: the statements that have run again.
    failure: why nothing was run again after all.
    undo: gives the names back what they stood for.
    counted: names whose object in the namespace counts from now on.
    held: what counts, of names that stand for something else in the namespace, after it was made
    again.
    adopted: names that count from now on although the cells failed that bound them, and where.
    old: the classes that names stood for before.
    """

    pairs: Sequence[tuple[Owned, Owned]] = ()
    hidden: Sequence[tuple[Owned, Owned]] = ()
    own: Sequence[tuple[Owned, Owned]] = ()
    ran: Sequence[Statement] = ()
    stale: Sequence[Stale] = ()
    failure: str | None = None
    undo: Callable[[], None] = _nothing
    counted: frozenset[str] = frozenset()
    held: Mapping[str, Any] = field(default_factory=dict)
    adopted: Mapping[str, Statement] = field(default_factory=dict)
    old: Sequence[type] = ()

    @property
    def is_something(self) -> bool:
        """Whether anything was made again, or could not be."""
        return bool(self.pairs or self.hidden or self.own or self.stale or self.failure)

    def applied(self, owned: Iterable[Owned]) -> list[Owned]:
        """Return what is owned afterwards."""
        new = dict((*self.pairs, *self.hidden))
        return [new.get(each, each) for each in owned] if new else list(owned)

    def applied_to(self, made: Iterable[Made]) -> list[Made]:
        """Return what the running cell has made afterwards."""
        new = {old.registration: new for old, new in self.own}
        return [
            replace(each, owner=again.owner, registration=again.registration)
            if (again := new.get(each.registration))
            else each
            for each in made
        ]

    @property
    def operations(self) -> list[Operation]:
        """What publishes it."""
        return [
            *(Remove(old.owner, old.registration) for old, _ in self.pairs),
            *(Add(new.owner, new.registration, new.place) for _, new in self.pairs),
        ]


@dataclass(frozen=True, slots=True)
class Replayer:
    """Runs statements again; what they register is recorded, nothing is published.

    owned: what each statement registered, in order.
    held: what counts, of names that stand for something else in the namespace. Statements that
    run again see it, as the statements did that are served.
    """

    namespace: MutableMapping[str, Any]
    run: Interpreter
    program: Program
    owned: Mapping[Statement, Sequence[Owned]]
    held: Mapping[str, Any] = field(default_factory=dict)

    def replay(self, search: Search, running: Cell) -> Rebound:
        """Run what the search found; upon an error, put every name back and change nothing."""
        if not search.replays:
            return Rebound(stale=search.stale)
        names = {name for statement in search.replays for name in statement.names.binds}
        before = {n: self.namespace[n] for n in {*names, *self.held} if n in self.namespace}
        self.namespace.update(self.held)
        pairs: list[tuple[Owned, Owned]] = []
        try:
            for statement in search.replays:
                binds = statement.names.binds
                there = {n: self.namespace[n] for n in binds if n in self.namespace}
                pairs += self._made_again(statement)
                later = {n for n in binds if self._is_newer(n, statement)}
                self._put_back(later, there)
        except (Exception, KeyboardInterrupt) as error:
            self._put_back({*names, *self.held}, before)
            return Rebound(stale=search.stale, failure=_failure(statement, error))
        held = {name: self.namespace[name] for name in self.held if name in names}
        self._put_back(self.held, before)
        others = [pair for pair in pairs if pair[0].cell is not running]
        return Rebound(
            [pair for pair in others if not pair[0].shadowed],
            [pair for pair in others if pair[0].shadowed],
            [pair for pair in pairs if pair[0].cell is running],
            search.replays,
            search.stale,
            undo=lambda: self._put_back(names, before),
            held=held,
            old=[before[name] for name in names if isinstance(before.get(name), type)],
        )

    def _is_newer(self, name: str, statement: Statement) -> bool:
        """Tell whether a name stands for what another statement has bound since."""
        return self.program.newest(name) is not statement

    def _made_again(self, statement: Statement) -> list[tuple[Owned, Owned]]:
        old = self.owned.get(statement, ())
        draft = CellDraft(next_place(), self.namespace)
        outer = current_draft()
        stage_on(draft)
        try:
            with interruptible():  # it is the person's own code
                self.run(statement.node, statement.cell)
        finally:
            draft.close()
            stage_on(outer)
        if len(draft.made) != len(old):
            raise RuntimeError(
                f"it registered {len(draft.made)} times, where it registered {len(old)} before"
            )
        return [
            (before, _again(before, made)) for before, made in zip(old, draft.made, strict=True)
        ]

    def _put_back(self, names: Iterable[str], before: Mapping[str, Any]) -> None:
        for name in names:
            if name in before:
                self.namespace[name] = before[name]
            else:
                self.namespace.pop(name, None)


def _again(before: Owned, made: Made) -> Owned:
    return replace(
        before, owner=made.owner, registration=made.registration, version=before.version + 1
    )


def _failure(statement: Statement, error: BaseException) -> str:
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return (
        f"{statement.place}, uses what this cell redefines and could not be run again ({what}). "
        f"Re-run {statement.cell.label}."
    )
