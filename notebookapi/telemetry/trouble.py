"""What goes wrong while something is recorded: told, and kept from the request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from notebookapi.logger import logger


class Trouble:
    """Catches what a provider, an exporter or an option of the telemetry raises."""

    def __init__(self) -> None:
        self._told: set[tuple[str, type[Exception]]] = set()

    @contextmanager
    def kept_from_requests(self, doing: str) -> Iterator[None]:
        """Leave what is done inside where it raises; each class of exception is logged once.

        doing: what is done, for the log.
        """
        try:
            yield
        except Exception as error:
            if (doing, type(error)) not in self._told:
                self._told.add((doing, type(error)))
                logger.exception(
                    "Telemetry failed to %s. The request is served all the same; this is logged "
                    "once.",
                    doing,
                )
