"""A large notebook becomes a package with a module for each tag or router."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from notebookapi.export.project.split import split
from tests.notebook.conftest import Notebook

from .driver import export, files_of

SHOP = '''
"""A shop."""

import secrets
from typing import Annotated

from pydantic import BaseModel

from notebookapi import Depends, HTTPException, NotebookAPI

app = NotebookAPI(title="Shop")


class Item(BaseModel):
    """What is sold."""

    name: str


class Order(BaseModel):
    items: list[Item]


class Review(BaseModel):
    text: str


LIMIT = 10  # of a page


def page(limit: int = LIMIT) -> int:
    return limit


Page = Annotated[int, Depends(page)]
ITEMS: dict[int, Item] = {}
ITEMS[1] = Item(name="tea")


@app.exception_handler(KeyError)
async def missing(request, error): ...


@app.get("/items", tags=["items"])
def items(page: Page) -> list[Item]:
    return list(ITEMS.values())[:page]


@app.post(
    "/items/{number}", status_code=201, tags=["items"]
)
def create(number: int, item: Item) -> Item:
    ITEMS[number] = item
    return item


# The newest come first.
@app.get("/orders", tags=["orders"], summary="Orders")
def orders(page: Page) -> list[Order]:
    return [Order(items=[])]


@app.get("/reviews", tags=["reviews"])
def reviews() -> list[Review]:
    return [Review(text=secrets.token_hex())]


@app.get("/title")
def title() -> str:
    return app.title


@app.get("/routes", tags=["reviews"])
def routes() -> int:
    return len(app.routes)
'''


def test_each_thing_in_its_place() -> None:
    files = split(SHOP, "app", ())
    assert files is not None
    assert sorted(files) == [
        "main.py", "models.py", "routers/__init__.py", "routers/items.py", "routers/orders.py",
        "routers/reviews.py", "shared.py",
    ]  # fmt: skip
    assert files["models.py"] == (
        '"""What is sent and answered."""\n'
        "\n"
        "from pydantic import BaseModel\n"
        "\n"
        "\n"
        "class Item(BaseModel):\n"
        '    """What is sold."""\n'
        "\n"
        "    name: str\n"
    )
    assert files["routers/orders.py"] == (
        '"""Routes of orders."""\n'
        "\n"
        "from notebookapi import APIRouter\n"
        "from pydantic import BaseModel\n"
        "\n"
        "from app.models import Item\n"
        "from app.shared import Page\n"
        "\n"
        "\n"
        "class Order(BaseModel):\n"
        "    items: list[Item]\n"
        "\n"
        "\n"
        'router = APIRouter(tags=["orders"])\n'
        "\n"
        "\n"
        "# The newest come first.\n"
        '@router.get("/orders", summary="Orders")\n'
        "def orders(page: Page) -> list[Order]:\n"
        "    return [Order(items=[])]\n"
    )
    assert files["main.py"] == (
        '"""A shop."""\n'
        "\n"
        "from notebookapi import NotebookAPI\n"
        "\n"
        "from app.routers import items as items_routes\n"
        "from app.routers import orders as orders_routes\n"
        "from app.routers import reviews as reviews_routes\n"
        "\n"
        'app = NotebookAPI(title="Shop")\n'
        "\n"
        "\n"
        "@app.exception_handler(KeyError)\n"
        "async def missing(request, error): ...\n"
        "\n"
        "\n"
        "app.include_router(items_routes.router)\n"
        "app.include_router(orders_routes.router)\n"
        "app.include_router(reviews_routes.router)\n"
        "\n"
        "\n"
        '@app.get("/title")\n'
        "def title() -> str:\n"
        "    return app.title\n"
        "\n"
        "\n"
        '@app.get("/routes", tags=["reviews"])\n'
        "def routes() -> int:\n"
        "    return len(app.routes)\n"
    )
    # What changes an object stays with it; only the routes of items use it.
    assert "ITEMS: dict[int, Item] = {}\nITEMS[1] =" in files["routers/items.py"].replace(
        "\n\n", "\n"
    )
    assert "LIMIT = 10  # of a page\n" in files["shared.py"]
    for text in files.values():
        ast.parse(text)


ROUTERS = """
from notebookapi import APIRouter, NotebookAPI
users_router = APIRouter(prefix="/users", tags=["users"])
router = APIRouter(prefix="/teams/x")
app = NotebookAPI()
NAMES = ["ada"]
def first() -> str: return NAMES[0]
@users_router.get("")
def users() -> list[str]: return [first()]
@router.get("/all")
def teams() -> list[str]: return [first()]
@app.get("/tagged", tags=["for"])
def tagged() -> str: return first()
app.include_router(users_router)
app.include_router(router)
"""


def test_routers_of_the_notebook_get_files() -> None:
    files = split(ROUTERS, "app", ())
    assert files is not None
    assert sorted(files) == [
        "main.py", "routers/__init__.py", "routers/for_routes.py", "routers/teams.py",
        "routers/users.py", "shared.py",
    ]  # fmt: skip
    assert "from app.routers.teams import router\n" in files["main.py"]
    assert "app.include_router(users_router)" in files["main.py"]
    # `router` is a name of the notebook's: the one that is made for a tag has another.
    assert 'routes = APIRouter(tags=["for"])' in files["routers/for_routes.py"]


TWO = """
from notebookapi import NotebookAPI
app = NotebookAPI()
{}
@app.get("/a", tags=["a"])
def a(): {}
@app.get("/b", tags=["b"])
def b(): {}
"""
WHOLE = {
    "one tag": TWO.format("", "...", "...").replace('["b"]', '["a"]'),
    "a star import": TWO.format("from os.path import *", "...", "..."),
    "del": TWO.format("x = 1\ndel x", "...", "..."),
    "an effect": TWO.format("import random\nrandom.seed(1)", "...", "..."),
    "a shared global": TWO.format(
        "N = 0\ndef up():\n    global N\n    N += 1", "return N", "return N"
    ),
}


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE)
def test_in_one_piece(text: str) -> None:
    assert split(text, "app", ()) is None


def test_type_checking_imports_are_repeated() -> None:
    text = "from __future__ import annotations\nfrom typing import TYPE_CHECKING\n"
    text += TWO.format("if TYPE_CHECKING:\n    import decimal", "...", "...").replace(
        "def a()", "def a() -> decimal.Decimal"
    )
    files = split(text, "app", ())
    assert files is not None
    assert "if TYPE_CHECKING:\n    import decimal\n" in files["routers/a.py"]
    assert "decimal" not in files["routers/b.py"]
    assert all(t.split('"""\n\n')[-1].startswith("from __future__") for t in files.values() if t)


