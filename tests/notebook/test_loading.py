"""Loading, loading again, leaving."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from notebookapi import notebook as side
from notebookapi.notebook.errors import NotebookError

from .conftest import Notebook

X = "@app.get('/x')\ndef x(): return 1\n"


def hooks(notebook: Notebook) -> int:
    callbacks = notebook.shell.events.callbacks
    there = [*callbacks["pre_run_cell"], *callbacks["post_run_cell"]]
    return sum("notebookapi" in each.__module__ for each in there)


def has_magic(notebook: Notebook) -> bool:
    return "api" in notebook.shell.magics_manager.magics["line"]


def test_load_and_register_in_one_cell(bare: Notebook) -> None:
    assert bare.run("%load_ext notebookapi\n" + X, "a").error is None
    assert bare.get("/x") == 1
    assert [(each.run, each.line) for each in bare.session.registered()] == [(1, 2)]
    bare.run("pass", "a")
    assert bare.get("/x") == 404, "the cell owned it"


def test_load_and_fail_in_one_cell(bare: Notebook) -> None:
    bare.run("%load_ext notebookapi\n" + X + "1/0", "a")
    assert bare.get("/x") == 404


def test_load_by_configuration(bare: Notebook) -> None:
    bare.load()  # outside any cell
    bare.run(X + "1/0", "a")
    assert bare.get("/x") == 404
    bare.run(X, "a")
    assert bare.get("/x") == 1


def test_loading_twice_changes_nothing(notebook: Notebook) -> None:
    notebook.run("%load_ext notebookapi\n" + X, "a")
    assert (hooks(notebook), notebook.get("/x")) == (2, 1)


def test_reload_keeps_routes_and_owners(notebook: Notebook) -> None:
    notebook.run(X, "a")
    app, api = notebook.shell.user_ns["app"], notebook.shell.user_ns["api"]
    notebook.run("%reload_ext notebookapi", "b")
    notebook.session.screen = notebook
    assert (notebook.shell.user_ns["app"], notebook.shell.user_ns["api"]) == (app, api)
    assert (hooks(notebook), notebook.get("/x")) == (2, 1)
    assert notebook.run("pass", "a").card == "- GET /x"


def test_unload_leaves_nothing_behind(notebook: Notebook) -> None:
    notebook.run(X, "a")
    notebook.run("%unload_ext notebookapi", "b")
    assert (hooks(notebook), has_magic(notebook)) == (0, False)
    assert not notebook.session.server.running
    notebook.run("@app.get('/y')\ndef y(): return 2", "c")
    assert [route.path for route in notebook.shell.user_ns["app"].routes][-2:] == ["/x", "/y"]


def test_cell_that_unloads_publishes_what_it_had_registered(notebook: Notebook) -> None:
    notebook.run(X + "%unload_ext notebookapi", "a")
    assert notebook.shell.user_ns["app"].routes[-1].path == "/x"


def test_a_route_put_in_front_of_others_stays_there(notebook: Notebook) -> None:
    notebook.run("@app.get('/{any}')\ndef any_(any: str): return any", "a")
    source = (
        "from notebookapi.routing import APIRoute\n"
        "def first(): return {}\n"
        "app.routes.insert(0, APIRoute('/x', first))"
    )
    for value in (1, 2):
        notebook.run(source.format(value), "b")
        assert (notebook.get("/x"), notebook.get("/y")) == (value, "y")
    notebook.run("@app.get('/{any}')\ndef any_(any: str): return any * 2", "a")
    assert (notebook.get("/x"), notebook.get("/y")) == (2, "yy")


def test_startup_file_that_loads(bare: Notebook, tmp_path: Path) -> None:
    startup = tmp_path / "startup.py"
    startup.write_text("get_ipython().run_line_magic('load_ext', 'notebookapi')\n" + X)
    bare.shell.user_ns["get_ipython"] = lambda: bare.shell
    execute: Any = bare.shell.safe_execfile
    execute(str(startup), bare.shell.user_ns)
    bare.run("@app.get('/y')\ndef y(): return 2\n1/0", "a")
    assert (bare.get("/x"), bare.get("/y")) == (1, 404)


def test_session_without_extension_says_what_to_do() -> None:
    with pytest.raises(NotebookError, match="Run `%load_ext notebookapi` first"):
        side.session()


def test_missing_part_is_one_line() -> None:
    code = (
        "import sys\nsys.modules['rich'] = sys.modules['rich.console'] = None\n"
        "from notebookapi import load_ipython_extension\n"
        "try: load_ipython_extension(None)\nexcept Exception as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout == (
        "rich is not installed, and the notebook side needs it. "
        'Run `%pip install "notebookapi[notebook]"`, then load again.\n'
    )


HEAVY = {"uvicorn", "uvloop", "anywidget", "ipywidgets", "httpx2", "ruff", "joblib", "schemathesis"}


def test_what_is_heavy_waits_until_it_is_used() -> None:
    code = (
        "import sys\nfrom IPython.core.interactiveshell import InteractiveShell\n"
        "from traitlets.config import Config\nconfig = Config()\n"
        "config.HistoryManager.enabled = False\nshell = InteractiveShell(config=config)\n"
        "shell.run_line_magic('load_ext', 'notebookapi')\nshell.run_cell('a = 1')\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True
    )
    loaded = {*done.stdout.splitlines()[-1].split()}
    assert "notebookapi" in loaded
    assert not HEAVY & loaded


def test_deleted_cells_are_marked(notebook: Notebook) -> None:
    notebook.run(X, "a")
    notebook.session.note_deleted(frozenset({"a"}), "b")
    assert [row.cell for row in notebook.session.routes] == ["cell 1, gone"]
    notebook.session.note_deleted(frozenset(), "a")
    assert [row.cell for row in notebook.session.routes] == ["cell 1"]


def test_reset_and_reload_bring_the_names_back(notebook: Notebook) -> None:
    notebook.run(X, "a")
    app = notebook.session.app
    notebook.run("%reset -f", "b")
    assert notebook.get("/x") == 1
    notebook.run("%reload_ext notebookapi", "c")
    assert (notebook.shell.user_ns["app"], notebook.get("/x")) == (app, 1)


def test_new_application_after_a_reset_keeps_the_routes(notebook: Notebook) -> None:
    notebook.run(X, "a")
    notebook.run("%reset -f", "b")
    notebook.run("from notebookapi import NotebookAPI\napp = NotebookAPI()", "c")
    assert notebook.get("/x") == 1
