"""Cells run again under load: every answer is a whole one, of one version."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from .driver import Kernel

CLIENTS = 20
RUNS = 60

# Each version answers in a form of its own: path parameter's rule, response model and value
# belong together. The old client's request is valid in all of them.
VERSION = """
from pydantic import BaseModel, Field
from notebookapi import Path
class Answer_{n}(BaseModel):
    version: int
    field_{n}: int
@app.get("/items/{{item}}")
{keyword} read(item: int = Path(le={n} + 1000)) -> Answer_{n}:
    return {{"version": {n}, "field_{n}": item, "secret": "{n}"}}
@app.get("/extra_{n}")
def extra(): return {n}
"""


def source(n: int) -> str:
    return VERSION.format(n=n, keyword="async def" if n % 2 else "def")


def check(response: httpx2.Response, item: int) -> int:
    """Return the version that answered. An answer is one version's in every respect."""
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    n: int = body["version"]
    assert body == {"version": n, f"field_{n}": item}
    return n


@pytest.mark.slow
def test_no_request_fails_and_no_answer_is_mixed(kernel: Kernel) -> None:
    kernel.run(source(0), "hot")
    seen = asyncio.run(_hammer(kernel.value("api.url"), lambda n: _publish(kernel, n)))
    assert len(seen) > 2 * RUNS
    assert set(seen) >= {0, RUNS}
    assert kernel.run("%api routes", "r").shown.count("/extra_") == 1


def _publish(kernel: Kernel, n: int) -> None:
    ran = kernel.run(source(n), "hot")
    # A higher maximum, a field more, and one less, which breaks who reads it. What may follow says
    # how many requests still run on the version before.
    replaced = "~ GET /items/{item} (3 changes, 1 breaking)"
    assert (ran.error, ran.card.partition(";")[0]) == (
        "",
        f"{replaced}, + GET /extra_{n}, - GET /extra_{n - 1}",
    )


async def _hammer(url: str, publish: Callable[[int], None]) -> list[int]:
    """Send requests from many tasks while versions 1 … RUNS are published."""
    versions: list[int] = []
    has_begun, is_over = asyncio.Event(), asyncio.Event()
    floor = 0

    async def ask(number: int) -> None:
        async with httpx2.AsyncClient(base_url=url, trust_env=False, timeout=20) as client:
            last = False
            while not last:
                last, before = is_over.is_set(), floor
                n = check(await client.get(f"/items/{number}"), number)
                assert n >= before, "what was published before the request serves it"
                versions.append(n)
                has_begun.set()

    async with asyncio.TaskGroup() as tasks:
        for number in range(CLIENTS):
            tasks.create_task(ask(number))
        await has_begun.wait()
        for n in range(1, RUNS + 1):
            await asyncio.to_thread(publish, n)
            floor = n
        is_over.set()
    return versions
