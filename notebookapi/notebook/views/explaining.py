"""How an operation answers: the stages of a request, and the source of its function."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from rich.console import Group, RenderableType
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from notebookapi.notebook.explaining import Explained
from notebookapi.notebook.views import pieces
from notebookapi.notebook.views.code import highlighted
from notebookapi.notebook.views.docs import badge


@dataclass(frozen=True, slots=True)
class Explanation:
    """One operation, explained."""

    of: Explained

    @property
    def line(self) -> str:
        """The verdict in one line of text."""
        return f"notebookapi: {self.of.label}: {self._verdict}"

    @property
    def _verdict(self) -> str:
        if self.of.why:
            return f"answered step by step: {self.of.why}"
        return "valid requests are answered by one generated function"

    @property
    def _sentence(self) -> str:
        return f"{self._verdict[0].upper()}{self._verdict[1:]}."

    def _repr_html_(self) -> str:
        method, _, path = self.of.label.partition(" ")
        head = f"{badge(method.lower())} <b>{escape(path)}</b> {pieces.dim(self.of.endpoint)}"
        rows = [
            (pieces.dim(each.what), f"<b>{escape(each.name)}</b>", escape(each.about))
            for each in self.of.stages
        ]
        parts = [
            f"<div>{head}</div><div>{escape(self._sentence)}</div>",
            pieces.section("Stages", pieces.table(["", "", ""], rows)),
        ]
        if self.of.source:
            parts.append(pieces.section("Source", highlighted(self.of.source)))
        return pieces.box("".join(parts))

    def __rich__(self) -> RenderableType:
        table = Table.grid(padding=(0, 2))
        for each in self.of.stages:
            indent = "  " * each.depth
            table.add_row(
                Text(indent + each.what, style="dim"), Text(each.name, style="bold"), each.about
            )
        head = Text.assemble((self.of.label, "bold"), "  ", (self.of.endpoint, "dim"))
        parts: list[RenderableType] = [head, Text(self._sentence), Text(), table]
        if self.of.source:
            code = Syntax(
                self.of.source, "python", theme="ansi_dark", word_wrap=True,
                background_color="default",
            )  # fmt: skip
            parts += [Text(), code]
        return Group(*parts)
