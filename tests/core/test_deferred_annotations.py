"""Annotations that name what is not there yet: as strings, or by themselves from Python 3.14 on."""

import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest

from notebookapi import NotebookAPI
from notebookapi.dependencies.utils import get_typed_signature
from notebookapi.exceptions import InvalidParameter
from notebookapi.testclient import TestClient

# Python 3.14 evaluates annotations when they are asked for (PEP 649), where `from __future__
# import annotations` does not keep them as strings.
WAYS = {"strings": "from __future__ import annotations\n"}
if sys.version_info >= (3, 14):
    WAYS["by themselves"] = ""

HEAD = """
import dataclasses
from typing import TYPE_CHECKING, Annotated, NamedTuple
from typing_extensions import TypedDict
from pydantic import BaseModel
from pydantic.dataclasses import dataclass as validated
from notebookapi import APIRouter, Depends, Header, Request
from notebookapi.controllers import Controller, get, post
if TYPE_CHECKING:
    from nowhere import Session
router = APIRouter()
"""
ITEM = "class Item(BaseModel):\n    size: int\n"

Make = Callable[[str], ModuleType]


@pytest.fixture(params=WAYS.values(), ids=list(WAYS))
def make(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes a module of source in which annotations are evaluated late."""

    def made(source: str) -> ModuleType:
        module = ModuleType("evaluated_late")
        monkeypatch.setitem(sys.modules, module.__name__, module)
        text = request.param + HEAD + textwrap.dedent(source)
        exec(compile(text, module.__name__, "exec", dont_inherit=True), vars(module))
        return module

    return made


@dataclass(frozen=True)
class Late:
    """What `x` takes names a model that is defined below it. body: fits, and with `size` text."""

    source: str
    body: Callable[[object], object] = lambda size: {"size": size}


def boxed(kind: str) -> Late:
    return Late(
        f"{kind}:\n    item: Item\ndef x(box: Box): return 1\n",
        lambda size: {"item": {"size": size}},
    )


LATE = {
    "model": Late("def x(item: Item): return 1\n"),
    "union": Late("def x(item: Item | None): return 1\n"),
    "list": Late("def x(items: list[Item]): return 1\n", lambda size: [{"size": size}]),
    "dependency": Late(
        "def d(item: Item): return 1\ndef x(v: Annotated[int, Depends(d)]): return v\n"
    ),
    "dependency below": Late(
        "def x(v: Annotated[int, Depends(d)]): return v\ndef d(item: Item): return 1\n"
    ),
    "class dependency": Late(
        "class D:\n    def __init__(self, item: Item): pass\n"
        "def x(d: Annotated[D, Depends()]): return 1\n"
    ),
    "callable instance": Late(
        "class D:\n    def __call__(self, item: Item): return 1\n"
        "d = D()\ndef x(v=Depends(d)): return v\n"
    ),
    "field of a model": boxed("class Box(BaseModel)"),
    "field of a dataclass": boxed("@dataclasses.dataclass\nclass Box"),
    "field of pydantic's dataclass": boxed("@validated\nclass Box"),
    "key of a typed dictionary": boxed("class Box(TypedDict)"),
    "field of a named tuple": boxed("class Box(NamedTuple)"),
}


@pytest.mark.parametrize("late", LATE.values(), ids=LATE)
def test_what_is_defined_below_is_known_when_it_is_registered(make: Make, late: Late) -> None:
    module = make(late.source + ITEM)
    app = NotebookAPI()
    app.post("/x")(module.x)
    client = TestClient(app)
    assert client.post("/x", json=late.body(1)).json() == 1
    assert client.post("/x", json=late.body("?")).status_code == 422
    assert "size" in str(app.openapi()["components"]["schemas"])


def test_returned_model_is_defined_below(make: Make) -> None:
    module = make("def x() -> Out: return Out()\nclass Out(BaseModel):\n    a: int = 1\n")
    app = NotebookAPI()
    app.get("/x")(module.x)
    assert TestClient(app).get("/x").json() == {"a": 1}


MISSING = {
    "parameter": "def x(item: Item): ...",
    "parameter of a dependency": "def x(item: Item): ...\ndef y(v=Depends(x)): ...\nx = y",
    "in a union": "def x(item: Item | None): ...",
    "in a list": "def x(items: list[Item]): ...",
    "attribute": "def x(item: models.Item): ...",
}


@pytest.mark.parametrize("source", MISSING.values(), ids=MISSING)
def test_what_is_not_there_when_it_is_registered_is_named(make: Make, source: str) -> None:
    module = make(source)
    app = NotebookAPI()
    with pytest.raises(InvalidParameter, match="not defined. Define or import it before"):
        app.post("/x")(module.x)
    assert TestClient(app).post("/x").status_code == 404


FOR_CHECKERS = {
    "dependency": "@router.get('/x')\ndef x(v: Annotated[Session, Depends(lambda: 1)]): return v",
    "default": "@router.get('/x')\ndef x(v: Session = Depends(lambda: 1)): return v",
    "beside a header": (
        "@router.get('/x')\n"
        "def x(v: Annotated[Session, Depends(lambda: 1)], n: Annotated[int, Header()]): return n"
    ),
    "inside a dependency": (
        "def outer(v: Annotated[Session, Depends(lambda: 1)]): return v\n"
        "@router.get('/x')\ndef x(v=Depends(outer)): return v"
    ),
    "method of a controller": (
        "class All(Controller):\n"
        "    @get('/x')\n"
        "    def x(self, v: Annotated[Session, Depends(lambda: 1)]): return v\n"
        "router.include_router(All)"
    ),
    "constructor of a controller": (
        "class All(Controller):\n"
        "    def __init__(self, v: Annotated[Session, Depends(lambda: 1)]): self.v = v\n"
        "    @get('/x')\n"
        "    def x(self): return self.v\n"
        "router.include_router(All)"
    ),
}


@pytest.mark.parametrize("source", FOR_CHECKERS.values(), ids=FOR_CHECKERS)
def test_names_that_only_type_checkers_know(make: Make, source: str) -> None:
    module = make(source)
    app = NotebookAPI()
    app.include_router(module.router)
    assert TestClient(app).get("/x", headers={"n": "1"}).json() == 1


def test_plugins_read_signatures_with_names_for_type_checkers(make: Make) -> None:
    module = make("def x(v: Session, n: int = 1): ...")
    read: Any = get_typed_signature(module.x).parameters
    assert read["v"].annotation.__forward_arg__ == "Session"
    assert read["n"].annotation is int


def test_methods_of_controllers_name_models_below(make: Make) -> None:
    module = make(
        "class All(Controller):\n"
        "    @post('/x')\n"
        "    def x(self, item: Item) -> Item: return item\n" + ITEM
    )
    app = NotebookAPI()
    app.include_router(module.All)
    assert TestClient(app).post("/x", json={"size": 1}).json() == {"size": 1}
