"""What a framework costs before it answers: `python -m … WHAT FRAMEWORK` prints one JSON object.

Each measurement has a process of its own. Times are CPU milliseconds, memory is in megabytes.
"""

import asyncio
import compileall
import gc
import importlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.end_to_end import cpu_seconds, free_port

Costs = dict[str, float]
MODELS = 200
ROUTES = 1000
CLASSES = {"fastapi": "FastAPI", "notebookapi": "NotebookAPI"}


def cpu_ms() -> float:
    return time.process_time() * 1e3


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def import_it(framework: str) -> Costs:
    """Measure the import alone."""
    begun = cpu_ms()
    getattr(importlib.import_module(framework), CLASSES[framework])
    return {"import": cpu_ms() - begun}


def build(framework: str) -> Costs:
    """Measure 1,000 routes, their document, and one route more."""
    from pydantic import create_model

    from tests.benchmarks.apps.like_fastapi import add_cold_route

    part = create_model("Part", a=(int, ...), b=(str, "x"))
    models = [
        create_model(f"Model{each}", id=(int, ...), name=(str, ...), price=(float, 0.0),
                     tags=(list[str], []), parts=(list[part], []))  # type: ignore[valid-type]  # made at run time
        for each in range(MODELS)
    ]  # fmt: skip
    app: Any = getattr(importlib.import_module(framework), CLASSES[framework])()
    memory, begun = _resident(), cpu_ms()
    for number in range(ROUTES):
        add_cold_route(app, models[number % MODELS], number)
    costs = {"build": cpu_ms() - begun, "memory": _resident() - memory}
    costs["document"] = _document(app)
    added: list[float] = []
    answered: list[float] = []

    async def one_more() -> None:
        await _ask(app, 0)
        for number in range(ROUTES, ROUTES + 20):
            before = cpu_ms()
            add_cold_route(app, models[number % MODELS], number)
            between = cpu_ms()
            await _ask(app, number)
            added.append(between - before)
            answered.append(cpu_ms() - between)

    asyncio.run(one_more())
    again = _document(app)
    medians = {"add": statistics.median(added), "answer": statistics.median(answered)}
    return {**costs, **medians, "document again": again}


def _document(app: Any) -> float:
    app.openapi_schema = None
    gc.collect()  # a collection that is due for what was built is not the document's
    begun = cpu_ms()
    document = app.openapi()
    took = cpu_ms() - begun
    if len(document["paths"]) < ROUTES:
        raise RuntimeError(f"the document has {len(document['paths'])} paths")
    return took


async def _ask(app: Any, number: int) -> None:
    body = b'{"id": 1, "name": "x"}'
    statuses = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        statuses.append(message.get("status"))

    path = f"/r{number}/5"
    await app(
        {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
         "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"q=a",
         "root_path": "", "headers": [(b"content-type", b"application/json")],
         "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000), "state": {}},
        receive, send,
    )  # fmt: skip
    if statuses[0] != 200:
        raise RuntimeError(f"status {statuses[0]}")


def start(framework: str) -> Costs:
    """Measure from the start of a server's process to its first reply."""
    import http.client

    name = CLASSES[framework]
    program = f"from {framework} import {name}\napp = {name}()\n@app.get('/')\nasync def root():\n"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "hello.py").write_text(program + "    return {'v': 1}\n")
        port = free_port()
        command = [sys.executable, "-m", "uvicorn", "hello:app", "--port", str(port)]
        process = subprocess.Popen([*command, "--log-level", "error"], cwd=folder)
        try:
            for _ in range(5000):
                try:
                    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
                    connection.request("GET", "/")
                    if connection.getresponse().status == 200:
                        return {"start": cpu_seconds(process.pid) * 1e3}
                except OSError:
                    time.sleep(0.005)
            raise RuntimeError("no answer")
        finally:
            process.terminate()
            process.wait()


KINDS = {"import": import_it, "build": build, "start": start}


def measure(rounds: int) -> dict[str, dict[str, float]]:
    """Return the medians of all costs by framework, rounds interleaved."""
    # As pip leaves a package that it installs: nobody compiles while something is measured.
    compileall.compile_dir(Path(__file__).parents[2] / "notebookapi", quiet=1)
    found: dict[str, dict[str, list[float]]] = {each: {} for each in CLASSES}
    for _ in range(rounds):
        for kind in KINDS:
            for framework in CLASSES:
                command = [sys.executable, "-m", "tests.benchmarks.cold", kind, framework]
                told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
                for name, cost in json.loads(told.splitlines()[-1]).items():
                    found[framework].setdefault(name, []).append(cost)
    return {
        framework: {name: statistics.median(costs) for name, costs in all_.items()}
        for framework, all_ in found.items()
    }


if __name__ == "__main__":
    print(json.dumps(KINDS[sys.argv[1]](sys.argv[2])))
