"""Records that pass between the stages of an export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from notebookapi.cells.cell import Cell, Registered

if TYPE_CHECKING:
    from notebookapi.export.replay import Replayed, Replays


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What a session knows when it is asked for a module."""

    cells: Sequence[Cell]
    """Every run, failed ones too, in order of execution. A cell magic that runs its body as a
    cell of its own (`%%capture`) is one run: the outer one."""

    registered: Sequence[Registered]
    """Every registration that these runs made, served or not."""

    openapi: Mapping[str, Any]
    """The document of the live application."""

    application: str = "app"
    """The name by which the cells know the application."""

    implicit: bool = False
    """The session made the application: the module has to make its own."""

    deleted: frozenset[str] = frozenset()
    """Keys of cells that the front end reported deleted."""

    directory: Path = field(default_factory=Path)
    """Where the notebook runs; modules that lie there can be imported."""

    preloaded: frozenset[str] = frozenset()
    """Names that were bound before the session followed cells: by which, it cannot tell."""

    replays: Replays | None = None
    """Examples to send to both, where there are any."""

    frozen: Mapping[str, Any] = field(default_factory=dict)
    """Objects, by name, that are written to files beside the module instead of being made anew."""


@dataclass(frozen=True, slots=True)
class CellLine:
    """A line of a cell. `str()` gives `cell 4, line 2`."""

    cell: Cell
    line: int

    def __str__(self) -> str:
        return f"{self.cell.label}, line {self.line}"


@dataclass(frozen=True, slots=True)
class ExportedModule:
    """The module's text, and where its lines come from."""

    text: str
    line_map: Mapping[int, CellLine]
    """1-based line of `text` on which a statement starts -> the cell's line."""

    notes: tuple[str, ...] = ()
    """What the person should know, one sentence or two each; none of them prevents the export."""

    has_lifespan: bool = False
    """A lifespan was written for it, which the notebook does not have."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    """What it reads from beside itself, by name."""

    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables that it reads, where the cells spell a credential out. Written nowhere."""

    def origin(self, line: int) -> CellLine | None:
        """The cell and line that line `line` of the text comes from."""
        starts = [start for start in self.line_map if start <= line]
        return self.line_map[max(starts)] if starts else None


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two documents differ; `str()` says it in words."""

    path: str
    """`$.paths./items.get.summary`"""

    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a clean process made of the module.

    Proved when it could be imported, its document equals the live one, and so do its answers.
    """

    differences: tuple[Difference, ...] = ()
    failure: str | None = None
    """Why the import or the document failed: the error, then the frames, innermost last."""

    replayed: tuple[Replayed, ...] = ()
    """The examples that were sent to both, in order."""

    untested: tuple[str, ...] = ()
    """Requests of the log that the module answers otherwise: what the kernel has from other
    requests it has not."""

    @property
    def note(self) -> str | None:
        """What the person should know of requests that are no tests."""
        if not self.untested:
            return None
        more = f" and {len(self.untested) - 1} more" if len(self.untested) > 1 else ""
        return (
            f"{self.untested[0]}{more} of the log: no test, as the module answers it otherwise. It "
            "may need what other requests have made: save them as examples with `--replay`."
        )

    @property
    def passed(self) -> bool:
        return self.failure is None and not self.differences


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export did."""

    written: Path
    """The file: the target, or `NAME.unproved.py` after a failed proof."""

    changed: bool
    """False where the file already had these bytes."""

    module: ExportedModule
    proof: Proof

    target: Path | None = None
    """The file that was asked for, where another was written."""

    beside: tuple[Path, ...] = ()
    """Files that were written with it: frozen objects, tests."""

    @property
    def proved(self) -> bool:
        return self.proof.passed

    def __str__(self) -> str:
        lines = [f"{'Proved' if self.proved else 'NOT proved'}: {self.written}"]
        if not self.changed:
            lines[0] += " (unchanged)"
        if self.beside:
            lines[0] += f", with {' and '.join(path.name for path in self.beside)}"
        if not self.proved:
            lines.append(self._outcome())
        if self.proof.failure is not None:
            lines.append(self.proof.failure)
        lines += [f"differs at {difference}" for difference in self.proof.differences]
        notes = [*self.module.notes, *([self.proof.note] if self.proof.note else [])]
        lines += [f"note: {note}" for note in notes]
        return "\n".join(lines)

    def _outcome(self) -> str:
        """What has become of the files, the proof having failed."""
        if self.target is None:
            return f"{self.written} was written all the same, as `--accept` says."
        there = "stays as it was" if self.target.exists() else "was not written"
        return (
            f"{self.target} {there}; what could not be proved is in {self.written.name}, to look "
            "at. Mend what is listed here and export again, or write it all the same: `--accept`."
        )
