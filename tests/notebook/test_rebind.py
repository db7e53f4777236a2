"""A name redefined in one cell, and the routes of other cells that had captured its object."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from .conftest import Notebook

HEAD = """
from typing import Annotated, Generic, Optional, TypeVar
from pydantic import BaseModel
from notebookapi import APIRouter, Body, Depends, Path, Query
"""
# The old version is recognised by what it answers or refuses, the new one likewise.
MODEL = "class Item(BaseModel):\n    size: {}\n"
OLD_MODEL, NEW_MODEL = MODEL.format("int"), MODEL.format("float")
DEPENDENCY = "def source(): return {}\n"
OLD_DEPENDENCY, NEW_DEPENDENCY = DEPENDENCY.format(1), DEPENDENCY.format(2)
FUTURE = "from __future__ import annotations\n"


@dataclass(frozen=True)
class Captured:
    """A cell `old` is run, then `route`, then `new` in the place of `old`."""

    old: str
    new: str
    route: str
    ask: dict[str, Any] = field(default_factory=dict)
    before: Any = 422
    after: Any = 200


def model(route: str, body: Any) -> Captured:
    """The body fits the new model only."""
    return Captured(OLD_MODEL, NEW_MODEL, route, {"json": body})


def dependency(route: str) -> Captured:
    return Captured(OLD_DEPENDENCY, NEW_DEPENDENCY, route, before=1, after=2)


POST = "@app.post('/x')\n"
GET = "@app.get('/x')\n"
HALF = {"size": 1.5}
KINDS = {
    "model": model(POST + "def x(item: Item): ...", HALF),
    "list of models": model(POST + "def x(items: list[Item]): ...", [HALF]),
    "optional": model(POST + "def x(item: Optional[Item] = None): ...", HALF),
    "union with None": model(POST + "def x(item: Item | None): ...", HALF),
    "dict of models": model(POST + "def x(items: dict[str, Item]): ...", {"a": HALF}),
    "annotated": model(POST + "def x(item: Annotated[Item, Body()]): ...", HALF),
    "embedded": model(POST + "def x(item: Annotated[Item, Body(embed=True)]): ...", {"item": HALF}),
    "string": model(POST + "def x(item: 'Item'): ...", HALF),
    "model in a model": model(
        "class Box(BaseModel):\n    item: Item\n" + POST + "def x(box: Box): ...", {"item": HALF}
    ),
    "two models deep": model(
        "class Box(BaseModel):\n    item: Item\nclass Rack(BaseModel):\n    boxes: list[Box]\n"
        + POST + "def x(rack: Rack): ...", {"boxes": [{"item": HALF}]},
    ),
    "subclass": model("class Sub(Item):\n    pass\n" + POST + "def x(item: Sub): ...", HALF),
    "generic": model(
        "T = TypeVar('T')\nclass Page(BaseModel, Generic[T]):\n    of: list[T]\n"
        + POST + "def x(page: Page[Item]): ...", {"of": [HALF]},
    ),
    "alias": model("Thing = Annotated[Item, Body()]\n" + POST + "def x(item: Thing): ...", HALF),
    "dependency": dependency(GET + "def x(v=Depends(source)): return v"),
    "annotated dependency": dependency(GET + "def x(v: Annotated[int, Depends(source)]): return v"),
    "alias of a dependency": dependency(
        "Source = Annotated[int, Depends(source)]\n" + GET + "def x(v: Source): return v"
    ),
    "dependency of a dependency": dependency(
        "def outer(v=Depends(source)): return v\n" + GET + "def x(v=Depends(outer)): return v"
    ),
    "model in a dependency": model(
        "def outer(item: Item): return 1\n" + POST + "def x(v=Depends(outer)): ...", HALF
    ),
    "class dependency": Captured(
        "class Source:\n    def __init__(self): self.v = 1\n",
        "class Source:\n    def __init__(self): self.v = 2\n",
        GET + "def x(s: Annotated[Source, Depends()]): return s.v", before=1, after=2,
    ),
    "constant in a signature": Captured(
        "LIMIT = 10\n", "LIMIT = 20\n", GET + "def x(n: Annotated[int, Query(le=LIMIT)]): ...",
        {"params": {"n": 15}},
    ),
    "constant as a default": Captured(
        "FIRST = 1\n", "FIRST = 2\n", GET + "def x(n: int = FIRST): return n", before=1, after=2
    ),
    "decorator": Captured(
        "def twice(f):\n    def g(): return 1\n    return g\n",
        "def twice(f):\n    def g(): return 2\n    return g\n",
        GET + "@twice\ndef x(): ...", before=1, after=2,
    ),
    "decorator's option": dependency(
        "seen = []\n"
        "@app.get('/x', dependencies=[Depends(lambda v=Depends(source): seen.append(v))])\n"
        "def x(): return seen[-1]"
    ),
    "response model": Captured(
        "class Out(BaseModel):\n    a: int = 1\n", "class Out(BaseModel):\n    b: int = 2\n",
        GET + "def x() -> Out: return Out()", before={"a": 1}, after={"b": 2},
    ),
    "included router's route": dependency(
        "r = APIRouter()\n@r.get('/x')\ndef x(v=Depends(source)): return v\napp.include_router(r)"
    ),
}  # fmt: skip


def ask(notebook: Notebook, captured: Captured) -> Any:
    method = "POST" if POST in captured.route else "GET"
    response = notebook.session.request(method, "/x", **captured.ask)
    if response.status_code == 200 and captured.after != 200:
        return response.json()
    return response.status_code


@pytest.mark.parametrize("future", ["", FUTURE], ids=["objects", "strings"])
@pytest.mark.parametrize("captured", KINDS.values(), ids=KINDS)
def test_what_captured_a_redefined_name_follows(
    notebook: Notebook, captured: Captured, future: str
) -> None:
    notebook.run(HEAD, "head")
    notebook.run(captured.old, "name")
    assert notebook.run(future + captured.route, "route").error is None
    assert ask(notebook, captured) == captured.before
    ran = notebook.run(captured.new, "name")
    assert ran.error is None
    assert ask(notebook, captured) == captured.after
    assert "of cell 3 follows what this cell redefines." in ran.card.replace("follow ", "follows ")


@pytest.mark.parametrize("future", ["", FUTURE], ids=["objects", "strings"])
def test_constants_in_a_literal(notebook: Notebook, future: str) -> None:
    notebook.run("from typing import Literal\nMODES = ('a', 'b')", "name")
    notebook.run(f"{future}{GET}def x(mode: Literal[MODES]): return mode", "route")
    assert [notebook.get(f"/x?mode={mode}") for mode in "ac"] == ["a", 422]
    notebook.run("from typing import Literal\nMODES = ('b', 'c')", "name")
    assert [notebook.get(f"/x?mode={mode}") for mode in "ac"] == [422, "c"]


def test_what_reads_another_name_is_left_alone(notebook: Notebook) -> None:
    notebook.run(HEAD + "ran = []\n" + OLD_DEPENDENCY + "def other(): return 5\n", "name")
    notebook.run("ran.append(1)\n" + GET + "def x(v=Depends(other)): return v", "route")
    assert notebook.run(NEW_DEPENDENCY, "elsewhere").card == ""
    assert notebook.get("/x") == 5


def test_statements_beside_the_definition_do_not_run_again(notebook: Notebook) -> None:
    notebook.run(HEAD + "ran = []\n", "head")
    notebook.run(OLD_DEPENDENCY, "name")
    notebook.run("ran.append(1)\n" + GET + "def x(v=Depends(source)): return v", "route")
    notebook.run(NEW_DEPENDENCY, "name")
    assert notebook.shell.user_ns["ran"] == [1]


def test_bodies_read_the_namespace_anyway(notebook: Notebook) -> None:
    notebook.run("N = 1", "name")
    notebook.run(GET + "def x(): return N", "route")
    assert notebook.run("N = 2", "name").card == ""
    assert notebook.get("/x") == 2


def test_alias_keeps_the_old_object_on_purpose(notebook: Notebook) -> None:
    notebook.run(HEAD, "head")
    notebook.run(OLD_DEPENDENCY, "name")
    notebook.run("kept = source", "alias")
    notebook.run(GET + "def x(v=Depends(kept)): return v", "route")
    notebook.run(NEW_DEPENDENCY, "name")
    assert notebook.get("/x") == 1


def test_route_keeps_place_owner_and_counts_a_version(notebook: Notebook) -> None:
    notebook.run(HEAD, "head")
    notebook.run(OLD_DEPENDENCY, "name")
    notebook.run("@app.get('/u/me')\ndef me(v=Depends(source)): return v", "route")
    notebook.run("@app.get('/u/{name}')\ndef user(name: str): return name", "other")
    notebook.run(NEW_DEPENDENCY, "name")
    assert notebook.get("/u/me") == 2
    (me, _) = notebook.session.routes
    assert (me.path, me.cell, me.version) == ("/u/me", "cell 3", 2)
    assert notebook.run("pass", "route").card == "- GET /u/me"


def test_unchanged_cell_says_nothing_new(notebook: Notebook) -> None:
    notebook.run(HEAD, "head")
    notebook.run(OLD_DEPENDENCY, "name")
    notebook.run(GET + "def x(v=Depends(source)): return v", "route")
    assert notebook.run(OLD_DEPENDENCY, "name").card == ""


def test_loop_is_named_and_not_run_again(notebook: Notebook) -> None:
    notebook.run(HEAD, "head")
    notebook.run(OLD_DEPENDENCY, "name")
    notebook.run(
        "for path in ('/x', '/y'):\n"
        "    @app.get(path)\n    def read(v=Depends(source)): return v", "route",
    )  # fmt: skip
    assert notebook.run(NEW_DEPENDENCY, "name").card == (
        "Cell 3, line 1, still uses the old `source`; re-run cell 3."
    )
    assert notebook.get("/x") == 1


def test_assignment_is_named_and_not_run_again(notebook: Notebook) -> None:
    notebook.run(HEAD, "head")
    notebook.run(OLD_DEPENDENCY, "name")
    notebook.run("r = APIRouter(dependencies=[Depends(source)])", "router")
    notebook.run("@r.get('/x')\ndef x(): return 1\napp.include_router(r)", "route")
    assert notebook.run(NEW_DEPENDENCY, "name").card == (
        "Cell 3, line 1, still uses the old `source`; re-run cell 3."
    )


def test_definition_that_fails_changes_nothing(notebook: Notebook) -> None:
    notebook.run(HEAD, "head")
    notebook.run(OLD_DEPENDENCY + "KIND = int\n", "name")
    notebook.run(
        GET + "def x(v=Depends(source)): return v\n"
        "@app.get('/y')\ndef y(n: KIND = 1): return n", "route",
    )  # fmt: skip
    x = notebook.shell.user_ns["x"]
    ran = notebook.run(NEW_DEPENDENCY + "KIND = object()\n", "name")
    assert ran.error is None
    assert ran.card.startswith("Cell 3, line 4, uses what this cell redefines and could not be run")
    assert ran.card.endswith("Re-run cell 3.")
    assert (notebook.get("/x"), notebook.get("/y")) == (1, 1)
    assert notebook.shell.user_ns["x"] is x


def test_names_of_a_failed_cell_count_when_a_good_one_binds_them(notebook: Notebook) -> None:
    notebook.run(HEAD, "head")
    notebook.run(OLD_DEPENDENCY, "name")
    notebook.run(GET + "def x(v=Depends(source)): return v", "route")
    notebook.run(NEW_DEPENDENCY + "1/0", "name")
    assert notebook.get("/x") == 1
    notebook.run("unrelated = 1", "elsewhere")
    assert notebook.get("/x") == 1
    notebook.run(NEW_DEPENDENCY, "name")
    assert notebook.get("/x") == 2


def test_source_and_line_numbers_are_those_of_the_cell(notebook: Notebook) -> None:
    import inspect

    notebook.run(HEAD, "head")
    notebook.run(OLD_DEPENDENCY, "name")
    notebook.run("# a comment\n\n" + GET + "def x(v=Depends(source)): return v", "route")
    notebook.run(NEW_DEPENDENCY, "name")
    source, line = inspect.getsourcelines(notebook.shell.user_ns["x"])
    assert (source[0], line) == (GET, 3)


HOLDING = {
    "an instance": "KEPT = Item(name='a')",
    "a list": "KEPT = [Item(name='a')]",
    "a dictionary": "KEPT = {1: Item(name='a')}",
    "a dictionary of lists": "from collections import defaultdict\n"
    "KEPT = defaultdict(list)\nKEPT[1].append(Item(name='a'))",
}


@pytest.mark.parametrize("kind", HOLDING)
def test_live_instances_are_named(notebook: Notebook, kind: str) -> None:
    notebook.run(HEAD + "\nclass Item(BaseModel):\n    name: str", "model")
    notebook.run(HOLDING[kind] + "\nunread = Item(name='b')", "data")
    notebook.run("@app.get('/x')\ndef x() -> list[Item]: return [KEPT]", "route")
    card = notebook.run("class Item(BaseModel):\n    name: str\n    price: float = 0", "model").card
    assert card.endswith("`KEPT` of cell 2 still holds instances of the old `Item`; re-run cell 2.")
    assert "unread" not in card
    notebook.run(HOLDING[kind], "data")
    again = notebook.run("class Item(BaseModel):\n    name: str\n    price: float = 1", "model")
    notebook.run(HOLDING[kind], "data")
    assert "KEPT" in again.card
    assert "holds" not in notebook.run("1", "other").card


def test_callbacks_follow(notebook: Notebook) -> None:
    notebook.run(HEAD + "\nclass Item(BaseModel):\n    old: str", "model")
    made = "hooks = APIRouter()\n@hooks.post('{$request.body.url}')\ndef done(item: Item%s): ..."
    notebook.run(made % "", "hooks")
    notebook.run("@app.post('/x', callbacks=hooks.routes)\ndef x(): return 1", "route")
    notebook.run("class Item(BaseModel):\n    new: str", "model")
    document = notebook.session.app.openapi()
    assert [*document["components"]["schemas"]["Item"]["properties"]] == ["new"]
    card = notebook.run(made % ", wait: int", "hooks").card
    assert card.endswith("POST /x of cell 3 follows what this cell redefines.")
    (operation,) = notebook.session.app.openapi()["paths"]["/x"]["post"]["callbacks"][
        "done"
    ].values()
    assert [each["name"] for each in operation["post"]["parameters"]] == ["wait"]
    assert notebook.run("# nothing", "route").card.startswith("- POST /x")
