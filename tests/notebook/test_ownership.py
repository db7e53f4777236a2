"""Cells own what they register: run in a shell of this process, seen by requests."""

from __future__ import annotations

import pytest

from .conftest import Notebook


def get(path: str, name: str, answer: object = None) -> str:
    """Return source that registers a GET."""
    answer = name if answer is None else answer
    parameters = "id" if "{id}" in path else ""
    return f"@app.get({path!r})\ndef {name}({parameters}): return {answer!r}\n"


# (cell id, source, the card's line)
STORIES: dict[str, list[tuple[str | None, str, str | None]]] = {
    "run again": [
        ("a", get("/x", "x", 1), "+ GET /x"),
        ("a", get("/x", "x", 2), "~ GET /x"),
    ],
    "what is gone is withdrawn": [
        ("a", get("/x", "x") + get("/y", "y"), "+ GET /x, + GET /y"),
        ("a", get("/y", "y"), "~ GET /y, - GET /x"),
        ("a", "# nothing", "- GET /y"),
    ],
    "a renamed path leaves no ghost": [
        ("a", get("/x", "x"), "+ GET /x"),
        ("a", get("/y", "x"), "+ GET /y, - GET /x"),
    ],
    "a parameter's name does not matter": [
        ("a", "@app.get('/{id}')\ndef x(id: int): return id", "+ GET /{id}"),
        ("a", "@app.get('/{key}')\ndef x(key: int): return key", "~ GET /{id} → /{key} (x)"),
    ],
    "a cell without registrations says nothing": [("a", "1 + 1", ""), ("a", "# hm", "")],
    "the other cell's goes on when the conflict is over": [
        ("a", get("/x", "first"), "+ GET /x"),
        (
            "b",
            get("/x", "second"),
            "~ GET /x (was first of cell 1); GET /x was registered by cell 1 (first); "
            "cell 2 (second) serves it now. "
            "Change one of the paths, or re-run cell 1 to have the first one back.",
        ),
        ("b", get("/y", "second"), "+ GET /y, - GET /x, + GET /x (cell 1's serves again)"),
    ],
    "re-run to have the first one back": [
        ("a", get("/x", "first"), "+ GET /x"),
        ("b", get("/x", "second"), None),
        (
            "a",
            get("/x", "first"),
            "~ GET /x (was second of cell 2); GET /x was registered by cell 2 (second); "
            "cell 3 (first) serves it now. "
            "Change one of the paths, or re-run cell 2 to have the first one back.",
        ),
    ],
    "twice in one cell": [
        (
            "a",
            get("/x", "first") + get("/x", "second"),
            "+ GET /x; GET /x is registered twice in cell 1 (first and second): the first serves. "
            "Change one of the paths.",
        )
    ],
    "other methods are other registrations": [
        ("a", get("/x", "x"), "+ GET /x"),
        ("b", "@app.post('/x')\ndef y(): return 'y'", "+ POST /x"),
    ],
    "without ids: by method and path": [
        (None, get("/x", "x"), "+ GET /x"),
        (None, get("/x", "y"), "~ GET /x"),
    ],
    "without ids: by name": [
        (None, get("/a", "read"), "+ GET /a"),
        (None, get("/b", "read"), "~ GET /a → /b (read)"),
        (None, "@app.post('/b')\ndef read(): ...", "+ POST /b"),
    ],
    "without ids: never by the name _": [
        (None, get("/a", "_"), "+ GET /a"),
        (None, get("/b", "_"), "+ GET /b"),
    ],
    "without ids: identity before name": [
        (None, get("/a", "f") + get("/b", "f"), "+ GET /a, + GET /b"),
        (None, get("/a", "f") + get("/b", "f"), "~ GET /a, ~ GET /b"),
        (None, get("/a", "f") + get("/c", "f"), "~ GET /a, ~ GET /b → /c (f)"),
    ],
}
SERVED: dict[str, dict[str, object]] = {
    "run again": {"/x": 2},
    "what is gone is withdrawn": {"/x": 404, "/y": 404},
    "a renamed path leaves no ghost": {"/x": 404, "/y": "x"},
    "the other cell's goes on when the conflict is over": {"/x": "first", "/y": "second"},
    "re-run to have the first one back": {"/x": "first"},
    "twice in one cell": {"/x": "first"},
    "without ids: by method and path": {"/x": "y"},
    "without ids: by name": {"/a": 404, "/b": "read"},
    "without ids: never by the name _": {"/a": "_", "/b": "_"},
    "without ids: identity before name": {"/a": "f", "/b": 404, "/c": "f"},
}


