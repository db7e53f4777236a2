"""A person who edits at random: a seed -> steps, which make sense one after the other."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from .pieces import FIELDS, REGISTERS, ROUTES, Piece
from .playing import PATHS
from .steps import Fate, Forget, Run, Step, Together, Undo, Withdraw, in_order, with_deleted

MOST_CELLS = 9
VERSIONS = 6
DEFINITIONS = (
    ("model", "Item"), ("model", "Item"), ("box", "Box"), ("who", "who"), ("outer", "outer"),
    ("constant", "LIMIT"), ("alias", "Size"), ("word", "WORD"), ("lifespan", "lifespan"),
)  # fmt: skip
OBJECTS = (("app", "app"), ("app", "app"), ("router", "r1"), ("router", "r2"), ("sub", "sub"))
OTHERS = (
    Piece("include", "r1"), Piece("include", "r2"), Piece("include", "r2", on="r1"),
    Piece("include", "r2", on="sub"), Piece("mount", "sub"), Piece("middleware", "m1"),
    Piece("middleware", "m2"), Piece("handler", "Boom"), Piece("override", "who"),
    Piece("override", "outer"),
)  # fmt: skip
FAILURES = [each for each in Fate if not each.runs_all]


@dataclass
class Cell:
    """A cell as it stands in the notebook. is_broken: its last run failed."""

    pieces: tuple[Piece, ...] = ()
    is_broken: bool = False


class Editor:
    """Writes, changes and runs cells."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._cells: dict[str, Cell] = {}
        self._gone: dict[str, Cell] = {}
        self._unreported: list[str] = []
        self._count = 0
        self._loose_pieces: list[Piece] = []

    def steps(self, count: int) -> Iterator[Step]:
        """Yield as many steps."""
        told = 0
        while told < count:
            for step in self._some():
                told += 1
                yield self._reported(step)

    def _reported(self, step: Step) -> Step:
        """The front end tells of deletions with the next run."""
        if isinstance(step, Undo) or not self._unreported:
            return step
        deleted, self._unreported = tuple(self._unreported), []
        return with_deleted(step, deleted)

    def _some(self) -> Sequence[Step]:
        actions: list[tuple[int, Callable[[], Sequence[Step]]]] = [
            (5 if len(self._cells) < MOST_CELLS else 0, self._write),
            (5, self._define), (2, self._object), (9, self._edit), (3, self._again),
            (4, self._break), (4, self._mend), (2 + len(self._cells) // 4, self._delete),
            (1, self._paste), (1, self._duplicate), (1, self._split), (1, self._merge),
            (1, self._revive), (1, self._forget), (1, self._withdraw), (2, self._undo),
            (2, self._loose), (1, self._together),
        ]  # fmt: skip
        weights = [weight for weight, _ in actions]
        [(_, action)] = self._random.choices(actions, weights)
        return action()

    # --- pieces

    def _route(self) -> Piece:
        on = self._random.choices(("app", "r1", "r2", "sub"), (6, 2, 1, 2))[0]
        kind, path = self._random.choice(list(ROUTES)), self._random.choice(PATHS)
        return Piece(kind, path, self._version(), on)

    def _version(self) -> int:
        return self._random.randrange(VERSIONS)

    def _registering(self) -> Piece:
        if self._random.random() < 0.75:
            return self._route()
        return replace(self._random.choice(OTHERS), version=self._version())

    def _definition(self) -> Piece:
        kind, name = self._random.choice(DEFINITIONS)
        top = len(FIELDS) if kind == "model" else 3
        version = self._random.randrange(top) + (10 if kind == "constant" else 0)
        return Piece(kind, name, version * 5 if kind == "constant" else version)

    def _changed(self, piece: Piece) -> Piece:
        if piece.rank != REGISTERS or piece.kind not in ROUTES or self._random.random() < 0.4:
            return replace(piece, version=self._version())
        if self._random.random() < 0.5:
            return replace(piece, name=self._random.choice(PATHS))
        return replace(piece, kind=self._random.choice(list(ROUTES)))

    # --- actions

    def _new_id(self) -> str:
        self._count += 1
        return f"c{self._count}"

    def _any(self) -> str | None:
        return self._random.choice(list(self._cells)) if self._cells else None

    def _run(self, cell: str, pieces: tuple[Piece, ...], fate: Fate = Fate.GOOD) -> list[Run]:
        pieces = _told_apart(in_order(pieces))
        if cell:
            self._cells[cell] = Cell(pieces, fate is not Fate.GOOD)
        at = self._random.randint(0, len(pieces))
        is_future = self._random.random() < 0.2
        is_async = fate is Fate.CANCELLED or self._random.random() < 0.1
        if fate is Fate.STRUCK and (at == len(pieces) or pieces[at].rank != REGISTERS):
            fate = Fate.INTERRUPTED  # between statements: which names are bound is known there
        at = at if fate is not Fate.GOOD else 0
        after = int(10 ** self._random.uniform(0, 3.5)) if fate in (Fate.STRUCK, Fate.LATE) else 0
        return [Run(cell, pieces, fate, at, is_future, is_async, after=after)]

    def _write(self) -> Sequence[Step]:
        count = self._random.choice((1, 1, 2, 3))
        return self._run(self._new_id(), tuple(self._registering() for _ in range(count)))

    def _define(self) -> Sequence[Step]:
        """Redefine a name, where it stood or elsewhere."""
        piece = self._definition()
        there = [
            c for c, cell in self._cells.items() if any(p.name == piece.name for p in cell.pieces)
        ]
        if there and self._random.random() < 0.7:
            cell = self._random.choice(there)
            kept = tuple(p for p in self._cells[cell].pieces if p.name != piece.name)
            return self._run(cell, (*kept, piece))
        return self._run(self._new_id(), (piece,))

    def _object(self) -> Sequence[Step]:
        """Make an application or a router anew, maybe with routes in the same cell."""
        kind, name = self._random.choice(OBJECTS)
        piece = Piece(kind, name, self._random.randrange(4))
        more = (self._registering(),) if self._random.random() < 0.4 else ()
        there = [
            c
            for c, cell in self._cells.items()
            if piece.name in {p.name for p in cell.pieces if p.binds}
        ]
        if there:
            cell = self._random.choice(there)
            kept = tuple(p for p in self._cells[cell].pieces if p.binds != name)
            return self._run(cell, (piece, *kept, *more))
        return self._run(self._new_id(), (piece, *more))

    def _edited(self, cell: str) -> tuple[Piece, ...]:
        pieces = list(self._cells[cell].pieces)
        what = self._random.random()
        if not pieces or what < 0.2:
            pieces.append(self._registering())
        elif what < 0.35:
            pieces.remove(self._random.choice(pieces))
        else:
            at = self._random.randrange(len(pieces))
            pieces[at] = self._changed(pieces[at])
        return tuple(pieces)

    def _edit(self) -> Sequence[Step]:
        cell = self._any()
        return self._run(cell, self._edited(cell)) if cell else self._write()

    def _again(self) -> Sequence[Step]:
        cell = self._any()
        return self._run(cell, self._cells[cell].pieces) if cell else []

    def _break(self) -> Sequence[Step]:
        cell = self._any()
        fate = self._random.choice((*FAILURES, Fate.LATE))
        if cell and self._random.random() < 0.5:
            return self._run(cell, self._edited(cell), fate)
        pieces = [self._definition(), self._registering()]
        if self._random.random() < 0.3:
            pieces.append(Piece(*self._random.choice(OBJECTS), self._random.randrange(4)))
        return self._run(cell or self._new_id(), tuple(pieces), fate)

    def _mend(self) -> Sequence[Step]:
        broken = [cell for cell, there in self._cells.items() if there.is_broken]
        if not broken:
            return []
        cell = self._random.choice(broken)
        return self._run(cell, self._cells[cell].pieces)

    def _removed(self, cell: str) -> Cell:
        there = self._cells.pop(cell)
        self._gone[cell] = there
        self._unreported.append(cell)
        return there

    def _delete(self) -> Sequence[Step]:
        cell = self._any()
        if cell:
            self._removed(cell)
        return []

    def _paste(self) -> Sequence[Step]:
        """Cut a cell and paste it: the same text under another id."""
        cell = self._any()
        return self._run(self._new_id(), self._removed(cell).pieces) if cell else []

    def _duplicate(self) -> Sequence[Step]:
        cell = self._any()
        return self._run(self._new_id(), self._cells[cell].pieces) if cell else []

    def _split(self) -> Sequence[Step]:
        cell = self._any()
        if cell is None or len(self._cells[cell].pieces) < 2:
            return []
        pieces = self._cells[cell].pieces
        at = self._random.randrange(1, len(pieces))
        return [*self._run(cell, pieces[:at]), *self._run(self._new_id(), pieces[at:])]

    def _merge(self) -> Sequence[Step]:
        if len(self._cells) < 2:
            return []
        first, second = self._random.sample(list(self._cells), 2)
        return self._run(first, (*self._cells[first].pieces, *self._removed(second).pieces))

    def _revive(self) -> Sequence[Step]:
        """A deletion is undone, and the cell run again."""
        if not self._gone:
            return []
        cell = self._random.choice(list(self._gone))
        self._unreported = [each for each in self._unreported if each != cell]
        return self._run(cell, self._gone.pop(cell).pieces)

    def _forget(self) -> Sequence[Step]:
        return [Forget()]

    def _withdraw(self) -> Sequence[Step]:
        return [Withdraw(self._random.randrange(30))]

    def _loose(self) -> Sequence[Step]:
        """Run a cell without an id, maybe one that was run before, edited."""
        pieces = [self._registering() for _ in range(self._random.choice((1, 1, 2)))]
        if self._loose_pieces and self._random.random() < 0.6:
            pieces = [self._changed(each) for each in self._loose_pieces]
        if self._random.random() < 0.2:
            pieces.append(self._definition())
        self._loose_pieces = [each for each in pieces if each.rank == REGISTERS]
        fate = Fate.RAISES if self._random.random() < 0.15 else Fate.GOOD
        return self._run("", tuple(pieces), fate)

    def _together(self) -> Sequence[Step]:
        """Run two cells or three at the same time, which await in between."""
        runs = []
        there = self._any_of_routes()
        for cell in (*([there] if there else []), self._new_id(), self._new_id()):
            pieces = [self._registering() for _ in range(self._random.choice((1, 2, 3)))]
            fate = self._random.choice((Fate.GOOD, Fate.GOOD, Fate.RAISES, Fate.CANCELLED))
            [run] = self._run(cell, tuple(pieces), fate)
            runs.append(replace(run, is_async=True, is_future=False))
        return [Together(tuple(runs))]

    def _any_of_routes(self) -> str | None:
        """Return a cell that defines nothing."""
        there = [
            cell for cell, each in self._cells.items() if not any(p.binds for p in each.pieces)
        ]
        return self._random.choice(there) if there else None

    def _undo(self) -> Sequence[Step]:
        return [Undo(self._random.choice((1, 1, 1, 2, 3)))]


def _told_apart(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Leave out what a cell would have twice, but routes: of those the first serves."""
    kept: dict[object, Piece] = {}
    for at, each in enumerate(pieces):
        kept.setdefault(at if each.kind in ROUTES else (each.kind, each.name, each.on), each)
    return tuple(kept.values())
