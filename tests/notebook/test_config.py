"""`%config NotebookAPI.…`: what may be switched off, and how much is kept."""

from __future__ import annotations

from traitlets.config import Config

from notebookapi.notebook.views.model import Card

from .conftest import Notebook

READ = "@app.get('/a')\ndef a(): return {}"


def cards(notebook: Notebook) -> list[Card]:
    return [view for view in notebook.shown if isinstance(view, Card)]


def test_no_card(notebook: Notebook) -> None:
    notebook.run("%config NotebookAPI.card = False", "c")
    notebook.run(READ.format(1), "a")
    assert cards(notebook) == []
    assert notebook.get("/a") == 1
    notebook.run("%config NotebookAPI.card = True", "c")
    notebook.run(READ.format(2), "a")
    assert [line.what for card in cards(notebook) for line in card.lines] == ["GET /a"]


def test_a_failure_is_told_all_the_same(notebook: Notebook) -> None:
    notebook.run(READ.format(1), "a")
    notebook.run("%config NotebookAPI.card = False", "c")
    notebook.run(READ.format(2) + "\n1/0", "a")
    assert "did not end well" in cards(notebook)[0].line


def test_no_replay(notebook: Notebook) -> None:
    notebook.run("%config NotebookAPI.replay = False", "c")
    assert not notebook.session.examples.is_on


def test_how_many_requests_are_kept(notebook: Notebook) -> None:
    notebook.run(READ.format(1), "a")
    notebook.run("%config NotebookAPI.log_size = 3", "c")
    for _ in range(5):
        notebook.get("/a")
    assert len(notebook.session.log) == 3


def test_a_configuration_file_counts(bare: Notebook) -> None:
    bare.shell.update_config(Config({"NotebookAPI": {"card": False}}))
    bare.load()
    bare.run(READ.format(1), "a")
    assert cards(bare) == []


def test_unloading_and_loading_leave_one(notebook: Notebook) -> None:
    def there() -> int:
        names = [type(each).__name__ for each in notebook.shell.configurables]
        return names.count("NotebookAPI")

    assert there() == 1
    notebook.run("%unload_ext notebookapi", "u")
    assert there() == 0
    notebook.run("%load_ext notebookapi", "l")
    assert there() == 1
