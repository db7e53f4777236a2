"""What the notebook side costs, in a real kernel: `python -m tests.benchmarks.notebook [ROUNDS]`.

It needs IPython and ipykernel, so it runs in the project's own environment. `scripts/bench
notebook` prints the table and writes it to docs/benchmarks.md. CPU times are the kernel's.
"""

from __future__ import annotations

import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.benchmarks.end_to_end import free_port

if TYPE_CHECKING:
    from tests.notebook.driver import Kernel

ROUTES = 1000
RATE = 50
"""Requests a second."""

MEASURE = """
import functools as _functools
import time as _time
_shell, _cpu, _now = get_ipython(), _time.process_time, _time.perf_counter
_spent, _after, _ended = [], [], [(0.0, 0.0)]
# Registered before the extension's own, so called before it.
_shell.events.register("post_run_cell", lambda result: _ended.append((_cpu(), _now())))
_inner = _shell.run_cell
@_functools.wraps(_inner)
def _timed(*args, **options):
    begun = _cpu()
    try:
        return _inner(*args, **options)
    finally:
        _spent.append((_cpu() - begun) * 1e3)
        _after.append((_cpu() - _ended[-1][0]) * 1e3)
_shell.run_cell = _timed
"""
PUBLISHED = """
_served, _waited, _publish = [], [], api.server.publish
def _published(*args):
    _publish(*args)
    _served.append((_cpu() - _ended[-1][0]) * 1e3)
    _waited.append((_now() - _ended[-1][1]) * 1e3)
api.server.publish = _published
"""
MANY = f"""
for _n in range({ROUTES}):
    def _read(a: int, q: int = 0): return a
    app.get(f"/r{{_n}}/{{{{a}}}}")(_read)
"""
SWAP = "@app.get('/x')\nasync def x(): return {n}"
BUSY = "_end = _time.monotonic() + {seconds}\nwhile _time.monotonic() < _end: _n * _n"

TARGETS: Mapping[str, tuple[str, float]] = {
    "served": (f"from a cell's end to one of {ROUTES:,} routes replaced and served, CPU ms", 5.0),
    "swap": ("the same until its card is shown, CPU ms", 0.0),
    "cell": ("the whole of that cell, CPU ms", 0.0),
    "hooks": ("what an ordinary cell costs more with the extension, CPU ms", 0.2),
    "load": ("`%load_ext notebookapi`, CPU ms", 350.0),
    "p50": (f"answer during a Python loop in a cell, {RATE} requests/s: p50, ms", 2.5),
    "p99": ("the same: p99, ms", 10.0),
    "p50 anew": ("the same, a new connection for each request: p50, ms", 0.0),
    "p99 anew": ("the same: p99, ms", 0.0),
    "waited": ("from a cell's end to served, ms of time", 0.0),
    "reload": ("`uvicorn --reload`: from saving to served, ms of time", 0.0),
}


def in_kernel() -> dict[str, float]:
    """Measure one kernel, from loading to answers while it is busy."""
    # Where the table is made, there may be no Jupyter.
    from tests.notebook.driver import Kernel

    kernel, bare = Kernel(), Kernel()
    try:
        for each in (kernel, bare):
            _run(each, MEASURE)
            _cells(each, "a = {n}", 20)
        found = {"load": _cells(kernel, "%load_ext notebookapi", 1)}
        found["hooks"] = _ordinary(kernel, bare)
        _run(kernel, MANY, "many")
        found["cell"] = _cells(kernel, SWAP, 30, "x")
        found["swap"] = _median(kernel, "_after", 30)
        _run(kernel, PUBLISHED)
        _cells(kernel, SWAP, 30, "x")
        found["served"] = float(kernel.value("sorted(_served[-30:])[15]"))
        found["waited"] = float(kernel.value("sorted(_waited[-30:])[15]"))
        found["p50"], found["p99"] = _busy(kernel, is_kept=True)
        found["p50 anew"], found["p99 anew"] = _busy(kernel, is_kept=False)
        return found
    finally:
        kernel.stop()
        bare.stop()


def _ordinary(kernel: Kernel, bare: Kernel, count: int = 100) -> float:
    """Return what a cell costs more than in a bare kernel, by turns: CPU ms."""
    for number in range(-20, count):  # the first ones warm up
        for each in (kernel, bare):
            _run(each, f"a = {number}")
    return _median(kernel, "_spent", count) - _median(bare, "_spent", count)


def _run(kernel: Kernel, code: str, cell_id: str | None = None) -> None:
    ran = kernel.run(code, cell_id)
    if ran.error:
        raise RuntimeError(ran.error)


