"""Annotations that are evaluated after the cell ran: as strings, or from Python 3.14 on always."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from notebookapi.exceptions import InvalidParameter

from .conftest import Notebook

FUTURE = "from __future__ import annotations\n"
# They may name what a later cell defines.
LATE = {"strings": FUTURE}
if sys.version_info >= (3, 14):  # PEP 649
    LATE["by themselves"] = ""

HEAD = """
import dataclasses
from typing import Annotated, NamedTuple
from typing_extensions import TypedDict
from pydantic import BaseModel
from pydantic.dataclasses import dataclass as validated
from notebookapi import Body, Depends
"""
ITEM = "class Item(BaseModel):\n    size: {}\n"
OLD, NEW = ITEM.format("int"), ITEM.format("float")
READ = "def read(item: Item): return 1\n"
HALF = {"size": 1.5}


@pytest.fixture
def cells(notebook: Notebook) -> Notebook:
    assert notebook.run(HEAD, "head").error is None
    return notebook


def post(notebook: Notebook, body: object) -> int:
    return notebook.session.post("/x", json=body).status_code


@dataclass(frozen=True)
class Case:
    """A cell that names Item, a cell that registers, and a body that fits the new Item only."""

    naming: str
    registering: str
    body: object


def boxed(head: str) -> Case:
    naming = f"{head}:\n    item: Item\n"
    return Case(naming, "@app.post('/x')\ndef x(box: Box): return 1", {"item": HALF})


CASES = {
    "endpoint": Case(READ, "app.post('/x')(read)", HALF),
    "dependency": Case(READ, "@app.post('/x')\ndef x(v=Depends(read)): return v", HALF),
    "list": Case("def read(items: list[Item]): return 1\n", "app.post('/x')(read)", [HALF]),
    "class dependency": Case(
        "class Read:\n    def __init__(self, item: Item): pass\n",
        "@app.post('/x')\ndef x(v: Annotated[Read, Depends()]): return 1",
        HALF,
    ),
    "model": boxed("class Box(BaseModel)"),
    "dataclass": boxed("@dataclasses.dataclass\nclass Box"),
    "pydantic's dataclass": boxed("@validated\nclass Box"),
    "typed dictionary": boxed("class Box(TypedDict)"),
    "named tuple": boxed("class Box(NamedTuple)"),
}


@pytest.mark.parametrize("future", LATE.values(), ids=LATE)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_names_a_model_of_a_later_cell_follows_it(
    cells: Notebook, case: Case, future: str
) -> None:
    for code, cell in ((future + case.naming, "a"), (OLD, "b"), (case.registering, "c")):
        assert cells.run(code, cell).error is None
    assert post(cells, case.body) == 422
    ran = cells.run(NEW, "b")
    assert ran.error is None
    assert post(cells, case.body) == 200
    assert "POST /x of cell 4 follows what this cell redefines." in ran.card


@pytest.mark.parametrize("future", ["", FUTURE], ids=["objects", "strings"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_model_is_redefined_before_anything_is_registered(
    cells: Notebook, case: Case, future: str
) -> None:
    for code, cell in (
        (OLD, "a"),
        (future + case.naming, "b"),
        (NEW, "a"),
        (case.registering, "c"),
    ):
        assert cells.run(code, cell).error is None
    assert post(cells, case.body) == 200
    assert cells.run(OLD, "a").error is None
    assert post(cells, case.body) == 422


@pytest.mark.parametrize("future", ["", FUTURE], ids=["objects", "strings"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_undo_brings_the_model_back(cells: Notebook, case: Case, future: str) -> None:
    for code, cell in ((OLD, "a"), (future + case.naming, "b"), (case.registering, "c")):
        cells.run(code, cell)
    cells.run(NEW, "a")
    assert post(cells, case.body) == 200
    assert cells.run("%api undo", "d").error is None
    assert post(cells, case.body) == 422


@pytest.mark.parametrize("future", ["", FUTURE], ids=["objects", "strings"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_made_again_takes_nothing_from_a_failed_cell(
    cells: Notebook, case: Case, future: str
) -> None:
    registering = case.registering.replace("app.post('/x')", "app.post(PATH)")
    cells.run(OLD + "PATH = '/y'\n", "a")
    cells.run(future + case.naming, "b")
    cells.run(registering, "c")
    assert isinstance(cells.run(NEW + "1 / 0", "d").error, ZeroDivisionError)
    assert cells.run("PATH = '/x'", "e").error is None
    assert cells.routes() == [row for row in cells.routes() if "/x" in row]
    assert post(cells, case.body) == 422


@pytest.mark.parametrize("future", LATE.values(), ids=LATE)
def test_models_of_two_cells_that_name_each_other(cells: Notebook, future: str) -> None:
    box = future + "class Box(BaseModel):\n    item: Item | None = None\n    weight: {} = 1"
    item = future + "class Item(BaseModel):\n    size: {}\n    box: Box | None = None"
    cells.run(box.format("int"), "a")
    cells.run(item.format("int"), "b")
    cells.run("@app.post('/x')\ndef x(box: Box): ...", "c")
    nested = {"item": {"size": 1, "box": {"weight": 1.5}}}
    assert post(cells, {"item": HALF}) == post(cells, nested) == 422
    cells.run(item.format("float"), "b")
    assert (post(cells, {"item": HALF}), post(cells, nested)) == (200, 422)
    cells.run(box.format("float"), "a")
    assert post(cells, {"item": HALF}) == post(cells, nested) == 200


@pytest.mark.parametrize("future", LATE.values(), ids=LATE)
def test_endpoint_whose_model_is_not_there_yet_is_refused_in_one_line(
    cells: Notebook, future: str
) -> None:
    endpoint = future + "@app.post('/x')\ndef x(item: Item): ..."
    ran = cells.run(endpoint, "a")
    assert isinstance(ran.error, InvalidParameter)
    assert "annotation 'Item' of `item` names something that is not defined" in str(ran.error)
    assert cells.routes() == []
    cells.run(OLD, "b")
    assert cells.run(endpoint, "a").error is None
    assert post(cells, {"size": 1}) == 200


@pytest.mark.parametrize("future", LATE.values(), ids=LATE)
def test_module_of_cells_that_name_what_is_defined_below(
    cells: Notebook, future: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    cells.run(future + READ, "a")
    cells.run("class Box(BaseModel):\n    item: Item | None = None", "b")
    cells.run("class Item(BaseModel):\n    size: int\n    box: Box | None = None", "c")
    cells.run("@app.post('/x')\ndef x(box: Box, v: Annotated[int, Depends(read)]): return v", "d")
    cells.run("%api export api.py", "export")
    assert cells.shown[0].headline == "Proved: api.py"
    text = (tmp_path / "api.py").read_text()
    assert all(f"class {name}(BaseModel)" in text for name in ("Box", "Item"))
