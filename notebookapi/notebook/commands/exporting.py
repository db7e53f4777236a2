"""`%api export`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from notebookapi.notebook.commands.command import Command
from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.face import Session
from notebookapi.notebook.views.model import View

_EXPORT = "`%api export FILE [--accept] [--overwrite] [--timeout SECONDS]`"


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


def _seconds(waiting: list[str]) -> float:
    cure = "a number of seconds, such as `--timeout 120`."
    if not waiting:
        raise BadArguments(f"`--timeout` needs {cure}")
    word = waiting.pop(0)
    if word.isdecimal() and int(word) > 0:
        return float(word)
    raise BadArguments(f"`--timeout {word}` is not a time; give {cure}")


COMMANDS = (
    Command(
        "export",
        _export,
        [
            ("export FILE", "write the module, its OpenAPI document proved equal"),
            ("export FILE --accept", "... although the proof finds differences"),
            ("export FILE --overwrite", "... over a file that was edited by hand"),
            ("export FILE --timeout SECONDS", "... giving the proof more time than 60 s"),
        ],
        ["--accept", "--overwrite", "--timeout"],
    ),
)
