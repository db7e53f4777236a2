"""What is known of one run of one cell."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """One run of one cell.

    A cell that ran three times is three records with equal `key`.
    """

    key: str
    """The front end's id of the cell, or `anon:<n>` where it sends none."""

    run: int
    """1, 2, 3, ... in order of execution in this session; unique."""

    number: int | None
    """The number that the person sees in `In[n]`."""

    source: str
    """As typed, magics included."""

    transformed: str
    """Python, after IPython's transformation."""

    succeeded: bool

    failed_line: int | None = None
    """1-based line, in `transformed`, of the top-level statement that raised.

    The statements before it have run. None for a success, and for a cell that never started
    (a syntax error).
    """

    duration: float | None = None
    """Seconds that the run took; None where nobody looked."""

    @property
    def is_anonymous(self) -> bool:
        return self.key.startswith("anon:")

    @property
    def label(self) -> str:
        """How messages call the cell: `cell 4`, or `a cell without number`."""
        return "a cell without number" if self.number is None else f"cell {self.number}"


@dataclass(frozen=True, slots=True)
class Registered:
    """A registration on an application or router, by where it stands in a cell."""

    run: int
    """`Cell.run` of the run that made it."""

    line: int
    """1-based line in `Cell.transformed`, anywhere inside the top-level statement."""

    label: str
    """`GET /items/{id}`, `include_router /x`, ..."""

    endpoint: str
    """Name of the function or object registered: `read_item`."""

    live: bool
    """Is it served now? False: withdrawn, or replaced by a later cell."""
