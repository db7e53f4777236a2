"""`%api explain`: how an operation answers, as source."""

from __future__ import annotations

from collections.abc import Sequence

from notebookapi.notebook.commands.command import Command
from notebookapi.notebook.commands.targets import route_of, target_of
from notebookapi.notebook.explaining import explained
from notebookapi.notebook.face import Session
from notebookapi.notebook.views.explaining import Explanation


def _explain(session: Session, arguments: Sequence[str]) -> Explanation:
    target = target_of(session, "explain", arguments)
    route = route_of(session, target)
    return Explanation(explained(target.label, route, session.app.published))


COMMANDS = (
    Command(
        "explain",
        _explain,
        [("explain [METHOD PATH]", "what happens to a request, and the function made for it")],
    ),
)
