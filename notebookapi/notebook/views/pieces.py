"""Pieces of static HTML that views are made of, and how they word times and sizes.

Inline styles only: a saved notebook is read where no style sheet comes along.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape

FONT = "font-family:var(--jp-code-font-family,ui-monospace,monospace);font-size:12px"
DIM = "color:var(--jp-ui-font-color2,#767676)"
BORDER = "var(--jp-border-color2,#d0d0d0)"
# A theme's own colours are too pale for text (WCAG 2.2, 1.4.3): some of its ink goes into them.
_INKED = "color-mix(in srgb,var(--jp-{},{}) 62%,currentColor)"
GOOD = _INKED.format("success-color1", "#2e7d32")
CAREFUL = _INKED.format("warn-color1", "#b26a00")
BAD = _INKED.format("error-color1", "#c62828")
_CELL = "padding:2px 16px 2px 0;text-align:left;vertical-align:top;border:none;background:none"
_FIGURE = "padding:2px 16px 2px 0;text-align:right;vertical-align:top;border:none;background:none"
# What a page's address of a cell can be; VS Code's ids are URIs, and no fragment of a page.
_ID = re.compile(r"[\w-]+")


def box(inner: str, *, colour: str = BORDER) -> str:
    """Return a view's frame: a rule at its left. No `$` in it begins a formula."""
    return (
        f'<div class="mathjax_ignore tex2jax_ignore" style="{FONT};padding:4px 0 4px 10px;'
        f'border-left:3px solid {colour};margin:4px 0;overflow-x:auto">{inner}</div>'
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[str] = ()) -> str:
    """Return a table of cells that are HTML. right: the heads of columns of figures."""
    styles = [_FIGURE if head in right else _CELL for head in heads]
    head = "".join(
        f'<th scope="col" style="{style};font-weight:normal;{DIM}">{escape(name)}</th>'
        for name, style in zip(heads, styles, strict=True)
    )
    lines = []
    for row in rows:
        pairs = zip(row, styles, strict=True)
        cells = "".join(f'<td style="{style}">{cell}</td>' for cell, style in pairs)
        lines.append(f'<tr style="background:none">{cells}</tr>')
    first = f"<thead><tr>{head}</tr></thead>" if any(heads) else ""
    style = "border-collapse:collapse;border:none;margin:0;font:inherit"
    return f'<table style="{style}">{first}<tbody>{"".join(lines)}</tbody></table>'


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Return names with their values, which are HTML, one pair in a line."""
    return table(["", ""], [(dim(name), value) for name, value in pairs])


def dim(text: str) -> str:
    """Return text that is there, and does not ask to be read."""
    return f'<span style="{DIM}">{escape(text)}</span>'


def coloured(text: str, colour: str) -> str:
    """Return bold text of a colour."""
    return f'<b style="color:{colour}">{escape(text)}</b>'


def pre(text: str, links: Mapping[str, str] | None = None) -> str:
    """Return text as it is. links: cells that it names, with their ids."""
    shown = escape(text)
    for name, cell_id in (links or {}).items():
        shown = shown.replace(escape(name), cell_link(name, cell_id))
    style = f"margin:2px 0 6px;{FONT};white-space:pre-wrap;background:none;color:inherit"
    return f'<pre style="{style}">{shown}</pre>'


def section(title: str, inner: str, *, is_open: bool = True) -> str:
    """Return a part of a view that can be folded."""
    head = f'<summary style="cursor:pointer;{DIM}">{escape(title)}</summary>'
    return f'<details style="margin:4px 0"{" open" if is_open else ""}>{head}{inner}</details>'


def cell_link(name: str, cell_id: str | None) -> str:
    """Return a link to a cell of this page; its name alone where the page has no such address."""
    if cell_id is None or not _ID.fullmatch(cell_id):
        return escape(name)
    return f'<a href="#cell-id={escape(cell_id)}">{escape(name)}</a>'


def status_colour(status: int | None) -> str:
    """Return the colour of a status."""
    if status is None:
        return "var(--jp-ui-font-color2,#767676)"
    return BAD if status >= 500 else CAREFUL if status >= 400 else GOOD


def duration(seconds: float) -> str:
    """Return a duration with the digits that count: "1.2 ms", "340 µs", "2 min 5 s"."""
    if seconds < 0.001:
        return f"{seconds * 1_000_000:.0f} µs"
    if seconds < 1:
        return f"{seconds * 1000:.{1 if seconds < 0.1 else 0}f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest} s"


def counted(count: int, what: str) -> str:
    """Return a number of things: "1 route", "2,000 routes"."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def size(count: int) -> str:
    """Return a number of bytes: "17 B", "1.5 kB", "2.0 MB"."""
    if count < 1000:
        return f"{count} B"
    if count < 1_000_000:
        return f"{count / 1000:.1f} kB"
    return f"{count / 1_000_000:.1f} MB"
