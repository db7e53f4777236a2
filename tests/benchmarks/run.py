"""Compares frameworks: prints tables, and writes them to docs/benchmarks.md."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from tests.benchmarks import browser, cold, notebook
from tests.benchmarks.end_to_end import OWN_SERVER, Servers
from tests.benchmarks.in_process import Workers
from tests.benchmarks.report import Measured, cold_table, machine
from tests.benchmarks.workloads import BY_NAME, WORKLOADS, Workload

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
FRAMEWORKS = (
    "fastapi", "notebookapi", "bare", "starlette", "litestar", "litestar_msgspec", "blacksheep",
    "robyn",
)  # fmt: skip
# What a framework has no way to do, or not in the same sense.
_CANNOT = {("W4", "robyn"), ("W8b", "robyn"), ("W5d", "robyn"), ("W8", "robyn")}
_ABOUT = """# Benchmarks

Written by `scripts/bench`. How many times as fast as FastAPI in the same run: CPU time per
request, the median of the ratios of rounds that were interleaved. Each reply is checked before
it is timed. `bare` is ASGI by hand, what Python can do at best. † Not like for like: starlette and
blacksheep spell dependencies out, blacksheep runs `def` on the event loop, litestar validates no
result; in W9 starlette is given pydantic's encoder and litestar has msgspec's, which know fewer
types and write some numbers otherwise than `jsonable_encoder` and `json`. `litestar_msgspec` writes
msgspec's structs in W5. Where a cell is empty, a framework has no counterpart of the same meaning.

A section is of the latest run that measured it; the lines below are of the latest of all.
"""


class Runner(Protocol):
    """Measures one workload of one framework."""

    def measure(self, framework: str, workload: Workload) -> float: ...

    def close(self) -> None: ...


def compare(
    runner: Runner, frameworks: Sequence[str], workloads: Sequence[Workload], rounds: int
) -> Measured:
    """Measure everything, rounds interleaved: A B C, C B A, …"""
    measured = Measured(frameworks)
    try:
        for workload in workloads:
            print(f"  {workload.name}", end="", file=sys.stderr, flush=True)
            for number in range(rounds):
                for framework in frameworks[:: 1 if number % 2 == 0 else -1]:
                    _measure(measured, runner, framework, workload)
    finally:
        print(file=sys.stderr)
        runner.close()
    return measured


def _measure(measured: Measured, runner: Runner, framework: str, workload: Workload) -> None:
    key = (workload.name, framework)
    if key in measured.errors or key in _CANNOT:
        return
    if workload.only and framework not in workload.only:
        return
    try:
        measured.costs.setdefault(key, []).append(runner.measure(framework, workload))
    except RuntimeError as error:
        measured.errors[key] = str(error)


def _section(title: str, lines: Sequence[str]) -> str:
    # Sections may be of several runs.
    load = f"Load average at the end {os.getloadavg()[0]:.1f}."
    return "\n".join([f"## {title}", "", *lines, "", load, ""])


def _compared(measured: Measured, chosen: Sequence[Workload], *, ends: bool) -> list[str]:
    lines = [*measured.table(chosen, end_to_end=ends), ""]
    missed = measured.missed(chosen, end_to_end=ends)
    lines.append(f"Targets missed: {', '.join(missed) or 'none'}.")
    lines += [f"- {framework} {name}: {error}" for (name, framework), error
              in measured.errors.items()]  # fmt: skip
    return lines


def sections(options: argparse.Namespace) -> list[str]:
    """Measure what is asked for; return the sections of the page."""
    frameworks = options.frameworks.split(",")
    chosen = [BY_NAME[each] for each in options.workloads.split(",")]
    found = []
    if "in-process" in options.what:
        asgi = [each for each in frameworks if each not in OWN_SERVER]
        measured = compare(Workers(options.seconds), asgi, chosen, options.rounds)
        found.append(_section("In process", _compared(measured, chosen, ends=False)))
    if "end-to-end" in options.what:
        served = [each for each in chosen if each.end_to_end]
        measured = compare(Servers(options.seconds), frameworks, served, options.rounds)
        title = "End to end: uvicorn under wrk, the server's CPU time"
        found.append(_section(title, _compared(measured, served, ends=True)))
    if "cold" in options.what:
        table = cold_table(cold.measure(min(options.rounds, 5)))
        found.append(_section("Before the first request", table))
    if "notebook" in options.what:
        found.append(_section("In a notebook", _in_notebook(options.rounds)))
    if "browser" in options.what:
        found.append(_section("In a page", _in_page(options.rounds)))
    if "export" in options.what:
        found.append(_section("An export", _of_exports(options.rounds)))
    if "memory" in options.what:
        from tests.benchmarks import memory

        found.append(_section("Growth of memory", memory.report()))
    return found


def _in_notebook(rounds: int) -> list[str]:
    return notebook.table(_at_home("notebook", min(rounds, 3)))


def _in_page(rounds: int) -> list[str]:
    return browser.table(_at_home("browser", rounds))


def _of_exports(rounds: int) -> list[str]:
    from tests.benchmarks import exporting

    return exporting.table(_at_home("exporting", rounds))


def _at_home(name: str, rounds: int) -> dict[str, Any]:
    """Measure in the project's own environment: that of the others has no kernel and no ruff."""
    python = PAGE.parents[1] / ".venv" / "bin" / "python"
    command = [str(python), "-m", f"tests.benchmarks.{name}", str(rounds)]
    told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    found: dict[str, Any] = json.loads(told.splitlines()[-1])
    return found


def merged(page: str, text: str) -> str:
    """Return what this run says, with the sections of the page that it did not measure."""
    _, *before = page.split("\n## ")
    head, *after = text.split("\n## ")
    titles = {each.partition("\n")[0]: each for each in (*before, *after)}
    return "\n\n## ".join(each.strip() for each in (head, *titles.values())) + "\n"


def main() -> None:
    """Read the command line, measure, print, write."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    kinds = ("in-process", "end-to-end", "cold", "notebook", "browser", "export", "memory")
    parser.add_argument("what", nargs="*", help=f"any of {', '.join(kinds)}; default: all")
    parser.add_argument("--frameworks", default=",".join(FRAMEWORKS))
    parser.add_argument("--workloads", default=",".join(each.name for each in WORKLOADS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.2, help="of one measurement")
    parser.add_argument("--no-page", action="store_true", help="print only")
    options = parser.parse_args()
    options.what = options.what or kinds
    for each in options.what:
        if each not in kinds:
            parser.error(f"{each!r} is none of {', '.join(kinds)}")
    text = "\n".join([_ABOUT, *machine(), "", *sections(options)])
    print(text)
    if not options.no_page:
        PAGE.write_text(merged(PAGE.read_text() if PAGE.exists() else "", text))


if __name__ == "__main__":
    main()
