"""What a load came to: figures, and a histogram: an SVG picture, or bars of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import cast

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from notebookapi.notebook.measuring.measured import Bar, Measured
from notebookapi.notebook.views import pieces
from notebookapi.notebook.views.docs import badge

_SHARES = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
_BLOCKS = " ▏▎▍▌▋▊▉█"
_COLUMNS = 40
"""Columns of the longest bar of text."""
_WIDTH, _HEIGHT, _TOP, _FOOT = 520, 110, 16, 18
_BAR = "var(--jp-brand-color1,#2478cc)"
_ABOUT = (
    "Client and server share this machine; the client is a program of its own. Each of its "
    "connections asks again when it has its answer: when the server slows down, less is asked. "
    "The times are the client's, its own part in them included; the server notes each request in "
    "the log, as for everybody."
)


@dataclass(frozen=True, slots=True)
class Measurement:
    """A load, as far as it has come."""

    of: Measured

    @property
    def line(self) -> str:
        """The load in one line of text."""
        return f"notebookapi: {self._headline}"

    @property
    def _headline(self) -> str:
        of = self.of
        told = [f"{of.label}: {of.rate:,.0f} requests/s"]
        told += [f"{name} {took}" for name, took in self._percentiles()]
        told += [f"{count:,} × {what}" for what, count in self._wrong()]
        return f"{', '.join(told)} ({self._state})"

    @property
    def _state(self) -> str:
        of = self.of
        if not of.is_over:
            return f"{of.share:.0%} done"
        over = f"{of.answers:,} answers in {pieces.duration(of.elapsed)}"
        return over if of.is_whole else f"interrupted: {over}"

    def _percentiles(self) -> list[tuple[str, str]]:
        found = [(name, self.of.percentile(share)) for name, share in _SHARES]
        return [(name, pieces.duration(took)) for name, took in found if took is not None]

    def _wrong(self) -> list[tuple[str, int]]:
        """Return what was no success, with how often it came."""
        bad = [each for each in (self.of.statuses or {}).items() if not each[0].startswith("2")]
        return [*bad, *(self.of.errors or {}).items()]

    def _facts(self) -> list[tuple[str, str]]:
        of = self.of
        statuses = ", ".join(f"{count:,} × {what}" for what, count in (of.statuses or {}).items())
        errors = ", ".join(f"{count:,} × {what}" for what, count in (of.errors or {}).items())
        slowest = [("slowest", pieces.duration(of.durations[-1]))] if of.durations else []
        return [
            ("requests/s", f"{of.rate:,.0f}"),
            *self._percentiles(),
            *slowest,
            ("answers", statuses or "none"),
            *([("failures", errors)] if errors else []),
        ]

    @property
    def _how(self) -> str:
        clients = "1 client" if self.of.clients == 1 else f"{self.of.clients} clients at once"
        return f"{clients}, {self._state}"

    # --- in a page

    def _repr_html_(self) -> str:
        of = self.of
        method, _, target = of.request.partition(" ")
        head = f"{badge(method.lower())} <b>{escape(target)}</b> {pieces.dim(self._how)}"
        parts = [f"<div>{head}</div>"]
        if not of.is_over:
            parts.append(_progress(of.share))
        rows = [
            (name, f"<b>{escape(value)}</b>" if name == "requests/s" else escape(value))
            for name, value in self._facts()
        ]
        parts += [pieces.facts(rows), self._picture()]
        if of.is_over:
            parts.append(f'<div style="max-width:60em">{pieces.dim(_ABOUT)}</div>')
        colour = pieces.BAD if self._wrong() else pieces.BORDER
        return pieces.box("".join(parts), colour=colour)

    def _picture(self) -> str:
        bars = self.of.bars
        if not bars:
            return ""
        most, wide = max(each.count for each in bars), _WIDTH / len(bars)
        drawn = "".join(_bar(at, each, most, wide) for at, each in enumerate(bars))
        marks = "".join(self._mark(name, share, bars) for name, share in _SHARES)
        low, high = pieces.duration(bars[0].low), pieces.duration(bars[-1].high)
        base = _TOP + _HEIGHT
        scale = (
            f'<line x1="0" x2="{_WIDTH}" y1="{base}" y2="{base}" stroke="currentColor" '
            f'stroke-opacity=".4"/>{_text(0, base + 13, low)}'
            f"{_text(_WIDTH, base + 13, high, 'end')}"
        )
        label = f"Histogram of {self.of.answers:,} answers, from {low} to {high}, logarithmic"
        return (
            f'<svg role="img" aria-label="{escape(label)}" width="{_WIDTH}" '
            f'height="{base + _FOOT}" viewBox="0 0 {_WIDTH} {base + _FOOT}" '
            f'style="max-width:100%;margin:6px 0 2px;font-size:10px">{drawn}{scale}{marks}</svg>'
        )

    def _mark(self, name: str, share: float, bars: Sequence[Bar]) -> str:
        """Return a line where a percentile is; names that would overlap stand by turns."""
        took = cast(float, self.of.percentile(share))  # there are bars
        at = next((i for i, each in enumerate(bars) if took <= each.high), len(bars) - 1)
        x = (at + 0.5) * _WIDTH / len(bars)
        near = abs(x - _WIDTH) < 30
        return (
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP - 4}" y2="{_TOP + _HEIGHT}" '
            'stroke="currentColor" stroke-opacity=".55" stroke-dasharray="3 3"/>'
            + _text(x, _TOP - 6, name, "end" if near else "middle")
        )

    # --- in a terminal

    def __rich__(self) -> RenderableType:
        of = self.of
        head = Text.assemble((of.request, "bold"), "  ", (self._how, "dim"))
        table = Table.grid(padding=(0, 2))
        for name, value in self._facts():
            style = "bold" if name == "requests/s" else ""
            table.add_row(Text(name, style="dim"), Text(value, style=style))
        parts: list[RenderableType] = [head, table]
        if of.bars:
            parts += [Text(), self._bars()]
        if of.is_over:
            parts += [Text(), Text(_ABOUT, style="dim")]
        return Group(*parts)

    def _bars(self) -> Table:
        table = Table.grid(padding=(0, 1))
        table.add_column(justify="right")
        bars = self.of.bars
        most = max(each.count for each in bars)
        for each in bars:
            table.add_row(
                Text(pieces.duration(each.low), style="dim"),
                Text(_blocks(each.count / most), style="blue"),
                Text(f"{each.count:,}" if each.count else "", style="dim"),
            )
        return table


def _blocks(share: float) -> str:
    whole, rest = divmod(round(share * _COLUMNS * 8), 8)
    least = 1 if share and not whole and not rest else rest  # what is there is seen
    return "█" * whole + (_BLOCKS[least] if least else "")


def _bar(at: int, bar: Bar, most: int, wide: float) -> str:
    if not bar.count:
        return ""
    tall = max(1.0, bar.count / most * _HEIGHT)
    span = f"{pieces.duration(bar.low)} to {pieces.duration(bar.high)}: {bar.count:,}"
    return (
        f'<rect x="{at * wide + 0.5:.1f}" y="{_TOP + _HEIGHT - tall:.1f}" '
        f'width="{max(1.0, wide - 1):.1f}" height="{tall:.1f}" fill="{_BAR}">'
        f"<title>{escape(span)}</title></rect>"
    )


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="currentColor" text-anchor="{anchor}">'
        f"{escape(text)}</text>"
    )


def _progress(share: float) -> str:
    percent = f"{share:.0%}"
    return (
        f'<div role="progressbar" aria-label="Measured so far" aria-valuenow="{percent[:-1]}" '
        f'aria-valuemin="0" aria-valuemax="100" style="background:{pieces.BORDER};height:4px;'
        f'max-width:{_WIDTH}px;margin:4px 0"><div style="background:{_BAR};height:4px;'
        f'width:{percent}"></div></div>'
    )
