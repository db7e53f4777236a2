"""Notebooks on disk -> cells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from notebookapi.export import errors
from notebookapi.export.read import is_percent_format, read_notebook


def sources(path: Path) -> list[str]:
    return [cell.source for cell in read_notebook(path)]


PERCENT = {
    "cells": ("# %%\na = 1\n\n# %%\nb = 2\n", ["a = 1", "b = 2"]),
    "as others write the mark": ("#%% title\na = 1\n# %%% deeper\nb = 2", ["a = 1", "b = 2"]),
    "text": ("# %% [markdown]\n# # Title\n\n# %%\na = 1\n# %% [raw]\n# x", ["a = 1"]),
    "tags": ('# %% tags=["x"]\na = 1\n', ["a = 1"]),
    "what stands before the first mark": ('"""Doc."""\n# %%\na = 1', ['"""Doc."""', "a = 1"]),
    "no mark": ("a = 1\nb = 2\n", ["a = 1\nb = 2"]),
    "empty cells": ("# %%\n\n# %%\na = 1\n# %%\n", ["a = 1"]),
    "header of jupytext": (
        "# ---\n# jupyter:\n#   kernelspec:\n#     name: python3\n# ---\n\n# %%\na = 1\n",
        ["a = 1"],
    ),
    "line magics": ("# %%\n# %pip install x\n# !ls -l\na = 1", ["%pip install x\n!ls -l\na = 1"]),
    "comments": ("# %%\n# 50 % !x\n# ! note\n# %d", ["# 50 % !x\n# ! note\n# %d"]),
    "a cell magic": ("# %%\n# %%time\na = 1\n# why\n", ["%%time\na = 1\n# why"]),
    "another language": ("# %%\n# %%bash\n# ls\n#\n# pwd\n", ["%%bash\nls\n\npwd"]),
    "magics as they are": ("# %%\n%pip install x\n!ls\n# %%\na", ["%pip install x\n!ls", "a"]),
    "a mark in a text": ('# %%\na = """\n# %%\n# %pwd\n"""\n', ['a = """\n# %%\n# %pwd\n"""']),
    "lines of Windows": ("# %%\r\na = 1\r\n# %%\r\nb = 2\r\n", ["a = 1", "b = 2"]),
}  # fmt: skip


@pytest.mark.parametrize("case", PERCENT)
def test_percent_format(case: str, tmp_path: Path) -> None:
    text, expected = PERCENT[case]
    path = tmp_path / "notebook.py"
    path.write_bytes(text.encode())
    assert sources(path) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("# %%\na = 1", True), ("a = 1  # %%", False), ("# %%time\n", False), ("", False)],
)
def test_is_percent_format(text: str, expected: bool) -> None:
    assert is_percent_format(text) is expected


def cell(source: str | list[str], kind: str = "code", **more: Any) -> dict[str, Any]:
    return {"cell_type": kind, "source": source, "metadata": {}, **more}


def write(folder: Path, *cells: dict[str, Any], **more: Any) -> Path:
    path = folder / "notebook.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, **more}))
    return path


def test_ipynb(tmp_path: Path) -> None:
    sql = {"vscode": {"languageId": "sql"}}
    path = write(
        tmp_path,
        cell("# Title", "markdown"),
        cell("a = 1", id="first"),
        cell(["b = 2\n", "c = 3"]),
        cell("", id="empty"),
        cell("select 1", metadata=sql),
        cell("plain", "raw"),
    )
    read = read_notebook(path)
    assert [(each.key, each.number, each.source) for each in read] == [
        ("first", 1, "a = 1"),
        ("cell-3", 2, "b = 2\nc = 3"),
    ]


BAD: dict[str, tuple[str, str]] = {
    "a.ipynb": ("{", "is not JSON"),
    "b.ipynb": ('{"worksheets": []}', "has no list of cells as nbformat 4 wants it"),
    "c.ipynb": ('{"cells": []}', "has no cell with code in it"),
    "d.ipynb": (
        '{"cells": [], "metadata": {"kernelspec": {"language": "R"}}}',
        "is a notebook in r; an API needs Python",
    ),
    "e.py": ("# %% [markdown]\n# text\n", "has no cell with code in it"),
    "f.txt": ("x", "is no notebook: give a file that ends in .ipynb, or in .py"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read(name: str, tmp_path: Path) -> None:
    text, message = BAD[name]
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(errors.UnreadableNotebook) as caught:
        read_notebook(path)
    assert str(caught.value).startswith(f"{path} {message}")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(errors.UnreadableNotebook, match="cannot be read: No such file"):
        read_notebook(tmp_path / "nowhere.ipynb")
