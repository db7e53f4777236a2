"""A module, imported in a clean process and compared with the live application."""

from __future__ import annotations

import json
import os
import signal
import site
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from notebookapi.examples.record import Answer
from notebookapi.export.differences import compare
from notebookapi.export.errors import ProofTimeout
from notebookapi.export.records import Difference, ExportedModule, Proof
from notebookapi.export.replay import Replayed, Replays, replayed, requests_of

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
    replays: Replays | None = None,
) -> Proof:
    """Import `module` as `name` where no notebook is, and compare its document with `openapi`.

    replays: examples that are sent to both, their answers compared.

    directory: where the process runs, so that relative paths are read as in the notebook, and
        where modules of the person's own can be imported from. Nothing is left there.
    timeout: seconds; raises ProofTimeout after that. The process is ended in any case.
    progress: told what goes on, about once a second.
    """
    tell = progress or _say_nothing
    order = _order(module, replays, name, application, directory)
    live = _asked_twice(replays, tell) if replays else ((), ())

    def run() -> dict[str, Any]:
        tell(f"importing {name} in a clean process")
        return _imported(module, order, name, directory, timeout, tell)

    result = run()
    if "openapi" not in result:
        return Proof(failure=_failure(result, module, name))
    tell("comparing the OpenAPI documents")
    # Through JSON both: tuples and lists, enum members and their values are the same there.
    differences = compare(json.loads(json.dumps(openapi)), result["openapi"])
    answers = replayed(replays, live, result["answers"]) if replays else ()
    if replays and any(True for each in answers for _ in each.differences()):
        # Some may come from values that are made anew in every process.
        again = run().get("answers")
        answers = replayed(replays, live, result["answers"], again)
    return _judged(differences, answers, replays.logged if replays else 0)


def _judged(differences: Sequence[Difference], answers: Sequence[Replayed], logged: int) -> Proof:
    """logged: how many of the answers, the last, are to requests that only a log has."""
    kept, asked = answers[: len(answers) - logged], answers[len(answers) - logged :]
    found = (difference for each in kept for difference in each.differences())
    alike = [each for each in asked if not any(True for _ in each.differences())]
    others = [each.example.label for each in asked if each not in alike]
    return Proof((*differences, *found), replayed=(*kept, *alike), untested=tuple(others))


def _imported(
    module: ExportedModule,
    order: Mapping[str, Any],
    name: str,
    directory: Path | None,
    timeout: float,
    tell: Progress,
) -> dict[str, Any]:
    """What the clean process wrote."""
    with tempfile.TemporaryDirectory(prefix="notebookapi-proof-") as place:
        folder = Path(place)
        _lay_out(folder / "module", module, name)
        job = _Job(folder, directory or folder, order, module.environment)
        return _result(folder, _run(job, name, timeout, tell))


def _say_nothing(_: str) -> None:
    return None


def _lay_out(folder: Path, module: ExportedModule, name: str) -> None:
    folder.mkdir()
    (folder / f"{name}.py").write_text(module.text, encoding="utf-8")
    for beside, data in module.files.items():
        (folder / beside).write_bytes(data)


def _order(
    module: ExportedModule,
    replays: Replays | None,
    name: str,
    application: str,
    directory: Path | None,
) -> dict[str, Any]:
    return {
        "module": name,
        "application": application,
        "absent": ABSENT,
        "paths": [*_own_modules(directory), *_user_packages()],
        # A lifespan that was written for the module has never run.
        "starts": bool(replays) or module.has_lifespan,
        "requests": requests_of(replays),
    }


def _asked_twice(replays: Replays, tell: Progress) -> tuple[Sequence[Answer], Sequence[Answer]]:
    count = len(replays.examples)
    tell(f"sending {count} example{'' if count == 1 else 's'} to the live application")
    return replays.live(), replays.live()


def _own_modules(directory: Path | None) -> list[str]:
    return [] if directory is None else [str(directory.resolve())]


def _user_packages() -> list[str]:
    """Packages installed with `pip install --user`, which an isolated process does not see."""
    return [site.getusersitepackages()] if site.ENABLE_USER_SITE else []


# --- the process ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Job:
    """folder: holds the module. directory: where the process runs. order: what it is told.

    environment: variables that it has besides this process' own.
    """

    folder: Path
    directory: Path
    order: Mapping[str, Any]
    environment: Mapping[str, str]


def _run(job: _Job, name: str, timeout: float, tell: Progress) -> int:
    started = monotonic()
    with _process(job) as process:
        _hand_over(job.order, process)
        while True:
            left = started + timeout - monotonic()
            try:
                return process.wait(max(0.0, min(_TICK, left)))
            except subprocess.TimeoutExpired:
                spent = monotonic() - started
                if spent >= timeout:
                    raise ProofTimeout(_too_long(name, timeout)) from None
                tell(f"importing {name} in a clean process ({spent:.0f} s of {timeout:.0f})")


def _hand_over(order: Mapping[str, Any], process: subprocess.Popen[bytes]) -> None:
    """By a pipe: what holds secrets is written to no file."""
    if process.stdin is None:
        return
    try:
        with process.stdin:
            process.stdin.write(json.dumps(order).encode())
    except BrokenPipeError:
        pass  # It ended before it read: its code and its output say why.


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
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=job.directory,
            # This process' own has the secrets that cells have put there.
            env={**os.environ, **job.environment},
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
