"""Which application is served, and what happens to registrations when it is made anew."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

from notebookapi import NotebookAPI

from .conftest import Notebook

NEW = "from notebookapi import NotebookAPI, APIRouter, Depends\n"
X = "@app.get('/x')\ndef x(): return 1\n"
Y = "@app.get('/y')\ndef y(): return 2\n"
CARRIED = "What cell 1 registered goes on under the new object: GET /x."


def test_new_application_keeps_what_others_registered(notebook: Notebook) -> None:
    notebook.run(X, "a")
    assert notebook.run(NEW + "app = NotebookAPI(title='New')", "b").card == CARRIED
    assert (notebook.get("/x"), notebook.session.app.title) == (1, "New")
    assert notebook.run(X.replace("1", "3"), "a").card == "~ GET /x"
    assert (notebook.get("/x"), notebook.routes()) == (3, ["GET /x x"])


def test_cell_with_application_and_routes_runs_again(notebook: Notebook) -> None:
    source = NEW + "app = NotebookAPI()\n" + Y
    assert notebook.run(source, "a").card == "+ GET /y"
    notebook.run(X, "b")
    ran = notebook.run(source + "# again", "a")
    assert ran.card == "~ GET /y; What cell 2 registered goes on under the new object: GET /x."
    assert (notebook.get("/x"), notebook.get("/y")) == (1, 2)
    assert sorted(notebook.routes()) == ["GET /x x", "GET /y y"]


def test_options_of_the_new_application_count(notebook: Notebook) -> None:
    notebook.run(X, "a")
    notebook.run(
        NEW + "from notebookapi import HTTPException\ndef deny(): raise HTTPException(418)\n"
        "app = NotebookAPI(dependencies=[Depends(deny)])",
        "b",
    )
    assert notebook.get("/x") == 418
    notebook.run(NEW + "app = NotebookAPI()", "b")
    assert notebook.get("/x") == 1


def test_what_a_route_says_itself_cannot_be_told(notebook: Notebook) -> None:
    """A deprecated application's operations are deprecated, whether they say so or not."""
    notebook.run(NEW + "app = NotebookAPI(deprecated=True)", "b")
    notebook.run(X.replace("')", "', deprecated=True)"), "a")
    notebook.run(Y, "c")
    ran = notebook.run(NEW + "app = NotebookAPI()", "b")
    assert ran.card == (
        "~ GET /y (of another cell, 1 change, compatible); "
        "What cell 3 registered goes on under the new object: GET /y; "
        "GET /x of cell 2 stays on the object before, whose options it was made with. Re-run "
        "cell 2 to have it on the new one."
    )
    assert (notebook.get("/x"), notebook.get("/y")) == (404, 2)
    notebook.run(X, "a")
    assert notebook.get("/x") == 1


ON_A_ROUTER = """
from notebookapi import APIRouter, Depends, Header, NotebookAPI, WebSocket
from notebookapi.responses import PlainTextResponse
def note(x_note: str = Header("")): ...
def other(x_other: str = Header("")): ...
def unique(route): return f"own_{route.name}"
r = APIRouter(ROUTER)
inner = APIRouter(prefix="/inner")
@inner.get("/deep")
def deep(): return 1
sub = NotebookAPI()
@sub.get("/low")
def low(): return 1
@r.get("/x", tags=["own"], dependencies=[Depends(other)], responses={410: {"description": "gone"}})
def x(): return 1
@r.post("/y")
def y(): return "y"
@r.websocket("/ws", dependencies=[Depends(other)])
async def ws(socket: WebSocket):
    await socket.accept()
    await socket.send_json("hello")
r.include_router(inner, tags=["within"])
r.mount("/sub", sub)
app.include_router(r, prefix="/v1")
"""
OPTIONS = [
    "",
    "prefix='/r'",
    "prefix='/r/{key}', tags=['a', 'b'], dependencies=[Depends(note)]",
    "tags=['own'], responses={404: {'description': 'none'}, 411: {'description': 'length'}}",
    "deprecated=False, generate_unique_id_function=unique, max_body_size=10",
    "prefix='/s', dependencies=[Depends(other)], default_response_class=PlainTextResponse",
]


