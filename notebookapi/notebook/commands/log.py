"""`%api log`: the requests that are kept, or one of them, opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from notebookapi.notebook.commands.command import Command, Words
from notebookapi.notebook.commands.opening import living
from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.face import Session
from notebookapi.notebook.log.records import Entry
from notebookapi.notebook.views.log import SHOWN
from notebookapi.notebook.views.model import Message, View

if TYPE_CHECKING:
    from notebookapi.notebook.views.widgets.log import LogWidget

_FORM = "`%api log [ID] [--failed] [--last N] [--clear]`"


def _log(session: Session, arguments: Sequence[str]) -> View:
    words = Words(_FORM)
    words.add_argument("id", nargs="?", type=int)
    words.add_argument("--failed", action="store_true")
    words.add_argument("--last", type=int, default=SHOWN)
    words.add_argument("--clear", action="store_true")
    said = words.parse_args(list(arguments))
    if said.clear:
        count = len(session.log)
        session.journal.clear()
        return Message(f"Forgotten: {count} request{'' if count == 1 else 's'}.")
    if said.id is not None:
        return entry_of(session, said.id)
    if said.last < 1:
        raise BadArguments(f"`--last {said.last}` is no number of requests. Write {_FORM}.")
    log = session.log.failed if said.failed else session.log

    def make() -> LogWidget:
        from notebookapi.notebook.views.widgets.log import LogWidget

        return LogWidget(session.server, session.journal, failed=said.failed)

    live = living(session, "the log as it grows", log.line, make)
    return log.showing(said.last).living(live.open_live, live.note)


def entry_of(session: Session, number: int) -> Entry:
    """Return a request by its id. Raises BadArguments where it is not kept."""
    log = session.log
    found = log.find(number)
    if found is not None:
        return found
    there = f"those from {log[0].id} to {log[-1].id}" if log else "none yet"
    raise BadArguments(f"Request {number} is not in the log, which has {there}.")


COMMANDS = (
    Command(
        "log",
        _log,
        [
            ("log [--failed] [--last N]", "requests as they come, or those that failed"),
            ("log ID", "... one of them: request, response, output, traceback"),
            ("log --clear", "... forget them"),
        ],
        ["--failed", "--last", "--clear"],
    ),
)
