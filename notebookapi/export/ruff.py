"""The formatter: the only file that knows ruff."""

from __future__ import annotations

import json
import shutil
import subprocess
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from notebookapi.export.errors import FormatterFailed, FormatterMissing

_INSTALL = 'pip install "notebookapi[notebook]"'
_TIMEOUT = 60
"""Seconds; ruff takes some hundredths of one."""


def tidy(text: str, first_party: Sequence[str] = ()) -> str:
    """Sort and merge imports, drop unused ones, format.

    first_party: modules that lie beside the notebook; everything else but the standard library
    is third party, wherever this runs.
    Raises FormatterMissing, FormatterFailed.
    """
    ruff = find_ruff()
    # `--isolated`: the same bytes whatever configuration lies around.
    fix = [ruff, "check", "--isolated", "--no-cache", "--quiet", "--exit-zero", "--fix"]
    settings = [
        "src=[]",
        f"lint.isort.known-first-party={json.dumps(sorted(first_party))}",
        'lint.isort.known-third-party=["notebookapi"]',
    ]
    for setting in settings:
        fix += ["--config", setting]
    target = ["--target-version", "py311", "--stdin-filename", "module.py", "-"]
    fixed = _run([*fix, "--select", "I,F401", *target], text)
    return _run([ruff, "format", "--isolated", "--no-cache", "--quiet", *target], fixed)


def find_ruff() -> str:
    # First the environment's own: a kernel often runs without its folder on PATH.
    own = shutil.which("ruff", path=sysconfig.get_path("scripts"))
    found = own or shutil.which("ruff")
    if found is None:
        raise FormatterMissing(f"An export needs ruff, which is not installed: {_INSTALL}")
    return str(Path(found))


def _run(command: Sequence[str], text: str) -> str:
    try:
        done = subprocess.run(
            command, input=text, capture_output=True, encoding="utf-8", timeout=_TIMEOUT
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FormatterFailed(f"ruff does not run: {error}. Install it anew: {_INSTALL}") from error
    if done.returncode:
        raise FormatterFailed(f"ruff refuses the module: {done.stderr.strip()}")
    return done.stdout
