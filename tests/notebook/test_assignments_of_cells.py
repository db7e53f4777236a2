"""What a cell assigns to an attribute of the application belongs to it, as its routes do."""

from .conftest import Notebook

ROUTE = """
@app.get("/items")
def items(): return 1
"""


def title(notebook: Notebook) -> str:
    found: str = notebook.session.app.openapi()["info"]["title"]
    return found


def test_an_assignment_belongs_to_its_cell(notebook: Notebook) -> None:
    notebook.run(ROUTE, "route")
    before = title(notebook)
    assert notebook.run('app.title = "Shop"', "a").card == "+ setting title"
    assert title(notebook) == "Shop"
    notebook.run('app.title = "Store"', "a")
    assert title(notebook) == "Store"
    assert notebook.run("pass", "a").card == "- setting title"
    assert title(notebook) == before


NEW = """
from notebookapi import NotebookAPI
app = NotebookAPI()
app.title, app.servers = {!r}, [{{"url": "/"}}]
@app.get("/items")
def items(): return {}
"""


def test_what_is_assigned_again_as_it_was_is_no_change(notebook: Notebook) -> None:
    notebook.run(NEW.format("Shop", 1), "a")
    assert notebook.run(NEW.format("Shop", 2), "a").card == "~ GET /items"
    assert notebook.run(NEW.format("Store", 2), "a").card == "~ setting title, ~ GET /items"
    assert (title(notebook), notebook.session.app.servers) == ("Store", [{"url": "/"}])


def test_a_value_that_cannot_be_compared_is_another(notebook: Notebook) -> None:
    notebook.run(ROUTE, "route")
    cell = """
class Text(str):
    def __eq__(self, other): raise RuntimeError
    __hash__ = str.__hash__
app.title = Text("Shop")
"""
    notebook.run(cell, "a")
    ran = notebook.run(f"{cell}# again", "a")
    assert (ran.card, ran.error) == ("~ setting title", None)


def test_a_cell_that_fails_assigns_nothing(notebook: Notebook) -> None:
    notebook.run(ROUTE, "route")
    before = title(notebook)
    notebook.run('app.title = "Shop"\n1 / 0', "a")
    assert title(notebook) == before


def test_middleware_that_is_appended_belongs_to_its_cell(notebook: Notebook) -> None:
    notebook.run(ROUTE, "route")
    cell = """
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
app.user_middleware.append(Middleware(GZipMiddleware))
"""
    for _ in range(3):
        notebook.run(cell, "a")
        assert len(notebook.session.app.user_middleware) == 1
    notebook.run("pass", "a")
    assert notebook.session.app.user_middleware == []
