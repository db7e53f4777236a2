"""Views as static HTML: no script, at home in light and dark themes, readable without styles.

Colours are JupyterLab's variables with fallbacks, since saved notebooks are read elsewhere too.
Everything is escaped: paths, names and messages are the person's text.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from html import escape
from typing import Any

from notebookapi.notebook.views import pieces
from notebookapi.notebook.views.model import WORDS, Card, Line, Message, Note

_SIGNS = {
    "+": pieces.GOOD,
    "~": pieces.CAREFUL,
    "-": pieces.BAD,
    "=": "var(--jp-ui-font-color2,#767676)",
    "○": "var(--jp-ui-font-color2,#767676)",
}
_KINDS = {"info": pieces.BORDER, "warning": _SIGNS["~"], "error": _SIGNS["-"]}
_MOST = 7
"""Lines of a card that are open; of more, the first few are, and the rest when asked for."""
_FIRST = 5
_CELL = "padding:1px 14px 1px 0;text-align:left;vertical-align:baseline;border:none;background:none"


@singledispatch
def rendered(view: Any) -> str:
    """Return a view as a piece of HTML. A view that is not listed here brings its own."""
    own = getattr(view, "_repr_html_", None)
    return str(own()) if own else f"<pre>{escape(str(view))}</pre>"


@rendered.register
def _card(card: Card) -> str:
    shown = card.lines[: _FIRST if len(card.lines) > _MOST else None]
    parts = [_lines(shown)] if shown else []
    if more := card.lines[len(shown) :]:
        summary = f'<summary style="{pieces.DIM};cursor:pointer">{_summary(more)}</summary>'
        parts.append(f"<details>{summary}{_lines(more)}</details>")
    parts += [_note(note) for note in card.notes]
    if card.url:
        url = escape(card.url)
        parts.append(
            f'<div style="{pieces.DIM};margin-top:2px">Serving at <a href="{url}">{url}</a>, '
            f'docs at <a href="{url}/docs">{url}/docs</a></div>'
        )
    # By its classes a page finds the card, and puts buttons into it.
    return _box("".join(parts), f"nbapi-card {card.page}".rstrip())


def _lines(lines: Sequence[Line]) -> str:
    return _table(
        "".join(
            _row(
                f'<b style="color:{_SIGNS[line.sign]}">{line.sign}</b>',
                f'<b class="nbapi-what"{_tried(line)}>{escape(line.what)}</b>',
                escape(line.who),
                f'<span style="{pieces.DIM}">{escape(_remark(line.sign, line.note))}</span>'
                + _changes(line),
            )
            for line in lines
        )
    )


def _tried(line: Line) -> str:
    return f' title="{escape(line.tried)}"' if line.tried else ""


def _summary(lines: Sequence[Line]) -> str:
    """Return what lines are about: "9 more: 8 added, 1 replaced, 1 breaking"."""
    signs = [line.sign for line in lines]
    told = [f"{signs.count(sign)} {WORDS[sign]}" for sign in dict.fromkeys(signs)]
    breaking = sum(each.breaking for line in lines for each in line.changes)
    told += [f"{breaking} breaking"] if breaking else []
    return f"{len(lines)} more: {', '.join(told)}"


@rendered.register
def _message(message: Message) -> str:
    sign, colour = ("✓", _SIGNS["+"]) if message.good else ("✗", _SIGNS["-"])
    mark = "" if message.good is None else f'<b style="color:{colour}">{sign}</b> '
    details = "".join(
        f'<div style="margin-left:18px;white-space:pre-wrap">{escape(each)}</div>'
        for each in message.details
    )
    return _box(f"<div>{mark}<b>{escape(message.headline)}</b></div>" + details)


def _changes(line: Line) -> str:
    """Return what is different for clients: closed until it is asked for."""
    if not line.changes:
        return ""
    is_breaking = any(each.breaking for each in line.changes)
    colour = f"color:{_SIGNS['-']};font-weight:bold" if is_breaking else pieces.DIM
    items = "".join(
        f'<li><b style="color:{_SIGNS["-"]}">breaking</b> {escape(each.text)}</li>'
        if each.breaking
        else f"<li>{escape(each.text)}</li>"
        for each in line.changes
    )
    summary = f'<summary style="{colour};cursor:pointer">{line.summary}</summary>'
    return f'<details>{summary}<ul style="margin:0;padding-left:18px">{items}</ul></details>'


def _remark(sign: str, note: str) -> str:
    return f"{WORDS[sign]}, {note}" if note else WORDS[sign]


def _note(note: Note) -> str:
    return (
        f'<div style="border-left:3px solid {_KINDS[note.kind]};padding-left:8px;margin:3px 0">'
        f"{escape(note.text)}</div>"
    )


def _row(*cells: str) -> str:
    return (
        '<tr style="background:none">'
        + "".join(f'<td style="{_CELL}">{cell}</td>' for cell in cells)
        + "</tr>"
    )


def _table(rows: str) -> str:
    style = "border-collapse:collapse;border:none;margin:0;font:inherit"
    return f'<table style="{style}">{rows}</table>'


def _box(inner: str, classes: str = "") -> str:
    named = f' class="{classes}"' if classes else ""
    style = (
        f"{pieces.FONT};border-left:3px solid {pieces.BORDER};padding:4px 0 4px 10px;margin:4px 0"
    )
    return f'<div{named} style="{style}">{inner}</div>'
