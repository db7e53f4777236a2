"""What can go wrong with a command.

CommandError
├── Misuse              the command was given something that it cannot use
├── NoSuchFile          nothing lies where the person says
├── NoApplication       a module without the application that is asked for
├── ImportFailed        the person's module raised an exception
├── NotDescribed        an application without an OpenAPI document, or one that is not ours
├── BadProject          pyproject.toml cannot be read
├── NotWritten          a file cannot be written
├── NotOpened           IPython runs, but without us
├── NotExported         a notebook does not run, or its module or project was refused
├── NotServed           a notebook does not run, or has nothing to serve
└── LibraryMissing      an extra is not installed
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import ClassVar


class CommandError(Exception):
    """One message for the person: place, value and cure. exit_code: of the command."""

    exit_code: ClassVar[int] = 1
    details = ""
    """Lines that stand above the message: a traceback."""


class Misuse(CommandError):
    exit_code = 2


class NoSuchFile(CommandError):
    pass


class NoApplication(CommandError):
    pass


class ImportFailed(CommandError):
    def __init__(self, message: str, details: str) -> None:
        super().__init__(message)
        self.details = details


class NotDescribed(CommandError):
    pass


class BadProject(CommandError):
    pass


class NotWritten(CommandError):
    pass


class NotOpened(CommandError):
    pass


class NotExported(CommandError):
    pass


class NotServed(CommandError):
    pass


class LibraryMissing(CommandError):
    def __init__(self, library: str, extra: str) -> None:
        super().__init__(
            f"This command needs {library}, which is not installed. "
            f'Run: pip install "notebookapi[{extra}]"'
        )


def check_library(module: str, name: str, extra: str) -> None:
    """Raises LibraryMissing unless a module is there. name: what people call its library."""
    try:
        is_there = find_spec(module) is not None
    except ValueError:
        is_there = False  # blocked on purpose
    if not is_there:
        raise LibraryMissing(name, extra)
