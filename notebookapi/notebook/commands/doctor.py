"""`%api doctor`: what is here, what is missing, and the command that mends it."""

from __future__ import annotations

from collections.abc import Sequence

from notebookapi.notebook.checkup import checks
from notebookapi.notebook.commands.command import Command, nothing_more
from notebookapi.notebook.face import Session
from notebookapi.notebook.views.checkup import Checkup
from notebookapi.notebook.views.model import View


def _doctor(session: Session, arguments: Sequence[str]) -> View:
    from notebookapi.notebook.kernel.frontend import front_end

    nothing_more("doctor", arguments)
    return Checkup(checks(session, front_end()))


COMMANDS = (
    Command("doctor", _doctor, [("doctor", "versions, what is missing, and what mends it")]),
)
