"""Examples: kept from what was sent, without secrets; sent again when their endpoint changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from notebookapi.notebook.examples import replay
from notebookapi.notebook.views import html, terminal
from notebookapi.notebook.views.examples import ExampleList

from .conftest import Notebook

READ = "@app.get('/items/{{item_id}}')\ndef read(item_id: int): return {{'n': {}}}"


@pytest.fixture
def placed(notebook: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The notebook's place is known; returns the file of its examples."""
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "shop.ipynb"))
    return tmp_path / ".notebookapi" / "shop.json"


def saved(notebook: Notebook, words: str = "") -> None:
    assert notebook.run(f"%api examples save {words}", "save").error is None


def test_the_last_request_is_kept_and_passes(notebook: Notebook) -> None:
    notebook.run(READ.format(1), "a")
    notebook.session.get("/items/3", params={"q": "x y"})
    saved(notebook)
    (kept,) = notebook.session.examples
    assert (kept.name, kept.label) == ("get-items-item-id", "GET /items/3?q=x+y")
    assert kept.operation == "GET /items/{item_id}"
    assert kept.expected is not None
    assert (kept.expected.status, kept.expected.body) == (200, b'{"n":1}')
    ran = notebook.run(READ.format(1) + "  # same", "a")
    assert ran.card == "~ GET /items/{item_id}; 1 example passes."


UPLOAD = """
from notebookapi import Form, UploadFile
@app.post("/files")
async def files(file: UploadFile, note: str = Form()):
    return [file.filename, len(await file.read()), note, {}]
"""


@pytest.mark.parametrize("is_later", [False, True], ids=["defining", "later"])
@pytest.mark.parametrize("send", ["api.post", "await api.aclient.post"])
def test_a_form_with_a_file_is_kept(notebook: Notebook, send: str, is_later: bool) -> None:
    sent = f"{send}('/files', files={{'file': ('a.bin', bytes(range(256)))}}, data={{'note': 'n'}})"
    for number, code in enumerate(
        [UPLOAD.format(1), sent] if is_later else [UPLOAD.format(1) + sent]
    ):
        assert notebook.run(code, f"cell-{number}").error is None
    saved(notebook, "sent --replay")
    (kept,) = notebook.session.examples
    assert kept.expected is not None
    assert kept.expected.body == b'["a.bin",256,"n",1]'
    ran = notebook.run(UPLOAD.format(2), "cell-0")
    assert ran.card.endswith("Example sent changed: $[3]: 1 → 2.")


def test_what_is_too_large_is_not_kept(notebook: Notebook) -> None:
    notebook.run(UPLOAD.format(1), "a")
    notebook.run("api.post('/files', files={'file': bytes(300_000)}, data={'note': 'n'})", "s")
    error = notebook.run("%api examples save", "save").error
    assert "POST /files has a body of more than 256 KiB" in str(error)


HARD = {
    "a stream without an end": (
        "    async def pieces():\n        while True: yield bytes(1000)\n"
        "    return StreamingResponse(pieces())",
        "Example hard changed: ",
    ),
    "an exit": ("    raise SystemExit", "Example hard changed: status: 200 → 500"),
    "an interrupt": ("    raise KeyboardInterrupt", "Example hard changed: status: 200 → 500"),
}


@pytest.mark.parametrize("case", HARD)
def test_the_server_outlives_what_an_example_meets(notebook: Notebook, case: str) -> None:
    body, said = HARD[case]
    endpoint = (
        "from notebookapi.responses import StreamingResponse\n@app.get('/h')\nasync def h():\n"
    )
    notebook.run(f"{endpoint}    return 1", "a")
    notebook.session.get("/h")
    saved(notebook, "hard")
    assert said in notebook.run(endpoint + body, "a").card
    notebook.run("@app.get('/b')\ndef b(): return 2", "b")
    assert notebook.get("/b") == 2
    assert notebook.session.server.take_news() == [], "it did not end"


def test_what_changed_is_told(notebook: Notebook) -> None:
    notebook.run(READ.format(1), "a")
    notebook.session.get("/items/3")
    saved(notebook, "three")
    ran = notebook.run(READ.format(2), "a")
    assert ran.card == "~ GET /items/{item_id}; Example three changed: $.n: 1 → 2."


def test_only_what_is_touched_is_sent(notebook: Notebook) -> None:
    notebook.run("seen = []", "s")
    notebook.run("@app.get('/a')\ndef a():\n    seen.append(1)\n    return 1", "a")
    notebook.session.get("/a")
    saved(notebook)
    notebook.run("@app.get('/b')\ndef b(): return 1", "b")
    assert notebook.shell.user_ns["seen"] == [1]


