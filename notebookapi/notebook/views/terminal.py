"""Views as text for the terminal, with colour where it can show one."""

from __future__ import annotations

import io
import os
from functools import singledispatch
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from notebookapi.notebook.views.model import WORDS, Card, Message

_COLOURS = {"+": "green", "~": "yellow", "-": "red", "=": "dim", "○": "dim"}
_KINDS = {"info": "cyan", "warning": "yellow", "error": "red"}


def render(view: Any, *, width: int | None = None, colour: bool = False) -> str:
    """Return a view as text, without a newline at its end. width: columns; None: the terminal's."""
    out = io.StringIO()
    # All is said outright: in a kernel, rich would take FORCE_COLOR for a terminal, and would
    # display by itself what is wanted as text here.
    console = Console(
        file=out,
        width=width,
        force_terminal=colour,
        force_jupyter=False,
        color_system="standard" if colour else None,
        highlight=False,
    )
    console.print(rendered(view))
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip().splitlines())


def can_show_colour(stream: Any) -> bool:
    """Tell whether a stream is a terminal that shows colour, and the person wants it."""
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") not in ("dumb", "unknown")
    return wanted and bool(getattr(stream, "isatty", bool)())


@singledispatch
def rendered(view: Any) -> RenderableType:
    """Return what rich prints for a view. One that is not listed here brings its own."""
    return view if hasattr(view, "__rich__") else str(view)


@rendered.register
def _card(card: Card) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for line in card.lines:
        method, _, path = line.what.partition(" ")
        remark = f"{WORDS[line.sign]}, {line.note}" if line.note else WORDS[line.sign]
        table.add_row(
            Text(f"{line.sign} {method}", style=_COLOURS[line.sign]),
            Text(path, style="bold"),
            line.who,
            Text(", ".join(filter(None, [remark, line.summary])), style="dim"),
        )
        for change in line.changes:
            sign, style = ("! ", "red") if change.breaking else ("  ", "dim")
            table.add_row("", Text(sign + change.text, style=style))
    whole = Table.grid()
    if card.lines:
        whole.add_row(table)
    for note in card.notes:
        text = Text(f"{'i' if note.kind == 'info' else '!'} ", style=_KINDS[note.kind])
        whole.add_row(text.append(note.text, style="default"))
    if card.url:
        docs = f", docs at {card.url}/docs"
        whole.add_row(Text.assemble("serving at ", (card.url, "underline"), docs))
    return whole


@rendered.register
def _message(message: Message) -> RenderableType:
    mark, style = ("✓ ", "green") if message.good else ("✗ ", "red")
    told = (message.headline, "bold")
    text = Text.assemble(told) if message.good is None else Text.assemble((mark, style), told)
    for detail in message.details:
        text.append(f"\n  {detail}")
    return text
