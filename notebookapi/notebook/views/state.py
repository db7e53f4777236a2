"""The session at a glance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from notebookapi.notebook.views import pieces
from notebookapi.notebook.views.docs import ONE_OF_TWO

if TYPE_CHECKING:
    from notebookapi.notebook.face import Session

_WANTED = "needed, `api.token`; a browser begins at {}, which `%api docs` opens in a tab"
BAD = ("Last failure", "News")
"""Facts that are no good news."""


@dataclass(frozen=True, slots=True)
class State:
    """The session at a glance.

    uptime: the server's, in seconds. entry: the path of the page that takes the token, where one
    is wanted. open_live: shows the widget and returns its bundle, if there is one.
    """

    url: str | None
    application: str
    name: str
    routes: int
    requests: int
    errors: int
    uptime: float
    notice: str | None = None
    entry: str | None = None
    failure: str | None = None
    record: str | None = None
    news: Sequence[str] = ()
    open_live: Callable[[], Mapping[str, Any]] | None = None

    @property
    def line(self) -> str:
        """The state in one line of text."""
        where = f"at {self.url}" if self.url else "not running"
        routes, requests = (self.routes, "route"), (self.requests, "request")
        counts = ", ".join(pieces.counted(*each) for each in (routes, requests))
        return f"notebookapi: {self.name} {where}, {counts}"

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What the panel says, as (name, value)."""
        return [
            ("URL", self.url or "not running: `%api serve` starts it"),
            ("Application", f"{self.name} = {self.application}"),
            ("Routes", str(self.routes)),
            ("Requests", f"{self.requests:,}, {self.errors:,} failed"),
            *([("Uptime", whole(self.uptime))] if self.url else []),
            *([("Port", self.notice)] if self.notice else []),
            *([("Token", _WANTED.format(self.entry))] if self.entry else []),
            *([("Last failure", self.failure)] if self.failure else []),
            *([("Server log", self.record)] if self.record else []),
            *(("News", each) for each in self.news),
        ]

    def _repr_html_(self) -> str:
        shown = pieces.box(pieces.facts((name, _html(name, value)) for name, value in self.facts))
        return f'{ONE_OF_TWO}<div class="nbapi-static">{shown}</div>'

    def __rich__(self) -> RenderableType:
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in self.facts:
            table.add_row(Text(name, style="dim"), Text(value, style="red" if name in BAD else ""))
        return Panel(table, title="notebookapi", title_align="left", expand=False)


def whole(seconds: float) -> str:
    """Return a duration in whole seconds: "1 h 2 min 5 s"."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (rest, "s")]
    return " ".join(f"{value} {unit}" for value, unit in parts if value) or "0 s"


def _html(name: str, value: str) -> str:
    if value.startswith("http://"):
        url = escape(value)
        return f'<a href="{url}">{url}</a> · <a href="{url}/docs">docs</a>'
    if name in BAD:
        return f'<span style="color:{pieces.BAD}">{escape(value)}</span>'
    return escape(value)


def state_of(session: Session, news: Sequence[str]) -> State:
    """Return a session at a glance. news: what the person has not been told of yet."""
    server, journal = session.server, session.journal
    return State(
        url=server.url,
        application=repr(session.app),
        name=session.application_name,
        routes=len(session.routes),
        requests=journal.requests,
        errors=journal.errors,
        failure=journal.last_failure,
        uptime=server.uptime,
        notice=server.notice,
        entry=server.entry,
        record=journal.records[-1] if journal.records else None,
        news=news,
    )
