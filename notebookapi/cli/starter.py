"""`notebookapi new` and `notebookapi lab`: a notebook to begin with, opened in JupyterLab."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from notebookapi.cli import screen
from notebookapi.cli.errors import Misuse, NoSuchFile, NotWritten, check_library

NAME = "api.ipynb"

_CELLS = (
    ("intro", "markdown", "# An API\n\nRun the cells from top to bottom (Shift+Enter)."),
    ("load", "code", "%load_ext notebookapi"),
    ("model", "code", "from pydantic import BaseModel\n\n\nclass Item(BaseModel):\n    name: str\n"
     "    price: float\n\n\nITEMS: dict[int, Item] = {}"),
    ("routes", "code", '@app.put("/items/{item_id}")\ndef put_item(item_id: int, item: Item) '
     '-> Item:\n    ITEMS[item_id] = item\n    return item\n\n\n@app.get("/items")\n'
     "def list_items() -> dict[int, Item]:\n    return ITEMS"),
    ("try", "code", 'api.put("/items/1", json={"name": "tea", "price": 2.5})'),
    ("docs", "code", "%api docs"),
    ("next", "markdown", "Change a cell and run it again: what it serves changes with it.\n"
     "`%api help` lists what else there is; `%api export api.py` writes the module."),
)  # fmt: skip


def create(target: Path) -> Path:
    """Write a notebook to begin with; a file that is there stays. Raises NotWritten, Misuse."""
    if target.suffix == "":
        target = target.with_name(f"{target.name}.ipynb")
    if target.suffix != ".ipynb":
        raise Misuse(f"{target} is not the name of a notebook. Write {target.stem}.ipynb.")
    text = json.dumps(_notebook(), indent=1) + "\n"
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise NotWritten(f"{target} is there already. Choose another name.") from error
    except OSError as error:
        raise NotWritten(
            f"{target} cannot be written: {error.strerror}. Choose another place."
        ) from error
    return target


def _notebook() -> dict[str, Any]:
    """nbformat 4.5, as https://nbformat.readthedocs.io has it."""
    cells: list[dict[str, Any]] = [
        {"cell_type": kind, "id": key, "metadata": {}, "source": text.splitlines(keepends=True)}
        | ({"execution_count": None, "outputs": []} if kind == "code" else {})
        for key, kind, text in _CELLS
    ]
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def create_and_tell(target: Path) -> None:
    """Write a notebook to begin with and say how it goes on. Raises as `create` does."""
    made = create(target)
    screen.output().print(f"{made} is written.", soft_wrap=True)
    screen.output().print(f"Open it:  notebookapi lab {made}", soft_wrap=True)
    screen.output().print(f"Serve it: notebookapi serve {made}", soft_wrap=True)


def open_lab(target: Path, options: Sequence[str]) -> int:
    """Open JupyterLab and return its exit code when it ends.

    target: a notebook, or a folder, which gets a notebook to begin with if it has none.
    options: what JupyterLab is told besides.
    Raises LibraryMissing, NoSuchFile and NotWritten.
    """
    check_library("jupyterlab", "JupyterLab", "lab")
    if target.suffix == ".ipynb" and not target.exists():
        if not target.parent.is_dir():
            raise NoSuchFile(f"There is no folder {target.parent}. Make it, or correct the path.")
        create(target)
    elif target.is_dir():
        found = sorted(target.glob("*.ipynb"))
        target = found[0] if found else create(target / NAME)
    elif not target.exists():
        raise NoSuchFile(f"There is neither a folder nor a notebook {target}. Correct the path.")
    command = [sys.executable, "-m", "jupyterlab", str(target), *options]
    if os.name == "posix":
        os.execv(sys.executable, command)  # signals are JupyterLab's own from here on
    return subprocess.run(command).returncode