def test_a_large_notebook_is_proved_as_a_package(notebook: Notebook, tmp_path: Path) -> None:
    helper = "def page(limit: int = LIMIT) -> int:\n"
    filler = "".join(f"    # {number}\n" for number in range(300))
    report = export(notebook, tmp_path / "shop", SHOP.replace(helper, helper + filler))
    assert report.proved, str(report)
    files = files_of(tmp_path / "shop")
    assert "app/routers/items.py" in files
    assert "| `app/routers/` | its routes, a file for each tag or router |" in files["README.md"]


CLASH = '''
from notebookapi import NotebookAPI
app = NotebookAPI()
@app.get("/first", tags=["late"])
def first() -> str: return "first"
@app.get("/x/{number}", tags=["other"])
def number(number: int) -> int: return number
@app.post("/later", tags=["late"])
def later() -> str: return """LINES"""
@app.get("/x/y", tags=["late"])
def never() -> str: return "never"
'''


def test_what_would_serve_something_else_stays_in_one_piece(
    notebook: Notebook, tmp_path: Path
) -> None:
    """Apart, `/x/y` would come before `/x/{number}`, which serves it here."""
    report = export(notebook, tmp_path / "x", CLASH.replace("LINES", "\n" * 300))
    assert report.proved, str(report)
    assert not (tmp_path / "x" / "app" / "routers").exists()
