"""Log records of requests: kept with the request, and kept from the streams of cells."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator

from notebookapi.notebook.log.capture import current
from notebookapi.notebook.log.records import Logged


def route_logging() -> Callable[[], object]:
    """Take the log records of requests; return what undoes it.

    Handlers of the person's own that write elsewhere, to a file for example, have them as well.
    In the place of a method of `logging`, since a handler would have to be added to each logger
    that does not propagate, and would change what `logging.warning` does in cells.
    """
    original = logging.Logger.callHandlers

    def call_handlers(self: logging.Logger, record: logging.LogRecord) -> None:
        capture = current.get()
        if capture is None:
            original(self, record)
            return
        capture.log(_logged(record))
        for handler in _handlers(self):
            if record.levelno >= handler.level and not _is_console(handler):
                handler.handle(record)

    setattr(logging.Logger, "callHandlers", call_handlers)  # noqa: B010  # a method, to mypy
    return lambda: setattr(logging.Logger, "callHandlers", original)


_formatter = logging.Formatter()


def _logged(record: logging.LogRecord) -> Logged:
    try:
        message = record.getMessage()
    except Exception as error:
        # logging itself would tell of this on stderr, and go on.
        message = f"{record.msg!r}, which cannot be formatted: {error!r}"
    trace = _formatter.formatException(record.exc_info) if record.exc_info else ""
    return Logged(record.levelname, record.name, message, trace)


def _handlers(logger: logging.Logger) -> Iterator[logging.Handler]:
    """Yield the handlers that a record goes to, as `Logger.callHandlers` has it."""
    at: logging.Logger | None = logger
    while at is not None:
        yield from at.handlers
        at = at.parent if at.propagate else None


def _is_console(handler: logging.Handler) -> bool:
    """Tell whether a handler writes to one of the two streams, whatever stands in their place."""
    if not isinstance(handler, logging.StreamHandler) or isinstance(handler, logging.FileHandler):
        return False
    consoles = (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)
    inside = (getattr(each, "_stream", each) for each in consoles)
    return any(handler.stream is each for each in (*consoles, *inside))
