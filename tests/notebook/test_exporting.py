"""`%api export`: one message, whatever is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Notebook

X = "@app.get('/x')\ndef x(): return 1\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refusal(notebook: Notebook, line: str = "export api.py") -> str:
    ran = notebook.run(f"%api {line}", "export")
    assert type(ran.error).__name__ == "UsageError", "no traceback"
    return str(ran.error)


def test_a_model_is_loaded_from_beside_the_notebook(notebook: Notebook, folder: Path) -> None:
    (folder / "model.pkl").write_bytes(b"I7\n.")
    notebook.run("import pickle\nwith open('model.pkl', 'rb') as f: model = pickle.load(f)", "a")
    notebook.run("@app.get('/x')\ndef x(n: int = model): return n", "b")
    notebook.run("%api export api.py", "export")
    assert notebook.shown[0].headline == "Proved: api.py"
    assert {each.name for each in folder.iterdir()} == {"model.pkl", "api.py", ".notebookapi"}


UNFINISHED = (
    "from pydantic import BaseModel\nclass Item(BaseModel):\n    x: 'Later'\n"
    "@app.get('/bad')\ndef bad() -> Item: ...\n"
)


def test_a_document_that_cannot_be_made_names_the_route(notebook: Notebook) -> None:
    notebook.run(X, "a")
    notebook.run(UNFINISHED, "b")
    said = refusal(notebook)
    assert "cannot be made: PydanticUserError: " in said
    assert "It comes from GET /bad. Mend the types" in said


def test_a_document_that_a_function_cannot_make(notebook: Notebook) -> None:
    notebook.run(X + "def broken(): raise KeyError('info')\napp.openapi = broken", "a")
    said = refusal(notebook)
    assert "cannot be made: KeyError: 'info'" in said
    assert "Mend the route or the `openapi` function" in said


def test_a_folder_that_is_not_there_is_named_once(notebook: Notebook, folder: Path) -> None:
    notebook.run(X, "a")
    target = folder / "nowhere" / "a.py"
    assert refusal(notebook, f"export {target}") == (
        f"`{target}` was not written: there is no folder {target.parent}. Make it, or choose "
        "another path."
    )


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (".", "`.` is not the name of a Python module; write `api.py`."),
        (
            "~nobody-of-this-name/api.py",
            "`~nobody-of-this-name/api.py` was not written: there is no folder "
            "~nobody-of-this-name. Make it, or choose another path.",
        ),
    ],
)
def test_targets_that_name_no_file(notebook: Notebook, target: str, said: str) -> None:
    notebook.run(X, "a")
    assert refusal(notebook, f"export {target}") == said


def test_a_folder_that_is_gone(notebook: Notebook, folder: Path) -> None:
    gone = folder / "gone"
    gone.mkdir()
    notebook.run(X, "a")
    notebook.run(f"import os\nos.chdir({str(gone)!r})\nos.rmdir({str(gone)!r})", "b")
    assert "was not written. FileNotFoundError: " in refusal(notebook, f"export {folder}/api.py")


BEFORE = "from notebookapi import Header, NotebookAPI\napp = NotebookAPI()\n" + X


def test_cells_that_ran_before_loading(bare: Notebook) -> None:
    bare.run(BEFORE, "a")
    bare.load()
    assert "what app serves was registered before the extension was loaded" in refusal(bare)
    bare.run("@app.get('/y')\ndef y(h: str = Header()): return h", "b")
    assert refusal(bare) == (
        "`api.py` was not written. app and Header were bound before the extension was loaded, so "
        "the cells are not known. Run them again, then export again."
    )


def test_cells_that_ran_again_after_loading(bare: Notebook) -> None:
    bare.run(BEFORE, "a")
    bare.load()
    bare.run(BEFORE, "a")
    bare.run("%api export api.py", "export")
    assert bare.shown[0].headline == "Proved: api.py"


def test_how_long_a_cell_took_is_known(notebook: Notebook) -> None:
    notebook.run("%%capture\nx = 1", "a")
    notebook.run("1 / 0", "b")
    assert [cell.duration is not None for cell in notebook.session.cells] == [True, True]


COUNTING = (
    "COUNT = [0]\n"
    "@app.get('/count')\ndef count(): return {'count': COUNT[0]}\n"
    "@app.post('/count')\ndef more(): COUNT[0] += 1; return {'count': COUNT[0]}\n"
)


def details(notebook: Notebook, line: str = "export api.py") -> list[str]:
    notebook.run(f"%api {line}", "export")
    return [notebook.shown[0].headline, *notebook.shown[0].details]


def test_examples_are_sent_to_both(notebook: Notebook) -> None:
    notebook.run(COUNTING, "a")
    notebook.run("api.examples.add('GET', '/count')", "b")
    assert details(notebook) == ["Proved: api.py"]
    notebook.run("api.post('/count')", "c")
    assert details(notebook)[0] == "NOT proved: api.unproved.py"
    assert details(notebook)[2:] == [
        "differs at GET /count $.count: 1 live, 0 in the module",
    ]


def test_what_changes_something_is_sent_where_the_example_says_so(notebook: Notebook) -> None:
    notebook.run(COUNTING, "a")
    notebook.run("api.examples.add('POST', '/count', name='more')", "b")
    note = "they may change something; save them with `--replay`"
    assert details(notebook) == [
        "Proved: api.py",
        f"note: examples that were not sent: more ({note})",
    ]
    notebook.run("api.examples.add('POST', '/count', name='more', replay=True)", "b")
    notebook.run("api.examples.add('GET', '/count')", "c")
    # Live 1 and 2, in the module 1: what varies is compared by type, for the GET as well.
    assert details(notebook) == ["Proved: api.py (unchanged)"]
    assert notebook.get("/count") == {"count": 2}


GUARDED = (
    "from notebookapi import Header\n"
    "@app.get('/me')\ndef me(x_api_key: str = Header()): return {'hello': x_api_key}\n"
)


def test_secrets_are_sent_and_shown_nowhere(notebook: Notebook, folder: Path) -> None:
    notebook.run(GUARDED, "a")
    notebook.run("api.examples.add('GET', '/me', headers={'X-API-Key': 'hush-hush'})", "b")
    assert details(notebook) == ["Proved: api.py"]
    notebook.run(GUARDED.replace("x_api_key}", "x_api_key, 'n': N}") + "N = 1", "a")
    notebook.run("N = 2", "c")
    said = details(notebook)
    assert "hush-hush" not in "".join(said)
    written = (each.read_text() for each in folder.rglob("*") if each.is_file())
    assert not [text for text in written if "hush-hush" in text]


def test_a_stopped_server_answers_no_examples(notebook: Notebook) -> None:
    notebook.run(X, "a")
    notebook.run("api.examples.add('GET', '/x', name='x')", "b")
    notebook.run("%api stop", "c")
    assert details(notebook)[1] == (
        "note: examples that were not sent: x (the server is stopped; `%api serve` starts it)"
    )


TESTED = (
    "import itertools, time\n"
    "from notebookapi import Body, Header, Query\n"
    "IDS = itertools.count(1)\n"
    "@app.get('/hello/{name}')\n"
    "def hello(name: str, tag: list[str] = Query([])): return {'hello': name, 'tag': tag}\n"
    "@app.post('/orders', status_code=201)\n"
    "def order(text: str = Body(embed=True)):\n"
    "    return {'id': next(IDS), 'at': time.time(), 't': text}\n"
    "@app.get('/me')\n"
    "def me(authorization: str = Header()):\n"
    "    return {'said': authorization, 'access_token': '-'.join(['new', 'one'])}\n"
    "@app.delete('/orders')\n"
    "def clear(text: str = Body()): return None\n"
    "@app.get('/broken')\n"
    "def broken(): return 1 / 0\n"
)
KEPT = (
    "api.examples.add('GET', '/hello/J%C3%BCrgen', query={'tag': 'a b'}, name='a greeting')\n"
    "api.examples.add('POST', '/orders', json={'text': 'x\"{y}'}, replay=True)\n"
    "api.examples.add('GET', '/me', headers={'Authorization': 'Bearer hush-hush'})\n"
    "api.examples.add('DELETE', '/orders', json='all', replay=True)\n"
    "api.examples.add('GET', '/broken')\n"
    "api.examples.add('GET', '/nowhere', name='A greeting!')\n"
)


def pytest_in(folder: Path, **environment: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", folder],
        cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return ran.stdout


def test_two_secrets_of_one_name_have_two_variables(notebook: Notebook, folder: Path) -> None:
    notebook.run(
        "from notebookapi import Header, HTTPException\n@app.get('/me')\n"
        "def me(x_api_key: str = Header()):\n"
        "    if len(x_api_key) < 8: raise HTTPException(401)\n    return {'said': x_api_key}",
        "a",
    )
    for name, key in (("right", "hush-hush"), ("wrong", "nobody"), ("again", "hush-hush")):
        notebook.run(f"api.examples.add('GET', '/me', headers={{'X-API-Key': {key!r}}}, "
                     f"name={name!r})", name)  # fmt: skip
    assert details(notebook, "export api.py --tests") == ["Proved: api.py, with test_api.py"]
    keys = {"NOTEBOOKAPI_SECRET_X_API_KEY": "hush-hush"}
    assert "3 passed, 1 skipped" in pytest_in(folder, **keys)
    assert "4 passed" in pytest_in(folder, **keys, NOTEBOOKAPI_SECRET_X_API_KEY_2="nobody")


@pytest.mark.timeout(180)
def test_tests_are_made_of_the_examples(notebook: Notebook, folder: Path) -> None:
    notebook.run(TESTED, "a")
    notebook.run(KEPT, "b")
    assert details(notebook, "export api.py --tests") == ["Proved: api.py, with test_api.py"]
    text = (folder / "test_api.py").read_text()
    assert "hush-hush" not in text and "new-one" not in text
    wanted = [
        'client.get("/hello/J%C3%BCrgen", params={"tag": "a b"})',
        'client.post("/orders", json={"text": \'x"{y}\'})',
        'assert response.json() == {"id": ANY, "at": ANY, "t": \'x"{y}\'}',
        'headers={"authorization": f"Bearer {authorization}"}',
        '"said": f"Bearer {authorization}", "access_token": ANY}',
        'client.request("DELETE", "/orders", json="all")',
        "def test_a_greeting(client: TestClient)",
        "def test_a_greeting_2(client: TestClient)",
    ]
    assert [each for each in wanted if each not in text] == []
    assert "6 passed, 1 skipped" in (said := pytest_in(folder)), said
    assert "set NOTEBOOKAPI_SECRET_AUTHORIZATION in the environment" in said
    said = pytest_in(folder, NOTEBOOKAPI_SECRET_AUTHORIZATION="another")
    assert "7 passed" in said, said
    assert details(notebook, "export api.py --tests")[0].startswith("Proved: api.py (unchanged)")


def test_tests_without_examples(notebook: Notebook, folder: Path) -> None:
    notebook.run(X, "a")
    assert details(notebook, "export api.py --tests") == ["Proved: api.py, with test_api.py"]
    assert (folder / "test_api.py").read_text() == (
        '"""Requests to `api`, and what it answered when it was exported."""\n\n'
        "from api import app\n\n\n"
        'def test_paths() -> None:\n    assert set(app.openapi()["paths"]) == {"/x"}\n'
    )


@pytest.mark.timeout(180)
def test_tests_of_a_module_that_reads_a_credential(notebook: Notebook, folder: Path) -> None:
    notebook.run("DB_PASSWORD = 'hush-hush'", "a")
    notebook.run("@app.get('/x')\ndef x() -> int: return len(DB_PASSWORD)", "b")
    notebook.run("api.examples.add('GET', '/x')", "c")
    assert details(notebook, "export api.py --tests")[0] == "Proved: api.py, with test_api.py"
    assert "hush" not in (folder / "api.py").read_text() + (folder / "test_api.py").read_text()
    assert "set DB_PASSWORD in the environment" in pytest_in(folder)
    assert "2 passed" in pytest_in(folder, DB_PASSWORD="hush-hush")


def test_an_object_is_frozen_and_loaded(notebook: Notebook, folder: Path) -> None:
    notebook.run("def train():\n    return {'weight': 3}\n\nmodel = train()", "a")
    notebook.run("@app.get('/x')\ndef x():\n    return model['weight']", "b")
    notebook.run("api.examples.add('GET', '/x')", "c")
    assert details(notebook, "export api.py --freeze model") == [
        "Proved: api.py, with model.joblib"
    ]
    assert "train" not in (folder / "api.py").read_text()
    assert "nobody is not defined" in refusal(notebook, "export api.py --freeze nobody")
