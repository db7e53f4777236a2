"""Lifespans in a notebook: up before they are served, down when the last request has ended."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest

from .conftest import Notebook

LIMIT = 10  # seconds: far more than is needed

SETUP = """
import asyncio, threading
from contextlib import asynccontextmanager
from notebookapi import APIRouter, NotebookAPI, Request, WebSocket
LOG, gone = [], threading.Event()
def noted(what):
    LOG.append(what)
    if what.startswith("down"): gone.set()
"""

LIFESPAN = """
@asynccontextmanager
async def lifespan(app):
    noted("up {n}")
    yield {{"n": {n}}}
    noted("down {n}")
"""

APP = """
app = NotebookAPI(lifespan=lifespan)
@app.get("/n")
async def n(request: Request): return [request.state.n, {n}]
"""


class World:
    """A notebook whose lifespans and handlers tell what they do."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook
        self.run(SETUP, "setup")

    def run(self, code: str, cell_id: str) -> str:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of on_event
            ran = self.notebook.run(code, cell_id)
        return ran.card

    @property
    def log(self) -> list[str]:
        log: list[str] = self.notebook.shell.user_ns["LOG"]
        return log

    def wait(self, name: str) -> None:
        assert self.notebook.shell.user_ns[name].wait(LIMIT)


@pytest.fixture
def world(notebook: Notebook) -> World:
    return World(notebook)


def both(n: int) -> str:
    return LIFESPAN.format(n=n) + APP.format(n=n)


def test_new_application_is_up_before_the_old_one_goes(world: World) -> None:
    world.run(both(1), "a")
    assert world.notebook.get("/n") == [1, 1]
    world.run(both(2), "a")
    assert world.notebook.get("/n") == [2, 2]
    world.wait("gone")
    assert world.log == ["up 1", "up 2", "down 1"]


def test_route_changes_restart_nothing(world: World) -> None:
    world.run(both(1), "a")
    world.run("@app.get('/x')\ndef x(): return 1", "b")
    world.run("router = APIRouter()\n@router.get('/y')\ndef y(): return 2", "c")
    world.run("app.include_router(router)", "d")
    world.run("@app.get('/x')\ndef x(): return 3", "b")
    assert (world.notebook.get("/x"), world.notebook.get("/y")) == (3, 2)
    assert world.log == ["up 1"]


REDEFINED: dict[str, tuple[str, str, list[str]]] = {
    "a lifespan's name": (LIFESPAN.format(n=1) + APP.format(n=1), LIFESPAN.format(n=2), []),
    "an assignment": (
        LIFESPAN.format(n=1) + APP.format(n=1),
        LIFESPAN.format(n=2).replace("lifespan", "other") + "app.router.lifespan_context = other",
        [],
    ),
    "a generator function's name": (
        LIFESPAN.format(n=1).replace("@asynccontextmanager", "") + APP.format(n=1),
        LIFESPAN.format(n=2).replace("@asynccontextmanager", ""),
        [],
    ),
}


@pytest.mark.filterwarnings("ignore:async generator function lifespans are deprecated")
@pytest.mark.parametrize("how", REDEFINED)
def test_redefined_lifespan(world: World, how: str) -> None:
    first, second, _ = REDEFINED[how]
    world.run(first, "a")
    assert world.notebook.get("/n") == [1, 1]
    world.run(second, "b")
    assert world.notebook.get("/n") == [2, 1], "the state is new, the route is as it was"
    world.wait("gone")
    assert world.log == ["up 1", "up 2", "down 1"]


STARTUP = """
@app.on_event("startup")
def begin(): noted("up {n}")
"""


def test_redefined_start_up_handler(world: World) -> None:
    world.run("@app.get('/x')\ndef x(): return 1", "a")
    world.run(STARTUP.format(n=1), "b")
    world.run(STARTUP.format(n=2), "b")
    assert world.log == ["up 1", "up 2"]
    assert world.notebook.get("/x") == 1


INCLUDED = (
    LIFESPAN.replace("lifespan", "of_router")
    + """
router = APIRouter(lifespan=of_router)
@router.get("/r")
async def r(request: Request): return request.state.n
"""
)


