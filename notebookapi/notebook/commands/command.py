"""What a subcommand of `%api` is, and how its words are read."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.views.model import View

if TYPE_CHECKING:
    from notebookapi.notebook.face import Session


@dataclass(frozen=True, slots=True)
class Command:
    """One subcommand. usage: lines of `%api help`, as (what is written, what it does)."""

    name: str
    run: Callable[[Session, Sequence[str]], View]
    usage: Sequence[tuple[str, str]]
    options: Sequence[str] = ()
    """Options that belong to this subcommand only: `%api --accept` asks for `export`."""


class Words(argparse.ArgumentParser):
    """Reads the words after a subcommand; what cannot be read is told with the right form.

    form: what is right, such as "`%api undo [STEPS]`".
    """

    def __init__(self, form: str) -> None:
        super().__init__(add_help=False, allow_abbrev=False, exit_on_error=True)
        self._form = form

    def error(self, message: str) -> NoReturn:
        """Raise BadArguments."""
        text = message[:1].upper() + message[1:]
        raise BadArguments(f"{text.rstrip('.')}. Write {self._form}.")


def nothing_more(name: str, arguments: Sequence[str]) -> None:
    """Raise BadArguments where a subcommand that takes nothing was given something."""
    if arguments:
        raise BadArguments(f"`%api {name}` takes nothing more; it was given {arguments[0]!r}.")
