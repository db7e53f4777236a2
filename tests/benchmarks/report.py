"""Measurements -> tables."""

import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tests.benchmarks.workloads import Workload

REFERENCE = "fastapi"
_LIBRARIES = (
    "notebookapi", "fastapi", "starlette", "pydantic", "litestar", "msgspec", "blacksheep",
    "robyn", "uvicorn", "uvloop", "httptools",
)  # fmt: skip
# Where the spelling of a workload is not like for like.
NOT_ALIKE = frozenset({
    ("W4", "starlette"), ("W4", "blacksheep"), ("W6", "blacksheep"), ("W5d", "litestar"),
    ("W5d", "litestar_msgspec"), ("W9", "starlette"), ("W9", "litestar"),
    ("W9", "litestar_msgspec"),
})  # fmt: skip


@dataclass
class Measured:
    """Microseconds by workload and framework, one for each round."""

    frameworks: Sequence[str]
    costs: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    errors: dict[tuple[str, str], str] = field(default_factory=dict)

    def ratio(self, workload: str, framework: str) -> float | None:
        """Return how many times as fast as the reference: the median of the rounds' ratios."""
        own = self.costs.get((workload, framework), [])
        other = self.costs.get((workload, REFERENCE), [])
        ratios = [theirs / ours for ours, theirs in zip(own, other, strict=False)]
        return statistics.median(ratios) if ratios else None

    def table(self, workloads: Sequence[Workload], *, end_to_end: bool = False) -> list[str]:
        """Return a table in Markdown: times as fast as the reference."""
        others = [each for each in self.frameworks if each != REFERENCE]
        lines = [
            f"| | | {' | '.join(others)} | {REFERENCE}, µs | target |",
            f"|---|---|{'---|' * len(others)}---|---|",
        ]
        for workload in workloads:
            cells = [self._cell(workload.name, each) for each in others]
            own = self.costs.get((workload.name, REFERENCE))
            cost = f"{statistics.median(own):.1f}" if own else "-"
            target = workload.end_to_end if end_to_end else workload.target
            row = [workload.name, workload.title, *cells, cost, f"≥ {target:g}" if target else ""]
            lines.append(f"| {' | '.join(row)} |")
        return lines

    def _cell(self, workload: str, framework: str) -> str:
        ratio = self.ratio(workload, framework)
        if ratio is None:
            return "–"
        mark = "†" if (workload, framework) in NOT_ALIKE else ""
        return f"{ratio:.2f}{mark}" if ratio < 10 else f"{ratio:.0f}{mark}"

    def missed(self, workloads: Sequence[Workload], *, end_to_end: bool = False) -> list[str]:
        """Return the workloads whose target is not met."""
        found = []
        for workload in workloads:
            target = workload.end_to_end if end_to_end else workload.target
            ratio = self.ratio(workload.name, "notebookapi")
            if target and ratio is not None and ratio < target:
                found.append(f"{workload.name} ({ratio:.1f} of {target:g})")
        return found


COLD_TARGETS = {
    "import": "≤ 0.5", "build": "≤ 0.35", "memory": "≤ 0.6", "document": "≤ 0.35",
    "document again": "≤ 0.05", "add": "≤ 1 ms", "answer": "≤ 0.3 ms", "start": "≤ 0.5",
}  # fmt: skip
_COLD_TITLES = {
    "import": "import, ms", "build": "1,000 routes, ms", "memory": "memory of these, MB",
    "document": "OpenAPI of these, ms", "document again": "OpenAPI after one new route, ms",
    "add": "add a route, ms", "answer": "its first answer, ms",
    "start": "start to first reply, ms",
}  # fmt: skip


def cold_table(costs: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Return a table in Markdown of the costs before the first request."""
    lines = ["| | fastapi | notebookapi | ratio | target |", "|---|---|---|---|---|"]
    for name, title in _COLD_TITLES.items():
        theirs, ours = costs[REFERENCE][name], costs["notebookapi"][name]
        row = (title, f"{theirs:.2f}", f"{ours:.2f}", f"{ours / theirs:.3f}", COLD_TARGETS[name])
        lines.append(f"| {' | '.join(row)} |")
    return lines


def machine() -> list[str]:
    """Return what was measured, and on what."""
    versions = []
    for name in _LIBRARIES:
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            versions.append(f"{name} (absent)")
    return [
        f"{platform.python_implementation()} {platform.python_version()}, {_processor()}, "
        f"{os.cpu_count()} cores, {platform.system()}.",
        "",
        ", ".join(versions) + ".",
    ]


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