def _cells(kernel: Kernel, code: str, count: int, cell_id: str | None = None) -> float:
    """Run cells and return the median of what one cost, with all hooks: CPU ms."""
    for number in range(count):
        _run(kernel, code.replace("{n}", str(number)), cell_id)
    return _median(kernel, "_spent", count)


def _median(kernel: Kernel, costs: str, count: int) -> float:
    # Of the cells before this question, which is a cell itself.
    return float(kernel.value(f"sorted({costs}[-{count} - 1 : -1])[{count // 2}]"))


def _busy(kernel: Kernel, *, is_kept: bool, seconds: float = 6.0) -> tuple[float, float]:
    """Return p50 and p99. is_kept: whether one connection serves all requests, as clients do."""
    at = urlsplit(kernel.value("api.url"))
    connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=30)
    for _ in range(20):
        _timed(connection, is_kept)
    cell = kernel.begin(BUSY.format(seconds=seconds + 1))
    spent = []
    begun = time.monotonic()
    for number in range(int(seconds * RATE)):
        time.sleep(max(0.0, begun + number / RATE - time.monotonic()))
        spent.append(_timed(connection, is_kept))
    kernel.ended(cell)
    connection.close()
    cuts = statistics.quantiles(spent, n=100)
    return cuts[49], cuts[98]


def _timed(connection: http.client.HTTPConnection, is_kept: bool) -> float:
    begun = time.perf_counter()
    connection.request("GET", "/x")
    connection.getresponse().read()
    took = (time.perf_counter() - begun) * 1e3
    if not is_kept:
        connection.close()  # it connects again by itself
    return took


_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def by_reloading(saves: int = 3) -> float:
    """Measure how long `uvicorn --reload` takes from a save to the answer of the new text."""
    text = "\n".join([
        "from notebookapi import NotebookAPI", "app = NotebookAPI()",
        f"for n in range({ROUTES}):", "    def read(a: int, q: int = 0): return a",
        "    app.get(f'/r{n}/{{a}}')(read)", "@app.get('/x')", "def x(): return NUMBER",
    ])  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        module, port = Path(folder, "saved.py"), free_port()
        module.write_text(text.replace("NUMBER", "0"))
        command = [sys.executable, "-m", "uvicorn", "saved:app", "--reload", "--port", str(port)]
        process = subprocess.Popen(
            [*command, "--log-level", "error"], cwd=folder, stderr=subprocess.DEVNULL
        )
        try:
            _until(port, "0")
            return statistics.median(_saved(module, port, text, n) for n in range(1, saves + 1))
        finally:
            process.terminate()
            process.wait()


def _saved(module: Path, port: int, text: str, number: int) -> float:
    # The reloader notes the times of files a while after it has restarted: what is saved before
    # that is not seen.
    threading.Event().wait(1.0)
    module.write_text(text.replace("NUMBER", str(number)))
    begun = time.perf_counter()
    _until(port, str(number))
    return (time.perf_counter() - begun) * 1e3


def _until(port: int, wanted: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with suppress(OSError), _opener.open(f"http://127.0.0.1:{port}/x", timeout=5) as response:
            if response.read().decode() == wanted:
                return
        threading.Event().wait(0.005)
    raise RuntimeError("`uvicorn --reload` did not serve what was saved")


def measure(rounds: int) -> dict[str, float]:
    """Return the medians of all costs, rounds interleaved."""
    kinds: Sequence[Callable[[], dict[str, float]]] = (
        in_kernel,
        lambda: {"reload": by_reloading()},
    )
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        for kind in kinds:
            for name, cost in kind().items():
                found.setdefault(name, []).append(cost)
    return {name: statistics.median(costs) for name, costs in found.items()}


def table(costs: Mapping[str, float]) -> list[str]:
    """Return a table in Markdown, and what misses its target."""
    lines, missed = ["| | measured | target |", "|---|---|---|"], []
    for name, (title, target) in TARGETS.items():
        lines.append(f"| {title} | {costs[name]:.2f} | {f'≤ {target:g}' if target else ''} |")
        if target and costs[name] > target:
            missed.append(f"{title} ({costs[name]:.2f} of {target:g})")
    sooner = costs["reload"] / costs["waited"]
    lines.append(f"| sooner than by reloading, times | {sooner:.0f} | ≥ 300 |")
    missed += ["sooner than by reloading"] if sooner < 300 else []
    return [*lines, "", f"Targets missed: {'; '.join(missed) or 'none'}."]


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1)))
