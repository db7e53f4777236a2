"""A cell publishes as a whole or not at all: run in a shell of this process."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from .conftest import Notebook

X1 = "@app.get('/x')\ndef x(): return 1\n"
X2 = "@app.get('/x')\ndef x(): return 2\n@app.get('/y')\ndef y(): return 2\n"

# What ends a cell badly, and what its card says is lost.
FAILURES = {
    "exception": (X2 + "1/0", "GET /x, GET /y not registered"),
    "sys.exit": (X2 + "raise SystemExit(1)", "GET /x, GET /y not registered"),
    "interrupt": (X2 + "raise KeyboardInterrupt", "GET /x, GET /y not registered"),
    "syntax error": (X2 + "def (", ""),
    "unknown magic": (X2 + "%nosuchmagic", "GET /x, GET /y not registered"),
    "async": (
        "import asyncio\nawait asyncio.sleep(0)\n" + X2 + "1/0",
        "GET /x, GET /y not registered",
    ),
    "nested cell ends well": (
        f"get_ipython().run_cell({X2!r})\n1/0",
        "GET /x, GET /y not registered",
    ),
    "bad declaration": (X2 + "@app.get('z')\ndef z(): ...", "GET /x, GET /y not registered"),
    "cancelled": (
        X2 + "import asyncio\nawait asyncio.sleep(0)\nraise asyncio.CancelledError",
        "GET /x, GET /y not registered",
    ),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_failed_cell_publishes_nothing(notebook: Notebook, failure: str) -> None:
    source, lost = FAILURES[failure]
    assert notebook.run(X1, "a").card == "+ GET /x"
    ran = notebook.run(source, "a")
    lost = f"; {lost}" if lost else ""
    assert ran.card == (f"Cell 2 did not end well{lost}; GET /x of its last good run still serves.")
    assert (notebook.get("/x"), notebook.get("/y")) == (1, 404)
    assert notebook.run(X2, "a").card == "~ GET /x, + GET /y"
    assert (notebook.get("/x"), notebook.get("/y")) == (2, 2)


def test_failure_that_concerns_nobody_is_silent(notebook: Notebook) -> None:
    notebook.run(X1, "a")
    assert notebook.run("1/0", "b").card == ""
    assert notebook.run("def (", "c").card == ""


def test_first_run_that_fails_says_so(notebook: Notebook) -> None:
    assert notebook.run(X1 + "1/0", "a").card == (
        "Cell 1 did not end well; GET /x not registered; what served before still serves."
    )


def test_nested_cell_that_fails_is_left_out(notebook: Notebook) -> None:
    ran = notebook.run(f"{X1}\nget_ipython().run_cell('@app.get(\"/z\")\\ndef z(): ...\\n1/0')")
    assert (ran.error, ran.card) == (None, "+ GET /x")


NESTED = {
    "capture": "%%capture\n" + X1,
    "time": "%%time\n" + X1,
    "run_cell": f"get_ipython().run_cell({X1!r})",
    "run_cell in a function": f"def f():\n    get_ipython().run_cell({X1!r})\nf()",
}


@pytest.mark.parametrize("kind", NESTED)
def test_nested_cell_belongs_to_the_outer_one(notebook: Notebook, kind: str) -> None:
    assert notebook.run(NESTED[kind], "a").card == "+ GET /x"
    assert notebook.get("/x") == 1
    assert [each.run for each in notebook.session.registered()] == [1]
    assert notebook.run("pass", "a").card == "- GET /x"


FAILING_FILES = {
    "raises": "1/0",
    "raises at once": None,
    "interrupt": "raise KeyboardInterrupt",
    "exit": "import sys; sys.exit(3)",
    "syntax": "def (",
}


@pytest.mark.parametrize("suffix", [".py", ".ipy"])
@pytest.mark.parametrize("case", FAILING_FILES)
def test_a_file_that_fails_fails_its_cell(
    notebook: Notebook, tmp_path: Path, case: str, suffix: str
) -> None:
    """IPython shows the error, and goes on; what the cell served is served still."""
    file = tmp_path / f"endpoints{suffix}"
    file.write_text("@app.get('/x')\ndef x(): return 1\n@app.get('/y')\ndef y(): return 1\n")
    assert notebook.run(f"%run -i {file}", "a").card == "+ GET /x, + GET /y"
    fails = FAILING_FILES[case]
    file.write_text("@app.get('/x')\ndef x(): return 2\n" + fails if fails else "1/0")
    assert "did not end well" in notebook.run(f"%run -i {file}", "a").card
    assert (notebook.get("/x"), notebook.get("/y")) == (1, 1)
    file.write_text("@app.get('/x')\ndef x(): return 3\n")
    assert notebook.run(f"%run -i {file}", "a").card == "~ GET /x, - GET /y"
    assert notebook.get("/x") == 3


def test_what_fails_inside_a_cell_magic_fails(notebook: Notebook) -> None:
    notebook.run("%%capture\n" + X1, "a")
    assert notebook.run("%%capture out\n" + X2 + "1/0", "a").card == (
        "Cell 2 did not end well; GET /x, GET /y not registered; GET /x of its last good run still "
        "serves."
    )
    assert (notebook.get("/x"), notebook.get("/y")) == (1, 404)
    assert notebook.run("%%capture\n" + X2, "a").card == "~ GET /x, + GET /y"
    assert notebook.run("%%capture\n@app.get('/z')\ndef z(): ...\n1/0", "b").card == (
        "Cell 4 did not end well; GET /z not registered; what served before still serves."
    )


READING = {
    "itself": "@app.get('/r')\ndef r(): return RATE",
    "by a function": "def rate(): return RATE\n"
    "@app.get('/r')\ndef r(): return [rate() for _ in 'a'][0]",
    "by a dependency": "from typing import Annotated\nfrom notebookapi import Depends\n"
    "def rate(): return RATE\n"
    "@app.get('/r')\ndef r(rate: Annotated[int, Depends(rate)]): return rate",
    "by a wrapper": "from functools import wraps\ndef same(f):\n    @wraps(f)\n"
    "    def inner(): return f()\n    return inner\n"
    "@app.get('/r')\n@same\ndef r(): return RATE",
}


@pytest.mark.parametrize("how", READING)
def test_a_failed_cell_names_what_reads_what_it_has_bound(notebook: Notebook, how: str) -> None:
    notebook.run("RATE = 1\nUNREAD = 1", "rate")
    notebook.run(READING[how], "route")
    told = "GET /r of cell 2 reads `RATE`, which cell {} has bound anew."
    assert notebook.run("UNREAD = 2\nRATE = 2\n1/0", "rate").card == told.format(3)
    assert notebook.get("/r") == 2, "bodies read the namespace live"
    assert notebook.run("RATE = 2\n1/0", "rate").card == "", "it was 2 before"
    failed = notebook.run("RATE = 3\n" + X1 + "1/0", "rate").card
    assert failed.startswith("Cell 5 did not end well; GET /x not registered")
    assert failed.endswith(told.format(5))


def test_run_file_belongs_to_its_cell(notebook: Notebook, tmp_path: Path) -> None:
    (tmp_path / "routes.py").write_text(X1)
    assert notebook.run(f"%run -i {tmp_path}/routes.py", "a").card == "+ GET /x"
    assert notebook.run("pass", "a").card == "- GET /x"


MODULE = (
    "from notebookapi import APIRouter\nrouter = APIRouter()\n@router.get('/m')\ndef m(): ...\n"
)


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path / f"routes_{tmp_path.name.replace('-', '_')}.py"


def test_import_is_not_the_cells_own(notebook: Notebook, module: Path) -> None:
    module.write_text(MODULE)
    source = f"from {module.stem} import router\napp.include_router(router)"
    assert notebook.run(source, "a").card == "+ include_router"
    assert notebook.run(source + "\n", "a").card == "~ include_router"
    assert notebook.routes() == ["GET /m m"], "the import did not run again, and lost nothing"


def test_import_is_published_by_a_cell_that_fails(notebook: Notebook, module: Path) -> None:
    module.write_text(MODULE)
    notebook.run(f"from {module.stem} import router\n1/0", "a")
    notebook.run(f"from {module.stem} import router\napp.include_router(router)", "a")
    assert notebook.routes() == ["GET /m m"]


def test_failed_import_publishes_nothing(notebook: Notebook, module: Path) -> None:
    module.write_text(
        "from notebookapi.notebook import session\napp = session().app\n"
        "@app.get('/m')\ndef m(): ...\n1/0"
    )
    notebook.run(f"try:\n    import {module.stem}\nexcept ZeroDivisionError: pass", "a")
    assert notebook.routes() == []


def test_reloaded_module_replaces(notebook: Notebook, module: Path) -> None:
    module.write_text(
        "from notebookapi.notebook import session\napp = session().app\n"
        "@app.get('/m')\ndef m(): return 1"
    )
    notebook.run(f"import {module.stem}", "a")
    module.write_text(module.read_text().replace("return 1", "return 2222"))
    notebook.run(f"import importlib\nimportlib.reload({module.stem})", "b")
    assert (notebook.get("/m"), notebook.routes()) == (2222, ["GET /m m"])


def test_thread_publishes_at_once(notebook: Notebook) -> None:
    notebook.run(
        "import threading\n"
        "def late():\n    @app.get('/late')\n    def f(): return 1\n"
        "thread = threading.Thread(target=late)\nthread.start(); thread.join()\n1/0",
        "a",
    )
    assert notebook.get("/late") == 1
    assert threading.active_count() >= 1


BROKEN = """
class Broken:
    def __init__(self, app):
        raise ValueError("no such setting")
