"""Event handlers and overrides belong to the cell that made them, as routes do."""

from __future__ import annotations

import pytest

from notebookapi.testclient import TestClient

from .conftest import Notebook

READ = """
from notebookapi import Depends
def who(): return "real"
@app.get("/x")
def x(name=Depends(who)): return name
"""
OVERRIDE = "app.dependency_overrides[who] = lambda: {!r}"
STARTUP = """
LOG = globals().setdefault("LOG", [])
import warnings
with warnings.catch_warnings(action="ignore"):
    @app.on_event("startup")
    def load(): LOG.append({})
"""


@pytest.fixture
def reading(notebook: Notebook) -> Notebook:
    notebook.run(READ, "read")
    assert notebook.get("/x") == "real"
    return notebook


def test_an_override_belongs_to_its_cell(reading: Notebook) -> None:
    assert reading.run(OVERRIDE.format("a"), "a").card == "+ override who"
    assert reading.get("/x") == "a"
    assert reading.run(OVERRIDE.format("b"), "a").card == "~ override who"
    assert reading.get("/x") == "b"
    assert reading.run("pass", "a").card == "- override who"
    assert (reading.get("/x"), dict(reading.session.app.dependency_overrides)) == ("real", {})


@pytest.mark.parametrize(
    "reset",
    ["del app.dependency_overrides[who]", "app.dependency_overrides.clear()",
     "app.dependency_overrides = {}"],
)  # fmt: skip
def test_a_cell_takes_back_what_it_overrides(reading: Notebook, reset: str) -> None:
    cell = OVERRIDE.format("a") + "\nseen = api.get('/x').json()\n" + reset
    for _ in range(2):
        assert reading.run(cell, "a").card == ""
        assert (reading.shell.user_ns["seen"], reading.get("/x")) == ("a", "real")


def test_another_cell_takes_back_what_a_cell_overrides(reading: Notebook) -> None:
    reading.run(OVERRIDE.format("a"), "a")
    assert reading.run("app.dependency_overrides.clear()", "b").card == "- override who"
    assert reading.get("/x") == "real"
    assert reading.run(OVERRIDE.format("a"), "a").card == "+ override who"


def test_a_failing_cell_overrides_nothing(reading: Notebook) -> None:
    card = reading.run(OVERRIDE.format("a") + "\n1/0", "a").card
    assert "override who" in card and reading.get("/x") == "real"
    reading.run(OVERRIDE.format("b"), "a")
    reading.run("app.dependency_overrides.clear()\n1/0", "b")
    assert reading.get("/x") == "b"


def test_the_later_cell_overrides(reading: Notebook) -> None:
    reading.run(OVERRIDE.format("a"), "a")
    card = reading.run(OVERRIDE.format("b"), "b").card
    assert card.startswith("~ override who (was override who of cell 2)")
    assert reading.get("/x") == "b"
    reading.run(OVERRIDE.format("a") + "\nnow = app.dependency_overrides[who]()", "a")
    assert (reading.get("/x"), reading.shell.user_ns["now"]) == ("a", "a")
    reading.run("pass", "a")
    assert reading.get("/x") == "b"


@pytest.mark.parametrize(
    "cell",
    ["app.dependency_overrides = {who: lambda: 'a'}",
     "app.dependency_overrides.clear()\napp.dependency_overrides |= {who: lambda: 'a'}"],
)  # fmt: skip
def test_a_cell_that_overrides_nothing_but_its_own(reading: Notebook, cell: str) -> None:
    assert reading.run(cell, "a").card == "+ override who"
    assert reading.run(cell + "\n", "a").card == "~ override who"
    assert (reading.get("/x"), len(reading.session.app.dependency_overrides)) == ("a", 1)


def test_an_override_set_twice_in_a_cell(reading: Notebook) -> None:
    cell = OVERRIDE.format("a") + "\n" + OVERRIDE.format("b")
    assert reading.run(cell, "a").card == "+ override who"
    assert reading.run(cell + "\n", "a").card == "~ override who"
    assert reading.get("/x") == "b"


def test_overrides_follow_a_new_application(reading: Notebook) -> None:
    reading.run(OVERRIDE.format("a"), "a")
    reading.run("from notebookapi import NotebookAPI\napp = NotebookAPI()", "new")
    assert reading.get("/x") == "a"
    reading.run("app = NotebookAPI()\n" + OVERRIDE.format("b"), "new")
    assert reading.get("/x") == "b"


def test_what_nobody_overrides_follows_a_new_application(reading: Notebook) -> None:
    reading.session.app.dependency_overrides[reading.shell.user_ns["who"]] = lambda: "thread"
    reading.run("from notebookapi import NotebookAPI\napp = NotebookAPI()", "new")
    assert reading.get("/x") == "thread"


def test_overrides_follow_a_redefinition(notebook: Notebook) -> None:
    notebook.run("from notebookapi import Depends\ndef who(): return 'real'", "who")
    notebook.run("def fake(): return 'fake'", "fake")
    notebook.run("@app.get('/x')\ndef x(name=Depends(who)): return name", "x")
    notebook.run("app.dependency_overrides[who] = fake", "o")
    assert notebook.get("/x") == "fake"
    card = notebook.run("def fake(): return 'other'", "fake").card
    assert (notebook.get("/x"), card) == (
        "other", "override who of cell 4 follows what this cell redefines."
    )  # fmt: skip
    notebook.run("def who(): return 'really'", "who")
    assert notebook.get("/x") == "other"
    assert list(notebook.session.app.dependency_overrides) == [notebook.shell.user_ns["who"]]
    notebook.run("pass", "o")
    assert notebook.get("/x") == "really"


def _started(notebook: Notebook) -> list[int]:
    log: list[int] = notebook.shell.user_ns["LOG"]
    log.clear()
    with TestClient(notebook.session.app):
        return list(log)


def test_a_handler_belongs_to_its_cell(notebook: Notebook) -> None:
    assert notebook.run(STARTUP.format(1), "a").card == "+ on_event startup (load)"
    for n in (2, 3):
        assert notebook.run(STARTUP.format(n), "a").card == "~ on_event startup (load)"
        assert _started(notebook) == [n]
    notebook.run(STARTUP.format(4) + "1/0", "a")
    assert _started(notebook) == [3]
    assert notebook.run("pass", "a").card == "- on_event startup (load)"
    assert _started(notebook) == []


def test_handlers_without_a_name_are_told_apart(notebook: Notebook) -> None:
    cell = "LOG = globals().setdefault('LOG', [])\n" + "".join(
        f"app.add_event_handler('startup', lambda: LOG.append({n}))\n" for n in (1, 2)
    )
    notebook.run(cell, "a")
    notebook.run(cell, "a")
    notebook.run("app.router.on_startup.append(lambda: LOG.append(3))", "b")
    assert _started(notebook) == [1, 2, 3]


def test_handlers_follow_a_new_application(notebook: Notebook) -> None:
    notebook.run(STARTUP.format(1), "a")
    notebook.run("from notebookapi import NotebookAPI\napp = NotebookAPI()", "new")
    assert _started(notebook) == [1]
