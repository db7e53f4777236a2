"""`--freeze NAME`: an object in a file beside the module, loaded instead of made."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import joblib
import pytest

from notebookapi.export import errors, export, write_module
from notebookapi.export.freeze import frozen

from .notebook import MAIN, Notebook

HEAD = "from web import API\napp = API()"
TRAIN = "def train(n):\n    return {'weight': n}\n\nmodel = train(3)"
USE = "@app.get('/x')\ndef x():\n    return model['weight']"
LOAD = 'model = joblib.load(pathlib.Path(__file__).with_name("model.joblib"))'


def ran(*cells: str) -> Notebook:
    notebook = Notebook()
    for cell in cells:
        assert notebook.run(cell).succeeded
    return notebook


def frozen_text(*cells: str) -> str:
    notebook = ran(*cells)
    request = notebook.request(frozen={"model": notebook.namespace["model"]})
    return write_module(request).text.removesuffix(MAIN)


def test_loaded_in_the_lifespan_without_what_made_it() -> None:
    assert frozen_text(HEAD, TRAIN, "model['weight'] += 1", USE) == (
        "import pathlib\n"
        "from collections.abc import AsyncIterator\n"
        "from contextlib import asynccontextmanager\n\n"
        "import joblib\n"
        "from web import API\n\n\n"
        "@asynccontextmanager\n"
        "async def lifespan(app: API) -> AsyncIterator[None]:\n"
        '    """Make what the endpoints need, before the first request."""\n'
        "    global model\n\n"
        f"    {LOAD}\n"
        "    yield\n\n\n"
        "app = API(lifespan=lifespan)\n\n\n"
        '@app.get("/x")\n'
        "def x():\n"
        '    return model["weight"]\n'
    )


@pytest.mark.parametrize(
    "cells",
    [
        (HEAD, TRAIN, "WEIGHT = model['weight']", "@app.get('/x')\ndef x(w=WEIGHT): return w"),
        (
            "from web import API\ndef life(): ...\napp = API(lifespan=life)",
            TRAIN,
            USE,
        ),
    ],
    ids=["needed at import", "a lifespan of its own"],
)
def test_loaded_at_import_where_a_lifespan_would_not_do(cells: tuple[str, ...]) -> None:
    text = frozen_text(*cells)
    assert f"\n{LOAD}\n" in text
    assert "lifespan(" not in text and "train" not in text


@pytest.mark.parametrize(
    ("change", "left_out"),
    [
        ("def fit(m):\n    m['weight'] = 5\n\nfit(model)", "fit"),
        ("model.update(a=1)", "update"),
        ("history = model.update(a=1)", "history"),
    ],
)
def test_what_changed_the_object_goes(change: str, left_out: str) -> None:
    assert left_out not in frozen_text(HEAD, TRAIN, change, USE)


REFUSED = {
    "x": (USE, "cell 2, line 2 defines or imports x"),
    "API": (USE, "cell 1, line 1 defines or imports API"),
    "gone": (USE, "no cell that ran binds gone"),
    "a": ("a, b = 1, 2\nmodel = a\n" + USE, "cell 2, line 1 binds b as well"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_frozen_is_named(name: str) -> None:
    cell, message = REFUSED[name]
    notebook = ran(HEAD, "model = {}\n" + cell if name != "a" else cell)
    if name == "x":
        message = message.replace("line 2", "line 3")
    with pytest.raises(errors.CannotFreeze, match=message):
        write_module(notebook.request(frozen={name: 1}))


def test_an_object_whose_class_is_in_a_cell() -> None:
    made: dict[str, Any] = {"__name__": "__main__"}
    exec("class Scaler: pass\nmodel = [Scaler()]", made)
    with pytest.raises(errors.CannotFreeze, match=r"it needs Scaler, defined in a cell"):
        frozen({"model": made["model"]})


def test_an_object_that_no_file_can_hold() -> None:
    with pytest.raises(errors.CannotFreeze, match="a generator cannot be put into a file"):
        frozen({"model": (n for n in "ab")})


def test_the_file_holds_the_object() -> None:
    files = frozen({"model": {"weight": [1, 2]}})
    assert joblib.load(io.BytesIO(files["model.joblib"])) == {"weight": [1, 2]}


def test_a_file_of_the_persons_own_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "model.joblib").write_text("mine")
    notebook = ran(HEAD, TRAIN, USE)
    request = notebook.request(frozen={"model": notebook.namespace["model"]})
    with pytest.raises(errors.TargetEdited, match="model.joblib was not written by an export"):
        export(request, tmp_path / "shop.py")
    assert [each.name for each in tmp_path.iterdir()] == ["model.joblib"]


def test_offered_where_a_cell_took_long() -> None:
    notebook = ran(HEAD, TRAIN, USE)
    notebook.cells[1] = replace(notebook.cells[1], duration=12.4)
    notebook.cells[2] = replace(notebook.cells[2], duration=4.9)
    assert write_module(notebook.request()).notes == (
        "cell 2 took 12 s, and the module takes as long to start: keep what it made in a file, "
        "`--freeze model`.",
    )
