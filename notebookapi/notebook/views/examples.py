"""The examples that are kept, as a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from notebookapi.examples.record import Example
from notebookapi.notebook.views import pieces

_HEAD = ("Name", "Request", "Endpoint", "Status", "Sent again")


@dataclass(frozen=True, slots=True)
class ExampleList:
    """is_on: whether they are sent again. path: of their file; None: kept in memory only."""

    examples: Sequence[Example]
    is_on: bool
    path: str | None

    @property
    def line(self) -> str:
        count = len(self.examples)
        return f"notebookapi: {count} example{'' if count == 1 else 's'}; {self._about}"

    @property
    def rows(self) -> list[tuple[str, str, str, str, str]]:
        return [
            (
                each.name,
                each.label,
                each.operation,
                str(each.expected.status) if each.expected else "not sent yet",
                "yes" if each.may_replay else "no: save it with --replay",
            )
            for each in self.examples
        ]

    @property
    def _about(self) -> str:
        switch = "sent again when their endpoint changes" if self.is_on else "off"
        return f"{switch}; kept in {self.path or 'memory only, as the notebook has no known place'}"

    def _repr_html_(self) -> str:
        rows = [[escape(each) for each in row] for row in self.rows]
        table = pieces.table(_HEAD, rows) if rows else ""
        return pieces.box(f"{table}<div>{pieces.dim(self._told)}</div>")

    def __rich__(self) -> RenderableType:
        if not self.rows:
            return Text(self._told)
        table = Table(box=None, pad_edge=False, header_style="dim")
        for name in _HEAD:
            table.add_column(name)
        for row in self.rows:
            table.add_row(*map(Text, row))
        return Group(table, Text(self._told, style="dim"))

    @property
    def _told(self) -> str:
        about = f"{self._about[:1].upper()}{self._about[1:]}."
        none = "No examples yet. `%api examples save` keeps the last request. "
        return about if self.examples else none + about
