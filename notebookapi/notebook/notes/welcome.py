"""What is said when the extension is loaded for the first time, and of what was there before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from notebookapi._table.published import Registration
from notebookapi.applications import NotebookAPI
from notebookapi.notebook.face import Session
from notebookapi.notebook.views.model import Note


@dataclass(frozen=True, slots=True, eq=False)
class Earlier:
    """What an application had when the extension was loaded, and no cell is known to have made."""

    app: NotebookAPI | None = None
    registrations: Sequence[Registration] = ()

    def left_behind(self, session: Session) -> list[Note]:
        """Say what another application that has taken the name does not have any more."""
        served = session.server.app
        if self.app is None or served is None or served is self.app:
            return []
        there = {placed.registration for placed in self.app._declared.placed}
        there |= {placed.registration for placed in self.app.router._declared.placed}
        labels = [each.label for each in self.registrations if each in there]
        if not labels:
            return []
        text = (
            f"{', '.join(labels)}, registered before the extension was loaded, stayed with the "
            "application before. Run the cell again to have it on the new one."
        )
        return [Note("warning", text)]


def earlier(session: Session) -> Earlier:
    """Note what the application has that is served already."""
    app = session.server.app
    if app is None:
        return Earlier()
    placed = [*app._declared.placed, *app.router._declared.placed]
    return Earlier(
        app,
        [
            each.registration
            for each in placed
            if each.registration.kind in ("route", "mount", "include") and each.place[0] >= 0
        ],
    )


def welcome(session: Session, before: Earlier) -> list[Note]:
    """Return what to say once."""
    notes = []
    if session.namespace.get("api") is session and session.server.app is not None:
        text = (
            "`app` registers endpoints, `api` sends requests to them; `%api help` lists the "
            "commands."
        )
        notes.append(Note("info", text))
    count = len(before.registrations)
    if count:
        what, them, cells = (
            ("1 route", "it", "its cell")
            if count == 1
            else (f"{count} routes", "they", "their cells")
        )
        text = (
            f"`app` has {what} from before; run {cells} again so that {them} can be swapped and "
            "exported."
        )
        notes.append(Note("info", text))
    return notes
