"""Frameworks behind a server on 127.0.0.1, asked by wrk."""

import http.client
import importlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.workloads import Workload

OWN_SERVER = frozenset({"robyn"})


def application() -> Any:
    """Return the application that the environment names; uvicorn calls this."""
    framework = os.environ["BENCH_FRAMEWORK"]
    module = importlib.import_module(f"tests.benchmarks.apps.{framework}_app")
    return module.make(os.environ["BENCH_KIND"])


def free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        port: int = made.getsockname()[1]
        return port


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process so far, that of all its threads."""
    total = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        total += int((thread / "schedstat").read_text().split()[0])
    return total / 1e9


class Servers:
    """The servers of all frameworks, started when they are first asked."""

    def __init__(self, seconds: float, connections: int = 32) -> None:
        """seconds: that one measurement takes, at least 1."""
        if shutil.which("wrk") is None:
            raise SystemExit("wrk is not installed: apt-get install wrk, or leave out --end-to-end")
        self._seconds = max(1, round(seconds))
        self._connections = connections
        self._running: dict[tuple[str, str], tuple[subprocess.Popen[bytes], int]] = {}
        self._folder = tempfile.TemporaryDirectory()

    def measure(self, framework: str, workload: Workload) -> float:
        """Return microseconds of the server's CPU time. Raises RuntimeError for a wrong reply."""
        process, port = self._server(framework, workload.app)
        self._check(port, workload)
        before = cpu_seconds(process.pid)
        count = self._load(port, workload)
        return (cpu_seconds(process.pid) - before) / count * 1e6

    def _server(self, framework: str, kind: str) -> "tuple[subprocess.Popen[bytes], int]":
        key = (framework, kind)
        if key not in self._running:
            port = free_port()
            if framework in OWN_SERVER:
                command = ["-m", f"tests.benchmarks.apps.{framework}_app", "--log-level", "WARN"]
            else:
                command = ["-m", "uvicorn", "--factory", "tests.benchmarks.end_to_end:application",
                           "--port", str(port), "--loop", "uvloop", "--http", "httptools",
                           "--no-access-log", "--log-level", "warning"]  # fmt: skip
            env = {**os.environ, "BENCH_FRAMEWORK": framework, "BENCH_KIND": kind,
                   "BENCH_PORT": str(port)}  # fmt: skip
            pinned = ["taskset", "-c", "0"] if shutil.which("taskset") else []
            process = subprocess.Popen(
                [*pinned, sys.executable, *command], env=env, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )  # fmt: skip
            self._running[key] = (process, port)
            _wait_for(process, port)
        return self._running[key]

    def _check(self, port: int, workload: Workload) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request(
            workload.method, workload.path, body=workload.body or None, headers=workload.headers
        )
        reply = connection.getresponse()
        body = reply.read()
        connection.close()
        if reply.status not in workload.statuses or not workload.check(body):
            raise RuntimeError(f"status {reply.status}: {body[:200]!r}")

    def _load(self, port: int, workload: Workload) -> int:
        """Ask for some seconds; return how often."""
        lines = [f'wrk.method = "{workload.method}"']
        lines += [f"wrk.headers[{json.dumps(k)}] = {json.dumps(v)}"
                  for k, v in workload.headers.items()]  # fmt: skip
        if workload.body:
            lines.append(f"wrk.body = {json.dumps(workload.body.decode())}")
        script = Path(self._folder.name) / "asked.lua"
        script.write_text("\n".join(lines) + "\n")
        pinned = ["taskset", "-c", "1"] if shutil.which("taskset") and os.cpu_count() != 1 else []
        command = [*pinned, "wrk", "-t1", f"-c{self._connections}", f"-d{self._seconds}s", "-s",
                   str(script), f"http://127.0.0.1:{port}{workload.path}"]  # fmt: skip
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        for line in told.splitlines():
            words = line.split()
            if len(words) > 2 and words[1] == "requests":
                return int(words[0])
        raise RuntimeError(f"wrk told nothing: {told[:200]}")

    def close(self) -> None:
        """End the servers."""
        for process, _ in self._running.values():
            process.terminate()
        for process, _ in self._running.values():
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._folder.cleanup()


def _wait_for(process: "subprocess.Popen[bytes]", port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("it did not start")
