"""Swagger UI, or ReDoc, in the output of a cell."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from traitlets import Dict

from notebookapi.notebook.errors import NotebookError
from notebookapi.notebook.views.widgets.base import Bridged
from notebookapi.notebook.views.widgets.relay import Reached
from notebookapi.serving import ServingError


class DocsWidget(Bridged):
    """Shows the document of what is served, and follows each publication.

    kind: "docs" for Swagger UI, "redoc". read: returns the document as it is now.
    """

    document = Dict().tag(sync=True)

    def __init__(self, server: Reached, kind: str, read: Callable[[], dict[str, Any]]) -> None:
        super().__init__(server, kind=kind, document=read())
        self._read = read

    def published(self) -> None:
        """Show the document of what is served now; one that is the same is not sent."""
        # While the person has stopped the server, nothing is: the last document stays.
        with suppress(NotebookError, ServingError):
            self.document = self._read()
