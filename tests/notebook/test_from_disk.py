"""Notebooks on disk, run in a kernel of their own and exported by it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from notebookapi.notebook.errors import NotExported
from notebookapi.notebook.from_disk import export_notebook

NOTEBOOKS = Path(__file__).parents[1] / "export" / "notebooks"
PROVED = ["importing api in a clean process", "comparing the OpenAPI documents"]


@pytest.mark.parametrize(
    ("name", "source"), [("plots", "notebook.ipynb"), ("awaited", "notebook.py")]
)
def test_a_notebook_becomes_the_module(name: str, source: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    ignored = shutil.ignore_patterns("api.py", "__pycache__")
    shutil.copytree(NOTEBOOKS / name, folder, ignore=ignored)
    before = (folder / source).read_bytes()
    said: list[str] = []
    message = export_notebook(folder / source, tmp_path / "api.py", {}, progress=said.append)
    assert message.headline == f"Proved: {tmp_path / 'api.py'}"
    assert (tmp_path / "api.py").read_text() == (NOTEBOOKS / name / "api.py").read_text()
    assert (folder / source).read_bytes() == before
    assert said[:2] == [f"starting a kernel for {source}", said[1]]
    assert said[1].startswith("running cell 1 of ")
    assert "sending 2 examples to the live application" in said
    assert [line for line in said if line in PROVED] == PROVED


FAILS = """# %%
app.get("/a")(lambda: 1)
%api export other.py
# %%
x = 1

x / 0
"""
REFUSED = {
    "fails.py": (FAILS, "cell 2 of fails.py failed at line 3: ZeroDivisionError: division by zero"),
    "gone.py": ("import os\nos._exit(3)", "cell 1 of gone.py ended the kernel"),
    "nothing.py": ("x = 1", "Nothing to export: no cell has registered a route that is served"),
    "text.ipynb": ("{", "is not JSON"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_notebook_that_cannot_be_exported_leaves_nothing(name: str, tmp_path: Path) -> None:
    text, said = REFUSED[name]
    (tmp_path / name).write_text(text)
    with pytest.raises(NotExported) as caught:
        export_notebook(tmp_path / name, tmp_path / "api.py", {})
    assert said in str(caught.value)
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == [name]


def test_a_target_is_looked_at_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("open('ran', 'w')")
    with pytest.raises(NotExported, match="would hide the standard library's `json`"):
        export_notebook(tmp_path / "slow.py", tmp_path / "json.py", {})
    assert not (tmp_path / "ran").exists()


def test_a_cell_that_takes_too_long(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("import threading\nthreading.Event().wait()")
    with pytest.raises(NotExported, match="cell 1 of slow.py took too long; give it more time"):
        export_notebook(tmp_path / "slow.py", tmp_path / "api.py", {}, cell_timeout=1)
