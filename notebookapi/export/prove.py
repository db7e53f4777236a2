"""A module, imported in a clean process and compared with the live application."""

from __future__ import annotations

import json
import os
import signal
import site
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from notebookapi.export.differences import compare
from notebookapi.export.errors import ProofTimeout
from notebookapi.export.records import ExportedModule, Proof

Progress = Callable[[str], None]

ABSENT = ("IPython", "ipykernel", "ipywidgets", "anywidget")
"""Packages that the process pretends not to have; a module needs none of them."""

_PARTS_SHOWN = 8
"""Frames of a traceback that a failure shows, innermost last."""

_TICK = 1.0
"""Seconds between two lines of progress."""


def prove(
    module: ExportedModule,
    openapi: Mapping[str, Any],
    *,
    application: str = "app",
    name: str = "api",
    directory: Path | None = None,
    timeout: float = 60,
    progress: Progress | None = None,
) -> Proof:
    """Import `module` as `name` where no notebook is, and compare its document with `openapi`.

    directory: where the process runs, so that relative paths are read as in the notebook, and
        where modules of the person's own can be imported from. Nothing is left there.
    timeout: seconds; raises ProofTimeout after that. The process is ended in any case.
    progress: told what goes on, about once a second.
    """
    tell = progress or _say_nothing
    with tempfile.TemporaryDirectory(prefix="notebookapi-proof-") as place:
        folder = Path(place)
        _prepare(folder, module.text, name, application, directory)
        tell(f"importing {name} in a clean process")
        code = _run(_Job(folder, directory or folder), name, timeout, tell)
        result = _result(folder, code)
    if "openapi" not in result:
        return Proof(failure=_failure(result, module, name))
    tell("comparing the OpenAPI documents")
    # Through JSON both: tuples and lists, enum members and their values are the same there.
    live = json.loads(json.dumps(openapi))
    return Proof(differences=compare(live, result["openapi"]))


def _say_nothing(_: str) -> None:
    return None


def _prepare(folder: Path, text: str, name: str, application: str, directory: Path | None) -> None:
    (folder / "module").mkdir()
    (folder / "module" / f"{name}.py").write_text(text, encoding="utf-8")
    job = {
        "module": name,
        "application": application,
        "absent": ABSENT,
        "paths": [*_own_modules(directory), *_user_packages()],
    }
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")


def _own_modules(directory: Path | None) -> list[str]:
    return [] if directory is None else [str(directory.resolve())]


def _user_packages() -> list[str]:
    """Packages installed with `pip install --user`, which an isolated process does not see."""
    return [site.getusersitepackages()] if site.ENABLE_USER_SITE else []


# --- the process ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Job:
    """folder: holds the module. directory: where the process runs."""

    folder: Path
    directory: Path


def _run(job: _Job, name: str, timeout: float, tell: Progress) -> int:
    started = monotonic()
    with _process(job) as process:
        while True:
            left = started + timeout - monotonic()
            try:
                return process.wait(max(0.0, min(_TICK, left)))
            except subprocess.TimeoutExpired:
                spent = monotonic() - started
                if spent >= timeout:
                    raise ProofTimeout(_too_long(name, timeout)) from None
                tell(f"importing {name} in a clean process ({spent:.0f} s of {timeout:.0f})")


def _too_long(name: str, timeout: float) -> str:
    return (
        f"{name} was not imported within {timeout:g} s. Give the export more time (`--timeout`), "
        "or move slow work (training, downloads) into the application's lifespan."
    )


@contextmanager
def _process(job: _Job) -> Iterator[subprocess.Popen[bytes]]:
    """The clean process; ended, with what it started, when the block is left."""
    script = Path(__file__).with_name("clean_process.py")
    # `-I`: no environment variables of Python, no current folder, no user packages.
    # `-B`: no `__pycache__` beside the notebook.
    command = [sys.executable, "-I", "-B", str(script), str(job.folder)]
    with (job.folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=job.directory,
            # The environment is this process', with the secrets that cells have put there.
            start_new_session=True,
        )
        try:
            yield process
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if os.name == "posix":
        # Its own session, so its own group: processes that the module started go with it.
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass  # Nobody is left in the group.
    elif process.poll() is None:
        process.kill()
    process.wait()


# --- its result ----------------------------------------------------------------------------------


def _result(folder: Path, code: int) -> dict[str, Any]:
    written = folder / "result.json"
    if written.exists():
        found: dict[str, Any] = json.loads(written.read_text(encoding="utf-8"))
        return found
    output = (folder / "output.txt").read_text(encoding="utf-8", errors="replace")
    last = output.strip().splitlines()[-_PARTS_SHOWN:]
    error = "\n".join([f"the process ended with code {code} before it was done", *last])
    return {"error": error, "frames": []}


def _failure(result: Mapping[str, Any], module: ExportedModule, name: str) -> str:
    lines = [result["error"]]
    for filename, number, function, source in result["frames"][-_PARTS_SHOWN:]:
        path = Path(filename)
        place = f"{path.name}, line {number}"
        if path.name == f"{name}.py" and path.parent.name == "module":
            origin = module.origin(number)
            place += f" = {origin}" if origin is not None else ""
        lines.append(f"  {place}, in {function}: {source or ''}".rstrip(": "))
    return "\n".join(lines)
