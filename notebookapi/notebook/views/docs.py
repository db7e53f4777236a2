"""The operations of a document as a list: what is left of the docs where there are no widgets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from notebookapi.notebook.views import pieces

_METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
# White on each of these has a contrast of at least 4.5 (WCAG 2.2, 1.4.3).
_COLOURS = {"get": "#1565c0", "post": "#2e7d32", "put": "#9a4a00", "patch": "#00695c"}
_COLOURS |= {"delete": "#c62828"}
_OTHER = "#4a4a4a"
# The list stands for the widget: it is hidden where that lives, and the front end's complaint
# about a widget that is gone is hidden where the list stands.
ONE_OF_TWO = (
    "<style>.jp-OutputArea:has(.nbapi-live) .nbapi-static{display:none}"
    ".jp-OutputArea:has(.nbapi-static) .jupyter-widgets:not(:has(*)){display:none}</style>"
)


@dataclass(frozen=True, slots=True)
class Docs:
    """A document's operations. open_live: shows the widget and returns its bundle, if there is one.

    note: why there is no widget.
    """

    document: Mapping[str, Any]
    open_live: Callable[[], Mapping[str, Any]] | None = None
    note: str = ""

    @property
    def title(self) -> str:
        """The API's name and version."""
        info = self.document.get("info", {})
        return f"{info.get('title', 'API')} {info.get('version', '')}".strip()

    @property
    def line(self) -> str:
        """The document in one line of text."""
        count = len(list(self.operations()))
        return f"notebookapi: {self.title}, {count} operation{'' if count == 1 else 's'}"

    def operations(self) -> Iterator[tuple[str, str, str]]:
        """Yield each operation as (method, path, summary)."""
        for path, item in self.document.get("paths", {}).items():
            for method in _METHODS:
                if method in item:
                    yield method, path, str(item[method].get("summary") or "")

    def _repr_html_(self) -> str:
        rows = [
            (badge(method), f"<b>{escape(path)}</b>", escape(summary))
            for method, path, summary in self.operations()
        ]
        inner = pieces.table(["", "", ""], rows) if rows else pieces.dim("No operations yet.")
        note = f"<div>{pieces.dim(self.note)}</div>" if self.note else ""
        head = f"<div><b>{escape(self.title)}</b></div>"
        return f'{ONE_OF_TWO}<div class="nbapi-static">{pieces.box(head + inner + note)}</div>'

    def __rich__(self) -> RenderableType:
        table = Table(title=self.title, title_justify="left", title_style="bold")
        for head in ("Method", "Path", "Summary"):
            table.add_column(head, overflow="fold")
        for method, path, summary in self.operations():
            table.add_row(Text(method.upper(), style="bold"), Text(path), Text(summary))
        return Group(table, Text(self.note, style="dim")) if self.note else table


def badge(method: str) -> str:
    """Return a method as HTML, in its colour."""
    colour = _COLOURS.get(method, _OTHER)
    style = f"background:{colour};color:#fff;border-radius:3px;padding:1px 6px;font-weight:bold"
    return f'<span style="{style}">{method.upper()}</span>'
