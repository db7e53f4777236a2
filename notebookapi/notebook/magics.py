"""`%api` and its subcommands: a line of text -> something done, and a view of it."""

from __future__ import annotations

import difflib
import os
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from notebookapi.notebook.errors import BadArguments, UnknownSubcommand
from notebookapi.notebook.face import Session
from notebookapi.notebook.forgetting import withdraw
from notebookapi.notebook.views.model import Message, RouteList, View

_EXPORT = "`%api export FILE [--accept] [--overwrite] [--timeout SECONDS]`"

Subcommand = Callable[[Session, Sequence[str]], View]


def run(session: Session, line: str) -> View:
    """Do what `%api LINE` says and return what to show.

    Raises NotebookError and ServingError: each a message for the person.
    """
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise BadArguments(
            f"`%api {line}` cannot be read: {error}. Close the quotation."
        ) from error
    if not words:
        return session.state()
    name, *arguments = words
    subcommand = SUBCOMMANDS.get(name)
    if subcommand is None:
        raise _unknown(name)
    return subcommand(session, arguments)


def _state(session: Session, arguments: Sequence[str]) -> View:
    _none("state", arguments)
    return session.state()


def _routes(session: Session, arguments: Sequence[str]) -> View:
    _none("routes", arguments)
    return RouteList(session.routes, session.application_name)


def _serve(session: Session, arguments: Sequence[str]) -> View:
    name, port = None, None
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        if word == "--port":
            port = _port(waiting)
        elif name is None and word.isidentifier():
            name = word
        else:
            raise BadArguments(
                f"`%api serve` does not know {word!r}. Write `%api serve [NAME] [--port PORT]`."
            )
    session.serve(name, port)
    return session.state()


def _stop(session: Session, arguments: Sequence[str]) -> View:
    _none("stop", arguments)
    if session.stop():
        return Message("The server is stopped; routes are kept.", ["`%api serve` starts it again."])
    return Message("The server is not running.", ["`%api serve` starts it."])


def _export(session: Session, arguments: Sequence[str]) -> View:
    from notebookapi.notebook.exporting import export

    options: dict[str, Any] = {}
    files: list[str] = []
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        if word in ("--accept", "--overwrite"):
            options[word.removeprefix("--")] = True
        elif word == "--timeout":
            options["timeout"] = _seconds(waiting)
        elif word.startswith("-"):
            raise BadArguments(f"`%api export` does not know `{word}`. Write {_EXPORT}.")
        else:
            files.append(word)
    if len(files) != 1:
        raise BadArguments(
            "`%api export` needs one file to write, such as `%api export api.py`; "
            f"it was given {len(files)}."
        )
    return export(session, Path(os.path.expanduser(files[0])), options)


def _forget(session: Session, arguments: Sequence[str]) -> View:
    match list(arguments):
        case ["--deleted"]:
            return _forget_deleted(session)
        case [method, path] if not method.startswith("-"):
            label = withdraw(session, method, path)
            return Message(f"Withdrawn: {label}.")
    raise BadArguments(
        "Write `%api forget METHOD PATH`, which withdraws a route, or `%api forget --deleted`, "
        "which withdraws what deleted cells registered."
    )


def _forget_deleted(session: Session) -> View:
    withdrawn = [each.label for each in session.forget()]
    if not withdrawn:
        return Message("No deleted cell has anything that is served.")
    return Message(f"Withdrawn: {', '.join(withdrawn)}.")


def _help(session: Session, arguments: Sequence[str]) -> View:
    _none("help", arguments)
    lines = [f"%api {usage}".ljust(40) + text for usage, text in USAGE]
    return Message("%api: the session at a glance, and:", lines, good=None)


SUBCOMMANDS: dict[str, Subcommand] = {
    "state": _state,
    "routes": _routes,
    "serve": _serve,
    "stop": _stop,
    "export": _export,
    "forget": _forget,
    "help": _help,
}
USAGE = (
    ("routes", "what is served, and by which cell"),
    ("serve [NAME] [--port PORT]", "start the server, or serve another application"),
    ("stop", "stop the server; routes are kept"),
    ("export FILE", "write the module, its OpenAPI document proved equal"),
    ("export FILE --accept", "... although the proof finds differences"),
    ("export FILE --overwrite", "... over a file that was edited by hand"),
    ("export FILE --timeout SECONDS", "... giving the proof more time than 60 s"),
    ("forget METHOD PATH", "withdraw a route"),
    ("forget --deleted", "withdraw what deleted cells registered"),
    ("help", "this list"),
)
_OPTIONS = {
    "--port": "serve",
    "--deleted": "forget",
    **dict.fromkeys(("--accept", "--overwrite", "--timeout"), "export"),
}


def _none(name: str, arguments: Sequence[str]) -> None:
    if arguments:
        raise BadArguments(f"`%api {name}` takes nothing more; it was given {arguments[0]!r}.")


def _port(waiting: list[str]) -> int:
    cure = "a number from 1 to 65535, such as `--port 8000`."
    if not waiting:
        raise BadArguments(f"`--port` needs {cure}")
    word = waiting.pop(0)
    if word.isdecimal() and 0 < int(word) < 65536:
        return int(word)
    raise BadArguments(f"`--port {word}` is not a port; give {cure}")


def _seconds(waiting: list[str]) -> float:
    cure = "a number of seconds, such as `--timeout 120`."
    if not waiting:
        raise BadArguments(f"`--timeout` needs {cure}")
    word = waiting.pop(0)
    if word.isdecimal() and int(word) > 0:
        return float(word)
    raise BadArguments(f"`--timeout {word}` is not a time; give {cure}")


def _unknown(name: str) -> UnknownSubcommand:
    if name.startswith("-"):
        near = [f"{_OPTIONS[name]} {name}"] if name in _OPTIONS else []
    else:
        near = difflib.get_close_matches(name, SUBCOMMANDS, n=1)
    guess = f"Did you mean `%api {near[0]}`? " if near else ""
    known = ", ".join(each for each in SUBCOMMANDS if each != "state")  # `%api` alone does it
    return UnknownSubcommand(f"`%api` has no subcommand {name!r}. {guess}It knows: {known}.")
