"""What requests from the schema brought to light, each with a cell that shows it again."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from notebookapi.notebook.fuzzing.findings import Finding, Fuzzed
from notebookapi.notebook.views import pieces

_HELP = "`%api fuzz --keep NUMBER` keeps one as an example"


@dataclass(frozen=True, slots=True)
class Fuzzing:
    """What a run came to."""

    of: Fuzzed

    @property
    def line(self) -> str:
        """The verdict in one line of text."""
        first = "".join(f"; {each.operation}: {each.complaint.text}" for each in self._first)
        return f"notebookapi: {self._verdict}{first}"

    @property
    def _first(self) -> list[Finding]:
        return list(self.of.findings[:1])

    @property
    def _verdict(self) -> str:
        of = self.of
        count = len(of.asked)
        where = of.asked[0].operation if count == 1 else f"{count} operations"
        found = _counted(of.faults, "fault")
        more = len(of.findings) - of.faults
        found += f" and {_counted(more, 'remark')}" if more else ""
        stopped = "" if of.is_whole else ", interrupted"
        return f"{where}: {found} in {of.requests:,} requests{stopped}"

    def _notes(self) -> list[str]:
        of = self.of
        notes = [f"{each.operation}: {each.note}." for each in of.asked if each.note]
        if of.skipped:
            notes.append(
                f"Not asked, as they may change something: {', '.join(of.skipped)}. Name one, as "
                f"in `%api fuzz {of.skipped[0]}`, or say `--all`."
            )
        if of.given:
            notes.append(f"Sent with {', '.join(of.given)}, which the requests here leave out.")
        again = f"`--seed {of.seed}` makes the same requests again."
        notes.append(f"{_HELP}. {again}" if of.findings else again)
        return notes

    def _repr_html_(self) -> str:
        of = self.of
        sign = pieces.coloured("✗", pieces.BAD) if of.faults else pieces.coloured("✓", pieces.GOOD)
        parts = [f"<div>{sign} <b>{escape(self._verdict)}</b></div>"]
        parts += [self._finding(at, each) for at, each in enumerate(of.findings, 1)]
        parts += [f"<div>{pieces.dim(each)}</div>" for each in self._notes()]
        colour = pieces.BAD if of.faults else pieces.BORDER
        return pieces.box("".join(parts), colour=colour)

    def _finding(self, number: int, found: Finding) -> str:
        kind = found.complaint.kind
        colour = pieces.BAD if kind.is_fault else pieces.CAREFUL
        head = (
            f"{number}. {pieces.coloured(kind.value, colour)} "
            f"<b>{escape(found.operation)}</b> → {found.status}"
        )
        inner = [f"<div>{escape(found.complaint.text)}</div>", pieces.pre(found.request.cell)]
        curl = pieces.pre(found.request.curl(self.of.url))
        inner.append(pieces.section("curl", curl, is_open=False))
        if found.traceback:
            inner.append(pieces.section("Traceback", pieces.pre(found.traceback), is_open=False))
        return (
            f'<div style="margin:6px 0"><div>{head}</div>'
            f'<div style="margin-left:18px">{"".join(inner)}</div></div>'
        )

    def __rich__(self) -> RenderableType:
        of = self.of
        sign = ("✗ ", "red") if of.faults else ("✓ ", "green")
        parts: list[RenderableType] = [Text.assemble(sign, (self._verdict, "bold"))]
        for number, each in enumerate(of.findings, 1):
            kind = each.complaint.kind
            style = "bold red" if kind.is_fault else "bold yellow"
            head = Text.assemble(
                f"{number}. ", (kind.value, style), " ", (each.operation, "bold"),
                f" → {each.status}",
            )  # fmt: skip
            inner: list[RenderableType] = [Text(each.complaint.text), Text(each.request.cell)]
            inner += [Text(each.traceback, style="dim")] if each.traceback else []
            parts += [Text(), head, Padding(Group(*inner), (0, 0, 0, 3))]
        parts.append(Text())
        parts += [Text(each, style="dim") for each in self._notes()]
        return Group(*parts)


def _counted(count: int, what: str) -> str:
    if not count:
        return f"no {what}s"
    return f"1 {what}" if count == 1 else f"{count} {what}s"
