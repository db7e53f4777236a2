"""Projects as they are run: wheels to install from, commands, servers, tools that judge them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from .dockerfile import Image

ROOT = Path(__file__).parents[3]
TOOLS = ROOT / ".venv-project" / "bin"
PATIENCE = 60.0

_INSTALLED = ("notebookapi[standard]", "hatchling", "joblib", "pytest")
"""What the projects of the tests install, and what that needs."""


def make_wheels(folder: Path) -> dict[str, str]:
    """Fill a folder with this package's wheel and all that projects need besides.

    Returns the environment in which pip installs from there, and from nowhere else.
    """
    made = ["-t", "wheel", "-d", str(folder)]
    run([sys.executable, "-m", "hatchling", "build", *made], ROOT, **os.environ)
    links = f"{os.environ.get('PIP_FIND_LINKS', '')} {folder}".strip()
    words = ["wheel", "-q", "-w", str(folder), *_INSTALLED]
    run([sys.executable, "-m", "pip", *words], folder, **{**os.environ, "PIP_FIND_LINKS": links})
    return {"PIP_FIND_LINKS": str(folder), "PIP_NO_INDEX": "1"}


def run(command: list[str], folder: Path, **env: str) -> str:
    """Run a command to its end and return what it shows; a failure fails the test."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=250, env=env or None
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def tool(name: str) -> str:
    """Return the path of a program in the environment of the projects; skips without it."""
    if not (TOOLS / name).exists():
        pytest.skip(f"there is no {TOOLS / name}: scripts/test makes it")
    return str(TOOLS / name)


def check_rules(project: Path) -> None:
    """The image's file by hadolint, the others by the schemas of Compose and Kubernetes."""
    assert run([tool("hadolint"), "Dockerfile"], project) == ""
    schema = ["--builtin-schema", "vendor.compose-spec"]
    run([tool("check-jsonschema"), *schema, "compose.yaml"], project)
    for name in ("deployment", "service", "autoscaler"):
        run([tool("kubernetes-validate"), "--strict", f"kubernetes/{name}.yaml"], project)


@contextmanager
def served(image: Image, env: Mapping[str, str]) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run an image's command, on a free port of the loopback; yields its process and the port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    words = ["127.0.0.1" if w == "0.0.0.0" else w for w in image.on_port(image.command, port)]
    process = subprocess.Popen(
        words, cwd=image.workdir, env={**image.env, **env}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        wait_for(process, "Uvicorn running")
        yield process, port
    finally:
        process.kill()
        process.communicate()


def wait_for(process: subprocess.Popen[str], text: str) -> None:
    """Read what a process says until a line has the text."""
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line)
        if text in line:
            return
    raise AssertionError("".join(seen))


def in_loopback(command: list[str], folder: Path, **env: str) -> str:
    """Run a command in a network that is the loopback alone; skips where that is not allowed.

    Ray's processes listen on every address; nobody else shall reach them.
    """
    if subprocess.run(["unshare", "-n", "true"], capture_output=True).returncode:
        pytest.skip("this user may not make a network of its own (unshare -n)")
    enter = 'ip link set lo up && exec "$@"'
    return run(["unshare", "-n", "sh", "-c", enter, "sh", *command], folder, **env)
