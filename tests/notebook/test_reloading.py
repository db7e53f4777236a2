"""Modules whose code runs again, by `importlib.reload` or autoreload: their routes follow."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from .conftest import Notebook
from .driver import Kernel

ROUTER = "from notebookapi import APIRouter\nrouter = APIRouter()\n"
SERVED = "from notebookapi.notebook import session\nrouter = session().app\n"
BEFORE = "@router.get('/m')\ndef m(): return 'old'\n@router.get('/gone')\ndef gone(): ...\n"
AFTER = "@router.get('/m')\ndef m(q: int): return q\n@router.get('/new')\ndef new(): ...\n"
TIMES = count(2_000_000_000)

Write = Callable[[str, str], str]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a module; return its whole name. Each writing is later than the one before."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(name: str, text: str) -> str:
        whole = f"{name}_{tmp_path.name.replace('-', '_')}"
        file = tmp_path / f"{whole}.py"
        file.write_text(text)
        at = next(TIMES)
        os.utime(file, (at, at))
        return whole

    return write


AUTORELOAD = "%load_ext autoreload\n%autoreload 2"
INCLUDES = "import {0}\napp.include_router({0}.router)"


@pytest.mark.parametrize("head", [ROUTER, SERVED], ids=["a router", "the application"])
@pytest.mark.parametrize("way", ["reload", "autoreload", "autoreload first"])
def test_a_module_replaces_what_it_registered(
    bare: Notebook, write: Write, way: str, head: str
) -> None:
    if way == "autoreload first":
        bare.run_before_loading(AUTORELOAD)
    bare.load()
    if way == "autoreload":
        bare.run(AUTORELOAD)
    name = write("routes", head + BEFORE)
    bare.run(INCLUDES.format(name) if head == ROUTER else f"import {name}", "a")
    bare.run("@app.get('/{any}')\ndef last(any): return 'last'", "b")
    write("routes", head + AFTER)
    ran = bare.run(f"import importlib\nimportlib.reload({name});" if way == "reload" else "1;", "c")
    assert (bare.get("/m?q=5"), bare.get("/gone")) == (5, "last")
    assert bare.routes() == ["GET /m m", "GET /new new", "GET /{any} last"]
    assert f"Module `{name}` was loaded anew" in ran.card
    assert bare.run("# nothing", "a").card == ("- include_router" if head == ROUTER else "")


def test_a_cell_that_fails_reloads_all_the_same(notebook: Notebook, write: Write) -> None:
    name = write("routes", ROUTER + BEFORE)
    notebook.run(INCLUDES.format(name), "a")
    write("routes", ROUTER + AFTER)
    notebook.run(f"import importlib\nimportlib.reload({name})\n1/0", "b")
    assert notebook.routes() == ["GET /m m", "GET /new new"]
    assert notebook.run("# nothing", "a").card == "- include_router", "the cell owns it still"


@pytest.mark.parametrize("head", [ROUTER, SERVED], ids=["a router", "the application"])
def test_a_reload_that_fails_changes_nothing(notebook: Notebook, write: Write, head: str) -> None:
    name = write("routes", head + BEFORE)
    notebook.run(INCLUDES.format(name) if head == ROUTER else f"import {name}", "a")
    write("routes", head + AFTER + "1/0\n")
    source = f"import importlib\ntry:\n    importlib.reload({name})\nexcept ZeroDivisionError: pass"
    notebook.run(source, "b")
    assert (notebook.get("/m"), notebook.routes()) == ("old", ["GET /m m", "GET /gone gone"])
    write("routes", head + AFTER)
    notebook.run(source, "b")
    assert notebook.routes() == ["GET /m m", "GET /new new"]


def test_what_others_registered_on_a_modules_router_moves(notebook: Notebook, write: Write) -> None:
    shared = write("shared", ROUTER + BEFORE)
    other = write("other", f"from {shared} import router\n@router.get('/other')\ndef other(): ...")
    outer = write(
        "outer", f"import {shared}\n{ROUTER}router.include_router({shared}.router, prefix='/in')"
    )
    notebook.run(f"import {other}\n{INCLUDES.format(outer)}", "a")
    notebook.run(f"import {shared}\n@{shared}.router.get('/cell')\ndef cell(): ...", "b")
    write("shared", ROUTER + AFTER)
    notebook.run(f"import importlib\nimportlib.reload({shared})", "c")
    assert sorted(notebook.routes()) == [
        "GET /in/cell cell", "GET /in/m m", "GET /in/new new", "GET /in/other other",
    ]  # fmt: skip
    assert notebook.run("# nothing", "b").card == "- GET /cell"


def test_a_mounted_application_of_a_module_follows(notebook: Notebook, write: Write) -> None:
    head = "from notebookapi import NotebookAPI\nrouter = NotebookAPI()\n"
    name = write("routes", head + BEFORE)
    notebook.run(f"import {name}\napp.mount('/sub', {name}.router)", "a")
    write("routes", head + AFTER)
    notebook.run(f"import importlib\nimportlib.reload({name})", "b")
    assert (notebook.get("/sub/m?q=5"), notebook.get("/sub/gone")) == (5, 404)


def test_a_modules_middleware_stacks_no_more_than_it_says(notebook: Notebook, write: Write) -> None:
    middleware = (
        "class Adds:\n    def __init__(self, app): self.app = app\n"
        "    async def __call__(self, scope, receive, send):\n"
        "        scope.setdefault('seen', []).append(1)\n"
        "        await self.app(scope, receive, send)\n"
    )
    text = SERVED + middleware + "router.add_middleware(Adds)\nrouter.add_middleware(Adds)\n"
    name = write("routes", text)
    notebook.run(f"import {name}\napp.add_middleware({name}.Adds)", "a")
    notebook.run(
        "from notebookapi import Request\n@app.get('/seen')\n"
        "def seen(request: Request): return len(request.scope.get('seen', []))", "b",
    )  # fmt: skip
    assert notebook.get("/seen") == 3
    for _ in range(2):
        notebook.run(f"import importlib\nimportlib.reload({name})", "c")
        assert notebook.get("/seen") == 3
    notebook.run("# nothing", "a")
    assert notebook.get("/seen") == 2


def test_an_application_of_a_module_serves_on(notebook: Notebook, write: Write) -> None:
    head = "from notebookapi import NotebookAPI\nrouter = NotebookAPI()\n"
    name = write("routes", head + BEFORE)
    notebook.run(f"from {name} import router as app\nimport {name}", "a")
    write("routes", head + AFTER)
    notebook.run(f"import importlib\nimportlib.reload({name})", "b")
    assert notebook.get("/m") == "old", "the cell has the application before, by its own name"
    notebook.run(f"from {name} import router as app", "a")
    assert (notebook.get("/m?q=5"), notebook.get("/gone")) == (5, 404)


def test_autoreload_that_runs_some_functions_leaves_the_others(
    notebook: Notebook, write: Write
) -> None:
    notebook.run(AUTORELOAD)
    three = [f"@router.get('/{n}')\ndef {n}(): return 1\n" for n in "abc"]
    name = write("routes", ROUTER + "".join(three))
    notebook.run(INCLUDES.format(name), "a")
    write("routes", ROUTER + three[0] + three[1].replace("/b", "/renamed") + three[2])
    assert notebook.run("1;", "b").error is None
    assert sorted(notebook.routes()) == ["GET /a a", "GET /c c", "GET /renamed b"]
    write("routes", ROUTER + three[0])
    assert notebook.run("2;", "b").error is None
    assert notebook.routes() == ["GET /a a"]
    write("routes", ROUTER + three[0] + three[2])
    assert notebook.run("3;", "b").error is None
    assert notebook.run("# nothing", "b").error is None
    assert notebook.routes() == ["GET /a a", "GET /c c"]


THIRD = (
    "@router.get('/m')\ndef m(q: int): return q + 100\n@router.get('/third')\ndef third(): ...\n"
)
WAYS = {"a router": (ROUTER, INCLUDES), "the application": (SERVED, "import {0}")}
RELOAD = "import importlib\nimportlib.reload({0});"


@pytest.mark.parametrize("way", WAYS)
def test_a_reload_that_is_taken_back_is_followed_by_the_next(
    notebook: Notebook, write: Write, way: str
) -> None:
    head, code = WAYS[way]
    name = write("routes", head + BEFORE)
    notebook.run(code.format(name), "a")
    for text in (AFTER, THIRD):
        write("routes", head + text)
        notebook.run(RELOAD.format(name), "c")
        assert notebook.get("/m") == 422, "it takes a parameter"
        notebook.run("%api undo", "u")
        assert sorted(notebook.routes()) == ["GET /gone gone", "GET /m m"]
        assert notebook.get("/m") == "old"
    notebook.run(RELOAD.format(name), "c")
    assert sorted(notebook.routes()) == ["GET /m m", "GET /third third"]
    assert notebook.get("/m?q=1") == 101


def test_after_an_undo_the_cell_takes_the_module_as_it_is(notebook: Notebook, write: Write) -> None:
    name = write("routes", ROUTER + BEFORE)
    notebook.run(INCLUDES.format(name), "a")
    write("routes", ROUTER + AFTER)
    notebook.run(RELOAD.format(name), "c")
    notebook.run("%api undo", "u")
    notebook.run(INCLUDES.format(name), "a")
    assert notebook.routes() == ["GET /m m", "GET /new new"]
    write("routes", ROUTER + THIRD)
    notebook.run(RELOAD.format(name), "c")
    assert notebook.routes() == ["GET /m m", "GET /third third"]


@pytest.mark.parametrize("way", WAYS)
def test_an_import_that_is_taken_back(notebook: Notebook, write: Write, way: str) -> None:
    head, code = WAYS[way]
    name = write("routes", head + BEFORE)
    notebook.run(code.format(name), "a")
    card = notebook.run("%api undo", "u").card
    assert notebook.routes() == []
    # Its code does not run again, but a router of its own is there with all that is on it.
    notebook.run(code.format(name), "a")
    hint = f"Module `{name}` registers again only upon `importlib.reload({name})`."
    if head == ROUTER:
        assert hint not in card
    else:
        assert hint in card
        notebook.run(RELOAD.format(name), "b")
    assert sorted(notebook.routes()) == ["GET /gone gone", "GET /m m"]


MADE = "from notebookapi import NotebookAPI\napp = NotebookAPI()\n"
ROUTES = "".join(f"@app.get('/{n}')\ndef {n}(): return 1\n" for n in "abcde")
TOLD = "GET /a, GET /b, GET /c and 2 more, registered outside of cells, are served."


@pytest.mark.parametrize("is_there", [False, True], ids=["imported", "imported before"])
def test_an_imported_application_is_served_at_once(
    notebook: Notebook, write: Write, is_there: bool
) -> None:
    name = write("whole", MADE + ROUTES)
    if is_there:
        assert notebook.run(f"import {name}", "first").card == ""
    ran = notebook.run(f"from {name} import app", "a")
    assert ran.card == TOLD
    assert notebook.session.server.url is not None, "it runs without being asked for"
    assert [getattr(each, "url", None) for each in notebook.shown] == [notebook.session.url]
    assert notebook.run("1;", "other").card == ""
    assert notebook.run(f"from {name} import app", "a").card == TOLD, (
        "an unchanged run says it again"
    )
    assert notebook.run("@app.get('/mine')\ndef mine(): ...", "b").card == "+ GET /mine"


def test_in_a_real_kernel(kernel: Kernel, tmp_path: Path) -> None:
    file = tmp_path / "routes_of_a_kernel.py"
    file.write_text(ROUTER + BEFORE)
    kernel.run(f"{AUTORELOAD}\nimport sys; sys.path.insert(0, {str(tmp_path)!r})")
    card = kernel.run(INCLUDES.format(file.stem), "a").card
    assert card.startswith("+ include_router")
    file.write_text(ROUTER + AFTER)
    os.utime(file, (next(TIMES),) * 2)
    assert f"Module `{file.stem}` was loaded anew" in kernel.run("1/0", "b").card
    assert kernel.value("[api.get(p).status_code for p in ('/m?q=5', '/gone', '/new')]") == [
        200, 404, 200,
    ]  # fmt: skip
