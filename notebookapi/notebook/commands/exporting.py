"""`%api export`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from notebookapi.notebook.commands.command import Command, Words
from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.face import Session
from notebookapi.notebook.views.model import View

_EXPORT = (
    "`%api export FILE [--accept] [--overwrite] [--timeout SECONDS] [--freeze NAME] [--tests] "
    "[--framework fastapi]`, or `--project FOLDER` in the place of FILE"
)
_FRAMEWORKS = ("notebookapi", "fastapi")


def _export(session: Session, arguments: Sequence[str]) -> View:
    from notebookapi.notebook.exporting import export
    from notebookapi.notebook.kernel.progress import telling

    words = Words(_EXPORT)
    words.add_argument("files", nargs="*")
    words.add_argument("--accept", action="store_true")
    words.add_argument("--overwrite", action="store_true")
    words.add_argument("--timeout", type=_seconds, default=60.0)
    words.add_argument("--freeze", action="append", default=[])
    words.add_argument("--tests", action="store_true")
    words.add_argument("--framework", choices=_FRAMEWORKS, default=_FRAMEWORKS[0])
    words.add_argument("--project", metavar="FOLDER")
    if list(arguments)[-1:] == ["--timeout"]:
        raise BadArguments("`--timeout` needs a number of seconds, such as `--timeout 120`.")
    said, unknown = words.parse_known_args(arguments)
    if unknown:
        raise BadArguments(f"`%api export` does not know `{unknown[0]}`. Write {_EXPORT}.")
    options = vars(said)
    folder = options["project"]
    files = [*options.pop("files"), *([folder] if folder is not None else [])]
    if len(files) != 1:
        raise BadArguments(
            "`%api export` needs one file to write, such as `%api export api.py`; "
            f"it was given {len(files)}."
        )
    with telling() as tell:
        return export(session, Path(os.path.expanduser(files[0])), options, progress=tell)


def _seconds(word: str) -> float:
    if word.isdecimal() and int(word) > 0:
        return float(word)
    raise BadArguments(
        f"`--timeout {word}` is not a time; give a number of seconds, such as `--timeout 120`."
    )


COMMANDS = (
    Command(
        "export",
        _export,
        [
            ("export FILE", "write the module, its OpenAPI document proved equal"),
            ("export FILE --accept", "... although the proof finds differences"),
            ("export FILE --overwrite", "... over a file that was edited by hand"),
            ("export FILE --timeout SECONDS", "... giving the proof more time than 60 s"),
            ("export FILE --freeze NAME", "... with an object that was trained, in a file beside"),
            ("export FILE --tests", "... and test_FILE, tests made of the examples"),
            ("export FILE --framework fastapi", "... for FastAPI"),
            ("export --project FOLDER", "a project that runs at once: package, tests, container"),
        ],
        ["--accept", "--overwrite", "--timeout", "--freeze", "--tests", "--framework", "--project"],
    ),
)
