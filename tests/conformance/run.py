"""Run FastAPI's documentation tests on this package, in a pytest of their own."""

from __future__ import annotations

import os
import subprocess
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.conformance.reference import ROOT, unpack_examples

PYTHON = ROOT / ".venv-conformance" / "bin" / "python"
"""Has what the examples import, and no FastAPI: `scripts/test` makes it."""

_PYTEST_INI = """\
[pytest]
addopts = -q --strict-markers -p no:cacheprovider --inline-snapshot=disable
    --continue-on-collection-errors
xfail_strict = true
timeout = 30
markers = xdist_group: a plugin's, which is not needed here
filterwarnings =
    error
    ignore::pytest.PytestAssertRewriteWarning
"""


@dataclass(slots=True, eq=False)
class Outcome:
    """What became of the tests of one folder. failed: reason by test, or by file that is broken."""

    passed: int = 0
    failed: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        shown = [f"  {name}: {why}" for name, why in self.failed.items()][:5]
        more = ["  ..."] if len(self.failed) > len(shown) else []
        return "\n".join([f"{self.passed} passed, {len(self.failed)} failed", *shown, *more])


def run_examples(scratch: Path, folders: Sequence[str], *, limit: float) -> dict[str, Outcome]:
    """Run the documentation tests of some folders; return what became of them by folder.

    scratch: an empty folder. folders: below tests/test_tutorial. limit: seconds for the whole run.
    Raises RuntimeError where FastAPI itself is installed, or pytest could not run.
    """
    _refuse_fastapi()
    # One process for each half, in a folder of its own: tests write files beside the examples.
    halves = (folders[::2], folders[1::2])
    with ThreadPoolExecutor(len(halves)) as pool:
        done = pool.map(
            lambda place, half: _run(place, half, limit), (scratch / "a", scratch / "b"), halves
        )
        return {folder: outcome for each in done for folder, outcome in each.items()}


def _refuse_fastapi() -> None:
    code = "import importlib.util, sys; sys.exit(importlib.util.find_spec('fastapi') is not None)"
    if subprocess.run([PYTHON, "-I", "-c", code], check=False).returncode:
        raise RuntimeError(f"{PYTHON.parents[1].name} has fastapi installed; remove it, or all.")


def _run(scratch: Path, folders: Sequence[str], limit: float) -> dict[str, Outcome]:
    unpack_examples(scratch)
    (scratch / "pytest.ini").write_text(_PYTEST_INI)
    report = scratch / "report.xml"
    done = subprocess.run(
        [PYTHON, "-m", "pytest", f"--junitxml={report}",
         *(f"tests/test_tutorial/{folder}" for folder in folders)],
        cwd=scratch, env=_environment(scratch), capture_output=True, text=True, timeout=limit,
    )  # fmt: skip
    if not report.exists():
        raise RuntimeError(f"pytest ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return _outcomes(report)


def _environment(scratch: Path) -> dict[str, str]:
    posing = Path(__file__).parent / "posing"
    path = os.pathsep.join(map(str, (posing, ROOT, scratch, scratch / "docs_src")))
    return {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


def _outcomes(report: Path) -> dict[str, Outcome]:
    """Read pytest's report in the JUnit format."""
    outcomes: dict[str, Outcome] = defaultdict(Outcome)
    for case in ElementTree.parse(report).iter("testcase"):
        # A test has its module as class name; of a file that is broken only `name` tells.
        module, name = case.get("classname") or "", case.get("name") or ""
        place = (module or name).removeprefix("tests.test_tutorial.").split(".")
        outcome = outcomes[place[0]]
        bad = [each for each in case if each.tag in ("failure", "error", "skipped")]
        if _is_expected_to_fail(bad) or not bad:
            outcome.passed += 1
        else:
            outcome.failed[f"{'.'.join(place[1:])}::{name}"] = _reason(bad[0])
    return outcomes


def _is_expected_to_fail(bad: list[ElementTree.Element]) -> bool:
    return len(bad) == 1 and bad[0].get("type") == "pytest.xfail"


def _reason(bad: ElementTree.Element) -> str:
    """Return the last line that says something: pytest's last is the place."""
    text = bad.text or bad.get("message") or ""
    errors = [line[1:].strip() for line in text.splitlines() if line.startswith("E  ")]
    return (errors or [bad.get("message") or "?"])[0][:200]
