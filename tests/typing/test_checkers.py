"""What people write is understood by mypy and pyright, and mistakes in it are found.

The files beside this one are the cases: see there.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
EXAMPLES = sorted(str(path) for path in HERE.glob("*.py") if not path.name.startswith("test_"))

CHECKERS = {
    "mypy": ["mypy", "--strict", "--no-error-summary"],
    "pyright": ["pyright", "--warnings"],
}


@pytest.mark.slow
@pytest.mark.timeout(180)  # seconds; without its cache mypy reads all libraries
@pytest.mark.parametrize("command", CHECKERS.values(), ids=CHECKERS)
def test_examples(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command, *EXAMPLES],
        cwd=ROOT,
        env={**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
        capture_output=True,
        text=True,
        timeout=170,
    )
    assert done.returncode == 0, done.stdout + done.stderr
