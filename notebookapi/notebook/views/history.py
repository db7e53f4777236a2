"""What changed when, and how a source differs from an earlier one."""

from __future__ import annotations

import difflib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from notebookapi.notebook.swap.versions import Version
from notebookapi.notebook.views import pieces

_HEAD = ("Version", "Time", "Operation", "What", "By")
_NOTHING = "Nothing has been published yet."
# The first character of a line of a unified diff -> its colour here and there.
_COLOURS = {
    "+": (pieces.GOOD, "green"),
    "-": (pieces.BAD, "red"),
    "@": ("var(--jp-ui-font-color2,#767676)", "cyan"),
}


@dataclass(frozen=True, slots=True)
class VersionList:
    """Versions, the latest first. label: of the one operation that they are of; None for all."""

    versions: Sequence[Version]
    label: str | None = None

    @property
    def line(self) -> str:
        count = pieces.counted(len(self.versions), "version")
        return f"notebookapi: {self.label or 'all operations'}, {count}"

    @property
    def rows(self) -> list[tuple[str, str, str, str, str]]:
        """Number, time, operation, what happened, by whom."""
        return [
            (str(each.number), _clock(each.at), each.label, each.what, each.by)
            for each in reversed(self.versions)
        ]

    def _repr_html_(self) -> str:
        if not self.rows:
            return pieces.box(_NOTHING)
        rows = [[escape(each) for each in row] for row in self.rows]
        return pieces.box(pieces.table(_HEAD, rows, ["Version"]))

    def __rich__(self) -> RenderableType:
        if not self.rows:
            return Text(_NOTHING)
        table = Table(box=None, pad_edge=False, header_style="dim")
        for name in _HEAD:
            table.add_column(name)
        for row in self.rows:
            table.add_row(*map(Text, row))
        return table


@dataclass(frozen=True, slots=True)
class SourceDiff:
    """How the source of one version differs from that of an earlier one."""

    before: Version
    after: Version

    @property
    def line(self) -> str:
        numbers = f"{self.before.number} → {self.after.number}"
        return f"notebookapi: {self.after.label}, version {numbers}"

    @property
    def lines(self) -> list[str]:
        """The unified diff; none where the sources are equal."""
        return list(
            difflib.unified_diff(
                (self.before.source or "").splitlines(),
                (self.after.source or "").splitlines(),
                _named(self.before),
                _named(self.after),
                lineterm="",
            )
        )

    def _repr_html_(self) -> str:
        made = "\n".join(_coloured(self.lines)) or escape(self._equal)
        return pieces.box(f'<pre style="margin:0;{pieces.FONT}">{made}</pre>')

    def __rich__(self) -> RenderableType:
        if not self.lines:
            return Text(self._equal)
        text = Text()
        for line in self.lines:
            text.append(f"{line}\n", style=_COLOURS.get(line[:1], ("", "default"))[1])
        text.rstrip()
        return text

    @property
    def _equal(self) -> str:
        numbers = f"{self.before.number} and {self.after.number}"
        return f"The sources of version {numbers} are equal."


def _coloured(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        colour = _COLOURS.get(line[:1])
        shown = escape(line)
        yield f'<span style="color:{colour[0]}">{shown}</span>' if colour else shown


def _named(version: Version) -> str:
    by = version.by if version.source is not None else "not served"
    return f"version {version.number} ({by}, {_clock(version.at)})"


def _clock(at: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(at))
