"""`%api` alone and `%api routes`: what there is."""

from __future__ import annotations

from collections.abc import Sequence

from notebookapi.notebook.commands.command import Command, nothing_more
from notebookapi.notebook.face import Session
from notebookapi.notebook.views.model import View


def _state(session: Session, arguments: Sequence[str]) -> View:
    nothing_more("state", arguments)
    return session.state()


def _routes(session: Session, arguments: Sequence[str]) -> View:
    nothing_more("routes", arguments)
    return session.routes


COMMANDS = (
    Command("state", _state, []),  # `%api` alone does it
    Command("routes", _routes, [("routes", "what is served, by which cell, and how fast")]),
)
