"""Which names the runs that are remembered read: a quick no for most cells."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import takewhile

from notebookapi.cells import Cell
from notebookapi.cells.statements import parse, statements_of

_NAME = re.compile(r"[^\W\d]\w*")
_BOUND = re.compile(r"^\w+[ \t]*=(?!=)", re.MULTILINE)


class Readers:
    """Knows the names that good runs spell, and tells which of them they read.

    It is asked after every cell, so that it looks at each run once, and closely only where it
    spells a name that matters: first at the tree, then at what each name is there.
    """

    def __init__(self) -> None:
        self._spelled: dict[int, frozenset[str]] = {}
        self._spelling: dict[str, set[int]] = defaultdict(set)
        self._mentioned: dict[int, frozenset[str]] = {}
        self._read: dict[int, frozenset[str]] = {}
        self._runs: dict[int, Cell] = {}

    def follow(self, runs: dict[int, Cell], running: Cell) -> None:
        """Note the runs that are kept now, in the order of their numbers, but the running one."""
        self._runs = runs
        latest = takewhile(lambda run: run not in self._spelled, reversed(runs))
        self._note(runs, [run for run in latest if run != running.run])
        if len(self._spelled) != len(runs) - (running.run in runs):  # some come or go
            self._forget(self._spelled.keys() - runs.keys())
            self._note(runs, runs.keys() - self._spelled.keys() - {running.run})

    def _note(self, runs: dict[int, Cell], new: Iterable[int]) -> None:
        for run in new:
            cell = runs[run]
            names = _spelled(cell.transformed) if cell.succeeded else frozenset()
            for name in names:
                self._spelling[name].add(run)
            self._spelled[run] = names  # last: an interrupt may come

    def _forget(self, gone: Iterable[int]) -> None:
        for run in gone:
            self._mentioned.pop(run, None)
            self._read.pop(run, None)
            for name in self._spelled[run]:
                self._spelling[name].discard(run)
                if not self._spelling[name]:
                    del self._spelling[name]
            del self._spelled[run]

    def read(self, names: frozenset[str]) -> bool:
        """Tell whether a run may have taken what one of these names stands for."""
        runs = {run for name in names for run in self._spelling.get(name, ())}
        mention = (run for run in runs if not self._mentioned_by(run).isdisjoint(names))
        return any(not self._read_by(run).isdisjoint(names) for run in mention)

    def _mentioned_by(self, run: int) -> frozenset[str]:
        if run not in self._mentioned:
            self._mentioned[run] = frozenset(_mentioned(self._runs[run].transformed))
        return self._mentioned[run]

    def _read_by(self, run: int) -> frozenset[str]:
        if run not in self._read:
            cell = self._runs[run]
            found = [each.names for each in statements_of(cell, cell.transformed)]
            self._read[run] = frozenset().union(
                *(each.hard | each.signature | each.deferred for each in found)
            )
        return self._read[run]


def _spelled(text: str) -> frozenset[str]:
    """Return all names in Python text but those that a line does no more with than bind them."""
    if "\\" in text:  # a letter behind it would be taken for one of a name
        return frozenset(_mentioned(text))
    if not text.isascii():  # as Python does: PEP 3131
        text = unicodedata.normalize("NFKC", text)
    return frozenset(_NAME.findall(_BOUND.sub("", text)))


def _mentioned(text: str) -> Iterator[str]:
    """Yield each name that Python text reads, and each in its strings: annotations, magics."""
    tree = parse(text.replace("\r\n", "\n"))
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            # A path is no annotation.
            yield from _NAME.findall(node.value) if not node.value.startswith("/") else ()
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
