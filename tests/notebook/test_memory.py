"""A notebook is worked in all day: what a session keeps does not grow with every run."""

from __future__ import annotations

import asyncio
import gc
import weakref

from notebookapi.notebook.swap import undoing
from notebookapi.routing import APIRoute

from .conftest import Notebook

CELL = """
from pydantic import BaseModel
class Item(BaseModel):
    name: str
@app.post("/items")
def create(item: Item, q: int = {n}) -> Item:
    return item
@app.get("/n")
def n(): return {n}
"""


def _kept(notebook: Notebook) -> tuple[int, int, int]:
    """Count path operations that are alive, runs and registrations that are remembered."""
    gc.collect()
    alive = sum(isinstance(each, APIRoute) for each in gc.get_objects())
    return alive, len(notebook.session.cells), len(notebook.session.registered())


def _served_and_run(notebook: Notebook, n: int) -> None:
    notebook.run(CELL.format(n=n), "a")
    if n % 50 == 0:
        assert notebook.get("/n") == n


def test_runs_of_one_cell_leave_nothing_behind(notebook: Notebook) -> None:
    for n in range(60):  # more than can be taken back
        _served_and_run(notebook, n)
    before = _kept(notebook)
    for n in range(60, 220):
        _served_and_run(notebook, n)
    after = _kept(notebook)
    # Fewer: what other tests have left may have gone meanwhile.
    assert after[0] <= before[0] and after[1:] == before[1:]
    assert [row.version for row in notebook.session.routes] == [220, 220]


def test_two_cells_in_turn_leave_nothing_behind(notebook: Notebook) -> None:
    other = "@app.get('/m')\ndef m(): return n()\n"
    for n in range(30):  # more than can be taken back
        _served_and_run(notebook, n)
        notebook.run(other, "b")
    before = _kept(notebook)
    for n in range(30, 60):
        _served_and_run(notebook, n)
        notebook.run(other, "b")
    after = _kept(notebook)
    # Fewer: what other tests have left may have gone meanwhile.
    assert after[0] <= before[0] and after[1:] == before[1:]


def test_the_run_that_another_cell_was_made_with_is_kept(notebook: Notebook) -> None:
    notebook.run("base = 1", "a")
    notebook.run("base = 2", "a")
    notebook.run("@app.get('/x')\ndef x(b: int = base): return b", "b")
    for n in range(20):
        notebook.run(f"base = 2\nother = {n}", "a")
    kept = [(cell.key, cell.run) for cell in notebook.session.cells]
    assert kept[:3] == [("a", 1), ("a", 2), ("b", 3)]
    assert kept[-1] == ("a", 23)
    assert len(kept) < 10


def test_the_run_whose_registration_is_served_is_kept(notebook: Notebook) -> None:
    notebook.run("@app.get('/x')\ndef x(): return 1", "a")
    notebook.run("@app.get('/x')\ndef x(): return 2", "a")
    for _ in range(20):
        notebook.run("@app.get('/x')\ndef x(): return 3\n1/0", "a")
    served = [(each.run, each.line) for each in notebook.session.registered() if each.live]
    assert served == [(2, 1)]
    assert 2 in [cell.run for cell in notebook.session.cells]


def test_hits_are_those_of_the_version_that_serves(notebook: Notebook) -> None:
    cell = "@app.get('/x')\ndef x(): return 1"
    notebook.run(cell, "a")
    for _ in range(3):
        notebook.get("/x")
    assert [row.hits for row in notebook.session.routes] == [3]
    notebook.run(cell, "a")
    assert [row.hits for row in notebook.session.routes] == [0]


def test_a_task_left_running_keeps_nothing_of_its_cell(notebook: Notebook) -> None:
    notebook.run("@app.get('/first')\ndef first(): return 1")  # what the server starts with
    held: list[asyncio.Task[None]] = []
    notebook.shell.user_ns["held"] = held
    cell = (
        "import asyncio\n"
        "async def wait(): await asyncio.Event().wait()\n"
        "held.append(asyncio.get_running_loop().create_task(wait()))\n"
        "await asyncio.sleep(0)\n"
        "@app.get('/x')\ndef x(): return 1\n"
    )
    assert notebook.run(cell, "a").error is None
    _, route = [weakref.ref(each.registration.value) for each in notebook.session.owned]
    for _ in range(undoing.MOST + 3):  # more than can be taken back
        notebook.run("@app.get('/x')\ndef x(): return 1\n", "a")
    gc.collect()
    assert route() is None
    notebook.run("for task in held: task.cancel()\nawait asyncio.sleep(0)")
