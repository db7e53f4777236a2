"""The server's own log lines, kept out of whatever cell is running."""

from __future__ import annotations

import logging
from collections.abc import Callable

# What reports on requests and on the loop. Without a handler of the person's own, logging writes
# it to stderr, and a kernel shows that under the cell that started last.
_LOGGERS = ("uvicorn.error", "uvicorn.access", "asyncio", "notebookapi.serving")


class ServerLog(logging.Filter):
    """Hands over what the server's threads log, and lets others' records pass."""

    def __init__(self, keep: Callable[[logging.LogRecord], object]) -> None:
        super().__init__()
        self._keep = keep

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a record is somebody else's, so that it passes."""
        if not (record.threadName or "").startswith("notebookapi-"):
            return True
        self._keep(record)
        return False

    def install(self) -> None:
        """Stand before the loggers; once is enough."""
        for name in _LOGGERS:
            logging.getLogger(name).addFilter(self)

    def remove(self) -> None:
        """Let everything pass again."""
        for name in _LOGGERS:
            logging.getLogger(name).removeFilter(self)
