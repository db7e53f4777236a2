"""The session at a glance in the output of a cell, as it changes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from time import monotonic
from typing import Any, Protocol

from notebookapi.notebook.log.records import Entry
from notebookapi.notebook.views.state import State
from notebookapi.notebook.views.widgets.base import Bridged
from notebookapi.notebook.views.widgets.pacing import Paced
from notebookapi.notebook.views.widgets.relay import Reached


class Counted(Protocol):
    """How many requests there were, and how the last one failed."""

    requests: int
    errors: int

    @property
    def last_failure(self) -> str | None: ...

    def listen(self, listener: Callable[[Entry], object]) -> Callable[[], None]:
        """Call `listener` with each request when it ends."""
        ...


class StateWidget(Bridged):
    """Shows what `%api` shows, and what became of it since.

    read: returns the whole state, as it is now. A page asks for it when it shows the widget, and is
    told from then on: nothing of it is part of the widget's state, which a notebook may keep.
    """

    def __init__(self, server: Reached, counted: Counted, read: Callable[[], State]) -> None:
        super().__init__(server, kind="state")
        self._counted = counted
        self._read = read
        self._lock = threading.Lock()
        self._state: State | None = None
        self._read_at = 0.0
        self._paced: Paced[None] = Paced(self._count, 1)
        self._stop: Callable[[], None] | None = None

    def published(self) -> None:
        """Show what is served from now on."""
        if self._stop is not None:
            self._renew("state")

    def close(self) -> None:
        """Leave the front end."""
        if self._stop is not None:
            self._stop()
        super().close()

    def _said(self, said: Mapping[str, Any], buffers: Sequence[Any]) -> None:
        if said.get("type") != "follow":
            super()._said(said, buffers)
            return
        if self._stop is None:
            self._stop = self._counted.listen(lambda entry: self._paced.add("requests", None))
        self._renew(str(said.get("id")))

    def _renew(self, name: str) -> None:
        with self._lock:
            self._state, self._read_at = self._read(), monotonic()
            self._show(self._state, name)

    def _count(self, _: Sequence[None]) -> None:
        # This is called where requests are answered, and the rest of the state takes long to find.
        counted = self._counted
        with self._lock:
            if self._state is None:
                return
            now = replace(
                self._state,
                requests=counted.requests,
                errors=counted.errors,
                failure=counted.last_failure,
            )
            self._show(now, "state")

    def _show(self, state: State, name: str) -> None:
        """Tell the page. Its own clock goes on with the uptime, which is in seconds."""
        facts = [list(each) for each in state.facts if each[0] != "Uptime"]
        uptime = state.uptime + monotonic() - self._read_at if state.url else None
        self._tell({"type": "state", "id": name, "facts": facts, "uptime": uptime}, [])
