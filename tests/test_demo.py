"""scripts/demo: the main job from end to end, and that it can fail."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
QUICKSTART = ROOT / "notebooks" / "quickstart.ipynb"


def demo(notebook: Path = QUICKSTART) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / "_demo.py", notebook],
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


def changed(folder: Path, cell_id: str, old: str, new: str) -> Path:
    formats: Any = nbformat  # it has no types
    notebook = formats.read(QUICKSTART, as_version=4)
    (cell,) = (each for each in notebook.cells if each.id == cell_id)
    assert old in cell.source
    cell.source = cell.source.replace(old, new)
    target = folder / "changed.ipynb"
    formats.write(notebook, target)
    return target


def test_the_main_job_works_from_end_to_end() -> None:
    ran = demo()
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count("   ok      ") == 6
    assert "none lost" in ran.stdout
    assert "Proved: rides_api.py" in ran.stdout
    assert ran.stdout.endswith("All of it holds.\n")


@pytest.mark.parametrize(
    ("cell_id", "old", "new", "says"),
    [
        ("call", "api.post", "1 / 0, api.post", "cell 'call': ZeroDivisionError"),
        # Another answer in every process: the documents are equal, the answers are not.
        ("second", "error = max(residuals)", "import os; error = os.getpid()", "answers differ"),
        # The edited cell answers as before: nothing shows that it was swapped.
        ("dependency", "1.4 if hour", "(1.5  # not 1.4\n    ) if hour", "old answer and the new"),
    ],
    ids=["a cell fails", "the module answers differently", "nothing is swapped"],
)
def test_the_demo_fails_when_the_job_does(
    tmp_path: Path, cell_id: str, old: str, new: str, says: str
) -> None:
    ran = demo(changed(tmp_path, cell_id, old, new))
    assert ran.returncode == 1
    assert says in ran.stdout
    assert "All of it holds" not in ran.stdout