@pytest.mark.parametrize("story", STORIES)
def test_story(notebook: Notebook, story: str) -> None:
    for cell_id, source, expected in STORIES[story]:
        ran = notebook.run(source, cell_id)
        assert ran.error is None
        assert expected is None or ran.card == expected
    served = SERVED.get(story, {})
    assert {path: notebook.get(path) for path in served} == served


ALIKE = {
    "lambdas": ("", "lambda: 'one'", "lambda: 'two'"),
    "instances": (
        "class Says:\n    def __init__(self, word): self.word = word\n"
        "    def __call__(self): return self.word",
        "Says('one')",
        "Says('two')",
    ),
    "methods": ("", "'one'.lower", "'two'.lower"),
    "partial": (
        "from functools import partial",
        "partial(lambda: 'one')",
        "partial(lambda: 'two')",
    ),
    "made by a function": (
        "def made(word):\n    def says(): return word\n    return says",
        "made('one')",
        "made('two')",
    ),
}


@pytest.mark.parametrize("case", ALIKE)
def test_what_only_shares_a_name_replaces_nothing(notebook: Notebook, case: str) -> None:
    """Where cells have no ids, as in the terminal."""
    setup, one, two = ALIKE[case]
    notebook.run(setup or "0;")
    assert notebook.run(f"_ = app.get('/a')({one})").card == "+ GET /a"
    assert notebook.run(f"_ = app.get('/b')({two})").card == "+ GET /b"
    assert (notebook.get("/a"), notebook.get("/b")) == ("one", "two")


# Cells in the order in which they run, and which of them answers GET /users/me in the end.
ORDERS = [
    pytest.param([("a", "/users/me"), ("b", "/users/{id}")], "a", id="first cell first"),
    pytest.param([("b", "/users/{id}"), ("a", "/users/me")], "b", id="other way round"),
    pytest.param(
        [("a", "/users/me"), ("b", "/users/{id}"), ("a", "/users/me")], "a", id="run again"
    ),
    pytest.param(
        [("a", "/users/me"), ("b", "/users/{id}"), ("a", "/gone"), ("a", "/users/me")],
        "a",
        id="gone and back",
    ),
    pytest.param(
        [(None, "/users/me"), (None, "/users/{id}"), (None, "/users/me")],
        None,
        id="without ids: replaced in place",
    ),
]


@pytest.mark.parametrize(("runs", "expected"), ORDERS)
def test_cell_keeps_its_place(
    notebook: Notebook, runs: list[tuple[str | None, str]], expected: str | None
) -> None:
    for cell_id, path in runs:
        name = "b" if "{id}" in path else "a"
        notebook.run(get(path, name), cell_id)
    assert notebook.get("/users/me") == (expected or "a")


def test_place_is_that_of_the_first_good_run(notebook: Notebook) -> None:
    notebook.run(get("/users/me", "a") + "1/0", "a")
    notebook.run(get("/users/{id}", "b"), "b")
    notebook.run(get("/users/me", "a"), "a")
    assert notebook.get("/users/me") == "b"


MIDDLEWARE = """
MADE = globals().setdefault("MADE", [])
class Count:
    def __init__(self, app):
        self.app = app
        MADE.append(self)
    async def __call__(self, scope, receive, send):
        SEEN.append(type(self).__name__)
        await self.app(scope, receive, send)
app.add_middleware(Count)
"""


def test_middleware_does_not_stack_and_is_kept(notebook: Notebook) -> None:
    notebook.run("SEEN = []\n" + get("/x", "x"), "routes")
    notebook.run(MIDDLEWARE, "middleware")
    assert notebook.run(MIDDLEWARE + "# again", "middleware").card == "~ middleware Count"
    assert notebook.get("/x") == "x"
    assert notebook.shell.user_ns["SEEN"] == ["Count"]
    made = len(notebook.shell.user_ns["MADE"])
    notebook.run(get("/y", "y"), "routes")
    assert len(notebook.shell.user_ns["MADE"]) == made, "only routes changed"
    notebook.run("pass", "middleware")
    notebook.get("/y")
    assert notebook.shell.user_ns["SEEN"] == ["Count"]


HANDLER = """
from notebookapi.responses import JSONResponse
@app.exception_handler(KeyError)
def missing(request, error): return JSONResponse({}, status_code=ANSWER)
"""


