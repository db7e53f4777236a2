"""Every subcommand of `%api` as a method of `api`: `api.export("api.py", accept=True)`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from notebookapi.notebook.views.shown import Shown

if TYPE_CHECKING:
    from notebookapi.notebook.face import Session

# The names of methods end with an underscore where the word alone is Python's.
RESERVED = {"import_": "import", "try_": "try"}


def method_of(session: Session, name: str) -> Callable[..., Shown] | None:
    """Return the method of that name; None where no subcommand is called so."""
    from notebookapi.notebook.commands.table import COMMANDS

    command = COMMANDS.get(RESERVED.get(name, name))
    if command is None:
        return None

    def method(*arguments: object, **options: object) -> Shown:
        words = [*map(_word, arguments), *_options(options)]
        return Shown(command.run(session, words), session.screen.show)

    method.__name__ = method.__qualname__ = name
    method.__doc__ = "; ".join(f"`%api {what}`: {does}" for what, does in command.usage)
    return method


def names() -> list[str]:
    """Return the names of all such methods."""
    from notebookapi.notebook.commands.table import COMMANDS

    written = {name: method for method, name in RESERVED.items()}
    return [written.get(name, name) for name in COMMANDS]


def _word(argument: object) -> str:
    """Return an argument as a word: an endpoint is known by its name."""
    is_function = callable(argument) and not isinstance(argument, type)
    return str(getattr(argument, "__name__", argument)) if is_function else str(argument)


def _options(options: dict[str, Any]) -> Iterator[str]:
    for name, value in options.items():
        word = f"--{name.replace('_', '-')}"
        if value is True:
            yield word
        elif value is not False and value is not None:
            yield from (word, str(value))