@pytest.mark.parametrize("after", OPTIONS)
@pytest.mark.parametrize("before", OPTIONS)
def test_options_of_the_new_router_count(notebook: Notebook, before: str, after: str) -> None:
    """What another cell registered is as if it had been registered on the new one."""
    head, rest = ON_A_ROUTER.split("r = APIRouter(ROUTER)\n")
    for cell, source in (("a", head), ("b", f"r = APIRouter({before})"), ("c", rest)):
        notebook.run(source, cell)
    notebook.run(f"r = APIRouter({after})", "b")
    module: dict[str, Any] = {"__name__": "__main__", "app": NotebookAPI()}
    exec(ON_A_ROUTER.replace("ROUTER", after), module)
    assert notebook.session.app.openapi() == module["app"].openapi()
    prefix = "/v1" + module["r"].prefix.format(key=7)
    assert notebook.get(f"{prefix}/sub/low") == 1
    with notebook.session.websocket(f"{prefix}/ws") as socket:
        assert socket.receive_json() == "hello"


def test_failed_cell_does_not_change_what_is_served(notebook: Notebook) -> None:
    notebook.run(X, "a")
    ran = notebook.run(NEW + "app = NotebookAPI()\n" + Y + "1/0", "b")
    assert ran.card == (
        "Cell 2 did not end well; GET /y not registered; what served before still serves; "
        "The cell had bound `app` to a new application; the one before is served."
    )
    assert (notebook.get("/x"), notebook.get("/y")) == (1, 404)
    notebook.run("1 + 1", "c")
    assert notebook.get("/x") == 1
    notebook.run(Y, "d")  # registers on what `app` names now
    assert (notebook.get("/x"), notebook.get("/y")) == (1, 2)


def test_cell_asks_the_application_that_it_makes(notebook: Notebook) -> None:
    notebook.run(X, "a")
    notebook.run(NEW + "app = NotebookAPI()\n" + Y + "seen = api.get('/y').json()", "b")
    assert notebook.shell.user_ns["seen"] == 2


def test_new_router_keeps_what_others_registered(notebook: Notebook) -> None:
    notebook.run(NEW + "r = APIRouter(prefix='/r')", "a")
    notebook.run("@r.get('/x')\ndef x(): return 1", "b")
    notebook.run("app.include_router(r)", "c")
    assert notebook.get("/r/x") == 1
    notebook.run(NEW + "r = APIRouter(prefix='/r')", "a")
    assert notebook.get("/r/x") == 1
    assert notebook.run("@r.get('/x')\ndef x(): return 2", "b").card == "~ GET /r/x"
    assert notebook.get("/r/x") == 2


def test_new_mounted_application_is_mounted(notebook: Notebook) -> None:
    notebook.run(NEW + "sub = NotebookAPI()", "a")
    notebook.run("@sub.get('/x')\ndef x(): return 1", "b")
    notebook.run("app.mount('/sub', sub)", "c")
    notebook.run(NEW + "sub = NotebookAPI(title='new')\n@sub.get('/y')\ndef y(): return 2", "a")
    assert (notebook.get("/sub/x"), notebook.get("/sub/y")) == (1, 2)


def test_new_application_answers_for_the_host(notebook: Notebook) -> None:
    notebook.session.server.access.allow(["sub.localhost"])
    make = "from notebookapi import NotebookAPI\nsub = NotebookAPI()\n"
    notebook.run(make + "@sub.get('/x')\ndef x(): return 1", "sub")
    notebook.run("app.host('sub.localhost', sub)", "host")
    notebook.run(make + "@sub.get('/x')\ndef x(): return 2", "sub")
    there = {"Host": "sub.localhost"}
    assert notebook.session.get("/x", headers=there).json() == 2
    notebook.run("# nothing", "host")
    assert notebook.session.get("/x", headers=there).status_code == 404


def test_second_name_keeps_an_object(notebook: Notebook) -> None:
    notebook.run(X + "first = app", "a")
    notebook.run(NEW + "app = NotebookAPI()\n" + Y, "b")
    assert notebook.routes() == ["GET /y y"]
    notebook.session.serve("first")
    assert notebook.routes() == ["GET /x x"]


