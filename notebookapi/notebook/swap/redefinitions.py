"""Names that a cell redefined, and what served cells captured of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import replace
from typing import Any

from notebookapi.cells import Cell
from notebookapi.cells.program import SOFT, Program, reads_of
from notebookapi.cells.statements import Statement, statements_of
from notebookapi.notebook.swap.history import History
from notebookapi.notebook.swap.naming import Bindings, Names
from notebookapi.notebook.swap.origins import Origins
from notebookapi.notebook.swap.ownership import Owned
from notebookapi.notebook.swap.readers import Readers
from notebookapi.notebook.swap.rebind import (
    Interpreter,
    Rebound,
    Replayer,
    find_captures,
    is_definition,
)
from notebookapi.notebook.swap.recorder import Made

_SCALARS = (bool, int, float, complex, str, bytes, type(None))


class Redefinitions:
    """Follows the objects that names stand for in what is served.

    What a cell bound that failed does not count, and what a publication made is served no more
    when that is taken back: what counts is held then, until a good cell binds the name, or
    defines or registers something that reads it.
    """

    def __init__(
        self, namespace: MutableMapping[str, Any], run: Interpreter, bindings: Bindings
    ) -> None:
        """bindings: compared when a run has ended, and settled here."""
        self._namespace = namespace
        self._run = run
        self._bindings = bindings
        self._held: dict[str, Any] = {}
        self._latest: frozenset[str] = frozenset()
        self._anew: dict[str, int] = {}
        self._ran: dict[Statement, int] = {}
        # What counts although its cell failed.
        self._adopted: dict[str, Statement] = {}
        self._origins = Origins()
        self._statements: dict[int, list[Statement]] = {}
        self._readers = Readers()

    def note(self, rebound: Rebound, run: int) -> Mapping[str, Any]:
        """Note a good run; return what names stood for that count anew since it.

        What is no definition is left out: the data that a notebook works with is not kept alive.
        """
        anew = {*rebound.counted, *(name for each in rebound.ran for name in each.names.binds)}
        self._anew |= dict.fromkeys(anew, run)
        # What ran again for what is held says nothing of the object in the namespace.
        ran = [s for s in rebound.ran if s.names.binds.isdisjoint(rebound.held)]
        self._ran |= dict.fromkeys(ran, run)
        self._adopted |= rebound.adopted
        if rebound.ran:
            self._bindings.compare()
        bound = self._bindings.rebound
        gone = {n: held for n, held in self._held.items() if n in rebound.counted or n in bound}
        self._note_origins(bound, rebound, run)
        before = {**{name: self._bindings.seen[name] for name in bound}, **gone}
        before |= {name: self._held[name] for name in rebound.held if name in self._held}
        left = {n: held for n, held in self._held.items() if n not in gone}
        self._held = {**left, **rebound.held}
        self._bindings.settle()
        return {name: value for name, value in before.items() if _is_definition(value)}

    def note_ordinary(self, run: int) -> Mapping[str, Any]:
        """Note a good run of which nothing counts; return what `note` does."""
        seen, rebound = self._bindings.seen, self._bindings.rebound
        before = {name: seen[name] for name in rebound if _is_definition(seen[name])}
        for name in rebound:
            if _is_definition(now := self._namespace[name]):
                self._origins.note_rebound(name, seen[name], now, run)
        self._bindings.settle()
        return before

    def _note_origins(self, bound: Iterable[str], rebound: Rebound, run: int) -> None:
        runs = {name: each.cell.run for each in rebound.ran for name in each.names.binds}
        for name in bound:
            if name not in rebound.held and _is_definition(self._namespace[name]):
                before, now = self._bindings.seen[name], self._namespace[name]
                self._origins.note_rebound(name, before, now, runs.get(name, run))
        for name, value in rebound.held.items():
            self._origins.note(name, value, runs[name])

    def note_failed(self) -> frozenset[str]:
        """Note a run that failed: what names stood for before still counts.

        Returns the names that it bound to something else all the same.
        """
        before = {name: self._bindings.seen[name] for name in self._bindings.rebound}
        self._hold({**before, **self._held})
        there = self._namespace
        return frozenset(n for n, value in before.items() if _differs(value, there[n]))

    def take_back(self, before: Mapping[str, Any]) -> None:
        """Let names count for what they stood for, whatever the namespace says."""
        self._origins.take_back(before)
        self._adopted = {n: each for n, each in self._adopted.items() if n not in before}
        self._bindings.compare()
        self._hold({**self._held, **before})

    def _hold(self, held: Mapping[str, Any]) -> None:
        there = self._namespace
        self._held = {n: v for n, v in held.items() if n in there and _differs(v, there[n])}
        self._bindings.settle()

    def changed(self) -> frozenset[str]:
        """Return the names that stand for something else than what counts."""
        seen = self._bindings.seen
        before = {name: seen[name] for name in self._bindings.rebound} | self._held
        return frozenset(
            name
            for name, value in before.items()
            if name in self._namespace and _differs(value, self._namespace[name])
        )

    def is_concerned(self, history: History, running: Cell) -> bool:
        """Tell whether a good run that registers nothing may make anything count anew."""
        changed = self.changed()
        return bool(self._held) or (bool(changed) and self._is_read(changed, history, running))

    def latest(self) -> frozenset[str]:
        """Return the names that the latest good run has made to count for something else."""
        return self._latest

    def rebind(
        self,
        history: History,
        owned: Sequence[Owned],
        running: Cell,
        made: Iterable[Made],
        application: str,
        names: Names,
    ) -> Rebound:
        """Make again what captured a name that counts for something else from this run on.

        history: of every run, the running one too. owned: what is served once this run is
        published, without what it made. names: the applications and routers that count.
        """
        self._latest = counted = self._counted(history, running, made)
        adopted = dict(self._adopting(counted, history))
        fresh = [Owned(running, m.owner, m.registration, m.place, m.line) for m in made]
        others = [each for each in owned if each.cell.key != running.key] if counted else []
        if not (fresh or others):
            return Rebound(counted=counted, adopted=adopted)
        cells = history.cells
        if not self._is_read(counted.union(self._anew), history, running):
            return Rebound(counted=counted, adopted=adopted)
        runs, statements = self._current(cells, owned, running)
        # Behind all others: they are what the names stand for.
        statements = [*statements, *dict.fromkeys({**self._adopted, **adopted}.values())]
        self._forget_what_is_followed(statements)
        held: dict[str, Any] = {n: v for n, v in self._held.items() if n not in counted}
        by_statement = _by_statement([*others, *fresh], statements)
        other = set(self._adopted).union(*(each.names.binds for each in by_statement))
        defining = {n: v for n, v in held.items() if n not in other}
        statements = self._origins.as_they_count(statements, defining, cells, self._statements_of)
        program = Program(statements, runs, application, by_statement)
        search = find_captures(program, by_statement, counted, running, self._is_older)
        held |= {n: owner for n, owner in names.items() if n in self._namespace}
        replayer = Replayer(self._namespace, self._run, program, by_statement, held)
        rebound = replayer.replay(search, running)
        before = [self._held.get(name, self._bindings.seen.get(name)) for name in counted]
        old = [each for each in before if isinstance(each, type)]
        return replace(rebound, counted=counted, adopted=adopted, old=(*old, *rebound.old))

    def _adopting(
        self, counted: frozenset[str], history: History
    ) -> Iterator[tuple[str, Statement]]:
        """Yield what counts from now on although its cell failed, with what bound it."""
        for name in counted.intersection(self._held):
            binder = self._binder(name, history)
            if binder is not None and not binder.cell.succeeded:
                yield name, binder

    def _is_older(self, statement: Statement, name: str) -> bool:
        """Tell whether a definition took what a name stood for before it came to count anew.

        What is served has followed at once; what nothing used waits until something does.
        """
        made = self._ran.get(statement, statement.cell.run)
        return self._anew.get(name, 0) > made and is_definition(statement.node)

    def _forget_what_is_followed(self, statements: Sequence[Statement]) -> None:
        """Leave only the names of which a definition holds an older object."""
        self._ran = {each: self._ran[each] for each in statements if each in self._ran}
        older = {n for each in statements for n in _captured(each) if self._is_older(each, n)}
        self._anew = {name: run for name, run in self._anew.items() if name in older}

    def _counted(self, history: History, running: Cell, made: Iterable[Made]) -> frozenset[str]:
        """Return the names whose objects count once a cell has ended well, and did not before.

        These are what it binds, what it reads where it defines or registers something, and what
        went into such an object that did not count before.
        """
        changed = self.changed()
        if not changed:
            return changed
        if not self._held and not self._is_read(changed, history, running):
            return frozenset()  # an ordinary cell: nothing can have captured what it rebinds
        statements = self._statements_of(running)
        lines = {each.line for each in made}
        waiting = [name for each in statements for name in each.names.binds]
        for each in statements if self._held else ():
            if is_definition(each.node) or lines & {*range(each.first_line, each.last_line + 1)}:
                waiting += _captured(each)
        counted: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name not in counted and name in self._held:
                binder = self._binder(name, history)
                waiting += _captured(binder) if binder is not None else ()
            counted.add(name)
        return changed & counted

    def _binder(self, name: str, history: History) -> Statement | None:
        """Return the statement that bound a name last, whatever came of its cell."""
        for cell in reversed(history.cells):
            for each in reversed(self._statements_of(cell)):
                has_run = cell.succeeded or each.first_line < (cell.failed_line or 0)
                if has_run and name in each.names.binds:
                    return each
        return None

    def _is_read(self, names: frozenset[str], history: History, running: Cell) -> bool:
        """Tell whether another cell may have captured one of these names. It seldom has."""
        self._readers.follow(history.by_run, running)
        return self._readers.read(names)

    def _current(
        self, cells: Iterable[Cell], owned: Sequence[Owned], running: Cell
    ) -> tuple[Mapping[str, Sequence[int]], Sequence[Statement]]:
        """Return the good runs of each cell, and the statements of the sources that count now."""
        runs: dict[str, list[int]] = defaultdict(list)
        current: dict[str, Cell] = {}
        for cell in cells:
            if cell.succeeded:
                runs[cell.key].append(cell.run)
                current[cell.key] = cell
        for each in owned:
            # After an undo a cell serves from a run before its last.
            if each.cell.key in runs and each.cell.key != running.key:
                current[each.cell.key] = each.cell
        ordered = sorted(current.values(), key=lambda cell: runs[cell.key][0])
        good = [cell for cell in cells if cell.succeeded]
        self._statements = {cell.run: self._statements_of(cell) for cell in (*ordered, *good)}
        statements = [each for cell in ordered for each in self._statements[cell.run]]
        return runs, [*statements, *self._left(good, statements)]

    def _left(self, good: Iterable[Cell], now: Sequence[Statement]) -> Iterator[Statement]:
        """Yield what is no cell's text any more, but names stand for what it has bound."""
        latest: dict[str, int] = {}
        for each in now:
            for name in each.names.binds:
                latest[name] = max(latest.get(name, 0), each.cell.run)
        before = {cell.run for cell in good}.difference(each.cell.run for each in now)
        for run in sorted(before):
            for each in self._statements[run]:
                names = each.names.binds.difference(self._held)
                if any(latest.get(name, 0) < run for name in names):
                    yield each

    def _statements_of(self, cell: Cell) -> list[Statement]:
        known = self._statements.get(cell.run)
        return statements_of(cell, cell.transformed) if known is None else known


def _by_statement(
    owned: Iterable[Owned], statements: Iterable[Statement]
) -> Mapping[Statement, list[Owned]]:
    """Return what each statement registered, and is served or would be if others were not."""
    by_run: dict[int, list[Owned]] = defaultdict(list)
    for each in owned:
        by_run[each.cell.run].append(each)
    found: dict[Statement, list[Owned]] = defaultdict(list)
    for statement in statements:
        for each in by_run[statement.cell.run]:
            if statement.first_line <= each.line <= statement.last_line:
                found[statement].append(each)
    return found


def _differs(before: Any, now: Any) -> bool:
    """Numbers and text are what they say; of anything else a new object is another thing."""
    if before is now:
        return False
    alike = type(before) is type(now) and isinstance(now, _SCALARS)
    return not (alike and before == now)


def _captured(statement: Statement) -> list[str]:
    """Return the names whose objects a statement takes while it runs."""
    return [read.name for read in reads_of(statement) if read.kind != SOFT]


def _is_definition(value: Any) -> bool:
    """Tell whether an object says what something is, rather than being what is worked with."""
    return isinstance(value, _SCALARS) or callable(value)
