"""Whether memory stays flat: prints its growth over many requests and many hot swaps."""

import asyncio
import gc
from pathlib import Path

from notebookapi import NotebookAPI, edit
from notebookapi.routing import APIRoute, registration_of
from tests.benchmarks.apps import notebookapi_app
from tests.benchmarks.in_process import Driver
from tests.benchmarks.workloads import BY_NAME

REQUESTS = 200_000
SWAPS = 2_000


def resident() -> float:
    """Return megabytes, after what is garbage is gone."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


async def growth_of_requests(count: int = REQUESTS) -> float:
    """Return the megabytes that so many requests of several kinds leave behind."""
    app = notebookapi_app.make("main")
    drivers = [Driver(app, BY_NAME[name]) for name in ("W1", "W2", "W3", "W4", "W8")]
    for driver in drivers * 200:
        await driver.ask()
    before = resident()
    for _ in range(count // len(drivers)):
        for driver in drivers:
            await driver.ask()
    return resident() - before


async def growth_of_swaps(count: int = SWAPS) -> float:
    """Return the megabytes that replacing one route so many times leaves behind."""
    app = NotebookAPI()
    driver = Driver(app, BY_NAME["W1"])

    def swap(old: object, number: int) -> object:
        async def hello() -> dict[str, int]:
            return {"version": number}

        new = registration_of(APIRoute("/hello", hello))
        with edit(app) as draft:
            if old is None:
                draft.add(app.router, new)
            else:
                draft.replace(app.router, old, new)  # type: ignore[arg-type]  # what was added
        return new

    current: object = None
    for number in range(200):
        current = swap(current, number)
        await driver.ask()
    before = resident()
    for number in range(count):
        current = swap(current, number)
        await driver.ask()
    return resident() - before


def report() -> list[str]:
    """Return lines that tell both."""
    requests = asyncio.run(growth_of_requests())
    swaps = asyncio.run(growth_of_swaps())
    return [
        f"- {REQUESTS:,} requests: {requests:+.1f} MB",
        f"- {SWAPS:,} hot swaps, each with a request: {swaps:+.1f} MB",
    ]


if __name__ == "__main__":
    print("\n".join(report()))
