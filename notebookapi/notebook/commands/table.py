"""All subcommands of `%api`, in the order in which `%api help` lists them."""

from __future__ import annotations

from collections.abc import Sequence

from notebookapi.notebook.commands import (
    debug,
    docs,
    doctor,
    examples,
    explaining,
    exporting,
    forgetting,
    fuzzing,
    importing,
    log,
    looking,
    measuring,
    nest,
    server,
    trying,
    undoing,
)
from notebookapi.notebook.commands.command import Command, nothing_more
from notebookapi.notebook.face import Session
from notebookapi.notebook.views.model import Message, View


def _help(session: Session, arguments: Sequence[str]) -> View:
    nothing_more("help", arguments)
    usage = [line for command in COMMANDS.values() for line in command.usage]
    lines = [f"%api {what}".ljust(40) + text for what, text in usage]
    return Message("%api: the session at a glance, and:", lines, good=None)


COMMANDS: dict[str, Command] = {
    command.name: command
    for command in (
        *looking.COMMANDS,
        *docs.COMMANDS,
        *trying.COMMANDS,
        *explaining.COMMANDS,
        *fuzzing.COMMANDS,
        *measuring.COMMANDS,
        *log.COMMANDS,
        *debug.COMMANDS,
        *doctor.COMMANDS,
        *server.COMMANDS,
        *nest.COMMANDS,
        *exporting.COMMANDS,
        *importing.COMMANDS,
        *forgetting.COMMANDS,
        *undoing.COMMANDS,
        *examples.COMMANDS,
        Command("help", _help, [("help", "this list")]),
    )
}
