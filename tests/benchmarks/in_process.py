"""Frameworks driven without sockets, each in a process of its own: `python -m … FRAMEWORK KIND`."""

import asyncio
import gc
import importlib
import itertools
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from tests.benchmarks.workloads import BY_NAME, Workload

App = Callable[..., Awaitable[None]]


class Driver:
    """Asks an application the same again and again, at little cost of its own."""

    def __init__(self, app: App, workload: Workload) -> None:
        self._workload = workload
        self._sent: list[dict[str, Any]] | None = None
        self.ask = self._asking(app)

    def _asking(self, app: App) -> Callable[[], Awaitable[None]]:
        """Return a function that asks once."""
        template = self._workload.scope()
        messages = self._workload.received()
        waiting = iter(messages)

        async def receive() -> dict[str, Any]:
            for message in waiting:
                return message.copy()
            await asyncio.Event().wait()  # the client stays
            raise AssertionError

        async def send(message: dict[str, Any]) -> None:
            if self._sent is not None:
                self._sent.append(message)

        async def ask() -> None:
            nonlocal waiting
            waiting = iter(messages)
            scope = template.copy()
            scope["state"] = {}
            await app(scope, receive, send)

        return ask

    async def check(self) -> None:
        """Raise RuntimeError unless the reply is what it should be."""
        sent: list[dict[str, Any]] = []
        self._sent = sent
        await self.ask()
        self._sent = None
        statuses = [each["status"] for each in sent if "status" in each] or [200]
        body = b"".join(each.get("body") or (each.get("text") or "").encode() for each in sent)
        if statuses[0] not in self._workload.statuses or not self._workload.check(body):
            raise RuntimeError(f"status {statuses[0]}: {body[:200]!r}")

    async def time(self, seconds: float) -> float:
        """Return the microseconds of CPU time that asking once takes, over so many seconds."""
        await self.check()
        count = await self._count_for(seconds)
        ask = self.ask
        begun = time.process_time()
        for _ in range(count):
            await ask()
        return (time.process_time() - begun) / count * 1e6

    async def _count_for(self, seconds: float) -> int:
        for count in (2**power for power in itertools.count()):
            begun = time.perf_counter()
            for _ in range(count):
                await self.ask()
            took = time.perf_counter() - begun
            if took > seconds / 8:
                return max(1, int(count * seconds / took))
        raise AssertionError


async def _start(app: App) -> asyncio.Task[None]:
    started = asyncio.Event()
    begin = iter([{"type": "lifespan.startup"}])

    async def receive() -> dict[str, Any]:
        for message in begin:
            return message
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        started.set()

    scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    task = asyncio.ensure_future(app(scope, receive, send))
    waiting = asyncio.ensure_future(started.wait())
    await asyncio.wait([task, waiting], return_when="FIRST_COMPLETED")
    return task


async def _work(framework: str, kind: str) -> None:
    app = importlib.import_module(f"tests.benchmarks.apps.{framework}_app").make(kind)
    task = await _start(app)
    gc.collect()
    print("ready", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            took = await Driver(app, BY_NAME[asked["workload"]]).time(asked["seconds"])
            print(json.dumps({"us": took}), flush=True)
        except Exception as error:
            print(json.dumps({"error": f"{type(error).__name__}: {error}"[:300]}), flush=True)
    task.cancel()


class Workers:
    """The processes of all frameworks, started when they are first asked."""

    def __init__(self, seconds: float) -> None:
        """seconds: that one measurement takes."""
        self._seconds = seconds
        self._processes: dict[tuple[str, str], subprocess.Popen[str]] = {}

    def measure(self, framework: str, workload: Workload) -> float:
        """Return microseconds of CPU time. Raises RuntimeError where the reply is wrong."""
        process = self._process(framework, workload.app)
        asked = {"workload": workload.name, "seconds": self._seconds}
        if process.stdin is None or process.stdout is None or process.poll() is not None:
            raise RuntimeError("it did not start")
        process.stdin.write(json.dumps(asked) + "\n")
        process.stdin.flush()
        told = json.loads(process.stdout.readline() or '{"error": "it ended"}')
        if "error" in told:
            raise RuntimeError(told["error"])
        return float(told["us"])

    def _process(self, framework: str, kind: str) -> "subprocess.Popen[str]":
        key = (framework, kind)
        if key not in self._processes:
            command = [sys.executable, "-m", "tests.benchmarks.in_process", framework, kind]
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            if process.stdout is not None:
                process.stdout.readline()
            self._processes[key] = process
        return self._processes[key]

    def close(self) -> None:
        """End the processes."""
        for process in self._processes.values():
            process.terminate()
            process.communicate()


if __name__ == "__main__":
    import uvloop

    uvloop.run(_work(*sys.argv[1:3]))
