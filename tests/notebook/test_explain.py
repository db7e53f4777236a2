"""`%api explain`: what happens to a request, in order, and the function that answers."""

from __future__ import annotations

import pytest

from notebookapi._respond.paths import TwoPaths
from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.views import html, terminal
from notebookapi.notebook.views.explaining import Explanation

from .conftest import Notebook
from .driver import Kernel


@pytest.fixture(autouse=True)
def no_path_is_forced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions are what this is about, also where a run of the tests does without them."""
    monkeypatch.setattr(TwoPaths, "only_exact", False)


ENDPOINTS = """
from collections.abc import AsyncIterable
from typing import Annotated
from pydantic import BaseModel, Field
from notebookapi import Depends, File, Header, NotebookAPI, Query, UploadFile, WebSocket

class Item(BaseModel):
    name: str
    price: float = Field(gt=0)

def store():
    yield {}

async def user(token: Annotated[str, Header()]):
    return token

@app.post("/items/{item_id}", status_code=201)
def create(
    item_id: int,
    item: Item,
    q: Annotated[str, Query(max_length=5)] = "<none>",
    kept=Depends(store),
    who=Depends(user),
) -> Item:
    return item

@app.get("/ticks")
async def ticks() -> AsyncIterable[int]:
    yield 1

@app.post("/files")
async def files(file: UploadFile):
    return file.filename

@app.websocket("/rooms")
async def rooms(websocket: WebSocket):
    await websocket.accept()
"""


def explanation(notebook: Notebook, words: str) -> Explanation:
    assert notebook.run(f"%api explain {words}").error is None
    return next(each for each in notebook.shown if isinstance(each, Explanation))


STAGES = [
    ("read", "the body", "JSON"),
    ("call", "store", "a dependency, in a thread, left after the response"),
    ("validate", "token", "header: str, required"),
    ("call", "user", "a dependency, on the event loop"),
    ("validate", "item_id", "path: int, required"),
    ("validate", "item", "body: Item, required"),
    ("validate", "q", "query: str, max_length=5, else '<none>'"),
    ("call", "create", "the endpoint, in a thread"),
    ("answer", "201", "validated as Item"),
]


def test_the_stages_stand_in_their_order(shop: Notebook) -> None:
    told = [(each.what, each.name, each.about) for each in explanation(shop, "create").of.stages]
    # The signature has the values of the endpoint in this order, dependencies come before it.
    assert sorted(told) == sorted(STAGES)
    assert [each for each in told if each[0] == "call"] == [e for e in STAGES if e[0] == "call"]
    assert (told[0], told[-1]) == (STAGES[0], STAGES[-1])
    assert told.index(STAGES[2]) < told.index(STAGES[3]) < told.index(STAGES[4])


@pytest.mark.parametrize("words", ["POST /items/7", "/items/{any}", "create"])
def test_an_operation_is_named_in_any_way(shop: Notebook, words: str) -> None:
    assert explanation(shop, words).of.label == "POST /items/{item_id}"


def test_a_function_is_an_operation_too(shop: Notebook) -> None:
    shown = shop.session.explain(shop.shell.user_ns["create"])
    assert shown.view.of.label == "POST /items/{item_id}"


def test_the_source_is_of_the_function_that_answers(shop: Notebook) -> None:
    view = explanation(shop, "create")
    compile(view.of.source, "explained", "exec")
    assert view.of.source.startswith("async def create(")
    assert "check_item_id" in view.of.source
    assert view.line == (
        "notebookapi: POST /items/{item_id}: valid requests are answered by one generated function"
    )


@pytest.mark.parametrize(
    ("words", "why", "answer"),
    [
        ("ticks", "it streams", "streamed piece by piece, each validated as int"),
        ("files", "it reads a form", "encoded as it is"),
    ],
)
def test_why_there_is_no_function(shop: Notebook, words: str, why: str, answer: str) -> None:
    view = explanation(shop, words)
    assert (view.of.source, view.of.why) == ("", why)
    assert view.of.stages[-1].about == answer
    assert f"answered step by step: {why}" in view.line


def test_an_override_is_told(shop: Notebook) -> None:
    shop.run("app.dependency_overrides[user] = lambda: 'me'")
    assert explanation(shop, "create").of.why.startswith("dependencies are overridden")


def test_how_it_looks(shop: Notebook) -> None:
    view = explanation(shop, "create")
    page, text = html.rendered(view), terminal.render(view, width=100)
    assert "<none>" not in page
    assert "&lt;none&gt;" in page
    assert ">async</span>" in page  # a keyword, coloured
    for name, each in ("plain", text), ("coloured", terminal.render(view, width=100, colour=True)):
        assert "POST /items/{item_id}" in each, name
    assert "async def create(scope" in text
    assert "  validate" in text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["WS", "/rooms"], "WEBSOCKET /rooms has no compiled function to show: it is a"),
        (["crate"], r"Nothing answers `crate`\. .*%api explain|There are: "),
        (["GET", "/", "x"], "Write `%api explain METHOD PATH`"),
    ],
)
def test_what_cannot_be_explained(shop: Notebook, words: list[str], told: str) -> None:
    with pytest.raises(BadArguments, match=told):
        shop.session.explain(*words)


def test_a_name_that_serves_twice(shop: Notebook) -> None:
    shop.run("@app.get('/a')\n@app.get('/b')\ndef both(): ...")
    with pytest.raises(BadArguments, match=r"`both` serves 2 operations: GET /a?.*, GET /"):
        shop.session.explain("both")


def test_in_a_kernel(kernel: Kernel) -> None:
    kernel.run("import notebookapi._respond.paths as paths\npaths.TwoPaths.only_exact = False")
    kernel.run("@app.get('/a')\ndef a(n: int): return n")
    (shown,) = kernel.run("%api explain a").displays
    assert "validate" in shown["text/plain"]
    assert "async def a(scope" in shown["text/plain"]
    assert "<details" in shown["text/html"]
