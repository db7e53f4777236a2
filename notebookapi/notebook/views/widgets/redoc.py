"""ReDoc in the output of a cell: to read, not to send requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from traitlets import Dict

from notebookapi.notebook.views.widgets.base import Bridged
from notebookapi.notebook.views.widgets.relay import Reached


class RedocWidget(Bridged):
    """Shows the document of what is served, and follows each publication.

    read: returns the document as it is now.
    """

    document = Dict().tag(sync=True)

    def __init__(self, server: Reached, read: Callable[[], dict[str, Any]]) -> None:
        super().__init__(server, kind="redoc", document=read())
        self._read = read

    def published(self) -> None:
        """Show the document of what is served now; one that is the same is not sent."""
        self.document = self._read()
