"""`%api undo`: what a publication registered is taken back, and what it replaced serves again."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import Any

import pytest

from notebookapi.notebook.swap import undoing
from notebookapi.routing import APIRoute

from .conftest import Notebook
from .editing.striking import strike_later

READ = "@app.get('/a')\ndef a(): return {}"
MODEL = "from pydantic import BaseModel\nclass Item(BaseModel):\n    {}: int"


def card(notebook: Notebook, code: str = "%api undo") -> str:
    return notebook.run(code, "undo").card


def test_a_replaced_route_is_back(notebook: Notebook) -> None:
    notebook.run(READ.format(1), "a")
    notebook.run(READ.format(2), "a")
    assert card(notebook).startswith("~ GET /a (as it was before); Taken back: what cell 2 ")
    assert notebook.get("/a") == 1


def test_an_added_route_is_gone_and_a_withdrawn_one_is_back(notebook: Notebook) -> None:
    notebook.run("@app.get('/a')\ndef a(): return 1", "a")
    notebook.run("@app.get('/b')\ndef b(): return 2", "a")
    said = card(notebook)
    assert "+ GET /a" in said and "- GET /b" in said
    assert (notebook.get("/a"), notebook.get("/b")) == (1, 404)


def test_further_back_one_by_one_and_at_once(notebook: Notebook) -> None:
    for n in range(4):
        notebook.run(READ.format(n), "a")
    card(notebook)
    assert notebook.get("/a") == 2
    card(notebook, "%api undo 2")
    assert notebook.get("/a") == 0
    card(notebook)
    assert notebook.get("/a") == 404


def test_it_is_published_by_one_assignment(notebook: Notebook) -> None:
    for n in range(3):
        notebook.run(READ.format(n), "a")
        notebook.run(f"@app.get('/b')\ndef b(): return {n}", "b")
    version = notebook.session.app.published.version
    card(notebook, "%api undo 4")
    assert notebook.session.app.published.version == version + 1
    assert (notebook.get("/a"), notebook.get("/b")) == (0, 0)


def test_running_a_cell_again_brings_its_version_back(notebook: Notebook) -> None:
    notebook.run(READ.format(1), "a")
    notebook.run(READ.format(2), "a")
    card(notebook)
    assert notebook.run(READ.format(2), "a").card.startswith("~ GET /a")
    assert notebook.get("/a") == 2
    assert notebook.routes() == ["GET /a a"]
    card(notebook)
    assert notebook.get("/a") == 1


def test_a_cell_owns_what_came_back(notebook: Notebook) -> None:
    notebook.run(READ.format(1), "a")
    notebook.run(READ.format(2), "a")
    card(notebook)
    notebook.run("x = 1", "a")
    assert notebook.get("/a") == 404


def test_models_come_back_with_their_routes(notebook: Notebook) -> None:
    notebook.run(MODEL.format("old"), "m")
    notebook.run("@app.post('/a')\ndef a(item: Item) -> Item: return item", "a")
    notebook.run(MODEL.format("new"), "m")
    assert notebook.session.post("/a", json={"new": 1}).json() == {"new": 1}
    card(notebook)
    assert notebook.session.post("/a", json={"old": 1}).json() == {"old": 1}
    # The name still stands for the new one; defining it again is followed from there.
    notebook.run(MODEL.format("newest"), "m")
    assert notebook.session.post("/a", json={"newest": 1}).json() == {"newest": 1}


def test_a_cell_is_followed_in_the_version_that_came_back(notebook: Notebook) -> None:
    notebook.run(MODEL.format("old"), "m")
    notebook.run("@app.post('/a')\ndef a(item: Item) -> Item: return item", "a")
    notebook.run("@app.post('/b')\ndef b(item: Item) -> Item: return item", "a")
    card(notebook)
    notebook.run(MODEL.format("new"), "m")
    assert notebook.session.post("/a", json={"new": 1}).json() == {"new": 1}
    assert notebook.session.post("/b", json={"new": 1}).status_code == 404


def test_dependencies_come_back(notebook: Notebook) -> None:
    notebook.run("from notebookapi import Depends\ndef dep(): return 1", "d")
    notebook.run("@app.get('/a')\ndef a(d: int = Depends(dep)): return d", "a")
    notebook.run("def dep(): return 2", "d")
    assert notebook.get("/a") == 2
    card(notebook)
    assert notebook.get("/a") == 1


OTHERS: dict[str, tuple[str, Callable[[Notebook], Any]]] = {
    "middleware": (
        "@app.middleware('http')\n"
        "async def mark(request, call_next):\n"
        "    response = await call_next(request)\n"
        "    response.headers['x-mark'] = '{}'\n"
        "    return response",
        lambda notebook: notebook.session.get("/a").headers.get("x-mark"),
    ),
    "setting": ("app.title = '{}'", lambda notebook: notebook.session.app.title),
    "override": (
        "def fake(): return '{}'\napp.dependency_overrides[dep] = fake",
        lambda notebook: notebook.get("/a"),
    ),
    "handler": (
        "from notebookapi.responses import JSONResponse\n"
        "@app.exception_handler(404)\n"
        "def lost(request, error): return JSONResponse('{}')",
        lambda notebook: notebook.session.get("/nowhere").json(),
    ),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_other_registrations_come_back(notebook: Notebook, kind: str) -> None:
    code, seen = OTHERS[kind]
    notebook.run("from notebookapi import Depends\ndef dep(): return 'none'", "d")
    notebook.run("@app.get('/a')\ndef a(d: str = Depends(dep)): return d", "a")
    before = seen(notebook)
    notebook.run(code.format("one"), "b")
    notebook.run(code.format("two"), "b")
    assert seen(notebook) == "two"
    card(notebook)
    assert seen(notebook) == "one"
    card(notebook)
    assert seen(notebook) == before


def test_a_new_application_is_taken_back(notebook: Notebook) -> None:
    notebook.run("from notebookapi import NotebookAPI\napp = NotebookAPI(title='old')", "app")
    notebook.run(READ.format(1), "a")
    old = notebook.session.app
    notebook.run("app = NotebookAPI(title='new')", "app")
    assert notebook.session.app.title == "new"
    assert notebook.get("/a") == 1
    card(notebook)
    assert notebook.session.app is old
    assert notebook.get("/a") == 1
    # The name stands for the new one still: what registers there takes the others along.
    notebook.run("@app.get('/b')\ndef b(): return 2", "b")
    assert notebook.session.app.title == "new"
    assert (notebook.get("/a"), notebook.get("/b")) == (1, 2)


def test_what_another_cell_served_before(notebook: Notebook) -> None:
    notebook.run(READ.format(1), "a")
    notebook.run(READ.format(2), "b")
    card(notebook)
    assert notebook.get("/a") == 1
    notebook.run("x = 1", "a")
    assert notebook.get("/a") == 404


def test_across_a_forget(notebook: Notebook) -> None:
    notebook.run(READ.format(1), "a")
    notebook.run("%api forget GET /a", "f")
    assert notebook.get("/a") == 404
    card(notebook)
    assert notebook.get("/a") == 1
    notebook.session.note_deleted(frozenset({"a"}), None)
    notebook.run("%api forget --deleted", "f")
    assert notebook.get("/a") == 404
    assert "what %api forget --deleted published" in card(notebook)
    assert notebook.get("/a") == 1


FROM_A_THREAD = """
import threading
thread = threading.Thread(target=lambda: api.forget("GET", "/a"))
thread.start(); thread.join()
"""


def test_what_a_thread_forgets(notebook: Notebook) -> None:
    """At once: the cell that made it owns it no more, and it can be taken back."""
    notebook.run(READ.format(1), "hidden")
    notebook.run(READ.format(2), "a")
    seen = FROM_A_THREAD + "seen = [each.label for each in api.owned]\n1/0"
    notebook.run(seen, "t")
    assert notebook.shell.user_ns["seen"] == []
    assert notebook.get("/a") == 404
    last = notebook.session.versions.of("GET /a")[-1]
    assert (last.what, last.by) == ("withdrawn", "%api forget")
    assert "what %api forget published" in card(notebook)
    assert notebook.get("/a") == 2
    card(notebook)
    assert notebook.get("/a") == 1


def test_what_a_thread_registers_stays(notebook: Notebook) -> None:
    notebook.run(READ.format(1), "a")
    notebook.run(
        "import threading\n"
        "thread = threading.Thread(target=lambda: app.get('/t')(lambda: 3))\n"
        "thread.start(); thread.join()",
        "t",
    )
    card(notebook)
    assert (notebook.get("/a"), notebook.get("/t")) == (404, 3)


def test_names_stay(notebook: Notebook) -> None:
    notebook.run(READ.format(1), "a")
    notebook.run(READ.format(2), "a")
    card(notebook)
    assert notebook.shell.user_ns["a"]() == 2


def test_a_method_of_the_session(notebook: Notebook) -> None:
    notebook.run(READ.format(1), "a")
    notebook.run(READ.format(2), "a")
    notebook.run("shown = api.undo()", "u")
    assert "Taken back" in notebook.shell.user_ns["shown"]._repr_html_()
    assert notebook.get("/a") == 1


INTERRUPTED = {
    "undo": ("%api undo", "take_back"),
    "forget": ("%api forget --deleted", "withdraw"),
}


@pytest.mark.parametrize("case", INTERRUPTED)
@pytest.mark.parametrize("after", [1, 5, *range(10, 400, 35)])
def test_an_interrupt_comes_too_late(notebook: Notebook, case: str, after: int) -> None:
    command, function = INTERRUPTED[case]
    notebook.run(READ.format(1), "a")
    notebook.run("@app.get('/b')\ndef b(): return 1", "b")
    notebook.session.note_deleted(frozenset({"b"}), None)
    strike_later(after, function)
    error = notebook.run(command, "u").error
    sys.settrace(None)
    assert error is None
    assert notebook.routes() == ["GET /a a"]
    assert [each.label for each in notebook.session.owned] == ["GET /a"]
    assert notebook.session.versions.of("GET /b")[-1].what in ("taken back", "withdrawn")


REFUSED = {
    "nothing": ("", "%api undo", "There is nothing to take back"),
    "too many": (READ.format(1), "%api undo 2", "Only 1 publication can be taken back"),
    "none": (READ.format(1), "%api undo 0", "takes nothing back"),
    "no number": ("", "%api undo all", "Write `%api undo` or `%api undo STEPS`."),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(notebook: Notebook, case: str) -> None:
    code, command, message = REFUSED[case]
    notebook.run(code or "x = 1", "a")
    assert message in str(notebook.run(command, "u").error)


def test_not_in_a_cell_that_registers(notebook: Notebook) -> None:
    notebook.run(READ.format(1), "a")
    error = notebook.run("@app.get('/b')\ndef b(): return 1\n%api undo", "b").error
    assert "in a cell of its own" in str(error)
    assert notebook.get("/a") == 1


def test_an_export_uses_the_sources_that_are_served(notebook: Notebook) -> None:
    for n in range(8):
        notebook.run(READ.format(n), "a")
    card(notebook, "%api undo 7")
    cells = {cell.run: cell.source for cell in notebook.session.cells}
    live = [cells[each.run] for each in notebook.session.registered() if each.live]
    assert live == [READ.format(0)]


def _alive() -> int:
    gc.collect()
    routes = (each for each in gc.get_objects() if isinstance(each, APIRoute))
    return sum(each.path == "/kept-for-undo" for each in routes)


def test_no_more_than_so_many_are_kept(notebook: Notebook) -> None:
    code = "@app.get('/kept-for-undo')\ndef a(): return {}"
    for n in range(undoing.MOST + 5):
        notebook.run(code.format(n), "a")
    before = _alive()
    for n in range(undoing.MOST + 5, 2 * undoing.MOST):
        notebook.run(code.format(n), "a")
    assert _alive() == before
    assert len(notebook.session.steps) == undoing.MOST
    error = notebook.run(f"%api undo {undoing.MOST + 1}", "u").error
    assert f"Only {undoing.MOST} publications" in str(error)
    card(notebook, f"%api undo {undoing.MOST}")
    assert notebook.get("/kept-for-undo") == undoing.MOST - 1
