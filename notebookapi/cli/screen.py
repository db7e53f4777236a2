"""What the commands show: in colour on a terminal, as plain lines in a pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from notebookapi.cli.errors import CommandError

Row = Sequence[str]


def is_colourless() -> bool:
    """Tell whether the person asked for no colours, as https://no-color.org says it."""
    return bool(os.environ.get("NO_COLOR"))


def output() -> Console:
    """Return where the product of a command goes."""
    return Console(markup=False, highlight=False, emoji=False)


def remarks() -> Console:
    """Return where everything else goes: standard error, so that a pipe gets the product only."""
    return Console(stderr=True, markup=False, highlight=False, emoji=False)


def fail(error: CommandError) -> None:
    """Show what went wrong."""
    complain(str(error), error.details)


def complain(message: str, details: str = "") -> None:
    """Show one line that begins with "Error:", the details above it."""
    console = remarks()
    if details:
        console.print(details.rstrip(), soft_wrap=True)
    console.print(Text.assemble(("Error: ", "bold red"), message), soft_wrap=True)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Give a function that says how far long work has come.

    On a terminal in one line, which goes at the end; in a pipe a line for each stage.
    """
    console = remarks()
    if not console.is_terminal:
        stages: list[str] = []

        def tell(text: str) -> None:
            stage = text.partition(" (")[0]  # the seconds behind it change all the time
            if stage not in stages[-1:]:
                stages.append(stage)
                print(f"{stage} ...", file=sys.stderr, flush=True)

        yield tell
        return
    with console.status("") as status:
        yield status.update


def show_table(title: str, headings: Row, rows: Sequence[Row]) -> None:
    """Show a table; in a pipe, aligned columns that nothing cuts off."""
    console = output()
    if not console.is_terminal:
        for line in aligned([headings, *rows]):
            print(line)
        return
    table = Table(title=title, title_justify="left", header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


def aligned(rows: Sequence[Row]) -> list[str]:
    """Return rows as lines, their columns below each other."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def show_panel(title: str, facts: Sequence[tuple[str, str]], hint: str) -> None:
    """Show facts, each with its name, and a hint below; a box only on a terminal."""
    console = remarks()
    if not console.is_terminal:
        for line in (title, *aligned(facts), hint):
            print(line, file=sys.stderr, flush=True)
        return
    grid = Table.grid(padding=(0, 2))
    for name, fact in facts:
        grid.add_row(Text(name, style="dim"), Text(fact, style="bold", overflow="fold"))
    content = Group(grid, Text(hint, style="dim"))
    console.print(Panel(content, title=Text(title), title_align="left", expand=False))
