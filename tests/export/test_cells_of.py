"""Modules -> cells, and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from notebookapi.export import errors
from notebookapi.export.cells_of import cells_of
from tests.notebook.conftest import Notebook

from .test_notebooks import FOLDERS, copied

MODULE = '''"""A shop."""

import json

from notebookapi import NotebookAPI

app = NotebookAPI()

# What is sold.
ITEMS = {}  # by number


def price(name):
    return len(name)


# First.
@app.get("/a")
@app.get("/b")
def a():
    return price("a")


@app.exception_handler(ValueError)
def wrong(request, error): ...


CONFIG = json.loads("{}")
app.state.config = CONFIG

if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app)
'''
CELLS = (
    '"""A shop."""\n\nimport json\n\nfrom notebookapi import NotebookAPI',
    "app = NotebookAPI()",
    '# What is sold.\nITEMS = {}  # by number\n\n\ndef price(name):\n    return len(name)',
    '# First.\n@app.get("/a")\n@app.get("/b")\ndef a():\n    return price("a")',
    "@app.exception_handler(ValueError)\ndef wrong(request, error): ...",
    'CONFIG = json.loads("{}")\napp.state.config = CONFIG',
)  # fmt: skip


def test_cells(tmp_path: Path) -> None:
    path = tmp_path / "shop.py"
    path.write_text(MODULE)
    found = cells_of(path)
    assert found.cells == CELLS
    assert found.endpoints == ("a", "wrong")


def test_the_path_of_the_module_stands_for_its_name(tmp_path: Path) -> None:
    path = tmp_path / "shop.py"
    path.write_text("x = 'ü', __file__, '__file__'\n")
    assert cells_of(path).cells == (f"x = 'ü', {str(path)!r}, '__file__'",)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"x = (", r"shop\.py is not Python: '\(' was never closed \(line 1\)\. Mend it first\."),
        (b"\xff", r"shop\.py cannot be read: "),
        (None, r"shop\.py cannot be read: No such file or directory\. Check the path\."),
    ],
)
def test_what_is_no_module(data: bytes | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "shop.py"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(errors.UnreadableModule, match=message):
        cells_of(path)


MODULES = [each for each in FOLDERS if (each / "api.py").exists()]
# What the cells of `secrets` spelled out, its module reads.
VARIABLES = {
    "DATABASE_PASSWORD": "correct-horse",
    "DATABASE_URL": "postgresql://shop:hush-hush-2@db/shop",
    "API_KEY": "sk-hush-hush-4-hush-hush-",
    "API_KEY_2": "hush-hush-5",
}


def exported(cells: tuple[str, ...]) -> str:
    notebook = Notebook()
    notebook.load()
    try:
        for number, cell in enumerate(cells):
            assert notebook.run(cell, f"cell {number}").error is None
        if "main = NotebookAPI" in "".join(cells):
            notebook.run("%api serve main", "serve")
        notebook.run("%api export again.py", "export")
        assert notebook.shown[0].headline == "Proved: again.py", notebook.shown
        return Path("again.py").read_text(encoding="utf-8")
    finally:
        notebook.close()


@pytest.mark.parametrize("folder", MODULES, ids=lambda folder: folder.name)
def test_there_and_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    found = cells_of(folder / "api.py")
    with copied(folder):
        # The proof says that the OpenAPI documents are equal; the text is equal as well.
        assert exported(found.cells) == (folder / "api.py").read_text(encoding="utf-8")


def test_one_cell_is_as_good_as_many() -> None:
    folder = next(each for each in FOLDERS if each.name == "shop")
    with copied(folder):
        text = exported((cells_of(folder / "api.py").text,))
    assert text == (folder / "api.py").read_text(encoding="utf-8")
