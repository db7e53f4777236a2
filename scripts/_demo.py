"""The main job from end to end, told as a short report. See scripts/demo.

python _demo.py [NOTEBOOK]: default notebooks/quickstart.ipynb
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nbclient.exceptions import CellExecutionError

from notebookapi.notebook.headless import HeadlessNotebook, opened

ROOT = Path(__file__).resolve().parent.parent
TRAFFIC = Path(__file__).with_name("_traffic.py")
MODULE = "rides_api"
EDITED = ("dependency", "1.4", "1.6")
UNDER_LOAD = "/stations/museum?hour=8"
REQUESTS: list[dict[str, Any]] = [
    {"method": "POST", "url": "/predict", "json": {"distance_km": 6}},
    {"method": "POST", "url": "/predict", "json": {"distance_km": -6}},
    {"method": "POST", "url": "/predict", "json": {}},
    {"method": "GET", "url": "/stations/museum?hour=8"},
    {"method": "GET", "url": "/stations/airport"},
    {"method": "GET", "url": "/stations/moon"},
    {"method": "GET", "url": "/stations/harbour?hour=24"},
    {"method": "POST", "url": "/v2/predict?hour=17", "json": {"distance_km": 6}},
    {"method": "GET", "url": "/predict"},
    {"method": "GET", "url": "/nowhere"},
]


class Failed(Exception):
    """A step that did not come out as it should; the message is the report's line."""


def main(notebook: Path) -> int:
    print("notebookapi: a notebook that serves its cells\n")
    try:
        with tempfile.TemporaryDirectory() as folder:
            show(notebook, Path(folder))
    except Failed as failure:
        print(f"   FAILED  {failure}")
        return 1
    print("\nAll of it holds.")
    return 0


def show(notebook: Path, folder: Path) -> None:
    with opened(notebook, directory=folder) as running:
        step(1, f"Run {notebook.name} in a real kernel")
        count = run_all(running)
        url = running.evaluate("api.url").strip("'")
        done(f"{count} cells ran, the API answers at {url}")

        step(2, "Call it over HTTP from another process")
        first = answers_of(url)
        done(f"{len(first)} requests: {statuses(first)}")

        step(3, "Run an edited cell again while 20 clients send requests")
        done(swap_under_load(running, url))

        step(4, f"Export with `%api export {MODULE}.py`")
        done(export(running, folder))
        document, live = json_of(f"{url}/openapi.json"), answers_of(url)

        step(5, f"Start the module in a fresh process: uvicorn {MODULE}:app")
        with served(folder) as exported_url:
            done(f"it answers at {exported_url}")
            step(6, "Compare the notebook with the module")
            compare(document, json_of(f"{exported_url}/openapi.json"), "the OpenAPI documents")
            compare(live, answers_of(exported_url), "the answers")
            paths = len(document["paths"])
            done(f"OpenAPI equal ({paths} paths), all {len(live)} answers equal")


def step(number: int, text: str) -> None:
    print(f"{number}. {text}", flush=True)


def done(text: str) -> None:
    print(f"   ok      {text}", flush=True)


def run_all(running: HeadlessNotebook) -> int:
    for cell_id in running.code_cells:
        try:
            running.run(cell_id)
        except CellExecutionError as error:
            raise Failed(f"cell {cell_id!r}: {error.ename}: {error.evalue}") from error
    return len(running.code_cells)


def answers_of(url: str) -> list[dict[str, Any]]:
    """Return the answers to all requests, as another process gets them."""
    ran = subprocess.run(
        [sys.executable, TRAFFIC, "answers", url],
        input=json.dumps(REQUESTS), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    if ran.returncode:
        raise Failed(f"the client process ended with {ran.returncode}: {last_line(ran.stderr)}")
    found: list[dict[str, Any]] = json.loads(ran.stdout)
    broken = [answer["status"] for answer in found if answer["status"] >= 500]
    if broken:
        raise Failed(f"the API answered {broken} to some of the requests")
    return found


def statuses(found: list[dict[str, Any]]) -> str:
    return ", ".join(str(answer["status"]) for answer in found)


def swap_under_load(running: HeadlessNotebook, url: str) -> str:
    load = subprocess.Popen(
        [sys.executable, TRAFFIC, "load", url],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert load.stdin and load.stdout
        print(UNDER_LOAD, file=load.stdin, flush=True)
        if load.stdout.readline().strip() != "busy":
            raise Failed("the clients could not reach the API")
        running.edit(*EDITED)
        running.run(EDITED[0])
        output, _ = load.communicate("enough\n", timeout=60)
    finally:
        load.kill()
        load.wait()
    result = json.loads(output)
    if result["lost"]:
        raise Failed(f"requests were lost: {result['lost']}")
    if len(result["seen"]) != 2:
        raise Failed(f"expected the old answer and the new one, got {list(result['seen'])}")
    (old, before), (new, after) = result["seen"].items()
    return f"{before} × {old}, then {after} × {new}; none lost"


def export(running: HeadlessNotebook, folder: Path) -> str:
    outputs = running.run("export")
    target = folder / f"{MODULE}.py"
    if not target.exists():
        raise Failed(f"there is no {target.name}; the cell said {texts(outputs)}")
    return f"{target.name}, {len(target.read_text().splitlines())} lines; {texts(outputs)}"


def texts(outputs: list[Any]) -> str:
    found = [each.get("data", {}).get("text/plain") or each.get("text", "") for each in outputs]
    return " ".join(" ".join(found).split())


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the module with uvicorn from its folder; end it with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", f"{MODULE}:app", "--port", "0"],
        cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        yield address_of(process)
    finally:
        process.terminate()
        process.wait(timeout=30)


def address_of(process: subprocess.Popen[str]) -> str:
    """Wait until uvicorn says where it runs."""
    said = []
    for line in process.stderr or ():
        said.append(line.strip())
        found = re.search(r"running on (http://\S+)", line)
        if found:
            return found[1]
    raise Failed(f"uvicorn did not start: {' / '.join(said[-3:])}")


def json_of(url: str) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(url, timeout=30) as response:
            document: dict[str, Any] = json.load(response)
            return document
    except OSError as error:
        raise Failed(f"{url} did not answer: {error}") from error


def compare(live: Any, exported: Any, what: str) -> None:
    if live == exported:
        return
    if isinstance(live, list):
        pairs = zip(REQUESTS, live, exported, strict=True)
        wrong = next((request, a, b) for request, a, b in pairs if a != b)
        raise Failed(f"{what} differ: to {wrong[0]} the notebook says {wrong[1]}, not {wrong[2]}")
    raise Failed(f"{what} differ")


def last_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1]


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "notebooks" / "quickstart.ipynb"
    sys.exit(main(chosen.resolve()))
