"""The card of a cell says what is different for the clients of what it replaces."""

from __future__ import annotations

from notebookapi.notebook.views import html, terminal
from notebookapi.notebook.views.model import Card

from .conftest import Notebook

MODEL = "from pydantic import BaseModel\nclass Item(BaseModel):\n    {}\n"
POST = "@app.post('/a')\ndef a(item: Item) -> Item: return item\n"


def changes(notebook: Notebook) -> dict[str, list[str]]:
    """Return what the last card says, by operation; a `!` before what breaks clients."""
    (card,) = [view for view in notebook.shown if isinstance(view, Card)]
    return {
        line.what: ["! " * each.breaking + each.text for each in line.changes]
        for line in card.lines
    }


def test_what_a_cell_replaces(notebook: Notebook) -> None:
    notebook.run("@app.get('/a')\ndef a(q: int = 1) -> dict[str, int]: return {}", "a")
    assert changes(notebook) == {"GET /a": []}
    ran = notebook.run(
        "@app.get('/a')\ndef a(q: int, r: int = 2) -> dict[str, str]: return {}", "a"
    )
    assert changes(notebook) == {
        "GET /a": [
            "! query q: required now",
            "query q: default 1 → none",
            "query r: added, optional",
            "! 200 → *: type integer → string",
        ]
    }
    assert ran.card == "~ GET /a (4 changes, 2 breaking)"


def test_a_body_that_only_the_code_changes(notebook: Notebook) -> None:
    notebook.run("@app.get('/a')\ndef a(): return 1", "a")
    assert notebook.run("@app.get('/a')\ndef a(): return 2", "a").card == "~ GET /a"


def test_a_redefined_model_changes_what_other_cells_serve(notebook: Notebook) -> None:
    notebook.run(MODEL.format("name: str"), "m")
    notebook.run(POST, "a")
    notebook.run(MODEL.format("name: str\n    size: int"), "m")
    assert changes(notebook) == {"POST /a": ["! body → size: added, required", "200 → size: added"]}


def test_a_renamed_path(notebook: Notebook) -> None:
    notebook.run("@app.get('/a')\ndef a(): return 1")
    notebook.run("@app.get('/b')\ndef a(): return 1")
    assert changes(notebook) == {"GET /a → /b": ["! path /a → /b"]}


def test_options_of_an_inclusion(notebook: Notebook) -> None:
    notebook.run("from notebookapi import APIRouter\nrouter = APIRouter()", "r")
    notebook.run("@router.get('/a')\ndef a(): return 1", "a")
    notebook.run("app.include_router(router)", "i")
    notebook.run("app.include_router(router, deprecated=True)", "i")
    assert changes(notebook)["GET /a"] == ["deprecated now"]


def test_a_new_application_with_the_same_routes(notebook: Notebook) -> None:
    notebook.run("@app.get('/a')\ndef a(q: int): return 1", "a")
    notebook.run("from notebookapi import NotebookAPI\napp = NotebookAPI()", "app")
    (card,) = [view for view in notebook.shown if isinstance(view, Card)]
    assert not any(line.changes for line in card.lines)


def test_only_what_changed_is_described(notebook: Notebook) -> None:
    class Undescribed: ...

    notebook.shell.user_ns["Undescribed"] = Undescribed
    notebook.run("@app.get('/a')\ndef a(): return 1", "a")
    code = (
        "from typing import Annotated\nfrom pydantic import PlainValidator\n"
        "@app.post('/b')\ndef b(x: Annotated[Undescribed, PlainValidator(str)]): return {}"
    )
    notebook.run(code.format(1), "b")
    notebook.run("@app.get('/a')\ndef a(q: int = 0): return 2", "a")
    assert changes(notebook) == {"GET /a": ["query q: added, optional"]}
    assert notebook.run(code.format(2), "b").error is None


def test_an_unchanged_run_shows_equal_bytes(notebook: Notebook) -> None:
    notebook.run(MODEL.format("name: str") + POST, "a")
    changed = MODEL.format("name: int") + POST
    notebook.run(changed, "a")
    first = html.rendered(notebook.shown[0])
    assert "breaking" in first
    notebook.run(changed, "a")
    assert html.rendered(notebook.shown[0]) == first


def test_details_are_closed_escaped_and_in_the_terminal_open(notebook: Notebook) -> None:
    notebook.run("@app.get('/a')\ndef a(q: int = 1): return 1", "a")
    code = "from notebookapi import Query\n@app.get('/a')\ndef a(q: str = Query('<b>')): return 1"
    notebook.run(code, "a")
    (card,) = notebook.shown
    page = html.rendered(card)
    assert "<details><summary" in page
    assert "<b>&quot;" not in page
    assert "&lt;b&gt;" in page
    text = terminal.render(card, width=120)
    assert "! query q: type integer → string" in text


def test_what_is_not_compared_is_said(notebook: Notebook) -> None:
    many = "for n in range(203):\n    @app.get(f'/x{n}')\n    def x(q: {} = 1): return 1"
    notebook.run(many.replace("{}", "int"), "a")
    card = notebook.run(many.replace("{}", "str"), "a").card
    assert card.endswith(
        "The contracts of 3 operations, from GET /x200 on, were not compared with those before: "
        "only the first 200 that are served anew are."
    )
    assert changes(notebook)["GET /x199"] and not changes(notebook)["GET /x200"]
