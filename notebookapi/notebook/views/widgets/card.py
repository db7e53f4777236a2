"""The buttons of all cards of a page: a widget that is never shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from traitlets import Unicode

from notebookapi.notebook.errors import NotebookError
from notebookapi.notebook.views.widgets.base import Bridged
from notebookapi.notebook.views.widgets.opened import Widget
from notebookapi.notebook.views.widgets.relay import Reached
from notebookapi.serving import ServingError


class Acts(Protocol):
    """What the buttons do. All raise NotebookError and ServingError, for the person."""

    def form(self, label: str) -> Widget:
        """Open a form for an operation such as "GET /items/{id}"."""
        ...

    def docs(self) -> Widget:
        """Open Swagger UI."""
        ...

    def request(self, label: str) -> Mapping[str, Any]:
        """Return an operation with values to begin with."""
        ...

    def undo(self, lines: Sequence[str]) -> str:
        """Take the publication of a card back; return a sentence."""
        ...

    def close(self, widget: Widget) -> None:
        """Close what was opened."""
        ...


class CardsWidget(Bridged):
    """Stands behind the buttons; the page draws them into cards, and what they open below.

    page: the class of the cards that are this session's.
    """

    page = Unicode().tag(sync=True)

    def __init__(self, server: Reached, acts: Acts, page: str) -> None:
        self._acts = acts
        self._opened: dict[str, Widget] = {}
        self.is_closed = False
        super().__init__(server, kind="cards", page=page)

    def published(self) -> None:
        """Go on: cards say what they said."""

    def close(self) -> None:
        """Leave the front end."""
        self.is_closed = True
        super().close()

    def _said(self, said: Mapping[str, Any], buffers: Sequence[Any]) -> None:
        label = str(said.get("label", ""))
        match said.get("type"):
            case "try":
                self._answer(said, lambda: self._open(self._acts.form(label)))
            case "docs":
                self._answer(said, lambda: self._open(self._acts.docs()))
            case "request":
                self._answer(said, lambda: self._acts.request(label))
            case "undo":
                lines = [str(each) for each in said.get("lines", ())]
                self._answer(said, lambda: {"text": self._acts.undo(lines)})
            case "shut":
                if widget := self._opened.pop(str(said.get("model")), None):
                    self._acts.close(widget)
            case _:
                super()._said(said, buffers)

    def _open(self, widget: Widget) -> Mapping[str, Any]:
        name = str(widget.model_id)
        self._opened[name] = widget
        return {"model": name}

    def _answer(self, said: Mapping[str, Any], act: Callable[[], Mapping[str, Any]]) -> None:
        name = str(said.get("id"))
        try:
            self._tell({"type": "done", "id": name, **act()}, [])
        except (NotebookError, ServingError) as error:
            self._tell({"type": "error", "id": name, "text": str(error)}, [])
