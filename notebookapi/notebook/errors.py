"""What can go wrong in a notebook.

NotebookError
├── UnknownSubcommand      `%api` was given a word that it does not know
├── BadArguments           a subcommand was given something it cannot use
├── NothingToServe         no application is there
├── Stopped                the person has stopped the server
├── NotExported            the cells do not make a module
├── SentNotRegistered      a response was used as a decorator
├── NoInput                an endpoint asked the person by `input()`
└── WouldWaitForItself     a request to the server from its own loop
"""

from __future__ import annotations


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


class NoInput(NotebookError, EOFError):
    pass


class WouldWaitForItself(NotebookError, RuntimeError):
    pass
