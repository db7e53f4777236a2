"""One operation with its parameters: what is left of its form where there are no widgets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from notebookapi.notebook.views import pieces
from notebookapi.notebook.views.docs import ONE_OF_TWO, badge
from notebookapi.notebook.views.widgets.operation import WEBSOCKET, Operation, http_text

_HEADS = ("Name", "In", "Type", "", "Description")


@dataclass(frozen=True, slots=True)
class Trying:
    """An operation to send requests to. open_live: shows the form and returns its bundle.

    note: why there is no form.
    """

    operation: Operation
    open_live: Callable[[], Mapping[str, Any]] | None = None
    note: str = ""

    @property
    def line(self) -> str:
        """The operation in one line of text."""
        return f"notebookapi: try {self.operation.label}"

    def rows(self) -> Iterator[tuple[str, str, str, str, str]]:
        """Yield the parameters, and the fields of the body, as texts."""
        operation = self.operation
        for each in operation.parameters:
            schema = each.get("schema", {})
            must, about = bool(each.get("required")), str(each.get("description") or "")
            yield self._row(each["name"], each["in"], schema, must, about)
        for content in operation.contents[:1]:
            for name, schema, must in operation.properties(content.schema):
                yield self._row(name, "body", schema, must, str(schema.get("description") or ""))

    def _row(
        self, name: str, place: str, schema: Mapping[str, Any], must: bool, about: str
    ) -> tuple[str, str, str, str, str]:
        return name, place, self.operation.type_of(schema), "required" if must else "", about

    @property
    def request(self) -> str:
        """A request as text; empty for a WebSocket."""
        return "" if self.operation.method == WEBSOCKET else http_text(self.operation)

    def _repr_html_(self) -> str:
        operation = self.operation
        head = f"{badge(operation.method.lower())} <b>{escape(operation.path)}</b>"
        parts = [f"<div>{head} {pieces.dim(operation.summary)}</div>"]
        rows = [
            (f"<b>{escape(name)}</b>", *(escape(each) for each in rest))
            for name, *rest in self.rows()
        ]
        if rows:
            parts.append(pieces.table(_HEADS, rows))
        if self.request:
            parts.append(pieces.section("Request", pieces.pre(self.request)))
        if self.note:
            parts.append(f"<div>{pieces.dim(self.note)}</div>")
        return f'{ONE_OF_TWO}<div class="nbapi-static">{pieces.box("".join(parts))}</div>'

    def __rich__(self) -> RenderableType:
        operation = self.operation
        parts: list[RenderableType] = [
            Text.assemble((operation.method, "bold"), " ", (operation.path, "bold"), " ")
            + Text(operation.summary, style="dim")
        ]
        rows = list(self.rows())
        if rows:
            table = Table(box=None, pad_edge=False, header_style="dim")
            for head in _HEADS:
                table.add_column(head, overflow="fold")
            for row in rows:
                table.add_row(*map(Text, row))
            parts.append(table)
        if self.request:
            parts += [Text("\n%%http", style="dim"), Text(self.request)]
        if self.note:
            parts.append(Text(self.note, style="dim"))
        return Group(*parts)
