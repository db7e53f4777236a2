"""`%api` alone and `%api routes`: what there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from notebookapi.notebook.commands.command import Command, nothing_more
from notebookapi.notebook.commands.opening import living
from notebookapi.notebook.face import Session
from notebookapi.notebook.views.model import View
from notebookapi.notebook.views.state import State

if TYPE_CHECKING:
    from notebookapi.notebook.views.widgets.state import StateWidget


def _state(session: Session, arguments: Sequence[str]) -> View:
    nothing_more("state", arguments)
    now = session.state()

    def read() -> State:
        return replace(session.state(is_told=False), news=now.news)

    def make() -> StateWidget:
        from notebookapi.notebook.views.widgets.state import StateWidget

        return StateWidget(session.server, session.journal, read)

    return replace(now, open_live=living(session, "the state", now.line, make).open_live)


def _routes(session: Session, arguments: Sequence[str]) -> View:
    nothing_more("routes", arguments)
    return session.routes


COMMANDS = (
    Command("state", _state, []),  # `%api` alone does it
    Command("routes", _routes, [("routes", "what is served, by which cell, and how fast")]),
)
