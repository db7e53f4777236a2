"""`%api docs`: the document of what is served, in the output of the cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from notebookapi.notebook.commands.command import Command, Words
from notebookapi.notebook.commands.opening import living
from notebookapi.notebook.face import Session
from notebookapi.notebook.views.docs import Docs

if TYPE_CHECKING:
    from notebookapi.notebook.views.widgets.docs import DocsWidget


def _docs(session: Session, arguments: Sequence[str]) -> Docs:
    words = Words("`%api docs` or `%api docs --redoc`")
    words.add_argument("--redoc", action="store_true")
    said = words.parse_args(list(arguments))
    view = Docs(_document(session))
    what, make = ("ReDoc", redoc) if said.redoc else ("Swagger UI", swagger)
    live = living(session, what, view.line, lambda: make(session))
    return Docs(view.document, live.open_live, live.note)


def swagger(session: Session) -> DocsWidget:
    """Return the widget that shows Swagger UI."""
    return _widget(session, "docs")


def redoc(session: Session) -> DocsWidget:
    """Return the widget that shows ReDoc."""
    return _widget(session, "redoc")


def _widget(session: Session, kind: str) -> DocsWidget:
    # anywidget takes its time to load: only where there is something to show.
    from notebookapi.notebook.views.widgets.docs import DocsWidget

    return DocsWidget(session.server, kind, lambda: _document(session))


def _document(session: Session) -> dict[str, Any]:
    """Return the document as it is served, naming the server: a page's own origin is Jupyter's."""
    return {**session.app.openapi(), "servers": [{"url": session.url}]}


COMMANDS = (
    Command(
        "docs",
        _docs,
        [
            ("docs", "Swagger UI here, following every change"),
            ("docs --redoc", "... ReDoc, to read"),
        ],
        ["--redoc"],
    ),
)
