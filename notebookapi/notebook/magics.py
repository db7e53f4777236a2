"""`%api` and its subcommands: a line of text -> something done, and a view of it."""

from __future__ import annotations

import difflib
import shlex

from notebookapi.notebook.commands.table import COMMANDS
from notebookapi.notebook.errors import BadArguments, UnknownSubcommand
from notebookapi.notebook.face import Session
from notebookapi.notebook.views.model import View


def run(session: Session, line: str) -> View:
    """Do what `%api LINE` says and return what to show.

    Raises NotebookError and ServingError: each a message for the person.
    """
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise BadArguments(
            f"`%api {line}` cannot be read: {error}. Close the quotation."
        ) from error
    name, *arguments = words or ["state"]
    command = COMMANDS.get(name)
    if command is None:
        raise _unknown(name)
    return command.run(session, arguments)


def _unknown(name: str) -> UnknownSubcommand:
    if name.startswith("-"):
        owners = (each.name for each in COMMANDS.values() if name in each.options)
        near = [f"{owner} {name}" for owner in owners]
    else:
        near = difflib.get_close_matches(name, COMMANDS, n=1)
    guess = f"Did you mean `%api {near[0]}`? " if near else ""
    known = ", ".join(each for each in COMMANDS if each != "state")  # `%api` alone does it
    return UnknownSubcommand(f"`%api` has no subcommand {name!r}. {guess}It knows: {known}.")