def test_exception_handler_is_replaced_and_withdrawn(notebook: Notebook) -> None:
    notebook.run("@app.get('/x')\ndef x(): return {}['k']", "routes")
    assert notebook.run(HANDLER.replace("ANSWER", "410"), "handler").card == (
        "+ exception_handler KeyError"
    )
    assert notebook.get("/x") == 410
    assert notebook.run(HANDLER.replace("ANSWER", "411"), "handler").card == (
        "~ exception_handler KeyError"
    )
    assert notebook.get("/x") == 411
    notebook.run("pass", "handler")
    assert notebook.get("/x") == 500


ROUTER = """
from notebookapi import APIRouter
router = APIRouter(prefix="/r")
@router.get("/a")
def a(): return ANSWER
app.include_router(router)
"""


def test_router_and_inclusion_in_one_cell(notebook: Notebook) -> None:
    first = notebook.run(ROUTER.replace("ANSWER", "1"), "a")
    assert first.card == "+ GET /r/a, + include_router /r"
    second = notebook.run(ROUTER.replace("ANSWER", "2"), "a")
    assert second.card == "~ GET /r/a, ~ include_router /r"
    assert (notebook.get("/r/a"), notebook.routes()) == (2, ["GET /r/a a"])


def test_mount_is_replaced(notebook: Notebook) -> None:
    source = (
        "from notebookapi import NotebookAPI\nsub = NotebookAPI()\n"
        "@sub.get('/a')\ndef a(): return ANSWER\napp.mount('/sub', sub)"
    )
    notebook.run(source.replace("ANSWER", "1"), "a")
    assert notebook.get("/sub/a") == 1
    notebook.run(source.replace("ANSWER", "2"), "a")
    assert notebook.get("/sub/a") == 2
    notebook.run("pass", "a")
    assert notebook.get("/sub/a") == 404


def test_router_waits_for_its_inclusion(notebook: Notebook) -> None:
    notebook.run("from notebookapi import APIRouter\nr = APIRouter()", "a")
    assert notebook.run("@r.get('/x')\ndef x(): return 1", "b").card == (
        "○ GET /x; GET /x is registered on `r`, which waits for `app.include_router(r)`."
    )
    assert notebook.get("/x") == 404
    notebook.run("app.include_router(r)", "c")
    assert notebook.get("/x") == 1
    assert notebook.run("@r.get('/x')\ndef x(): return 2", "b").card == "~ GET /x"
    assert notebook.get("/x") == 2


def test_other_application_is_named(notebook: Notebook) -> None:
    ran = notebook.run("from notebookapi import NotebookAPI\nother = NotebookAPI()\n"
                       "@other.get('/x')\ndef x(): return 1", "a")  # fmt: skip
    assert ran.card == (
        "○ GET /x; GET /x is registered on `other`, which is not served; "
        "`%api serve other` serves it."
    )
    notebook.session.serve("other")
    assert notebook.get("/x") == 1


def test_edit_in_a_cell_belongs_to_the_cell(notebook: Notebook) -> None:
    source = (
        "from notebookapi import edit\nwith edit():\n"
        "    @app.get('/x')\n    def x(): return ANSWER\n"
    )
    assert notebook.run(source.replace("ANSWER", "1"), "a").card == "+ GET /x"
    assert notebook.run(source.replace("ANSWER", "2"), "a").card == "~ GET /x"
    assert notebook.get("/x") == 2
    notebook.run("pass", "a")
    assert notebook.get("/x") == 404


def test_edit_withdraws_another_cells(notebook: Notebook) -> None:
    notebook.run(get("/x", "x"), "a")
    ran = notebook.run(
        "from notebookapi import edit\nwith edit() as draft:\n"
        "    draft.remove(app.router, app.router.declared.placed[-1].registration)",
        "b",
    )
    assert (ran.card, notebook.get("/x")) == ("- GET /x", 404)
    assert notebook.run(get("/x", "x"), "a").card == "+ GET /x"


def test_what_was_there_before_loading_is_replaced_in_place(bare: Notebook) -> None:
    bare.run_before_loading("from notebookapi import NotebookAPI\napp = NotebookAPI()")
    bare.run_before_loading(get("/users/me", "old"))
    bare.run_before_loading(get("/users/{id}", "other"))
    bare.load()
    assert bare.run(get("/users/me", "new"), "a").card == "~ GET /users/me"
    assert bare.get("/users/me") == "new"
    bare.run("pass", "a")
    assert bare.get("/users/me") == "other"


def test_unchanged_cell_shows_the_same_bytes(notebook: Notebook) -> None:
    source = get("/x", "x")
    notebook.run(source, "a")
    first = list(notebook.shown)
    notebook.run(source, "a")
    assert notebook.shown == first
    notebook.run(source + "1/0", "a")
    notebook.run(source, "a")
    assert notebook.shown == first