def test_included_router_starts_up_before_its_routes_are_served(world: World) -> None:
    world.run("@app.get('/x')\ndef x(): return 1", "a")
    world.run(INCLUDED.format(n=7), "b")
    assert world.log == []
    world.run("app.include_router(router)", "c")
    assert world.notebook.get("/r") == 7
    assert world.log == ["up 7"]
    world.run("pass", "c")
    world.wait("gone")
    assert (world.notebook.get("/r"), world.log) == (404, ["up 7", "down 7"])


FAILING = """
@asynccontextmanager
async def lifespan(app):
    raise OSError("no database")
    yield
"""


@pytest.mark.parametrize("is_first", [True, False])
def test_one_that_fails_publishes_nothing(world: World, is_first: bool) -> None:
    if not is_first:
        world.run(both(1), "a")
    card = world.run(FAILING + APP.format(n=2), "a")
    assert "OSError: no database" in card
    (message,) = [each for each in world.notebook.shown if "does not start up" in each.line]
    assert [line.strip() for line in message.details] == [
        "Traceback (most recent call last):",
        f"Cell In[{2 if is_first else 3}], line 3, in lifespan",
        'raise OSError("no database")',
        "OSError: no database",
    ]
    if is_first:
        assert world.notebook.routes() == []
        assert not world.notebook.session.server.running
    else:
        assert world.notebook.get("/n") == [1, 1]
        assert world.log == ["up 1"]
    world.run(both(3), "a")
    assert world.notebook.get("/n") == [3, 3]


def test_redefined_one_that_fails_leaves_the_one_before(world: World) -> None:
    world.run(both(1), "a")
    assert "was not published" in world.run(FAILING, "b")
    assert world.notebook.get("/n") == [1, 1]
    world.run("@app.get('/x')\ndef x(): return 1", "c")
    assert (world.notebook.get("/x"), world.log) == (1, ["up 1"])


SLOW = """
entered, go_on = threading.Event(), threading.Event()
@app.get("/slow")
async def slow(request: Request):
    entered.set()
    await asyncio.to_thread(go_on.wait, 10)
    return [request.state.n, LOG[-1]]
"""


def test_old_one_waits_for_its_last_request(world: World) -> None:
    world.run(both(1) + SLOW, "a")
    url = world.notebook.session.url
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(httpx2.get, f"{url}/slow", trust_env=False, timeout=LIMIT)
        world.wait("entered")
        card = world.run(both(2), "a")
        assert "1 request still runs on the version before." in card
        assert world.notebook.get("/n") == [2, 2]
        world.notebook.shell.user_ns["go_on"].set()
        assert answer.result().json() == [1, "up 2"], "not down 1: that waits for it"
    world.wait("gone")
    assert world.log == ["up 1", "up 2", "down 1"]


def test_what_runs_on_the_application_before_is_counted(world: World) -> None:
    world.run("app = NotebookAPI()", "b")
    world.run(SLOW, "a")
    url = world.notebook.session.url
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(httpx2.get, f"{url}/slow", trust_env=False, timeout=LIMIT)
        world.wait("entered")
        assert STILL[:-1] in world.run("app = NotebookAPI(title='new')", "b")
        world.notebook.shell.user_ns["go_on"].set()
        answer.result()


def test_old_one_goes_after_two_seconds_at_most(world: World) -> None:
    world.run(both(1) + SLOW, "a")
    url = world.notebook.session.url
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(httpx2.get, f"{url}/slow", trust_env=False, timeout=LIMIT)
        world.wait("entered")
        world.run(both(2), "a")
        world.wait("gone")
        world.notebook.shell.user_ns["go_on"].set()
        assert answer.result().json() == [1, "down 1"], "the request itself goes on"


BEHIND = """
from notebookapi import BackgroundTasks
from notebookapi.responses import FileResponse
@app.get("/file")
def file(): return FileResponse(PATH)
entered, go_on = asyncio.Event(), asyncio.Event()
async def behind():
    entered.set()
    await go_on.wait()
@app.get("/behind")
async def answers(tasks: BackgroundTasks): tasks.add_task(behind)
"""
STILL = "1 request still runs on the version before."


def test_a_request_whose_answer_is_there_has_ended(world: World, tmp_path: Path) -> None:
    """A file is closed after its last byte has gone."""
    (tmp_path / "file").write_bytes(bytes(100_000))
    world.run(f"PATH = {str(tmp_path / 'file')!r}", "p")
    world.run(both(1) + BEHIND, "a")
    for n in range(40):
        assert len(world.notebook.session.get("/file").content) == 100_000
        assert STILL not in world.run(f"@app.get('/b')\ndef b(): return {n}", "b")


