"""`%api` and its subcommands: what they say, and what they say no to."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from notebookapi.notebook.commands.table import COMMANDS
from notebookapi.notebook.views.model import Message
from notebookapi.notebook.views.routes import RouteList
from notebookapi.notebook.views.state import State

from .conftest import Notebook

X = "@app.get('/x')\ndef x(): return 1\n"

KNOWN = ", ".join(name for name in COMMANDS if name != "state")  # which `%api` alone does
REFUSED = {
    "rotes": f"`%api` has no subcommand 'rotes'. Did you mean `%api routes`? It knows: {KNOWN}.",
    "zzz": "`%api` has no subcommand 'zzz'. It knows: " + KNOWN + ".",
    "--port 3": "`%api` has no subcommand '--port'. Did you mean `%api serve --port`? It knows: "
    f"{KNOWN}.",
    "routes /x": "`%api routes` takes nothing more; it was given '/x'.",
    "stop now": "`%api stop` takes nothing more; it was given 'now'.",
    "help me": "`%api help` takes nothing more; it was given 'me'.",
    "export": "`%api export` needs one file to write, such as `%api export api.py`; it was given "
    "0.",
    "export a.py b.py": "`%api export` needs one file to write, such as `%api export api.py`; it "
    "was given 2.",
    "export api.txt": "`api.txt` is not the name of a Python module; write `api.py`.",
    "export --timeout soon api.py": "`--timeout soon` is not a time; give a number of seconds, "
    "such as `--timeout 120`.",
    "export --force api.py": "`%api export` does not know `--force`. Write `%api export FILE "
    "[--accept] [--overwrite] [--timeout SECONDS] [--freeze NAME] [--tests] "
    "[--framework fastapi]`, or `--project FOLDER` in the place of FILE.",
    "forget": "Write `%api forget METHOD PATH`, which withdraws a route, or `%api forget "
    "--deleted`, which withdraws what deleted cells registered.",
    "serve --port": "`--port` needs a number from 1 to 65535, such as `--port 8000`.",
    "serve --port 99999": "`--port 99999` is not a port; give a number from 1 to 65535, such as "
    "`--port 8000`.",
    "serve --port x": "`--port x` is not a port; give a number from 1 to 65535, such as "
    "`--port 8000`.",
    "serve --proxy x": "Unrecognized arguments: --proxy. Write `%api serve [NAME] [--port PORT] "
    "[--host ADDRESS] [--allow-host NAME] [--allow-origin ORIGIN] [--stop-first]`.",
    "serve nobody": "`nobody` is not defined, so it cannot be served. First define it: "
    "`nobody = NotebookAPI()`.",
    "serve api": "`api` is a notebookapi.notebook.face.Session, not a NotebookAPI, so it cannot "
    "be served. Serve another name, or define it: `api = NotebookAPI()`.",
    "routes 'x": "`%api routes 'x` cannot be read: No closing quotation. Close the quotation.",
}


@pytest.mark.parametrize("line", REFUSED)
def test_refusal_is_one_message(notebook: Notebook, line: str) -> None:
    ran = notebook.run(f"%api {line}")
    assert (type(ran.error).__name__, str(ran.error)) == ("UsageError", REFUSED[line])


def test_state_at_a_glance(notebook: Notebook) -> None:
    notebook.run("%api")
    assert isinstance(state := notebook.shown[0], State)
    assert (state.url, state.routes, state.requests, state.name) == (None, 0, 0, "app")
    notebook.run(X)
    notebook.get("/x")
    notebook.get("/nowhere")
    notebook.run("%api state")
    state = notebook.shown[0]
    assert (state.url, state.routes) == (notebook.session.url, 1)
    assert (state.requests, state.errors) == (2, 0)


def test_routes(notebook: Notebook) -> None:
    notebook.run(X, "a")
    notebook.run(X, "a")
    notebook.get("/x")
    notebook.run("%api routes")
    assert isinstance(view := notebook.shown[0], RouteList)
    row = view.rows[0]
    assert (row.methods, row.path, row.endpoint, row.cell) == ("GET", "/x", "x", "cell 2")
    assert (row.version, row.hits) == (2, 1)


def test_stop_and_serve(notebook: Notebook) -> None:
    notebook.run(X, "a")
    url = notebook.session.url
    notebook.run("%api stop")
    assert notebook.shown[0] == Message(
        "The server is stopped; routes are kept.", ["`%api serve` starts it again."]
    )
    notebook.run(X + "# again", "a")
    assert not notebook.session.server.running, "stopped is stopped"
    notebook.run("%api stop")
    assert notebook.shown[0].headline == "The server is not running."
    notebook.run("%api serve")
    assert notebook.shown[0].url == url, "the same port"
    assert notebook.get("/x") == 1


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_port_that_is_taken_is_refused(notebook: Notebook, taken: int) -> None:
    notebook.run(X, "a")
    url = notebook.session.url
    ran = notebook.run(f"%api serve --port {taken}")
    assert str(taken) in str(ran.error)
    assert "choose another port" in str(ran.error)
    assert (notebook.session.url, notebook.get("/x")) == (url, 1)


def test_port_of_ones_own(notebook: Notebook) -> None:
    notebook.run(X, "a")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    notebook.run(f"%api serve --port {port}")
    assert notebook.session.url == f"http://127.0.0.1:{port}"
    assert notebook.get("/x") == 1


def test_sticky_port_that_is_taken_moves_and_says_so(
    notebook: Notebook, taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notebookapi.notebook.server.server.sticky_port", lambda namespace: taken)
    card = notebook.run(X, "a").card
    assert f"Port {taken} is in use by another program, perhaps another notebook" in card
    assert notebook.get("/x") == 1


def test_help_lists_every_subcommand(notebook: Notebook) -> None:
    notebook.run("%api help")
    listed = {line.split()[1] for line in notebook.shown[0].details}
    assert listed == {*KNOWN.split(", ")}


LEAVING = """
import asyncio
async def leave(): raise SystemExit(3)
@app.get("/x")
async def x():
    asyncio.create_task(leave())
    await asyncio.sleep(0)
    return 1
