"""Kept statements in an order that runs.

The order of the cells, as far as it runs. Where cells ran out of order, a definition is pulled up
to just before its first reader, with what it needs itself; nothing else moves.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from notebookapi.cells.program import DEFERRED, HARD, SIGNATURE, SOFT, Program, Read, reads_of
from notebookapi.cells.statements import Statement


def in_order(
    program: Program,
    kept: Sequence[Statement],
    chain: Sequence[Statement],
    wishes: Sequence[tuple[Statement, Statement]] = (),
) -> list[Statement]:
    """Sort `kept`, which is in the order of the program.

    chain: statements that have to stay in this order among themselves (routes: the first that
    matches serves).
    wishes: (statement, what should stand before it, if it can).
    """
    graph = _Graph(kept)
    for reader in kept:
        for definition in _definitions(program, reader):
            graph.require(reader, definition)
    # From here on wishes: none may contradict what is required, nor an earlier wish.
    for before, after in zip(chain, chain[1:], strict=False):
        graph.wish(after, before)
    for reader in kept:
        for wished in _wishes(program, reader, kept):
            graph.wish(reader, wished)
    for older, newer in _rebindings(program, kept):
        graph.wish(newer, older)
    for statement, before in wishes:
        graph.wish(statement, before)
    return graph.sorted()


def _definitions(program: Program, reader: Statement) -> Iterator[Statement]:
    for read in reads_of(reader):
        if read.kind in (HARD, SIGNATURE):
            binding = program.resolve(reader, read)
            if binding is not None:
                yield binding


def _wishes(program: Program, reader: Statement, kept: Sequence[Statement]) -> Iterator[Statement]:
    """What should stand before `reader`, if it can."""
    used = [read for read in reads_of(reader) if read.kind != SOFT]
    for read in used:
        binding = program.resolve(reader, read)
        if binding is None:
            continue
        if read.kind == DEFERRED and not _is_definition(reader):
            yield binding
        yield from _used_through(program, binding, called=read.name in reader.names.calls)
        if read.kind == HARD:
            yield from _changes_before(program, reader, read.name, kept)
    if isinstance(reader.node, ast.FunctionDef | ast.AsyncFunctionDef):
        # A route's annotations are looked up when it is registered, text or not.
        yield from _resolved(program, reader, DEFERRED)


def _used_through(program: Program, binding: Statement, *, called: bool) -> Iterator[Statement]:
    """What a definition needs by the time that something uses it."""
    yield from _resolved(program, binding, DEFERRED)
    if called:
        yield from _resolved(program, binding, SOFT)


def _resolved(program: Program, statement: Statement, kind: str) -> Iterator[Statement]:
    for read in reads_of(statement):
        if read.kind == kind:
            binding = program.resolve(statement, read)
            if binding is not None and binding is not statement:
                yield binding


def _is_definition(statement: Statement) -> bool:
    return isinstance(statement.node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)


def _changes_before(
    program: Program, reader: Statement, name: str, kept: Sequence[Statement]
) -> Iterator[Statement]:
    """Kept statements that had changed the object when `reader` read it."""
    read = Read(name, HARD)
    binding = program.resolve(reader, read)
    for change in kept:
        if name not in change.names.changes.now | change.names.changes.objects:
            continue
        time = program.time_before(change, reader)
        if time is not None and program.resolve(change, read) is binding:
            yield change


def _rebindings(
    program: Program, kept: Sequence[Statement]
) -> Iterator[tuple[Statement, Statement]]:
    """(older, newer): a newer binding comes after the older one and after the older's readers."""
    binders: dict[str, list[Statement]] = defaultdict(list)
    for statement in kept:
        for name in sorted(statement.names.binds):
            binders[name].append(statement)
    readers = _readers(program, kept)
    for name, every in binders.items():
        by_time = sorted(every, key=lambda s: (s.cell.run, s.index))
        for older, newer in zip(by_time, by_time[1:], strict=False):
            yield older, newer
            yield from ((each, newer) for each in readers[name, older] if each is not newer)


def _readers(
    program: Program, kept: Sequence[Statement]
) -> Mapping[tuple[str, Statement], Mapping[Statement, None]]:
    """(name, its binding) -> the statements that read it from there, in order; each found once."""
    found: dict[tuple[str, Statement], dict[Statement, None]] = defaultdict(dict)
    for reader in kept:
        for read in reads_of(reader):
            if read.kind != SOFT and (binding := program.resolve(reader, read)) is not None:
                found[read.name, binding][reader] = None
    return found


class _Graph:
    """Statements, and for each what comes before it."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self._statements = statements
        self._place = {statement: place for place, statement in enumerate(statements)}
        self._before: dict[Statement, set[Statement]] = {s: set() for s in statements}
        self._furthest = -1
        """The last place from which something is pulled up."""

    def require(self, statement: Statement, before: Statement) -> None:
        if before in self._place and before is not statement:
            self._before[statement].add(before)
            if self._place[before] > self._place[statement]:
                self._furthest = max(self._furthest, self._place[before])

    def wish(self, statement: Statement, before: Statement) -> None:
        if before not in self._place or before in self._before[statement]:
            return
        if not self._comes_before(statement, before):
            self.require(statement, before)

    def _comes_before(self, first: Statement, second: Statement) -> bool:
        """Is `first` required, through any number of steps, by `second`?"""
        # Steps lead back to earlier places, unless something is pulled up: mostly nothing is.
        if self._place[first] > max(self._place[second], self._furthest):
            return False
        waiting, seen = [second], {second}
        while waiting:
            found = self._before[waiting.pop()] - seen
            if first in found:
                return True
            seen |= found
            waiting += found
        return first is second

    def sorted(self) -> list[Statement]:
        """Depth first: each statement right after what it still waits for."""
        done: dict[Statement, None] = {}
        entered: set[Statement] = set()
        stack = list(reversed(self._statements))
        while stack:
            statement = stack[-1]
            waits = set() if statement in entered else self._before[statement]
            entered.add(statement)
            open_ = sorted(
                {before for before in waits if before not in entered},
                key=self._place.__getitem__,
                reverse=True,
            )
            if open_:
                stack += open_
                continue
            stack.pop()
            done.setdefault(statement)
        return list(done)
