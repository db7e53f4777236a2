"""Which names the runs that are remembered read: a quick no for most cells."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import takewhile

from notebookapi.cells import Cell
from notebookapi.cells.statements import parse, statements_of

_NAME = re.compile(r"[^\W\d]\w*")


class Readers:
    """Counts the names that good runs mention, and tells which of them they read.

    It is asked after every cell, so that it looks at each run once, and closely only where it
    mentions a name that matters: a path in a string may be spelled like it.
    """

    def __init__(self) -> None:
        self._mentioned: dict[int, frozenset[str]] = {}
        self._counts: Counter[str] = Counter()
        self._read: dict[int, frozenset[str]] = {}
        self._runs: dict[int, Cell] = {}

    def follow(self, runs: dict[int, Cell], running: Cell) -> None:
        """Note the runs that are kept now, in the order of their numbers, but the running one."""
        self._runs = runs
        latest = takewhile(lambda run: run not in self._mentioned, reversed(runs))
        self._note(runs, [run for run in latest if run != running.run])
        if len(self._mentioned) != len(runs) - 1:  # some are kept no more, or again
            self._forget(self._mentioned.keys() - runs.keys())
            self._note(runs, runs.keys() - self._mentioned.keys() - {running.run})

    def _note(self, runs: dict[int, Cell], new: Iterable[int]) -> None:
        for run in new:
            cell = runs[run]
            names = frozenset(_mentioned(cell.transformed) if cell.succeeded else ())
            self._mentioned[run] = names
            self._counts.update(names)

    def _forget(self, gone: Iterable[int]) -> None:
        for run in gone:
            self._read.pop(run, None)
            for name in self._mentioned.pop(run):
                self._counts[name] -= 1
                if not self._counts[name]:
                    del self._counts[name]

    def read(self, names: frozenset[str]) -> bool:
        """Tell whether a run may have taken what one of these names stands for."""
        if self._counts.keys().isdisjoint(names):
            return False
        mention = [run for run, said in self._mentioned.items() if not said.isdisjoint(names)]
        return any(not self._read_by(run).isdisjoint(names) for run in mention)

    def _read_by(self, run: int) -> frozenset[str]:
        if run not in self._read:
            cell = self._runs[run]
            found = [each.names for each in statements_of(cell, cell.transformed)]
            self._read[run] = frozenset().union(
                *(each.hard | each.signature | each.deferred for each in found)
            )
        return self._read[run]


def _mentioned(text: str) -> Iterator[str]:
    """Yield each name that Python text reads, and each in its strings: annotations, magics."""
    tree = parse(text.replace("\r\n", "\n"))
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _NAME.findall(node.value)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
