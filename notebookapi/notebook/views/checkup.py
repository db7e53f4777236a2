"""What `%api doctor` found, as a list with a cure below each fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from notebookapi.notebook.checkup import Check
from notebookapi.notebook.views import pieces


@dataclass(frozen=True, slots=True)
class Checkup:
    """All that was looked at."""

    checks: Sequence[Check]

    @property
    def line(self) -> str:
        """The verdict in one line of text."""
        return f"notebookapi: {self._verdict}"

    @property
    def _verdict(self) -> str:
        faults = sum(bool(each.cure) for each in self.checks)
        if not faults:
            return "Nothing is missing."
        return f"{faults} thing{'' if faults == 1 else 's'} to mend."

    def _repr_html_(self) -> str:
        rows = pieces.table(["", "", ""], map(_html_row, self.checks))
        return pieces.box(f'{rows}<div style="margin-top:4px"><b>{self._verdict}</b></div>')

    def __rich__(self) -> RenderableType:
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for each in self.checks:
            mark = Text("✗", style="red") if each.cure else Text("✓", style="green")
            told = Text(each.found)
            if each.cure:
                told.append(f"\n→ {each.cure}", style="bold")
            table.add_row(mark, Text(each.name, style="dim"), told)
        return Group(table, Text(self._verdict, style="bold"))


def _html_row(check: Check) -> Sequence[str]:
    mark = pieces.coloured("✗", pieces.BAD) if check.cure else pieces.coloured("✓", pieces.GOOD)
    cure = f"<br>→ <code>{escape(check.cure)}</code>" if check.cure else ""
    return mark, pieces.dim(check.name), escape(check.found) + cure
