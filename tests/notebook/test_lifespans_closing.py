"""What a lifespan that is replaced closes: what it has opened, and under no request but its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from .conftest import Notebook
from .test_lifespans import LIFESPAN, STARTUP, World, both


@pytest.fixture
def world(notebook: Notebook) -> World:
    return World(notebook)


HANDLERS = (
    STARTUP
    + """
@app.on_event("shutdown")
def end(): noted("down {n}")
"""
)


def test_each_start_up_has_the_handlers_of_its_own_shutdown(world: World) -> None:
    world.run("app = NotebookAPI()\n@app.get('/x')\ndef x(): return 1", "a")
    world.run(HANDLERS.format(n=1), "b")
    assert world.log == ["up 1"], "what ran before has nothing to close"
    world.run(HANDLERS.format(n=2), "b")
    world.wait("gone")
    assert world.log == ["up 1", "up 2", "down 1"]
    world.run("app = NotebookAPI()\n@app.get('/x')\ndef x(): return 2", "a")
    assert world.notebook.get("/x") == 2
    world.run("%api stop", "c")
    assert world.log == ["up 1", "up 2", "down 1", "up 2", "down 2", "down 2"]


def test_what_is_declared_without_a_start_up_counts_at_the_end(world: World) -> None:
    down = HANDLERS[HANDLERS.index('@app.on_event("shutdown")') :]
    world.run("@app.get('/x')\ndef x(): return 1", "a")
    world.run(down.format(n=1), "b")
    world.run(down.format(n=2), "b")
    assert world.log == []
    world.run("%api stop", "c")
    assert world.log == ["down 2"]


def test_a_start_up_that_fails_changes_no_shutdown(world: World) -> None:
    world.run("@app.get('/x')\ndef x(): return 1", "a")
    world.run(HANDLERS.format(n=1), "b")
    failing = HANDLERS.format(n=2).replace('noted("up 2")', "1 / 0")
    assert "was not published" in world.run(failing, "b")
    world.run("%api stop", "c")
    assert world.log == ["up 1", "down 1"]


@pytest.mark.parametrize("what", ["handlers", "a lifespan", "an application"])
def test_undo_brings_the_one_before_back(world: World, what: str) -> None:
    first, second, cell = {
        "handlers": (HANDLERS.format(n=1), HANDLERS.format(n=2), "b"),
        "a lifespan": (both(1), LIFESPAN.format(n=2), "c"),
        "an application": (both(1), both(2), "b"),
    }[what]
    world.run("@app.get('/x')\ndef x(): return 1", "a")
    world.run(first, "b")
    world.run(second, cell)
    world.wait("gone")
    assert world.log == ["up 1", "up 2", "down 1"]
    world.run("gone.clear()\n%api undo", "d")
    world.wait("gone")
    assert world.log == ["up 1", "up 2", "down 1", "up 1", "down 2"]
    if what != "handlers":
        assert world.notebook.get("/n") == [1, 1]
    world.run("%api stop", "e")
    assert world.log[5:] == ["down 1"]


KEPT = """
from notebookapi import Depends
begun, go_on = threading.Event(), threading.Event()
def pool():
    made = ["open"]
    noted("open")
    yield made
    made[0] = "closed"
    LOG.append("close")
@app.get("/wait")
def wait(pool: list = Depends(pool, scope="app")):
    begun.set()
    go_on.wait(20)
    return pool[0]
@app.get("/pool")
def now(pool: list = Depends(pool, scope="app")): return pool[0]
"""


def test_what_an_application_keeps_is_not_closed_under_requests(world: World) -> None:
    world.run(both(1), "a")
    world.run(KEPT, "b")
    with ThreadPoolExecutor(2) as pool:
        before = pool.submit(world.notebook.get, "/wait")
        world.wait("begun")
        world.run(LIFESPAN.format(n=2), "c")
        world.run("begun.clear()", "d")
        after = pool.submit(world.notebook.get, "/wait")
        world.wait("begun")
        assert world.log == ["up 1", "open", "up 2", "open"], "the next ones have one of their own"
        world.wait("gone")  # without waiting for the last request any longer
        world.notebook.shell.user_ns["go_on"].set()
        assert after.result() == "open"
        before.result()
    assert world.notebook.get("/pool") == "open"
    assert world.log == ["up 1", "open", "up 2", "open", "close", "down 1"]
