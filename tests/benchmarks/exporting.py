"""What an export costs without its proof: `python -m tests.benchmarks.exporting [ROUNDS]`.

It needs ruff and IPython, so it runs in the project's own environment. `scripts/bench export`
prints the table and writes it to docs/benchmarks.md. CPU time is this process' and ruff's.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from notebookapi.export import ExportRequest

CELLS = (50, 100, 200)
TARGETS: Mapping[int, float] = {200: 2.0}
"""CPU seconds for so many cells."""

_HEAD = (
    "import json\nimport math\nfrom dataclasses import dataclass\nfrom web import API\napp = API()"
)
# Ten cells as people write them: a model, a helper, data and its change, routes, scratch.
_TEN = (
    "@dataclass\nclass Item{n}:\n    '''An item.'''\n    name: str\n    price: float = {n}.0",
    "LIMIT{n} = {n}\nITEMS{n}: dict[int, Item{n}] = {{}}",
    "def price{n}(item):\n    # With tax.\n    return round(item.price * 1.19 + LIMIT{n}, 2)",
    "ITEMS{n}[1] = Item{n}('tea')\nITEMS{n}[2] = Item{n}('milk', price=2.5)",
    "print(json.dumps([price{n}(item) for item in ITEMS{n}.values()]))",
    "@app.get('/items{n}')\ndef items{n}(most: int = LIMIT{n}):\n    return list(ITEMS{n})[:most]",
    "trial{n} = [math.sqrt(k) for k in range(10)]\ntrial{n}[:3]",
    "@app.post('/items{n}')\ndef add{n}(item: Item{n}) -> Item{n}:\n"
    "    ITEMS{n}[len(ITEMS{n})] = item\n    return item",
    "def total{n}():\n    return sum(price{n}(item) for item in ITEMS{n}.values())",
    "@app.get('/total{n}')\ndef get_total{n}() -> float:\n    return total{n}()",
)


def request(count: int) -> ExportRequest:
    """What a session with so many cells asks for."""
    from tests.export.notebook import Notebook

    notebook = Notebook()
    notebook.run(_HEAD, "head")
    for number in range(count - 1):
        source = _TEN[number % len(_TEN)].format(n=number // len(_TEN))
        notebook.run(source, f"cell {number}")
    return notebook.request()


def measure(rounds: int) -> dict[str, float]:
    """CPU seconds of an export, by the number of cells: the median of the rounds."""
    from notebookapi.export import write_module

    requests = {count: request(count) for count in CELLS}
    found = {}
    for count, each in requests.items():
        times = []
        for _ in range(rounds):
            before = _cpu()
            write_module(each)
            times.append(_cpu() - before)
        found[str(count)] = statistics.median(times)
    return found


def table(found: Mapping[str, float]) -> list[str]:
    """The lines of a table."""
    lines = ["| cells | CPU s, without the proof | target |", "|---|---|---|"]
    for count in CELLS:
        spent, target = found[str(count)], TARGETS.get(count)
        missed = " **missed**" if target is not None and spent > target else ""
        lines.append(f"| {count} | {spent:.2f}{missed} | {target or ''} |")
    return lines


def _cpu() -> float:
    own, ruff = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + ruff.ru_utime + ruff.ru_stime


if __name__ == "__main__":
    # The last line is for `run`.
    sys.stdout.write("\n".join(table(told := measure(int(sys.argv[1]) if sys.argv[1:] else 3))))
    print(f"\n{json.dumps(told)}")