def test_a_redefined_model_sends_them_again(notebook: Notebook) -> None:
    model = "from pydantic import BaseModel\nclass Item(BaseModel):\n    n: int = {}"
    notebook.run(model.format(1), "m")
    notebook.run("@app.get('/a')\ndef a() -> Item: return Item()", "a")
    notebook.session.get("/a")
    saved(notebook, "item")
    assert "Example item changed: $.n: 1 → 2" in notebook.run(model.format(2), "m").card


def test_unsafe_methods_only_with_replay(notebook: Notebook) -> None:
    code = "@app.post('/a')\ndef a(n: int): return n + {}"
    notebook.run(code.format(0), "a")
    notebook.session.post("/a?n=1")
    saved(notebook, "one")
    assert "1 not replayed (one): it may change something" in notebook.run(code.format(1), "a").card
    notebook.session.post("/a?n=1")
    saved(notebook, "one --replay")
    assert len(notebook.session.examples) == 1
    assert "Example one changed: $: 2 → 3" in notebook.run(code.format(2), "a").card


def test_off_and_on(notebook: Notebook) -> None:
    notebook.run(READ.format(1), "a")
    notebook.session.get("/items/3")
    saved(notebook)
    notebook.run("%api examples off", "o")
    assert notebook.run(READ.format(2), "a").card == "~ GET /items/{item_id}"
    notebook.run("%api examples on", "o")
    assert "changed" in notebook.run(READ.format(3), "a").card


def test_written_down_and_answered_with_the_next_publication(notebook: Notebook) -> None:
    notebook.run(READ.format(1), "a")
    notebook.run("api.examples.add('GET', '/items/7', name='seven')", "add")
    assert "First answer kept of seven" in notebook.run(READ.format(2), "a").card
    assert "Example seven changed: $.n: 2 → 3" in notebook.run(READ.format(3), "a").card


def test_forget(notebook: Notebook) -> None:
    notebook.run(READ.format(1), "a")
    notebook.session.get("/items/3")
    saved(notebook, "three")
    assert "there are: three" in str(notebook.run("%api examples forget four", "f").error)
    notebook.run("%api examples forget three", "f")
    assert list(notebook.session.examples) == []


def test_they_display_as_a_list(notebook: Notebook) -> None:
    notebook.run(READ.format(1), "a")
    notebook.session.get("/items/3?q=<b>")
    saved(notebook, "three")
    notebook.run("%api examples", "e")
    (view,) = notebook.shown
    assert isinstance(view, ExampleList)
    assert "three" in terminal.render(view, width=200)
    assert "<b>" not in html.rendered(view)
    assert "three" in repr(notebook.session.examples)
    assert "three" in notebook.session.examples._repr_html_()
    assert "three" in repr(notebook.session.examples())


def test_the_file_beside_the_notebook(notebook: Notebook, placed: Path) -> None:
    notebook.run(READ.format(1), "a")
    notebook.session.get("/items/3")
    saved(notebook, "three")
    assert json.loads(placed.read_text()) == {
        "format": 1,
        "examples": [
            {
                "name": "three",
                "method": "GET",
                "path": "/items/3",
                "endpoint": "/items/{item_id}",
                "expected": {
                    "status": 200,
                    "headers": [["content-type", "application/json"]],
                    "json": {"n": 1},
                },
            }
        ],
    }
    assert list(placed.parent.iterdir()) == [placed]


def test_the_file_beside_the_notebook_that_vs_code_names(
    notebook: Notebook, placed: Path, tmp_path: Path
) -> None:
    """It names the notebook in the namespace; where the kernel was started does not matter."""
    (tmp_path / "work").mkdir()
    notebook.shell.user_ns["__vsc_ipynb_file__"] = str(tmp_path / "work" / "mine.ipynb")
    notebook.run(READ.format(1), "vscode-notebook-cell:/notes/mine.ipynb#W0sZmlsZQ%3D%3D")
    notebook.session.get("/items/3")
    saved(notebook, "three")
    assert not placed.exists()
    there = tmp_path / "work" / ".notebookapi" / "mine.json"
    assert [each["name"] for each in json.loads(there.read_text())["examples"]] == ["three"]


