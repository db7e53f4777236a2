"""What the buttons of a card do: a form, the docs, a request as code, the way back.

A card is static HTML, so that a saved notebook stays the same and can be read anywhere. Its buttons
are put there by the page (`frontend/src/card`), which asks for one widget that is never shown. What
a button does is loaded when it is pressed: the first card of a notebook waits for this module.
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.examples.place import examples_file
from notebookapi.notebook.face import Session
from notebookapi.notebook.views.model import Card
from notebookapi.openapi.assets import AssetsNotBuilt

if TYPE_CHECKING:
    from notebookapi.notebook.views.widgets.opened import Widget

_KEY = "buttons of cards"
"""Under which they are kept open; front ends call no cell so."""


class Buttons:
    """The buttons of a session's cards."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._widget: Any = None
        self._lock = threading.Lock()
        self._latest: tuple[Sequence[str], object] = ((), None)

    @property
    def page(self) -> str:
        """The class that the cards of this notebook have, by which a page tells whose they are.

        It is made of the file's name alone: the same for everybody who works on the notebook.
        """
        file = examples_file(self._session.namespace)
        return f"nbapi-{sha256(file.stem.encode()).hexdigest()[:8]}" if file else ""

    def shown(self, card: Card, *, is_live: bool) -> None:
        """Note that a card is shown. is_live: whether somebody is there to press a button.

        The widget is made in a thread: anywidget takes its time to load, and no cell waits for it.
        """
        if not any(line.sign in "+~-" for line in card.lines):
            return
        self._latest = [line.what for line in card.lines], self._session.steps.latest
        if is_live and importlib.util.find_spec("anywidget") is not None:
            threading.Thread(target=self._offer, args=(card.page,), daemon=True).start()

    def _offer(self, page: str) -> None:
        from notebookapi.notebook.views.widgets import assets
        from notebookapi.notebook.views.widgets.card import CardsWidget

        with self._lock:
            if self._widget is not None and not self._widget.is_closed:
                return
            try:
                assets.version()
            except AssetsNotBuilt:
                return  # `%api docs` and its like say so
            self._widget = CardsWidget(self._session.server, self, page)
            self._session.widgets.keep(_KEY, self._widget)

    # --- what a page asks for

    def form(self, label: str) -> Widget:
        """Open a form for an operation. Raises BadArguments."""
        from notebookapi.notebook.commands import trying

        return self._kept(trying.form(self._session, self._named(label)))

    def docs(self) -> Widget:
        """Open Swagger UI."""
        from notebookapi.notebook.commands import docs

        made: Widget = docs.swagger(self._session)
        return self._kept(made)

    def request(self, label: str) -> Mapping[str, Any]:
        """Return an operation with values to begin with. Raises BadArguments."""
        from notebookapi.notebook.commands import trying

        return trying.beginning(self._session, self._named(label))

    def undo(self, lines: Sequence[str]) -> str:
        """Take a publication back; return a sentence. Raises BadArguments.

        lines: what the card lists, which must be that of the last publication.
        """
        from notebookapi.notebook.commands import undoing

        listed, step = self._latest
        if step is None or step is not self._session.steps.latest or list(lines) != list(listed):
            raise BadArguments(
                "Something else has been published since. `%api history` lists what; "
                "`%api undo STEPS` goes further back."
            )
        view = undoing.undo(self._session, 1)
        self._session.widgets.published()
        return view.line.removeprefix("notebookapi: ")

    def close(self, widget: Widget) -> None:
        """Close what was opened."""
        self._session.widgets.drop(_KEY, widget)

    def _kept(self, widget: Widget) -> Widget:
        self._session.widgets.keep(_KEY, widget)
        return widget

    def _named(self, label: str) -> Sequence[str]:
        """Return an operation's method and path, where it stands under a router's prefix too."""
        from notebookapi.notebook.commands import targets

        methods, _, path = label.partition(" ")
        method = methods.split(",")[0].strip()
        known = [each for each in targets.known(self._session) if each[0] == method]
        exact = [each for each in known if each[1] == path]
        below = [each for each in known if each[1].endswith(path)]
        return (exact or below or [(method, path)])[0]
