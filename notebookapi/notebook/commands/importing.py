"""`%api import`."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from notebookapi.notebook.commands.command import Command, Words
from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.face import Session
from notebookapi.notebook.views.model import Message, View

_FORM = "`%api import MODULE.py [NOTEBOOK.ipynb]`"


def _import(session: Session, arguments: Sequence[str]) -> View:
    from notebookapi.export import ExportError
    from notebookapi.export.cells_of import cells_of
    from notebookapi.notebook.kernel import next_input

    words = Words(_FORM)
    words.add_argument("module")
    words.add_argument("notebook", nargs="?")
    said = words.parse_args(arguments)
    path = Path(os.path.expanduser(said.module))
    try:
        found = cells_of(path)
    except ExportError as error:
        raise BadArguments(str(error)) from error
    count = len(found.endpoints)
    what = f"{path.name}: {count} endpoint{'' if count == 1 else 's'}"
    if said.notebook is None:
        next_input.put(found.text)
        return Message(f"{what}, in this cell now. Run it to serve them.")
    target = Path(os.path.expanduser(said.notebook))
    _write(target, found.cells)
    return Message(f"{what}, in {len(found.cells)} cells of {target}. Open it and run them.")


def _write(target: Path, cells: Sequence[str]) -> None:
    """Write a notebook (nbformat 4.5). Raises BadArguments where there is a file already."""
    if target.suffix != ".ipynb":
        raise BadArguments(f"`{target}` is no notebook; write `{target.with_suffix('.ipynb')}`.")
    made: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"cell-{number}",
            "metadata": {},
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(["%load_ext notebookapi", *cells], 1)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {
        "cells": made,
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    try:
        with target.open("x", encoding="utf-8") as file:
            json.dump(notebook, file, indent=1, ensure_ascii=False)
            file.write("\n")
    except FileExistsError as error:
        raise BadArguments(f"{target} is there already. Choose another name.") from error
    except OSError as error:
        raise BadArguments(f"{target} cannot be written: {error.strerror or error}.") from error


COMMANDS = (
    Command(
        "import",
        _import,
        [
            ("import MODULE.py", "a module's endpoints as a cell, in place of this one"),
            ("import MODULE.py NOTEBOOK.ipynb", "... as the cells of a new notebook"),
        ],
    ),
)