def test_the_same_source_under_another_id_is_the_same_cell(notebook: Notebook) -> None:
    """VS Code gives new ids where a notebook is opened anew, Jupyter where a cell is pasted."""
    notebook.run(READ.format(1), "old")
    first = list(notebook.shown)
    notebook.session.get("/items/3")
    saved(notebook, "three")
    assert notebook.run(READ.format(1), "new").card == "+ GET /items/{item_id}; 1 example passes."
    assert notebook.shown[-1].lines == first[-1].lines
    assert notebook.run(READ.format(2), "new").card == (
        "~ GET /items/{item_id}; Example three changed: $.n: 1 → 2."
    )
    assert notebook.run("pass", "new").card.startswith("- GET /items/{item_id}")
    assert notebook.get("/items/3") == 404


def test_a_file_that_cannot_be_read_is_left_alone(notebook: Notebook, placed: Path) -> None:
    placed.parent.mkdir()
    placed.write_text('{"format": 1, "examples": [{"name": 3}]}')
    before = placed.read_bytes()
    notebook.run(READ.format(1), "a")
    notebook.session.get("/items/3")
    error = notebook.run("%api examples save", "save").error
    assert "examples.0.name" in str(error)
    assert "left as it is" in str(error)
    assert placed.read_bytes() == before
    assert "left as it is" in notebook.run(READ.format(2), "a").card
    assert notebook.get("/items/3") == {"n": 2}


LOGIN = """
from typing import Annotated
from pydantic import BaseModel, SecretStr
from notebookapi import Header
class Login(BaseModel):
    user: str
    phrase: SecretStr
@app.post('/login')
def login(body: Login, authorization: Annotated[str, Header()]):
    return {{'access_token': 't-' + str({}), 'echo': body.phrase.get_secret_value(),
             'saw': authorization}}
"""


def test_no_secret_is_written_and_all_are_sent_again(notebook: Notebook, placed: Path) -> None:
    notebook.run(LOGIN.format(1), "a")
    notebook.session.post(
        "/login",
        json={"user": "ada", "phrase": "open-sesame"},
        headers={"Authorization": "Bearer abc.def.ghi"},
    )
    saved(notebook, "login --replay")
    text = placed.read_text()
    for secret in ("open-sesame", "abc.def.ghi", "t-1"):
        assert secret not in text
    assert "Bearer {{secret:AUTHORIZATION}}" in text
    # The token in the answer is another one each time; as a placeholder it is the same.
    ran = notebook.run(LOGIN.format("'other'"), "a")
    assert "1 example passes" in ran.card


def test_secrets_of_another_day(
    notebook: Notebook, placed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "from typing import Annotated\nfrom notebookapi import Header\n"
        "@app.get('/a')\ndef a(x_api_key: Annotated[str, Header()]): return len(x_api_key) + {}"
    )
    notebook.run(code.format(0), "a")
    notebook.session.get("/a", headers={"X-API-Key": "1234567"})
    saved(notebook, "key")
    notebook.session.examples._secrets.clear()  # as in a new kernel
    ran = notebook.run(code.format(1), "a")
    assert "1 not replayed (key): set NOTEBOOKAPI_SECRET_X_API_KEY in the environment" in ran.card
    monkeypatch.setenv("NOTEBOOKAPI_SECRET_X_API_KEY", "123")
    assert "Example key changed: $: 7 → 5" in notebook.run(code.format(2), "a").card


def test_the_time_of_all_is_bounded(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook.run("import threading\ngate = threading.Event()\ngate.set()", "g")
    code = "@app.get('/a')\ndef a():\n    gate.wait()\n    return {}"
    notebook.run(code.format(1), "a")
    notebook.session.get("/a")
    saved(notebook, "one")
    saved(notebook, "two")
    monkeypatch.setattr(replay, "LONGEST", 0.1)
    notebook.shell.user_ns["gate"].clear()
    ran = notebook.run(code.format(2), "a")
    notebook.shell.user_ns["gate"].set()
    assert "2 not replayed (one, two): the 0.1 s for all were over" in ran.card


def test_an_endpoint_that_fails_is_a_changed_status(notebook: Notebook) -> None:
    notebook.run(READ.format(1), "a")
    notebook.session.get("/items/3")
    saved(notebook, "three")
    assert "status: 200 → 500" in notebook.run(READ.format("1 / 0"), "a").card


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("%api examples save", "No request has been sent yet"),
        ("%api examples forget", "does not understand this"),
        ("%api examples keep", "Write `%api examples"),
        ("api.examples.add('GET', 'items')", "it begins with a slash"),
    ],
)
def test_refused(notebook: Notebook, code: str, message: str) -> None:
    notebook.run(READ.format(1), "a")
    assert message in str(notebook.run(code, "x").error)
