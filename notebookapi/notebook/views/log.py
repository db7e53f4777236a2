"""The log of requests: a sequence of entries that displays as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Any, overload

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from notebookapi.notebook.log.records import Entry
from notebookapi.notebook.views import pieces
from notebookapi.notebook.views.docs import ONE_OF_TWO

SHOWN = 20
"""Rows that are shown of a longer log, the latest."""
_HEADS = ("ID", "Time", "Method", "Path", "Status", "Duration", "Cell", "Endpoint")
_RIGHT = ("ID", "Status", "Duration")
_EMPTY = 'No requests yet. `api.get("/")` sends one.'


class RequestLog(Sequence[Entry]):
    """Requests, the oldest first. `api.log[-1]` is the latest, `api.log.failed` those that failed.

    It is what there was when it was asked for. shown: rows that are shown; the rest is there.
    command: what `%api log` does, which calling the log does too.
    open_live: shows the log that goes on, and returns its bundle; None where there is none.
    note: why there is none.
    """

    open_live: Callable[[], Mapping[str, Any]] | None = None
    note = ""

    def __init__(
        self,
        entries: Sequence[Entry],
        shown: int = SHOWN,
        command: Callable[..., Any] | None = None,
    ) -> None:
        self._entries = tuple(entries)
        self._shown = shown
        self._command = command

    @overload
    def __getitem__(self, at: int) -> Entry: ...
    @overload
    def __getitem__(self, at: slice) -> RequestLog: ...
    def __getitem__(self, at: int | slice) -> Entry | RequestLog:
        if isinstance(at, slice):
            return self._with(self._entries[at])
        return self._entries[at]

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    @property
    def failed(self) -> RequestLog:
        """Those that failed: the endpoint raised, the status is 500 or more, or there is none."""
        return self._with([each for each in self if each.is_failed])

    def of(self, method: str | None = None, path: str | None = None) -> RequestLog:
        """Return those with a method, and with a path as it was asked for or as it is declared."""
        return self._with(
            [
                each
                for each in self
                if (method is None or each.method == method.upper())
                and (path is None or path in (each.route, each.path.partition("?")[0]))
            ]
        )

    def find(self, number: int) -> Entry | None:
        """Return the request with an id; None where it is not kept any more."""
        return next((each for each in self if each.id == number), None)

    def showing(self, rows: int) -> RequestLog:
        """Return the same, of which other rows are shown, the latest."""
        return RequestLog(self._entries, rows, self._command)

    def living(
        self, open_live: Callable[[], Mapping[str, Any]] | None, note: str = ""
    ) -> RequestLog:
        """Return the same, with what shows the log that goes on, or why nothing does."""
        made = self._with(self._entries)
        made.open_live, made.note = open_live, note
        return made

    def _with(self, entries: Sequence[Entry]) -> RequestLog:
        return RequestLog(entries, self._shown, self._command)

    def __call__(self, *arguments: object, **options: object) -> Any:
        """Do what `%api log` does, such as `api.log(12)` or `api.log(failed=True)`."""
        if self._command is None:
            raise TypeError("This log is a sequence; `api.log(…)` is the command.")
        return self._command(*arguments, **options)

    # --- how it looks

    @property
    def line(self) -> str:
        """The log in one line of text."""
        failed = len(self.failed)
        count = f"{len(self)} request{'' if len(self) == 1 else 's'}"
        return f"notebookapi: {count} in the log" + (f", {failed} failed" if failed else "")

    @property
    def _rows(self) -> Sequence[Entry]:
        return self._entries[-self._shown :]

    @property
    def _foot(self) -> str:
        more = len(self) - len(self._rows)
        earlier = f"{more:,} earlier: `%api log --last {len(self)}`. " if more else ""
        return f"{earlier}`%api log ID` opens one. {self.note}".rstrip()

    def _repr_html_(self) -> str:
        inner = pieces.dim(_EMPTY)
        if self._rows:
            table = pieces.table(_HEADS, map(_html_row, self._rows), _RIGHT)
            inner = f'{table}<div style="margin-top:4px">{pieces.dim(self._foot)}</div>'
        if self.open_live is None:
            return pieces.box(inner)
        return f'{ONE_OF_TWO}<div class="nbapi-static">{pieces.box(inner)}</div>'

    def __rich__(self) -> RenderableType:
        if not self._rows:
            return Text(_EMPTY, style="dim")
        table = Table(box=None, pad_edge=False, header_style="dim")
        for head in _HEADS:
            may_wrap = head in ("Path", "Endpoint")
            justify: Any = "right" if head in _RIGHT else "left"
            table.add_column(head, justify=justify, overflow="fold", no_wrap=not may_wrap)
        for entry in self._rows:
            table.add_row(*_text_row(entry))
        failures = [
            Text.assemble((f"! {each.id} ", "red"), each.failure)
            for each in self._rows
            if each.failure
        ]
        return Group(table, *failures, Text(self._foot, style="dim"))

    def __repr__(self) -> str:
        from notebookapi.notebook.views import terminal

        return terminal.render(self)


def status_style(status: int | None) -> str:
    """Return how rich colours a status."""
    if status is None:
        return "dim"
    return "red" if status >= 500 else "yellow" if status >= 400 else "green"


def _status(entry: Entry) -> str:
    return str(entry.status) if entry.status else ("open" if entry.is_open else "—")


def _html_row(entry: Entry) -> Sequence[str]:
    failure = f'<br><span style="color:{pieces.BAD}">{escape(entry.failure)}</span>'
    return (
        pieces.dim(str(entry.id)),
        pieces.dim(f"{entry.time:%H:%M:%S}"),
        escape(entry.method),
        f"<b>{escape(entry.path)}</b>" + (failure if entry.failure else ""),
        pieces.coloured(_status(entry), pieces.status_colour(entry.status)),
        escape(pieces.duration(entry.duration)),
        pieces.cell_link(entry.cell, entry.cell_id),
        escape(entry.endpoint),
    )


def _text_row(entry: Entry) -> Sequence[Text]:
    return (
        Text(str(entry.id), style="dim"),
        Text(f"{entry.time:%H:%M:%S}", style="dim"),
        Text(entry.method),
        Text(entry.path, style="bold"),
        Text(_status(entry), style=status_style(entry.status)),
        Text(pieces.duration(entry.duration)),
        Text(entry.cell),
        Text(entry.endpoint),
    )
