"""`%api forget`."""

from __future__ import annotations

from collections.abc import Sequence

from notebookapi.notebook.commands.command import Command
from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.face import Session
from notebookapi.notebook.swap.forgetting import withdraw, withdraw_deleted
from notebookapi.notebook.swap.undisturbed import undisturbed
from notebookapi.notebook.views.model import Message, View


def _forget(session: Session, arguments: Sequence[str]) -> View:
    match list(arguments):
        case ["--deleted"]:
            return _forget_deleted(session)
        case [method, path] if not method.startswith("-"):
            label = withdraw(session, method, path)
            return Message(f"Withdrawn: {label}.")
    raise BadArguments(
        "Write `%api forget METHOD PATH`, which withdraws a route, or `%api forget --deleted`, "
        "which withdraws what deleted cells registered."
    )


def _forget_deleted(session: Session) -> View:
    with undisturbed():
        withdrawn = [each.label for each in withdraw_deleted(session)]
    if not withdrawn:
        return Message("No deleted cell has anything that is served.")
    return Message(f"Withdrawn: {', '.join(withdrawn)}.")


COMMANDS = (
    Command(
        "forget",
        _forget,
        [
            ("forget METHOD PATH", "withdraw a route"),
            ("forget --deleted", "withdraw what deleted cells registered"),
        ],
        ["--deleted"],
    ),
)
