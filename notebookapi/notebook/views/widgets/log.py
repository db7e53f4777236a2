"""The log of requests in the output of a cell, as they come."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from traitlets import Bool

from notebookapi.notebook.log.records import Entry
from notebookapi.notebook.views.widgets.base import Bridged
from notebookapi.notebook.views.widgets.pacing import Paced
from notebookapi.notebook.views.widgets.relay import Reached
from notebookapi.notebook.views.widgets.told import details_of, row_of

MOST = 1000
"""Rows that a page keeps, and that a batch can have."""


class Followed(Protocol):
    """The log that is shown."""

    def entries(self) -> Sequence[Entry]:
        """Return the requests that are kept, the oldest first."""
        ...

    def find(self, number: int) -> Entry | None:
        """Return a request by its id; None where it is not kept any more."""
        ...

    def listen(
        self, listener: Callable[[Entry], object], *, also_begun: bool
    ) -> Callable[[], None]:
        """Call `listener` with each request when it begins and when it ends."""
        ...

    def has_frames(self, number: int) -> bool:
        """Tell whether a debugger can be opened in a request."""
        ...

    def clear(self) -> None:
        """Forget the requests that are kept."""
        ...


class LogWidget(Bridged):
    """Shows requests as they come; a row that is opened shows all that is known of it.

    failed: whether it begins with those that failed. A page asks for what there is when it shows
    the widget, and is told from then on: nothing of the log is part of the widget's state.
    """

    failed = Bool().tag(sync=True)

    def __init__(self, server: Reached, log: Followed, *, failed: bool = False) -> None:
        super().__init__(server, kind="log", failed=failed)
        self._log = log
        self._paced: Paced[dict[str, Any]] = Paced(self._show, MOST)
        self._stop: Callable[[], None] | None = None

    def published(self) -> None:
        """Go on: what is served has nothing to do with it."""

    def close(self) -> None:
        """Leave the front end."""
        if self._stop is not None:
            self._stop()
        super().close()

    def _said(self, said: Mapping[str, Any], buffers: Sequence[Any]) -> None:
        name = str(said.get("id"))
        match said.get("type"):
            case "follow":
                self._tell({"type": "rows", "id": name, "rows": self._follow()}, [])
            case "open":
                self._open(name, said.get("number"))
            case "clear":
                self._log.clear()
                self._paced.forget()
                self._tell({"type": "cleared", "id": "log"}, [])
            case _:
                super()._said(said, buffers)

    def _follow(self) -> list[dict[str, Any]]:
        if self._stop is None:
            self._stop = self._log.listen(self._noted, also_begun=True)
        return [row_of(each) for each in self._log.entries()[-MOST:]]

    def _noted(self, entry: Entry) -> None:
        self._paced.add(entry.id, row_of(entry))

    def _show(self, rows: Sequence[dict[str, Any]]) -> None:
        self._tell({"type": "rows", "id": "log", "rows": list(rows)}, [])

    def _open(self, name: str, number: object) -> None:
        entry = self._log.find(number) if isinstance(number, int) else None
        if entry is None:
            text = f"Request {number} is not kept any more."
            self._tell({"type": "error", "id": name, "text": text}, [])
            return
        told, bodies = details_of(entry)
        has_frames = self._log.has_frames(entry.id)
        self._tell({"type": "opened", "id": name, "hasFrames": has_frames, **told}, bodies)
