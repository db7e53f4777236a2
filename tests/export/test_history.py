"""Tests that an export makes of requests which were only sent, and never saved as examples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.notebook.conftest import Notebook

CELLS = """
from notebookapi import Body, Header, Query
from notebookapi.responses import StreamingResponse
ITEMS = {1: 'tea'}
@app.get('/items/{number}')
def item(number: int): return ITEMS[number]
@app.get('/find')
def find(q: str, tag: list[str] = Query([]), x_kind: str = Header('-')): return [q, tag, x_kind]
@app.post('/items/{number}')
def add(number: int, name: str = Body()): ITEMS[number] = name
@app.get('/me')
def me(authorization: str = Header('')): return authorization
@app.get('/reset/{token}')
def reset(token: str): return token
@app.get('/stream')
def stream(): return StreamingResponse(iter(['a']))
@app.get('/hidden', include_in_schema=False)
def hidden(): return 1
@app.get('/saved')
def saved(): return 1
"""


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notebook]:
    monkeypatch.chdir(tmp_path)
    notebook = Notebook()
    notebook.load()
    assert notebook.run(CELLS, "a").error is None
    yield notebook
    notebook.close()


def exported(notebook: Notebook) -> tuple[str, list[str]]:
    """What the tests do, and what the export says."""
    assert notebook.run("%api export api.py --tests", "export").error is None
    said = notebook.shown[0]
    assert said.headline.startswith("Proved: api.py") and "with test_api.py" in said.headline
    return Path("test_api.py").read_text(), list(said.details)


def test_requests_of_the_log_become_tests(notebook: Notebook) -> None:
    session = notebook.session
    session.get("/items/1")
    session.get("/items/1")
    session.get("/find", params={"q": "a b", "tag": ["ü", "&"]}, headers={"X-Kind": "red"})
    text, said = exported(notebook)
    assert not said
    assert text.count('client.get("/items/1")\n    assert response.status_code == 200\n') == 1
    assert 'assert response.json() == "tea"' in text
    assert '("tag", "ü")' in text and 'headers={"x-kind": "red"}' in text
    assert 'assert response.json() == ["a b", ["ü", "&"], "red"]' in text
    assert exported(notebook)[0] == text


def test_what_is_no_test(notebook: Notebook) -> None:
    """What may change something, needs a secret, has no end or no place in the document."""
    session = notebook.session
    session.get("/me", headers={"Authorization": "Bearer hush-hush"})
    session.get("/find", params={"q": "x", "api_key": "hush-hush"})
    for path in ("/reset/hush-hush", "/stream", "/hidden", "/docs", "/nowhere"):
        session.get(path)
    notebook.run("api.examples.add('GET', '/saved', name='the saved one')", "b")
    session.get("/saved")
    session.post("/items/2", json="milk")
    text, said = exported(notebook)
    names = [line.partition("(")[0] for line in text.splitlines() if line.startswith("def ")]
    assert names == ["def client", "def test_paths", "def test_the_saved_one"]
    assert "hush" not in text
    assert said == [
        "note: POST /items/2 of the log: no test, as it may change something. Save it as an "
        "example with `--replay`."
    ]


def test_what_only_the_kernel_can_answer_fails_no_proof(notebook: Notebook) -> None:
    session = notebook.session
    session.post("/items/2", json="milk")
    session.get("/items/2")
    text, said = exported(notebook)
    assert "/items/2" not in text
    assert said[0] == (
        "note: GET /items/2 of the log: no test, as the module answers it otherwise. It may need "
        "what other requests have made: save them as examples with `--replay`."
    )


def test_without_tests_the_log_is_not_asked(notebook: Notebook) -> None:
    notebook.session.get("/items/1")
    before = len(notebook.session.log)
    assert notebook.run("%api export api.py", "export").error is None
    assert notebook.shown[0].headline == "Proved: api.py"
    assert len(notebook.session.log) == before
