"""Each server in a process of its own, started for the tests of one module."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

ROOT = Path(__file__).parents[2]
APPLICATION = "tests.servers.application:app"

# How each is started, and what it says when its port accepts.
SERVERS: dict[str, tuple[list[str], str]] = {
    "uvicorn, httptools": (
        ["uvicorn", APPLICATION, "--http", "httptools", "--host", "127.0.0.1", "--port", "{port}"],
        "Uvicorn running on",
    ),
    "uvicorn, h11": (
        ["uvicorn", APPLICATION, "--http", "h11", "--host", "127.0.0.1", "--port", "{port}"],
        "Uvicorn running on",
    ),
    "hypercorn": (["hypercorn", APPLICATION, "--bind", "127.0.0.1:{port}"], "Running on"),
    "granian": (
        ["granian", APPLICATION, "--interface", "asgi", "--host", "127.0.0.1", "--port", "{port}"],
        "Started worker",
    ),
}


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs. notes: what its application has noted. port: on 127.0.0.1."""

    process: "subprocess.Popen[str]"
    port: int
    notes: Path

    def stop(self) -> None:
        """Ask it to stop, and wait until it has."""
        self.process.terminate()
        self.process.communicate(timeout=20)


@pytest.fixture(scope="module", params=SERVERS)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    command, ready = SERVERS[request.param]
    notes = tmp_path_factory.mktemp("server") / "notes"
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", *(word.format(port=port) for word in command)],
        cwd=ROOT,
        env={**os.environ, "NOTES": str(notes), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    started = Server(process, port, notes)
    try:
        _wait_for(process, ready)
        yield started
    finally:
        started.stop()


@pytest.fixture
def client(server: Server) -> Iterator[httpx2.Client]:
    address = f"http://127.0.0.1:{server.port}"
    with httpx2.Client(base_url=address, trust_env=False, timeout=10) as opened:
        yield opened


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(process: "subprocess.Popen[str]", text: str) -> None:
    """Read what a server says until it says `text`."""
    said: list[str] = []
    assert process.stdout is not None  # it is a pipe, see above
    for line in process.stdout:
        said.append(line)
        if text in line:
            return
    raise RuntimeError(f"The server ended before it said {text!r}:\n{''.join(said)}")
