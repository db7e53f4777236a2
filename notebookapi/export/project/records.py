"""Records that pass between the stages of a project's making."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from notebookapi.export.records import Proof

PACKAGE = "app"
"""The package in every project: servers are told `app.main:app`."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A variable of the environment that the code reads, as a field of the settings.

    default: as Python source; None for one that has to be set.
    """

    variable: str
    field: str
    type: str
    default: str | None = None

    @property
    def is_required(self) -> bool:
        return self.default is None

    @property
    def example(self) -> str:
        """A value of its type, where there is none in the code."""
        return {"int": "1", "float": "1.0"}.get(self.type, "change-me")


@dataclass(frozen=True, slots=True)
class Code:
    """The package's own files, path below it -> text; what the other files have to know of it."""

    files: Mapping[str, str]
    settings: Sequence[Setting] = ()
    settings_name: str = "settings"
    """What the code calls their object."""
    state: Sequence[str] = ()
    """Names whose objects the endpoints change: kept in memory, by each process for itself."""
    notes: Sequence[str] = ()
    writes: bool = False
    """It writes files, so its file system cannot be read-only."""

    @property
    def is_split(self) -> bool:
        return any(name.startswith("routers/") for name in self.files)


@dataclass(frozen=True, slots=True)
class ProjectReport:
    """What became of a project.

    changed: paths below the directory that were written, changed or removed.
    written: False where the proof failed: then nothing was touched.
    """

    directory: Path
    changed: Sequence[str]
    proof: Proof
    written: bool
    notes: Sequence[str] = ()

    @property
    def proved(self) -> bool:
        return self.proof.passed

    def __str__(self) -> str:
        lines = [f"{'Proved' if self.proved else 'NOT proved'}: {self.directory}"]
        if self.written:
            count = len(self.changed)
            said = f"{count} file{'s' if count != 1 else ''} written" if count else "unchanged"
            lines[0] += f" ({said})"
        if not self.proved:
            lines.append(self._outcome())
        if self.proof.failure is not None:
            lines.append(self.proof.failure)
        lines += [f"differs at {difference}" for difference in self.proof.differences]
        notes = [*self.notes, *([self.proof.note] if self.proof.note else [])]
        lines += [f"note: {note}" for note in notes]
        return "\n".join(lines)

    def _outcome(self) -> str:
        if self.written:
            return f"{self.directory} was written all the same, as `--accept` says."
        return (
            f"Nothing was written to {self.directory}. Mend what is listed here and export again, "
            "or write it all the same: `--accept`."
        )
