"""`%api docs` without a page: the list of operations, its text, and what the widget is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from notebookapi.notebook.commands.docs import redoc, swagger
from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.face import Session
from notebookapi.notebook.views import html, terminal
from notebookapi.notebook.views.docs import Docs
from notebookapi.notebook.views.widgets.docs import DocsWidget
from notebookapi.notebook.views.widgets.opened import Opened

from .conftest import Notebook

DOCUMENT: dict[str, Any] = {
    "info": {"title": "Shop <1>", "version": "2.0"},
    "paths": {
        "/items/{id}": {"get": {"summary": "Read <it>"}, "delete": {}, "parameters": []},
        "/items": {"post": {"summary": "Make one"}},
    },
}


def test_operations_in_the_order_of_the_document() -> None:
    assert list(Docs(DOCUMENT).operations()) == [
        ("get", "/items/{id}", "Read <it>"),
        ("delete", "/items/{id}", ""),
        ("post", "/items", "Make one"),
    ]


@pytest.mark.parametrize(
    ("document", "line"),
    [
        (DOCUMENT, "notebookapi: Shop <1> 2.0, 3 operations"),
        ({"info": {"title": "A"}, "paths": {"/": {"get": {}}}}, "notebookapi: A, 1 operation"),
        ({}, "notebookapi: API, 0 operations"),
    ],
    ids=["many", "one", "none"],
)
def test_one_line(document: dict[str, Any], line: str) -> None:
    assert Docs(document).line == line


def test_the_list_is_escaped_and_says_why_it_stands_alone() -> None:
    page = html.rendered(Docs(DOCUMENT, note="No widgets: <here>"))
    assert "Shop &lt;1&gt; 2.0" in page
    assert "Read &lt;it&gt;" in page
    assert "No widgets: &lt;here&gt;" in page
    assert "<it>" not in page


def test_the_terminal_has_a_table() -> None:
    text = terminal.render(Docs(DOCUMENT, note="No widgets."))
    assert "DELETE" in text
    assert "/items/{id}" in text
    assert "No widgets." in text


def test_document_names_the_server_and_follows(notebook: Notebook) -> None:
    notebook.run("@app.get('/a')\ndef a(): return 1", "x")
    notebook.run("%api docs", "y")
    view = next(each for each in notebook.shown if isinstance(each, Docs))
    assert view.document["servers"] == [{"url": notebook.session.url}]
    assert [path for _, path, _ in view.operations()] == ["/a"]
    assert view.open_live is not None


def test_open_widgets_are_told_at_the_end_of_each_cell(notebook: Notebook) -> None:
    widget = Widget()
    notebook.session.widgets.keep("shown", widget)
    notebook.run("@app.get('/a')\ndef a(): return 1", "x")
    notebook.run("1", "shown")
    assert widget.told == ["published", "close"]


def test_nothing_more_is_taken(notebook: Notebook) -> None:
    with pytest.raises(BadArguments, match="Unrecognized arguments.*Write `%api docs`"):
        notebook.session.docs("--scalar")


@pytest.mark.parametrize("show", [swagger, redoc])
def test_a_stopped_server_is_no_failure_of_each_cell(
    show: Callable[[Session], DocsWidget], notebook: Notebook
) -> None:
    notebook.run("@app.get('/a')\ndef a(): return 1", "x")
    widget = show(notebook.session)
    notebook.session.widgets.keep("y", widget)
    notebook.session.stop()
    assert notebook.run("1", "z").card == ""
    assert list(widget.document["paths"]) == ["/a"]
    notebook.session.serve()
    notebook.run("@app.get('/b')\ndef b(): return 1", "x")
    assert list(widget.document["paths"]) == ["/b"]


class Widget:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def published(self) -> None:
        self.told.append("published")

    def close(self) -> None:
        self.told.append("close")


def test_a_cell_that_runs_again_closes_what_it_showed() -> None:
    opened, first, other = Opened(), Widget(), Widget()
    opened.keep("a", first)
    opened.keep("b", other)
    opened.published()
    opened.begin("a")
    opened.published()
    opened.close()
    assert first.told == ["published", "close"]
    assert other.told == ["published", "published", "close"]
