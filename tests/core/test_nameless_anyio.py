"""Threads and cancellation where AnyIO's inside is not what it is today."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SEEN = """
from notebookapi._plan import inside_anyio
assert inside_anyio.worker_locals is None and inside_anyio.is_within_scope()
"""


def run(*command: str) -> None:
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_names_are_missed() -> None:
    run("-c", f"import tests.core.nameless_anyio{SEEN}")


@pytest.mark.timeout(300)  # some hundred tests, the property tests among them
def test_all_holds_without_them() -> None:
    tests = ("threads", "leaving", "dependencies", "dependency_limits", "streaming", "two_paths")
    run("-m", "pytest", "-q", "-p", "tests.core.nameless_anyio", "-p", "no:cacheprovider",
        *(f"tests/core/test_{name}.py" for name in tests))  # fmt: skip
