"""`%config NotebookAPI`: whether cards are shown and examples sent again, and what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from traitlets import Bool, Int, observe
from traitlets.config import Configurable

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from notebookapi.notebook.face import Session


class NotebookAPI(Configurable):
    """What `%config NotebookAPI.card = False` sets, and a configuration file in `c.NotebookAPI`."""

    card = Bool(
        True, help="Show under a cell what it changed; failures are told all the same."
    ).tag(config=True)
    replay = Bool(True, help="Send examples again when a publication touches their endpoint.").tag(
        config=True
    )
    log_size = Int(1000, min=1, help="Requests that `api.log` keeps.").tag(config=True)

    def __init__(self, session: Session, shell: InteractiveShell) -> None:
        """Register with the shell, and follow what its configuration says already."""
        self._session = session
        super().__init__(parent=shell)
        self._apply(None)
        there: list[Any] = shell.configurables  # IPython takes its annotation from the first one
        there.append(self)

    @observe("replay", "log_size")
    def _apply(self, change: Any) -> None:
        self._session.examples.is_on = self.replay
        self._session.journal.keep(self.log_size)

    def remove(self, shell: InteractiveShell) -> None:
        """Let the shell forget this: `%unload_ext`."""
        there: list[Any] = shell.configurables
        there.remove(self)
