"""`%api debug`: a debugger in a request that failed."""

from __future__ import annotations

from collections.abc import Sequence

from notebookapi.notebook.commands.command import Command, Words
from notebookapi.notebook.commands.log import entry_of
from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.face import Session
from notebookapi.notebook.log.failures import own_part, trimmed
from notebookapi.notebook.log.record import Raised
from notebookapi.notebook.views.model import Message, View


def _debug(session: Session, arguments: Sequence[str]) -> View:
    words = Words("`%api debug [ID]`")
    words.add_argument("id", nargs="?", type=int)
    raised = _raised(session, words.parse_args(list(arguments)).id)
    debugger = session.debugger
    obstacle = debugger.obstacle if debugger is not None else "there is no shell"
    if debugger is None or obstacle is not None:
        told = trimmed(raised.error, session.screen.name_of, raised.code)
        return Message(f"No debugger can be opened: {obstacle}.", told.splitlines(), good=False)
    debugger.open(raised.error, own_part(raised.error, raised.code))
    return Message(f"Left the debugger of request {raised.id}.", good=None)


def _raised(session: Session, number: int | None) -> Raised:
    kept = session.journal.raised
    found = [each for each in kept if number in (None, each.id)]
    if found:
        return found[-1]
    if number is None:
        raise BadArguments(
            "No request has failed by an exception. `%api log` lists what there was."
        )
    entry_of(session, number)  # which tells of a request that is not there
    there = (
        f"the latest that failed: {', '.join(str(each.id) for each in kept)}" if kept else "none"
    )
    raise BadArguments(f"Request {number} has no frames to look at; there are those of {there}.")


COMMANDS = (
    Command("debug", _debug, [("debug [ID]", "a debugger in the last request that failed")]),
)
