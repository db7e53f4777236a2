"""What should be served: the rules of hot swap in a few words, which know no implementation.

Cells are runs of pieces. Of each cell the last good run counts, and of each name the binding that
counts. What is served follows from these alone, as the text of one module.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from .pieces import DEFINES, HEAD, KINDS, MAKES, REGISTERS, ROUTES, Piece
from .steps import BEGINNING, Forget, Run, Step, Together, Undo, Withdraw

MOST_UNDONE = 50
NO_ID = "no id "
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
    """What a cell registered when it last ran well, with the place of each in the cell."""

    run: int
    pieces: tuple[tuple[int, Piece], ...]
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
            for at, piece in owner.pieces:
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
        self.begun: dict[str, tuple[int, ...]] = {}

    def take(self, step: Step) -> None:
        if isinstance(step, Run):
            self._run(step)
        elif isinstance(step, Together):
            self._together(step)
        elif isinstance(step, Undo):
            self._undo(step)
        else:
            self._withdraw(step)

    # --- a run

    def _run(self, step: Run) -> None:
        self.runs += 1
        self.deleted = (self.deleted | set(step.deleted)) - {step.cell}
        if not step.cell:
            step = replace(step, cell=f"{NO_ID}{self.runs}")
        for piece in step.ran:
            if piece.binds:
                self.namespace[piece.name] = Bound(piece, self.runs)
        if step.fate.is_published:
            self._publish(step)

    def _together(self, step: Together) -> None:
        """Cells stand in the order in which they begin, whichever ends first."""
        self.deleted |= set(step.deleted)
        for at, run in enumerate(step.runs):
            self.begun[run.cell] = (self.runs + 1, at)
        for run in step.ending:
            self._run(run)
        self.begun.clear()

    def _publish(self, step: Run) -> None:
        before = self.served
        owners = dict(before.owners)
        self._move(step, owners)
        mine = owners.pop(step.cell, None)
        counts = self._counting(step)
        names = {**before.names, **{name: self.namespace[name] for name in counts}}
        registered = tuple(_first(step.pieces))
        self.positions.setdefault(step.cell, self.begun.get(step.cell, (self.runs,)))
        if step.cell.startswith(NO_ID):
            self._supersede(step.cell, [each for _, each in registered], owners)
        if registered:
            owners[step.cell] = Owner(self.runs, registered, step.source)
        # What is only read, and counted before, has not been made again by that.
        self.waiting -= {n for n in counts if names[n] != before.names.get(n)}
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
            name for each in self.served.owners.values() for _, p in each.pieces for name in p.reads
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
        """The same source under a new id is the same cell, if that is gone; else it is a copy."""
        if step.cell in self.positions:
            return
        same = [c for c in self.deleted if c in owners and owners[c].source == step.source]
        if same:
            cell = max(same, key=lambda each: owners[each].run)
            owners[step.cell] = owners.pop(cell)
            # Right behind the one that it was, which may come again.
            self.positions[step.cell] = (*self.positions[cell], BEHIND + self.runs)

    def _supersede(self, cell: str, registered: Sequence[Piece], owners: dict[str, Owner]) -> None:
        """Without ids what is registered replaces what equals it for good, and stands there.

        What is left replaces an endpoint of its name that is served, if it has the same methods.
        """
        there = [(c, at, p) for c, o in owners.items() if c.startswith(NO_ID) for at, p in o.pieces]
        gone: list[tuple[str, int, Piece]] = []
        matched: set[Piece] = set()
        for key, asked in ((_identity, there), (_named, self.served.winners())):
            for piece in registered:
                same = [
                    w for w in there if w in asked and w not in gone and key(w[2]) == key(piece)
                ]
                if piece not in matched and key(piece) and same:
                    matched.add(piece)
                    gone.append(same[0])
        if gone:
            self.positions[cell] = min((*self.positions[other], at) for other, at, _ in gone)
        for other, _, piece in gone:
            _take(owners, other, piece)

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

    def _withdraw(self, step: Forget | Withdraw) -> None:
        self.runs += 1
        self.deleted |= set(step.deleted)
        before = self.served
        owners = dict(before.owners)
        if isinstance(step, Forget):
            owners = {cell: each for cell, each in owners.items() if cell not in self.deleted}
            lost = any(cell in self.deleted for cell, _, _ in before.winners())
        elif lost := bool(routes := self.routes):
            piece = routes[step.at % len(routes)][2]
            for cell in list(owners):
                _take(owners, cell, piece)
        self.served = replace(before, owners=owners)
        if lost:
            self.history.append(before)

    @property
    def routes(self) -> list[tuple[str, int, Piece]]:
        """What `%api forget METHOD PATH` can be told of, so that it is clear which is meant."""
        reached = set(self._included())
        winners = [w for w in self.served.winners() if w[2].kind in ROUTES]
        labels = [self.label(piece) for *_, piece in winners]
        return [
            winner
            for winner, label in zip(winners, labels, strict=True)
            if labels.count(label) == 1 and winner[2].on in reached
        ]

    def label(self, piece: Piece) -> str:
        """Return the method and the path of a route, as where it is declared."""
        prefix = self.served.names[piece.on].piece.prefix
        return f"{ROUTES[piece.kind].method.upper()} {prefix}{piece.name}"

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

    def _included(self) -> Iterator[str]:
        """Yield what the application's own routes stand on: it, and the routers inside."""
        winners = [piece for *_, piece in self.served.winners()]
        waiting = ["app"]
        while waiting:
            name = waiting.pop()
            yield name
            waiting += [p.name for p in winners if p.kind == "include" and p.on == name]


def _first(pieces: Iterable[Piece]) -> Iterator[tuple[int, Piece]]:
    """Yield what pieces register, with their places: of equal ones the first."""
    seen: set[object] = set()
    for at, each in enumerate(pieces):
        if each.rank == REGISTERS and each.identity not in seen:
            seen.add(each.identity)
            yield at, each


def _take(owners: dict[str, Owner], cell: str, piece: Piece) -> None:
    """Take what equals a piece from a cell for good."""
    left = tuple(pair for pair in owners[cell].pieces if pair[1].identity != piece.identity)
    if left:
        owners[cell] = replace(owners[cell], pieces=left)
    else:
        del owners[cell]


def _identity(piece: Piece) -> tuple[object, ...]:
    return piece.identity


def _named(piece: Piece) -> tuple[object, ...] | None:
    """Return what a redefined endpoint is known by."""
    return (piece.on, ROUTES[piece.kind].method, piece.endpoint) if piece.endpoint else None


def _starts_again(anew: frozenset[str], names: Mapping[str, Bound]) -> bool:
    """Tell whether the application's lifespan is another one, and the application is not."""
    return "lifespan" in anew and "app" not in anew and "lifespan" in names["app"].piece.reads
