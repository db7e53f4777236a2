"""What happens on an ordinary day: deletions, stops, mistakes, and what is said about them."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from notebookapi.notebook.views import html, terminal
from notebookapi.notebook.views.routes import RouteList
from notebookapi.notebook.views.state import State

from .conftest import Notebook

X = "@app.get('/x')\ndef x(): return 1\n"


def run_with_meta(notebook: Notebook, code: str, cell_id: str, **meta: Any) -> None:
    notebook.shell.run_cell(code, store_history=True, cell_id=cell_id, cell_meta=meta)


def test_deletion_is_known_to_the_cell_that_it_arrives_with(notebook: Notebook) -> None:
    notebook.run(X, "a")
    run_with_meta(notebook, "seen = [row.cell for row in api.routes]", "b", deletedCells=["a"])
    assert notebook.shell.user_ns["seen"] == ["cell 1, gone"]
    assert any("the cell was deleted" in getattr(view, "line", "") for view in notebook.shown)


def test_messages_call_a_cell_as_its_output_does(notebook: Notebook) -> None:
    ran = notebook.run("@app.get('x')\ndef x(): return 1", "a")
    assert str(ran.error).startswith("x (Cell In[1], line 1): the path 'x' must start with a slash")


def test_response_error_names_the_cell(notebook: Notebook) -> None:
    notebook.run("@app.get('/x')\ndef x() -> int:\n    return 'one'", "a")
    text = repr(notebook.session.get("/x"))
    assert "Cell In[1], line 1, in x" in text
    assert 'File "' not in text


HIDING = "@app.get('/users/{name}')\ndef user(name: str): return name\n"
HIDDEN = "@app.get('/users/me')\ndef me(): return 'me'\n"


def test_conflict_is_a_note_on_the_card(notebook: Notebook) -> None:
    notebook.run(HIDING, "a")
    card = notebook.run(HIDDEN, "b").card
    assert card.startswith("+ GET /users/me; GET /users/me is never answered by me (Cell In[2]")
    assert "user (Cell In[1], line 1), declared earlier" in card


def test_warnings_of_others_stay_warnings(notebook: Notebook) -> None:
    notebook.shell.user_ns["warnings"] = warnings
    maker = (
        "class Loud:\n"
        "    def __init__(self, app):\n"
        "        warnings.warn('loud', UserWarning)\n"
        "        self.app = app\n"
        "    async def __call__(self, *asgi): await self.app(*asgi)\n"
        "app.add_middleware(Loud)"
    )
    with pytest.warns(UserWarning, match="loud"):
        notebook.run(maker, "a")
        notebook.run(X, "b")
        notebook.get("/x")


def test_what_waits_is_not_said_to_be_added(notebook: Notebook) -> None:
    source = "from notebookapi import APIRouter\nr = APIRouter()\n@r.get('/x')\ndef x(): return 1"
    notebook.run(source, "a")
    line = notebook.shown[-1].lines[0]
    assert (line.sign, line.what) == ("○", "GET /x")
    assert notebook.run("app.include_router(r)", "b").card.startswith("+ include_router")


def test_stopped_is_stopped(notebook: Notebook) -> None:
    notebook.run(X, "a")
    notebook.run("%api stop")
    for code in ("api.url", "api.get('/x')"):
        ran = notebook.run(code)
        assert str(ran.error) == "The server is stopped. `%api serve` starts it."
    assert not notebook.session.server.running
    card = notebook.run("@app.get('/y')\ndef y(): return 2", "b").card
    assert card == "+ GET /y; The server is stopped: nothing is served until `%api serve`."
    notebook.run("%api serve")
    assert notebook.get("/y") == 2


def test_uptime_is_the_server_s(notebook: Notebook) -> None:
    notebook.run(X, "a")
    notebook.run("%api stop")
    notebook.run("%api")
    assert isinstance(state := notebook.shown[0], State)
    assert "Uptime" not in dict(state.facts)
    notebook.run("%api serve")
    assert "Uptime" in dict(notebook.shown[0].facts)


def test_routes_lists_whatever_has_a_path(notebook: Notebook) -> None:
    notebook.run(X, "a")
    notebook.run("@app.websocket('/live')\nasync def live(ws: str = ''): pass", "b")
    notebook.run("from notebookapi import NotebookAPI\napp.mount('/sub', NotebookAPI())", "c")
    notebook.run("@app.middleware('http')\nasync def m(request, go): return await go(request)", "d")
    notebook.run("%api routes")
    assert isinstance(view := notebook.shown[0], RouteList)
    there = [(row.methods, row.path, row.cell) for row in view.rows]
    assert there == [
        ("GET", "/x", "cell 1"), ("WEBSOCKET", "/live", "cell 2"), ("MOUNT", "/sub", "cell 3"),
    ]  # fmt: skip


CANNOT_BE_HELD = {
    "array": (
        "class ndarray:\n    __module__ = 'numpy'\n    __slots__ = ()\nvalue = ndarray()",
        "JSON cannot hold a numpy.ndarray. Return `.tolist()`.",
    ),
    "scalar": (
        "class int64:\n    __module__ = 'numpy'\n    __slots__ = ()\n    dtype = item = 1\n"
        "value = {'n': int64()}",
        "JSON cannot hold a numpy.int64. Return `.item()`.",
    ),
    "frame": (
        "class Cell:\n    __slots__ = ()\nclass DataFrame:\n"
        "    __module__ = 'pandas.core.frame'\n    def keys(self): return ['a']\n"
        "    def __getitem__(self, key): return Cell()\nvalue = DataFrame()",
        'JSON cannot hold a pandas.DataFrame. Return `.to_dict("records")`.',
    ),
    "nan": (
        "value = {'n': float('nan')}",
        "JSON has no NaN and no infinity, and the response holds one. Return None instead.",
    ),
}


@pytest.mark.parametrize("case", CANNOT_BE_HELD)
def test_response_says_what_json_cannot_hold(notebook: Notebook, case: str) -> None:
    code, message = CANNOT_BE_HELD[case]
    notebook.run(f"{code}\n@app.get('/x')\ndef x(): return value", "a")
    last = repr(notebook.session.get("/x")).splitlines()[-1]
    assert last == f"notebookapi.exceptions.NotJSON: {message}"


def test_mistake_is_shown_without_the_frames_that_found_it(
    notebook: Notebook, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = notebook.run("class Odd: pass\n@app.get('/x')\ndef x() -> Odd: ...", "a")
    assert type(ran.error).__name__ == "InvalidResponse"
    shown = capsys.readouterr().out
    assert "Cell In[1], line 2, in <module>" in shown
    assert "pydantic_core" not in shown and "_route.py" not in shown
    assert len(shown.strip().splitlines()) < 12


def test_leaving_gives_mistakes_back(notebook: Notebook) -> None:
    notebook.run("%unload_ext notebookapi", "a")
    ran = notebook.run("@app.get('x')\ndef x(): return 1", "b")
    assert "Cell In" not in str(ran.error)
    assert not hasattr(ran.error, "_render_traceback_")


def test_forget_one_route(notebook: Notebook) -> None:
    notebook.run(X + "@app.get('/y')\ndef y(): return 2", "a")
    ran = notebook.run("%api forget get /x", "b")
    assert (ran.error, ran.card) == (None, "- GET /x")
    assert (notebook.get("/x"), notebook.get("/y")) == (404, 2)
    ran = notebook.run("%api forget GET /z", "b")
    assert str(ran.error) == (
        "Nothing is registered as `GET /z`. Did you mean `%api forget GET /y`?"
    )


def test_forget_what_was_there_before_loading(bare: Notebook) -> None:
    bare.run_before_loading("from notebookapi import NotebookAPI\napp = NotebookAPI()\n" + X)
    bare.load()
    assert bare.get("/x") == 1
    bare.run("%api forget GET /x", "b")
    assert bare.get("/x") == 404


def test_forgotten_is_gone_until_a_cell_registers_it_again(notebook: Notebook) -> None:
    notebook.run(X, "a")
    notebook.run("@app.get('/x')\ndef z(): return 2", "b")
    notebook.run("%api forget GET /x", "c")
    assert notebook.get("/x") == 404
    notebook.run(X, "a")
    assert notebook.get("/x") == 1


UNNAMED = ["api.post('/x', {'n': 1})", "api.get('/x', {'q': 1})"]


@pytest.mark.parametrize("code", UNNAMED)
def test_what_follows_the_path_has_a_name(notebook: Notebook, code: str) -> None:
    notebook.run(X)
    error = str(notebook.run(code).error)
    assert "json={…}" in error and "params={…}" in error


def test_response_shows_the_beginning_of_a_long_list(notebook: Notebook) -> None:
    notebook.run("@app.get('/x')\ndef x(): return list(range(100))")
    lines = repr(notebook.session.get("/x")).splitlines()
    assert lines[0] == "200 OK · GET /x · application/json · 291 bytes"
    assert len(lines) == 1 + 30 + 1
    assert lines[-1] == "… 72 more lines", "100 numbers and two brackets"


WELCOME = "`app` registers endpoints, `api` sends requests to them; `%api help` lists the commands."


def test_loading_says_how_to_begin_and_only_once(
    bare: Notebook, capsys: pytest.CaptureFixture[str]
) -> None:
    bare.run("%load_ext notebookapi")
    assert " ".join(capsys.readouterr().out.split()) == f"i {WELCOME}"
    bare.run("%reload_ext notebookapi")
    assert capsys.readouterr().out == ""


MAKE = "from notebookapi import NotebookAPI\napp = NotebookAPI()\n"


def test_loading_names_what_was_there_before(
    bare: Notebook, capsys: pytest.CaptureFixture[str]
) -> None:
    bare.run_before_loading(MAKE + X)
    bare.run("%load_ext notebookapi")
    shown = " ".join(capsys.readouterr().out.split())
    assert shown.endswith(
        "i `app` has 1 route from before; run its cell again so that it can be swapped and "
        "exported."
    )
    assert "GET /x, registered before the extension was loaded, stayed" not in shown


def test_new_application_says_what_it_has_not_taken_over(bare: Notebook) -> None:
    bare.run_before_loading(MAKE + X)
    bare.load()
    bare.run("@app.get('/y')\ndef y(): return 2", "y")
    card = bare.run(MAKE, "a").card
    assert "GET /x, registered before the extension was loaded, stayed with the" in card
    assert "GET /y, " not in card
    assert bare.run("pass", "b").card == ""


def test_failing_first_registration_says_what_serves(notebook: Notebook) -> None:
    wrong = "@app.get('y')\ndef y(): return 2"
    assert notebook.run(wrong, "b").card == "", "nothing served before"
    notebook.run(X, "a")
    card = notebook.run(wrong, "b").card
    assert card == "Cell 3 did not end well; what served before still serves."


def test_a_server_in_a_cell_is_not_needed(notebook: Notebook) -> None:
    notebook.run(X, "a")
    failing = "# uvicorn.run(app)\nraise RuntimeError('Cannot run the event loop while another')"
    url = notebook.session.url
    card = notebook.run(failing, "b").card
    assert card == f"`app` is served already, at {url}: a notebook needs no `uvicorn.run`."


def test_help_is_no_success(notebook: Notebook) -> None:
    notebook.run("%api help")
    view = notebook.shown[0]
    assert terminal.render(view).startswith("%api: the session at a glance")
    assert "✓" not in html.rendered(view)


def test_start_up_handler_runs_at_once_and_when_the_server_starts_again(notebook: Notebook) -> None:
    notebook.run(X, "a")
    handler = "seen = []\n@app.router.on_event('startup')\ndef begin(): seen.append(1)"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        notebook.run(handler, "b")
    assert notebook.shell.user_ns["seen"] == [1]
    notebook.run("%api stop")
    notebook.run("%api serve")
    assert notebook.get("/x") == 1
    assert notebook.shell.user_ns["seen"] == [1, 1]
