"""What a view needs to come alive in a front end, whichever widget it is."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from notebookapi.editing import current_draft
from notebookapi.notebook.face import Session
from notebookapi.notebook.swap.recorder import CellDraft
from notebookapi.openapi.assets import AssetsNotBuilt

if TYPE_CHECKING:
    from notebookapi.notebook.views.widgets.opened import Widget


@dataclass(frozen=True, slots=True)
class Living:
    """open_live: shows a widget and returns its bundle; None where there is none, and a note."""

    open_live: Callable[[], Mapping[str, Any]] | None
    note: str = ""


def living(session: Session, what: str, line: str, make: Callable[[], Widget]) -> Living:
    """Return what shows a widget in the running cell, or a note that says why it cannot.

    what: it in words. line: for front ends without widgets. make: makes it, when it is shown.
    """
    if importlib.util.find_spec("anywidget") is None:
        return Living(None, f'For {what} here: %pip install "notebookapi[notebook]".')
    # anywidget takes its time to load: only where there is something to show.
    from notebookapi.notebook.views.widgets import assets

    try:
        assets.version()
    except AssetsNotBuilt as error:
        return Living(None, str(error))
    draft = current_draft()
    cell_id = draft.cell_id if isinstance(draft, CellDraft) else None

    def open_live() -> Mapping[str, Any]:
        widget = make()
        session.widgets.keep(cell_id, widget)
        return widget.bundle(line)

    return Living(open_live)
