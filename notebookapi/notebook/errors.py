"""What can go wrong in a notebook.

NotebookError
├── UnknownSubcommand      `%api` was given a word that it does not know
├── BadArguments           a subcommand was given something it cannot use
├── NothingToServe         no application is there
├── Stopped                the person has stopped the server
├── NotExported            the cells do not make a module
├── SentNotRegistered      a response was used as a decorator
├── NotInstalled           a library is missing
├── Refused                no WebSocket was opened
├── Disconnected           a WebSocket has been closed
├── NoInput                an endpoint asked the person by `input()`
└── WouldWaitForItself     a request to the server from its own loop
"""

from __future__ import annotations

from starlette.websockets import WebSocketDisconnect


class NotebookError(Exception):
    """A mistake that one message explains: place, value and cure; no traceback is needed."""


class UnknownSubcommand(NotebookError):
    pass


class BadArguments(NotebookError):
    pass


class NothingToServe(NotebookError):
    pass


class Stopped(NotebookError):
    pass


class NotExported(NotebookError):
    pass


class SentNotRegistered(NotebookError, TypeError):
    pass


class NotInstalled(NotebookError, ImportError):
    @classmethod
    def instead_of(cls, error: ImportError) -> NotInstalled:
        """Return what to raise instead: the library, and the command that installs it."""
        library = (error.name or "A library").partition(".")[0]
        return cls(
            f"{library} is not installed, and this needs it. "
            'Run `%pip install "notebookapi[notebook]"`, then try again.'
        )


class Refused(NotebookError):
    """status: what the handshake was answered with."""

    def __init__(self, status: int, message: str) -> None:
        Exception.__init__(self, message)
        self.status = status


class Disconnected(NotebookError, WebSocketDisconnect):
    """code, reason: those that the connection was closed with (RFC 6455, section 7.4)."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        Exception.__init__(self, message)
        self.code, self.reason = code, reason


class NoInput(NotebookError, EOFError):
    pass


class WouldWaitForItself(NotebookError, RuntimeError):
    pass
