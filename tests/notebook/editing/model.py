"""What should be served: the rules of hot swap in a few words, which know no implementation.

Cells are runs of pieces. Of each cell the last good run counts, and of each name the binding that
counts. What is served follows from these alone, as the text of one module.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from .pieces import DEFINES, HEAD, KINDS, MAKES, REGISTERS, Piece
from .steps import BEGINNING, Forget, Run, Step, Undo

MOST_UNDONE = 50
BEHIND = 1000
"""More than the pieces of any cell."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What a name stands for. run: of the cell that bound it; each run makes another object."""

    piece: Piece
    run: int

    def is_as(self, other: Bound) -> bool:
        """Tell whether nobody can tell them apart: numbers and text are what they say."""
        is_plain = self.piece.kind in ("constant", "word")
        return self == other or (is_plain and self.piece == other.piece)


@dataclass(frozen=True, slots=True)
class Owner:
    """What a cell registered when it last ran well."""

    run: int
    pieces: tuple[Piece, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Served:
    """owners: by cell. names: the bindings that count. They change together, or not at all."""

    owners: Mapping[str, Owner]
    names: Mapping[str, Bound]

    def winners(self) -> list[tuple[str, int, Piece]]:
        """Return what is served, with its cell: of equal ones the first of the latest run."""
        latest: dict[tuple[object, ...], tuple[int, int, str, Piece]] = {}
        for cell, owner in self.owners.items():
            for at, piece in enumerate(owner.pieces):
                there = latest.get(piece.identity)
                if there is None or owner.run > there[0]:
                    latest[piece.identity] = (owner.run, at, cell, piece)
        return [(cell, at, piece) for _, at, cell, piece in latest.values()]

    def affected(self, changed: frozenset[str]) -> frozenset[str]:
        """Return the names that are made anew, because what they captured is."""
        while True:
            more = {
                name
                for name, bound in self.names.items()
                if bound.piece.rank == DEFINES and changed.intersection(bound.piece.reads)
            }
            if more <= changed:
                return changed
            changed |= more


class Model:
    """Follows the steps."""

    def __init__(self) -> None:
        self.namespace = {"app": Bound(Piece("app", "app", 0), 0)}
        self.served = Served({}, dict(self.namespace))
        self.positions: dict[str, tuple[int, ...]] = {}
        self.deleted: frozenset[str] = frozenset()
        self.history: deque[Served] = deque(maxlen=MOST_UNDONE)
        self.runs = 0
        self.waiting: frozenset[str] = frozenset()

    def take(self, step: Step) -> None:
        if isinstance(step, Run):
            self._run(step)
        elif isinstance(step, Forget):
            self._forget(step)
        else:
            self._undo(step)

    # --- a run

    def _run(self, step: Run) -> None:
        self.runs += 1
        self.deleted = (self.deleted | set(step.deleted)) - {step.cell}
        for piece in step.ran:
            if piece.binds:
                self.namespace[piece.name] = Bound(piece, self.runs)
        if step.pieces == step.ran and step.fate is step.fate.GOOD:
            self._publish(step)

    def _publish(self, step: Run) -> None:
        before = self.served
        owners = dict(before.owners)
        self._move(step, owners)
        mine = owners.pop(step.cell, None)
        counts = self._counting(step)
        names = {**before.names, **{name: self.namespace[name] for name in counts}}
        registered = tuple(each for each in step.pieces if each.rank == REGISTERS)
        if registered:
            owners[step.cell] = Owner(self.runs, registered, step.source)
        # What is only read, and counted before, has not been made again by that.
        self.waiting -= {n for n in counts if names[n] != before.names.get(n)}
        self.positions.setdefault(step.cell, (self.runs,))
        self.served = Served(owners, names)
        others = {cell: each for cell, each in owners.items() if cell != step.cell}
        anew = frozenset(
            name for name in counts if not names[name].is_as(before.names.get(name, names[name]))
        ) | {name for name in counts if name not in before.names}
        anew = self.served.affected(anew)
        self._make_again(anew - counts)
        remade = _starts_again(anew, names) or any(
            anew.intersection(piece.reads) for *_, piece in Served(others, names).winners()
        )
        lost = any(cell == step.cell for cell, _, _ in before.winners()) if mine else False
        if registered or lost or remade:
            self.history.append(before)

    def _make_again(self, affected: frozenset[str]) -> None:
        """Note that definitions run again, which what is registered is made of.

        What nothing uses runs again when something does.
        """
        self.waiting |= affected
        reached = {
            name for each in self.served.owners.values() for p in each.pieces for name in p.reads
        }
        while (
            more := {n for name in reached for n in self.served.names[name].piece.reads} - reached
        ):
            reached |= more
        names = dict(self.served.names)
        for name in self.waiting & reached:
            again = Bound(names[name].piece, self.runs)
            if self.namespace[name] == names[name]:
                self.namespace[name] = again
            names[name] = again
        self.waiting -= reached
        self.served = replace(self.served, names=names)

    def _move(self, step: Run, owners: dict[str, Owner]) -> None:
        """The same source under a new id is the same cell."""
        if step.cell in self.positions:
            return
        same = [cell for cell, each in owners.items() if each.source == step.source]
        if same:
            cell = max(same, key=lambda each: owners[each].run)
            owners[step.cell] = owners.pop(cell)
            # Right behind the one that it was, which may come again.
            self.positions[step.cell] = (*self.positions[cell], BEHIND + self.runs)

    def _counting(self, step: Run) -> set[str]:
        """Return the names whose present binding counts from now on.

        A good cell makes those count that it binds, and those that it reads where it defines or
        registers something; and with these what they captured themselves.
        """
        waiting = [n for each in step.pieces for n in (each.binds, *each.reads) if n]
        counts: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name not in counts:
                counts.add(name)
                if self.namespace[name] != self.served.names.get(name):
                    waiting += self.namespace[name].piece.reads
        return counts

    # --- commands

    def _forget(self, step: Forget) -> None:
        self.runs += 1
        self.deleted |= set(step.deleted)
        before = self.served
        owners = {cell: o for cell, o in before.owners.items() if cell not in self.deleted}
        lost = any(cell in self.deleted for cell, _, _ in before.winners())
        self.served = replace(before, owners=owners)
        if lost:
            self.history.append(before)

    def _undo(self, step: Undo) -> None:
        self.runs += 1
        if step.count <= len(self.history):
            for _ in range(step.count):
                self.served = self.history.pop()

    # --- what is served

    def module(self) -> str:
        """Return the text of a module that serves it, made of what counts and nothing else."""
        return "\n".join([HEAD, *(each.source for each in self._pieces())])

    def _pieces(self) -> Iterator[Piece]:
        names = self.served.names
        for rank in (DEFINES, MAKES):
            for name in (*(each.name for each in BEGINNING), "app"):
                if name in names and KINDS[names[name].piece.kind].rank == rank:
                    # Bodies read what the name stands for, whatever counts.
                    is_live = names[name].piece.kind == "word"
                    yield self.namespace[name].piece if is_live else names[name].piece
        place = self._place
        yield from (piece for *_, piece in sorted(self.served.winners(), key=lambda w: place(*w)))

    def _place(self, cell: str, at: int, piece: Piece) -> tuple[int, ...]:
        return (*self.positions[cell], at)

    def is_served(self, on: str) -> bool:
        """Tell whether an application or router is reached from the application."""
        return on in set(self._reached())

    def _reached(self) -> Iterable[str]:
        winners = [piece for *_, piece in self.served.winners()]
        waiting = ["app"]
        while waiting:
            name = waiting.pop()
            yield name
            waiting += [p.name for p in winners if p.kind in ("include", "mount") and p.on == name]


def _starts_again(anew: frozenset[str], names: Mapping[str, Bound]) -> bool:
    """Tell whether the application's lifespan is another one, and the application is not."""
    return "lifespan" in anew and "app" not in anew and "lifespan" in names["app"].piece.reads
