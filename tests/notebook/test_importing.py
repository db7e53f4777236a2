"""`%api import`: a module's endpoints as cells."""

from __future__ import annotations

import json
from pathlib import Path

from notebookapi.export.read import read_notebook

from .conftest import Notebook
from .driver import Kernel

MODULE = """from notebookapi import NotebookAPI

app = NotebookAPI()


@app.get("/a")
def a():
    return 1


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app)
"""
CELLS = [
    "from notebookapi import NotebookAPI",
    "app = NotebookAPI()",
    '@app.get("/a")\ndef a():\n    return 1',
]


def test_the_cell_becomes_the_module(kernel: Kernel, tmp_path: Path) -> None:
    path = tmp_path / "shop.py"
    path.write_text(MODULE)
    reply = kernel.client.execute(f"%api import {path}", reply=True, timeout=60)["content"]
    text = "\n\n\n".join(CELLS)
    # As JupyterLab and Notebook take it from `%load`.
    assert reply["payload"] == [{"source": "set_next_input", "text": text, "replace": True}]
    assert "GET /a" in kernel.run(text, "a").card
    assert kernel.value("api.get('/a').json()") == 1


def test_a_new_notebook_has_a_cell_for_each_part(notebook: Notebook, tmp_path: Path) -> None:
    path, target = tmp_path / "shop.py", tmp_path / "shop.ipynb"
    path.write_text(MODULE)
    notebook.run(f"%api import {path} {target}", "a")
    assert [each.source for each in read_notebook(target)] == ["%load_ext notebookapi", *CELLS]
    assert json.loads(target.read_text())["nbformat"] == 4
    before = target.read_bytes()
    said = str(notebook.run(f"%api import {path} {target}", "a").error)
    assert said == f"{target} is there already. Choose another name."
    assert target.read_bytes() == before
    said = str(notebook.run(f"%api import {path} shop.txt", "a").error)
    assert said == "`shop.txt` is no notebook; write `shop.ipynb`."
    assert "Check the path" in str(notebook.run("%api import nowhere.py", "a").error)
