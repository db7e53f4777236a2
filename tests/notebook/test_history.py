"""`%api history`: versions with time and cell, and the source diff between two."""

from __future__ import annotations

import pytest

from notebookapi.notebook.swap import versions
from notebookapi.notebook.views import html, terminal
from notebookapi.notebook.views.history import SourceDiff, VersionList

from .conftest import Notebook

READ = "@app.get('/a')\ndef a(): return {}"
MODEL = "from pydantic import BaseModel\nclass Item(BaseModel):\n    {}: int"


def told(notebook: Notebook, label: str) -> list[tuple[int, str, str]]:
    found = notebook.session.versions.of(label)
    return [(each.number, each.what, each.by) for each in found]


def test_versions_of_an_operation(notebook: Notebook) -> None:
    notebook.run(READ.format(1), "a")
    notebook.run(READ.format(2), "a")
    notebook.run("%api undo", "u")
    notebook.run(READ.format(3), "a")
    notebook.run("x = 1", "a")
    assert told(notebook, "GET /a") == [
        (1, "added", "cell 1"),
        (2, "replaced", "cell 2"),
        (3, "back to cell 1's", "%api undo"),
        (4, "replaced", "cell 4"),
        (5, "withdrawn", "cell 5"),
    ]


def test_a_redefined_model(notebook: Notebook) -> None:
    notebook.run(MODEL.format("old"), "m")
    notebook.run("@app.post('/a')\ndef a(item: Item): return 1", "a")
    notebook.run(MODEL.format("new"), "m")
    assert told(notebook, "POST /a") == [
        (1, "added", "cell 2"),
        (2, "follows what it uses", "cell 3"),
    ]


def test_the_list_shows_the_latest_first(notebook: Notebook) -> None:
    notebook.run(READ.format(1), "a")
    notebook.run("@app.get('/b')\ndef b(): return 1", "b")
    notebook.run("%api history", "h")
    (view,) = notebook.shown
    assert isinstance(view, VersionList)
    assert [row[2] for row in view.rows] == ["GET /b", "GET /a"]
    assert "GET /b" in html.rendered(view)
    assert "GET /b" in terminal.render(view, width=100)


def test_the_source_of_two_versions(notebook: Notebook) -> None:
    notebook.run(READ.format(1), "a")
    notebook.run(READ.format("'<b>'"), "a")
    notebook.run("%api history get /a 1 2", "h")
    (view,) = notebook.shown
    assert isinstance(view, SourceDiff)
    assert view.lines[3:] == [
        " @app.get('/a')",
        "-def a(): return 1",
        "+def a(): return '<b>'",
    ]
    page = html.rendered(view)
    assert "<b>" not in page
    assert "&lt;b&gt;" in page
    assert "\x1b[32m+def a(): return" in terminal.render(view, width=100, colour=True)


def test_equal_sources(notebook: Notebook) -> None:
    notebook.run(READ.format(1), "a")
    notebook.run(READ.format(1), "a")
    notebook.run("%api history GET /a 1 2", "h")
    assert "are equal" in terminal.render(notebook.shown[0], width=200)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("GET /b", "No cell has registered `GET /b`. Did you mean `%api history GET /a`?"),
        ("GET /a 1 9", "GET /a has no version '9'; it has 1."),
        ("GET", "does not understand this"),
    ],
)
def test_refused(notebook: Notebook, words: str, message: str) -> None:
    notebook.run(READ.format(1), "a")
    assert message in str(notebook.run(f"%api history {words}", "h").error)


def test_a_method_of_the_session(notebook: Notebook) -> None:
    notebook.run(READ.format(1), "a")
    notebook.run("shown = api.history('GET', '/a')", "h")
    assert "added" in repr(notebook.shell.user_ns["shown"])


def test_no_more_than_so_many_are_kept(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(versions.MOST_VERSIONS + 5):
        notebook.run(READ.format(n), "a")
    found = notebook.session.versions.of("GET /a")
    assert (len(found), found[0].number) == (versions.MOST_VERSIONS, 6)
    monkeypatch.setattr(versions, "MOST_NAMES", 3)
    for n in range(5):
        notebook.run(f"@app.get('/n{n}')\ndef f(): return 1", "n")
    labels = notebook.session.versions.labels
    assert len(labels) == 3
    assert "GET /n4" in labels