def test_what_is_done_in_the_background_still_runs(world: World) -> None:
    world.run(both(1) + BEHIND, "a")
    assert world.notebook.get("/behind") is None
    assert STILL in world.run("@app.get('/b')\ndef b(): return 1", "b")
    # One that is cut off is counted no more, and no less.
    world.run("%api stop", "s")
    world.run("%api serve", "s")
    assert "still" not in world.run("@app.get('/b')\ndef b(): return 2", "b")
    assert world.notebook.session.server.left == 0


ENDLESS = """
entered = threading.Event()
@asynccontextmanager
async def lifespan(app):
    try:
        entered.set()
        await asyncio.Event().wait()
        yield
    finally:
        noted("down 2")
"""


def test_interrupt_while_it_starts(world: World) -> None:
    world.run(both(1), "a")
    interrupt = _interrupt_after(world, "progress")
    card = world.run(ENDLESS + APP.format(n=2), "a")
    interrupt.join(LIMIT)
    assert "start-up was interrupted" in card
    assert world.notebook.get("/n") == [1, 1]
    world.wait("gone")
    assert world.log == ["up 1", "down 2"]


def _interrupt_after(world: World, what: str) -> threading.Thread:
    """Interrupt the main thread once the person has been told that the cell waits."""
    told = threading.Event()
    show: Callable[[Any], None] = world.notebook.show

    def notice(view: Any) -> None:
        show(view)
        if "starting up" in getattr(view, "headline", ""):
            told.set()

    world.notebook.show = notice  # type: ignore[method-assign]  # the screen of this test

    def interrupt() -> None:
        import signal

        assert told.wait(LIMIT), what
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    return thread


def test_stop_first(world: World) -> None:
    world.run(both(1), "a")
    world.run("%api serve --stop-first", "s")
    world.run(both(2), "a")
    assert world.notebook.get("/n") == [2, 2]
    assert world.log == ["up 1", "down 1", "up 2"]
    world.run(FAILING + APP.format(n=3), "a")
    assert world.notebook.get("/n") == [2, 2]
    assert world.log == ["up 1", "down 1", "up 2", "down 2", "up 2"], "it is back"
    world.run("%api serve --start-first", "s")
    world.run(both(4), "a")
    assert world.log[5] == "up 4"


def test_publication_that_fails_after_the_start(world: World) -> None:
    """What has started is shut down again, and what served before serves."""
    world.run(both(1), "a")
    broken = "\nclass Broken:\n    def __init__(self, app): raise ValueError('unfit')\n"
    card = world.run(both(2) + broken + "app.add_middleware(Broken)", "a")
    assert "unfit" in card
    assert world.notebook.get("/n") == [1, 1]
    assert "down 1" not in world.log


def test_what_a_lifespan_registers_is_published_with_the_rest(world: World) -> None:
    registering = LIFESPAN.format(n=1).replace("yield", "app.get('/mine')(lambda: 'here'); yield")
    world.run(registering + APP.format(n=1), "a")
    assert (world.notebook.get("/mine"), world.notebook.get("/n")) == ("here", [1, 1])


def test_stop_and_serve_run_them_again(world: World) -> None:
    world.run(both(1), "a")
    world.run("%api stop", "s")
    assert world.log == ["up 1", "down 1"]
    world.run("%api serve", "s")
    assert (world.notebook.get("/n"), world.log) == ([1, 1], ["up 1", "down 1", "up 1"])


def test_no_answer_mixes_routes_and_state(world: World) -> None:
    """While one application takes the other's place, each answer is one version's."""
    world.run(both(0), "a")
    url, over = world.notebook.session.url, threading.Event()
    seen: list[Any] = []
    answers = threading.Semaphore(0)

    def ask() -> None:
        with httpx2.Client(base_url=url, trust_env=False, timeout=LIMIT) as client:
            while not over.is_set():
                seen.append(client.get("/n").json())
                answers.release()

    with ThreadPoolExecutor() as pool:
        asking = [pool.submit(ask) for _ in range(3)]
        for n in range(1, 15):
            world.run(both(n), "a")
            assert answers.acquire(timeout=LIMIT)
        over.set()
        for each in asking:
            each.result()
    assert [each for each in seen if each[0] != each[1]] == []
    assert len({each[0] for each in seen}) > 2, "it was asked while it changed"
