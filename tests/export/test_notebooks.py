"""Whole notebooks: read from disk, run, exported, compared with the module beside, and proved.

Each folder of `notebooks` has a notebook, `api.py`, which is the module that it makes, and what
they read. `notes.txt` holds the notes of the export; `refused.txt`, instead of `api.py`, what is
said where no module can be made. `python -m tests.export.test_notebooks NAME` shows what a
notebook makes.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from notebookapi.export.read import read_notebook
from tests.export.importing import imports_from
from tests.notebook.conftest import Notebook

FOLDERS = sorted(each for each in (Path(__file__).parent / "notebooks").iterdir())
WRITTEN = ("api.py", "notes.txt", "refused.txt")


def expected(folder: Path, name: str) -> str | None:
    file = folder / name
    return file.read_text(encoding="utf-8") if file.exists() else None


@contextmanager
def copied(folder: Path) -> Iterator[Path]:
    """A folder to run in, without what the export is to write."""
    before, variables = os.getcwd(), dict(os.environ)
    with tempfile.TemporaryDirectory() as place:
        there = Path(place, folder.name)
        shutil.copytree(folder, there, ignore=shutil.ignore_patterns(*WRITTEN, "__pycache__"))
        os.chdir(there)
        try:
            with imports_from(there):
                yield there
        finally:
            os.chdir(before)
            os.environ.clear()
            os.environ.update(variables)


def made(folder: Path) -> dict[str, str | None]:
    """What an export of the folder's notebook writes and says, by the names of the files."""
    notebook = Notebook()
    notebook.load()
    try:
        with copied(folder) as there:
            (source,) = there.glob("notebook.*")
            for cell in read_notebook(source):
                ran = notebook.run(cell.source, cell.key)
                assert ran.error is None or "fails" in cell.source, (cell, ran.error)
            ran = notebook.run("%api export api.py", "export")
            if ran.error is not None:
                return {"refused.txt": f"{ran.error}\n"}
            said = notebook.shown[0]
            assert said.headline == "Proved: api.py", said
            notes = "".join(f"{line}\n" for line in said.details)
            return {"api.py": (there / "api.py").read_text("utf-8"), "notes.txt": notes or None}
    finally:
        notebook.close()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_notebook(folder: Path) -> None:
    came = made(folder)
    assert {name: came.get(name) for name in WRITTEN} == {
        name: expected(folder, name) for name in WRITTEN
    }


if __name__ == "__main__":
    for name, text in made(FOLDERS[0].parent / sys.argv[1]).items():
        if text is not None:
            sys.stdout.write(f"=== {name}\n{text}")