@app.get("/y")
def y(): return 2
"""


def test_end_of_the_server_is_told_once(notebook: Notebook) -> None:
    notebook.run(LEAVING, "a")
    assert notebook.get("/x") == 1
    assert notebook.get("/y") == 2, "answered after the end"
    news = "The server was ended by SystemExit(3) and goes on."
    assert notebook.run("pass", "b").card == news
    assert notebook.run("pass", "b").card == ""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_export(notebook: Notebook, folder: Path) -> None:
    notebook.run(X, "a")
    notebook.run("%api export api.py", "b")
    assert notebook.shown[0].headline == "Proved: api.py"
    text = (folder / "api.py").read_text()
    assert "def x():" in text and "%api" not in text
    notebook.run("%api export api.py", "b")
    assert notebook.shown[0].headline == "Proved: api.py (unchanged)"
    (folder / "api.py").write_text(text + "# mine\n")
    ran = notebook.run("%api export api.py", "b")
    assert str(ran.error).startswith("`api.py` was not written: it was edited since")
    assert (folder / "api.py").read_text().endswith("# mine\n")
    notebook.run("%api export api.py --overwrite --timeout 120", "b")
    assert (folder / "api.py").read_text() == text


def test_export_of_nothing(notebook: Notebook, folder: Path) -> None:
    ran = notebook.run("%api export api.py", "b")
    assert str(ran.error).startswith("`api.py` was not written. ")
    assert list(folder.glob("*.py")) == []


def test_export_names_what_a_deleted_cell_held(notebook: Notebook, folder: Path) -> None:
    notebook.run("RATE = 2", "constant")
    notebook.run("@app.get('/x')\ndef x(): return RATE", "a")
    notebook.session.note_deleted(frozenset({"constant"}), "b")
    ran = notebook.run("%api export api.py", "b")
    assert "RATE" in str(ran.error)
    assert list(folder.glob("*.py")) == []


def test_export_of_every_way_to_register(notebook: Notebook, folder: Path) -> None:
    notebook.run("from notebookapi import APIRouter\nr = APIRouter()", "router")
    notebook.run("for p in ['a', 'b']:\n    app.get('/' + p)(lambda: 1)", "loop")
    notebook.run("def register(path):\n    app.get(path)(lambda: 2)", "function")
    notebook.run("register('/c')", "call")
    notebook.run("@r.get('/d')\ndef d(): return 3", "routes")
    notebook.run("app.include_router(r)", "include")
    notebook.run("1/0", "scratch")
    notebook.run("%api export api.py", "export")
    assert notebook.shown[0].headline == "Proved: api.py"


def test_export_after_the_application_is_made_anew(notebook: Notebook, folder: Path) -> None:
    notebook.run(X, "a")
    notebook.run("from notebookapi import NotebookAPI\napp = NotebookAPI(title='New')", "b")
    notebook.run("%api export api.py", "c")
    assert notebook.shown[0].headline == "Proved: api.py"
    assert 'NotebookAPI(title="New")' in (folder / "api.py").read_text()


def test_export_of_an_imported_router(
    notebook: Notebook, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(folder))
    (folder / "parts_for_export.py").write_text(
        "from notebookapi import APIRouter\nrouter = APIRouter()\n"
        "@router.get('/m')\ndef m(): return 1\n"
    )
    source = "from parts_for_export import router\napp.include_router(router)"
    notebook.run(source, "a")
    notebook.run(source + "  # again", "a")
    notebook.run("%api export api.py", "b")
    assert notebook.shown[0].headline == "Proved: api.py"
    assert "from parts_for_export import router" in (folder / "api.py").read_text()


def test_export_of_a_router_made_anew(notebook: Notebook, folder: Path) -> None:
    notebook.run("from notebookapi import APIRouter\nr = APIRouter()", "router")
    notebook.run("@r.get('/d')\ndef d(): return 3", "routes")
    notebook.run("app.include_router(r)", "include")
    notebook.run("from notebookapi import APIRouter\nr = APIRouter()  # again", "router")
    notebook.run("%api export api.py", "export")
    assert notebook.shown[0].headline == "Proved: api.py"
