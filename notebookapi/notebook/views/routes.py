"""The routes that are served: a sequence of rows that displays as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, overload

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from notebookapi.notebook.views import pieces

_HEADS = ("Method", "Path", "Endpoint", "Cell", "Version", "Hits", "p50", "p99")
_RIGHT = ("Version", "Hits", "p50", "p99")


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A path operation as it is served.

    cell: empty where no cell made it. cell_id: the front end's. hits: requests to this version;
    p50, p99: seconds that the latest of them took, None where there was none.
    """

    methods: str
    path: str
    endpoint: str
    cell: str
    version: int
    hits: int
    p50: float | None = None
    p99: float | None = None
    cell_id: str | None = None


class RouteList(Sequence[RouteRow]):
    """The path operations of an application, as they were when this was asked for."""

    def __init__(self, rows: Sequence[RouteRow], name: str) -> None:
        self.rows = list(rows)
        self.name = name

    @overload
    def __getitem__(self, at: int) -> RouteRow: ...
    @overload
    def __getitem__(self, at: slice) -> list[RouteRow]: ...
    def __getitem__(self, at: int | slice) -> RouteRow | list[RouteRow]:
        return self.rows[at]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[RouteRow]:
        return iter(self.rows)

    def __eq__(self, other: object) -> bool:
        return self.rows == (other.rows if isinstance(other, RouteList) else other)

    __hash__ = None  # type: ignore[assignment]  # it is compared as a list is

    def __call__(self) -> RouteList:
        """Do what `%api routes` does."""
        return self

    # --- how it looks

    @property
    def line(self) -> str:
        """The list in one line of text."""
        count = len(self.rows)
        return f"notebookapi: {self.name} has {count} path operation{'' if count == 1 else 's'}"

    def _repr_html_(self) -> str:
        if not self.rows:
            text, code = self._nothing
            return pieces.box(f"{escape(text)} <code>{escape(code)}</code>")
        return pieces.box(pieces.table(_HEADS, map(_html_row, self.rows), _RIGHT))

    def __rich__(self) -> RenderableType:
        if not self.rows:
            return Text(" ".join(self._nothing))
        table = Table(box=None, pad_edge=False, header_style="dim")
        for head in _HEADS:
            justify: Any = "right" if head in _RIGHT else "left"
            may_wrap = head in ("Path", "Endpoint")
            table.add_column(head, justify=justify, no_wrap=not may_wrap, overflow="fold")
        for row in self.rows:
            table.add_row(row.methods, Text(row.path, style="bold"), *map(Text, _rest(row)))
        return table

    @property
    def _nothing(self) -> tuple[str, str]:
        return f"{self.name} has no path operations yet. Register one:", f'@{self.name}.get("/")'

    def __repr__(self) -> str:
        from notebookapi.notebook.views import terminal

        return terminal.render(self)


def _html_row(row: RouteRow) -> Sequence[str]:
    endpoint, _, *figures = _rest(row)
    return (
        escape(row.methods),
        f"<b>{escape(row.path)}</b>",
        escape(endpoint),
        pieces.cell_link(row.cell, row.cell_id),
        *map(escape, figures),
    )


def _rest(row: RouteRow) -> Sequence[str]:
    return (
        row.endpoint,
        row.cell,
        str(row.version),
        str(row.hits),
        *("" if each is None else pieces.duration(each) for each in (row.p50, row.p99)),
    )
