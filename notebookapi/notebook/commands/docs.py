"""`%api docs`: the document of what is served, in the output of the cell."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from typing import Any

from notebookapi.editing import current_draft
from notebookapi.notebook.commands.command import Command, nothing_more
from notebookapi.notebook.face import Session
from notebookapi.notebook.swap.recorder import CellDraft
from notebookapi.notebook.views.docs import Docs
from notebookapi.openapi.assets import AssetsNotBuilt


def _docs(session: Session, arguments: Sequence[str]) -> Docs:
    nothing_more("docs", arguments)
    document = _document(session)
    if importlib.util.find_spec("anywidget") is None:
        return Docs(document, note='For Swagger UI here: %pip install "notebookapi[notebook]".')
    view = Docs(document)
    try:
        return Docs(document, open_live=_opener(session, view.line))
    except AssetsNotBuilt as error:
        return Docs(document, note=str(error))


def _opener(session: Session, line: str) -> Any:
    # anywidget takes its time to load: only where there is something to show.
    from notebookapi.notebook.views.widgets import assets

    assets.version()
    draft = current_draft()
    cell_id = draft.cell_id if isinstance(draft, CellDraft) else None

    def open_live() -> Mapping[str, Any]:
        from notebookapi.notebook.views.widgets.docs import DocsWidget

        widget = DocsWidget(session.server, lambda: _document(session))
        session.widgets.keep(cell_id, widget)
        return widget.bundle(line)

    return open_live


def _document(session: Session) -> dict[str, Any]:
    """Return the document as it is served, naming the server: a page's own origin is Jupyter's."""
    return {**session.app.openapi(), "servers": [{"url": session.url}]}


COMMANDS = (Command("docs", _docs, [("docs", "Swagger UI here, following every change")]),)
