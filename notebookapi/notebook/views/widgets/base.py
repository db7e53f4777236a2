"""What all widgets share: their files, their way to the server, their way past a busy cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import anywidget
from traitlets import Unicode

from notebookapi.notebook.errors import NotebookError
from notebookapi.notebook.views.widgets import assets
from notebookapi.notebook.views.widgets.relay import Client, Reached, Relay
from notebookapi.openapi.assets import AssetsNotBuilt
from notebookapi.serving import ServingError

_VIEW = "application/vnd.jupyter.widget-view+json"


class Bridged(anywidget.AnyWidget):
    """A widget whose page sends requests by way of the kernel.

    kind: which part of the shared bundle shows it. Raises AssetsNotBuilt.
    """

    kind = Unicode().tag(sync=True)
    version = Unicode().tag(sync=True)

    def __init__(self, server: Reached, **traits: Any) -> None:
        super().__init__(_esm=assets.loader(), version=assets.version(), **traits)
        self._server = server
        self._relay = Relay(server, self._tell, self._asking)
        self.on_msg(self._heard)
        self._pass_busy_cells()

    def bundle(self, line: str) -> dict[str, Any]:
        """Return what a front end displays. line: for those that have no widgets."""
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return {"text/plain": line, _VIEW: view}

    def close(self) -> None:
        """Abort what is under way, and leave the front end."""
        self._relay.close()
        super().close()

    def _pass_busy_cells(self) -> None:
        # ipykernel 7.4 sends what a page says to the shell that spoke last on the comm: after a
        # cell that is the one that runs cells. Without this, a click waits for the running cell.
        if hasattr(self.comm, "_reply_subshell_for"):
            self.comm._reply_subshell_for = lambda data, default: default

    def _heard(self, _: Any, said: Any, buffers: Sequence[Any]) -> None:
        if isinstance(said, Mapping):
            self._said(said, buffers)

    def _asking(self, name: str, address: Client) -> None:
        """Note, on the server's loop, from which address the request of an id comes."""

    def _said(self, said: Mapping[str, Any], buffers: Sequence[Any]) -> None:
        """Do what the page said, on whatever thread the kernel hears it."""
        match said.get("type"):
            case "asset":
                self._give(str(said.get("id")), str(said.get("name")))
            case "hello":
                self._server.learn_host(str(said.get("host", "")))
            case "enter":
                self._show_way_in(str(said.get("id")))
            case _:
                self._relay.take(said, buffers)

    def _show_way_in(self, request: str) -> None:
        # What is said over the comm is not saved with the notebook, as traits may be.
        try:
            self._tell({"type": "way-in", "id": request, **self._server.way_in()}, [])
        except (NotebookError, ServingError) as error:
            self._tell({"type": "error", "id": request, "text": str(error)}, [])

    def _give(self, request: str, name: str) -> None:
        try:
            self._tell({"type": "asset", "id": request}, [assets.packed(name)])
        except (LookupError, AssetsNotBuilt) as error:
            text = str(error) if isinstance(error, AssetsNotBuilt) else f"No file {name!r}."
            self._tell({"type": "error", "id": request, "text": text}, [])

    def _tell(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        self.send(content, buffers)
