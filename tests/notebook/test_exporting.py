"""`%api export`: one message, whatever is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Notebook

X = "@app.get('/x')\ndef x(): return 1\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refusal(notebook: Notebook, line: str = "export api.py") -> str:
    ran = notebook.run(f"%api {line}", "export")
    assert type(ran.error).__name__ == "UsageError", "no traceback"
    return str(ran.error)


def test_a_model_is_loaded_from_beside_the_notebook(notebook: Notebook, folder: Path) -> None:
    (folder / "model.pkl").write_bytes(b"I7\n.")
    notebook.run("import pickle\nwith open('model.pkl', 'rb') as f: model = pickle.load(f)", "a")
    notebook.run("@app.get('/x')\ndef x(n: int = model): return n", "b")
    notebook.run("%api export api.py", "export")
    assert notebook.shown[0].headline == "Proved: api.py"
    assert {each.name for each in folder.iterdir()} == {"model.pkl", "api.py", ".notebookapi"}


UNFINISHED = (
    "from pydantic import BaseModel\nclass Item(BaseModel):\n    x: 'Later'\n"
    "@app.get('/bad')\ndef bad() -> Item: ...\n"
)


def test_a_document_that_cannot_be_made_names_the_route(notebook: Notebook) -> None:
    notebook.run(X, "a")
    notebook.run(UNFINISHED, "b")
    said = refusal(notebook)
    assert "cannot be made: PydanticUserError: " in said
    assert "It comes from GET /bad. Mend the types" in said


def test_a_document_that_a_function_cannot_make(notebook: Notebook) -> None:
    notebook.run(X + "def broken(): raise KeyError('info')\napp.openapi = broken", "a")
    said = refusal(notebook)
    assert "cannot be made: KeyError: 'info'" in said
    assert "Mend the route or the `openapi` function" in said


def test_a_folder_that_is_not_there_is_named_once(notebook: Notebook, folder: Path) -> None:
    notebook.run(X, "a")
    target = folder / "nowhere" / "a.py"
    assert refusal(notebook, f"export {target}") == (
        f"`{target}` was not written: there is no folder {target.parent}. Make it, or choose "
        "another path."
    )


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (".", "`.` is not the name of a Python module; write `api.py`."),
        (
            "~nobody-of-this-name/api.py",
            "`~nobody-of-this-name/api.py` was not written: there is no folder "
            "~nobody-of-this-name. Make it, or choose another path.",
        ),
    ],
)
def test_targets_that_name_no_file(notebook: Notebook, target: str, said: str) -> None:
    notebook.run(X, "a")
    assert refusal(notebook, f"export {target}") == said


def test_a_folder_that_is_gone(notebook: Notebook, folder: Path) -> None:
    gone = folder / "gone"
    gone.mkdir()
    notebook.run(X, "a")
    notebook.run(f"import os\nos.chdir({str(gone)!r})\nos.rmdir({str(gone)!r})", "b")
    assert "was not written. FileNotFoundError: " in refusal(notebook, f"export {folder}/api.py")


BEFORE = "from notebookapi import Header, NotebookAPI\napp = NotebookAPI()\n" + X


def test_cells_that_ran_before_loading(bare: Notebook) -> None:
    bare.run(BEFORE, "a")
    bare.load()
    assert "what app serves was registered before the extension was loaded" in refusal(bare)
    bare.run("@app.get('/y')\ndef y(h: str = Header()): return h", "b")
    assert refusal(bare) == (
        "`api.py` was not written. app and Header were bound before the extension was loaded, so "
        "the cells are not known. Run them again, then export again."
    )


def test_cells_that_ran_again_after_loading(bare: Notebook) -> None:
    bare.run(BEFORE, "a")
    bare.load()
    bare.run(BEFORE, "a")
    bare.run("%api export api.py", "export")
    assert bare.shown[0].headline == "Proved: api.py"
