"""Which names the runs that are remembered may read: a quick no for most cells."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile

from notebookapi.cells import Cell
from notebookapi.cells.statements import parse

_NAME = re.compile(r"[^\W\d]\w*")


class Readers:
    """Counts the names that good runs mention, whether or not they captured what these stand for.

    It is asked after every cell, so that it looks at each run once, and not closely.
    """

    def __init__(self) -> None:
        self._mentioned: dict[int, frozenset[str]] = {}
        self._counts: Counter[str] = Counter()

    def follow(self, runs: dict[int, Cell], running: Cell) -> None:
        """Note the runs that are kept now, in the order of their numbers, but the running one."""
        latest = takewhile(lambda run: run not in self._mentioned, reversed(runs))
        self._note(runs, [run for run in latest if run != running.run])
        if len(self._mentioned) != len(runs) - 1:  # some are kept no more, or again
            self._forget(self._mentioned.keys() - runs.keys())
            self._note(runs, runs.keys() - self._mentioned.keys() - {running.run})

    def _note(self, runs: Mapping[int, Cell], new: Iterable[int]) -> None:
        for run in new:
            cell = runs[run]
            names = frozenset(_mentioned(cell.transformed) if cell.succeeded else ())
            self._mentioned[run] = names
            self._counts.update(names)

    def _forget(self, gone: Iterable[int]) -> None:
        for run in gone:
            for name in self._mentioned.pop(run):
                self._counts[name] -= 1
                if not self._counts[name]:
                    del self._counts[name]

    def may_read(self, names: Iterable[str]) -> bool:
        """Tell whether a run may have read one of these names."""
        return not self._counts.keys().isdisjoint(names)


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
