"""Plugins written for FastAPI, on applications of this package.

Each program in `programs` uses one plugin. It runs in an environment where FastAPI is installed as
well, because pip installs what plugins require: that one must never be loaded (see posing.py).
"""

import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PYTHON = ROOT / ".venv-plugins" / "bin" / "python"

PROGRAMS = sorted((HERE / "programs").glob("*.py"))


@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
def test_plugin(program: Path) -> None:
    if not PYTHON.exists():
        pytest.skip(f"there is no {PYTHON.parents[1].name}: scripts/test makes it")
    done = subprocess.run(
        [PYTHON, "-m", "pytest", "-q", "--tb=short", "-c", "/dev/null", f"--rootdir={ROOT}",
         "--noconftest", "-p", "no:cacheprovider", "-p", "tests.compat.posing", program],
        cwd=ROOT, capture_output=True, text=True, timeout=50,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