def test_state_and_overrides_move(notebook: Notebook) -> None:
    notebook.run(
        "from notebookapi import Depends\ndef who(): return 'real'\n"
        "@app.get('/x')\ndef x(name=Depends(who)): return name\n"
        "app.state.n = 1\napp.dependency_overrides[who] = lambda: 'other'",
        "a",
    )
    notebook.run(NEW + "app = NotebookAPI()", "b")
    assert (notebook.get("/x"), notebook.session.app.state.n) == ("other", 1)


LIFESPAN = """
from contextlib import asynccontextmanager
from notebookapi import NotebookAPI, Request
LOG = globals().setdefault("LOG", [])
@asynccontextmanager
async def lifespan(app):
    LOG.append("up")
    yield {"answer": ANSWER}
    LOG.append("down")
app = NotebookAPI(lifespan=lifespan)
@app.get("/x")
def x(request: Request): return request.state.answer
"""


def test_new_lifespan_starts_before_requests(notebook: Notebook) -> None:
    notebook.run(LIFESPAN.replace("ANSWER", "1"), "a")
    assert notebook.get("/x") == 1
    url = notebook.session.url
    notebook.run(LIFESPAN.replace("ANSWER", "2"), "a")
    assert (notebook.get("/x"), notebook.session.url) == (2, url)
    assert notebook.shell.user_ns["LOG"][:2] == ["up", "up"], "the new one before the old one goes"
    notebook.run("seen = app.get('/y')(lambda: 1) and api.get('/x').json()", "b")
    assert notebook.shell.user_ns["seen"] == 2, "in process, with the lifespan's state"


def test_failing_lifespan_is_reported(notebook: Notebook) -> None:
    ran = notebook.run(LIFESPAN.replace('LOG.append("up")', "raise OSError('no database')"), "a")
    assert "was not published" in ran.card
    assert "OSError: no database" in ran.card
    assert not notebook.session.server.running


def fastapi() -> object:
    """Stand in for the other framework: only where its class comes from counts."""
    module = ModuleType("fastapi")
    module.FastAPI = type("FastAPI", (), {"__module__": "fastapi.applications", "router": None})  # type: ignore[attr-defined]  # made here
    return module.FastAPI()


FASTAPI = (
    "`app` is a FastAPI application and left alone. To serve it from here, change the import: "
    "`from notebookapi import NotebookAPI as FastAPI`."
)


def test_foreign_application_is_left_alone(
    bare: Notebook, capsys: pytest.CaptureFixture[str]
) -> None:
    there = fastapi()
    bare.shell.user_ns["app"] = there
    bare.load()
    assert bare.shell.user_ns["app"] is there
    assert " ".join(capsys.readouterr().out.split()) == "! " + FASTAPI
    assert "fastapi" not in sys.modules
    bare.run(NEW + "mine = NotebookAPI()\n@mine.get('/x')\ndef x(): return 1", "a")
    assert bare.get("/x") == 1, "the only application registered on"


def test_foreign_application_takes_the_name(notebook: Notebook) -> None:
    notebook.run(X, "a")
    notebook.shell.user_ns["made"] = fastapi()
    assert notebook.run("app = made", "b").card == FASTAPI
    assert notebook.get("/x") == 1


def test_taken_names_are_left_alone(bare: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    bare.shell.user_ns.update(app=3, api="mine")
    bare.load()
    out = " ".join(capsys.readouterr().out.split())
    assert "`app` is a builtins.int and left alone." in out
    assert "`api` is taken and left alone; the session is `notebookapi.notebook.session()`." in out
    assert (bare.shell.user_ns["app"], bare.shell.user_ns["api"]) == (3, "mine")


def test_serve_of_one_that_does_not_start(notebook: Notebook) -> None:
    notebook.run(X, "a")
    assert notebook.get("/x") == 1
    source = LIFESPAN.replace('LOG.append("up")', "raise OSError('no database')")
    notebook.run(source.replace("app = Note", "other = Note").replace("@app", "@other"), "b")
    ran = notebook.run("%api serve other", "c")
    assert "no database" in str(ran.error)
    assert (notebook.get("/x"), notebook.session.application_name) == (1, "app")


def test_name_is_taken_by_something_else(notebook: Notebook) -> None:
    notebook.run(X, "a")
    assert notebook.run("app = 3", "b").card == (
        "`app` is a builtins.int now; the application before is still served."
    )
    assert notebook.get("/x") == 1