app.add_middleware(Broken)
@app.get('/y')
def y(): return 1
"""


def test_refused_publication_changes_nothing(notebook: Notebook) -> None:
    notebook.run(X1, "a")
    assert notebook.run(BROKEN, "b").card == (
        "Cell 2 was not published: ValueError: no such setting; middleware Broken, GET /y not "
        "registered; what served before still serves."
    )
    assert (notebook.get("/x"), notebook.get("/y")) == (1, 404)
    assert notebook.run(X2, "a").card == "~ GET /x, + GET /y"


def test_cell_asks_what_it_has_staged(notebook: Notebook) -> None:
    notebook.run(X1, "a")
    notebook.run(X2 + "seen = api.get('/x').json(), api.get('/y').json()\n1/0", "a")
    assert notebook.shell.user_ns["seen"] == (2, 2)
    assert (notebook.get("/x"), notebook.get("/y")) == (1, 404)


LINES = {
    "plain": ("# one\n" + X1, [2]),
    "loop": ("# one\nfor p in 'ab':\n    app.get('/' + p)(lambda: 1)", [3, 3]),
    "function of another cell": ("register('/x')\nregister('/y')", [1, 2]),
    "async": ("import asyncio\nawait asyncio.sleep(0)\napp.get('/x')(lambda: 1)", [3]),
    "time": ("%%time\n\napp.get('/x')(lambda: 1)", [1]),
    "edit": ("from notebookapi import edit\nwith edit():\n    app.get('/x')(lambda: 1)", [2]),
}


@pytest.mark.parametrize("kind", LINES)
def test_line_of_a_registration(notebook: Notebook, kind: str) -> None:
    notebook.run("def register(path):\n    # a line more\n    app.get(path)(lambda: 1)", "f")
    source, lines = LINES[kind]
    assert notebook.run(source, "a").error is None
    assert [each.line for each in notebook.session.registered()] == lines


def test_cell_that_runs_again_sees_itself_once(notebook: Notebook) -> None:
    notebook.run(X2, "a")
    notebook.run(
        "@app.get('/x')\ndef x(): return 3\n"
        "seen = api.get('/x').json(), api.get('/y').json(), len(app.openapi()['paths'])\n"
        "rest = app.get('/y')(lambda: 4) and api.get('/y').json()",
        "a",
    )
    assert notebook.shell.user_ns["seen"] == (3, 2, 2), "what is not registered again yet stays"
    assert notebook.shell.user_ns["rest"] == 4
