"""What a person does: steps as data, so that a story can be told again, made shorter, and kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from .pieces import DEFINES, HEAD, MAKES, Piece

PAUSE = "\nawait asyncio.sleep(0)"


class Fate(Enum):
    """What becomes of a run of a cell.

    All but a syntax error run the pieces up to a point; one that is refused when it is published
    runs them all.
    """

    GOOD = ""
    SYNTAX = "def ("
    RAISES = "1 / 0"
    INTERRUPTED = "raise KeyboardInterrupt"
    STRUCK = "strike()"
    """Interrupted inside the framework, so many lines after the piece there has begun."""
    EXITS = "raise SystemExit"
    CANCELLED = "import asyncio\nawait asyncio.sleep(0)\nraise asyncio.CancelledError"
    REFUSED = "app.add_middleware(Refused)"
    LATE = "strike_later()"
    """Interrupted while it is published, so many lines after that has begun: it is too late."""

    @property
    def runs_all(self) -> bool:
        return self in (Fate.GOOD, Fate.REFUSED, Fate.LATE)

    @property
    def is_published(self) -> bool:
        return self in (Fate.GOOD, Fate.LATE)


@dataclass(frozen=True, slots=True)
class Run:
    """A cell is run. cell: empty where the front end sends no id.

    at: how many pieces run before it fails. after: lines of the framework until it is struck.
    is_future: annotations are text. is_async: the cell awaits something between its pieces.
    deleted: cells that the front end reports deleted.
    """

    cell: str
    pieces: tuple[Piece, ...] = ()
    fate: Fate = Fate.GOOD
    at: int = 0
    is_future: bool = False
    is_async: bool = False
    deleted: tuple[str, ...] = ()
    after: int = 0

    @property
    def ran(self) -> tuple[Piece, ...]:
        """The pieces that run."""
        if self.fate.runs_all:
            return self.pieces
        return () if self.fate is Fate.SYNTAX else self.pieces[: self.at]

    @property
    def pauses(self) -> int:
        """How often it lets others run, if it is_async."""
        return 1 + len(self.ran) + (self.fate is Fate.CANCELLED)

    @property
    def source(self) -> str:
        pause = PAUSE if self.is_async else ""
        parts = [each.source + pause for each in self.pieces]
        if self.fate is not Fate.GOOD:
            parts.insert(self.at, self.fate.value)
        if self.fate is Fate.LATE:
            parts[self.at] = f"strike_later({self.after})"
        if self.fate is Fate.STRUCK:  # if it takes fewer lines than that
            parts[self.at] = f"strike({self.after})"
            parts.insert(self.at + 2, f"strike(0)\n{Fate.INTERRUPTED.value}")
        if self.is_async:
            parts.insert(0, "import asyncio" + PAUSE)
        if self.is_future:
            parts.insert(0, "from __future__ import annotations")
        return "\n".join(parts) or "# nothing"


@dataclass(frozen=True, slots=True)
class Forget:
    """`%api forget --deleted`. deleted: cells that the front end reports deleted."""

    deleted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Withdraw:
    """`%api forget METHOD PATH`, of the route of that number among those that are served."""

    at: int = 0
    deleted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Undo:
    """`%api undo COUNT`."""

    count: int = 1


@dataclass(frozen=True, slots=True)
class Together:
    """Cells that await run at the same time, and define nothing that others read."""

    runs: tuple[Run, ...]
    deleted: tuple[str, ...] = ()

    @property
    def ending(self) -> tuple[Run, ...]:
        """The runs in the order in which they end: the loop goes from one to the next."""
        return tuple(sorted(self.runs, key=lambda run: run.pauses))


Step = Run | Forget | Withdraw | Undo | Together

BEGINNING: Sequence[Piece] = (
    Piece("model", "Item"),
    Piece("box", "Box"),
    Piece("who", "who"),
    Piece("outer", "outer"),
    Piece("constant", "LIMIT", 10),
    Piece("alias", "Size"),
    Piece("word", "WORD"),
    Piece("lifespan", "lifespan"),
    Piece("router", "r1"),
    Piece("router", "r2"),
    Piece("sub", "sub"),
)
"""What the first cell binds, so that every name stands for something whatever steps follow."""


def in_order(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Return pieces as a cell has them: definitions in the order in which they use each other."""
    order = {each.name: at for at, each in enumerate((*BEGINNING, Piece("app", "app")))}
    return tuple(
        sorted(
            pieces,
            key=lambda each: (
                each.rank,
                order[each.name] if each.rank in (DEFINES, MAKES) else 0,
            ),
        )
    )


def with_deleted(step: Step, cells: tuple[str, ...]) -> Step:
    """Return a step that tells of deletions; an undo is no good place for it in a story."""
    return step if isinstance(step, Undo) else replace(step, deleted=cells)


__all__ = [
    "BEGINNING", "HEAD", "Fate", "Forget", "Run", "Step", "Together", "Undo", "Withdraw",
    "in_order", "with_deleted",
]  # fmt: skip
