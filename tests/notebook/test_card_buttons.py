"""What the buttons of a card do, without a page; and that the card is the same without them."""

from __future__ import annotations

import queue
from typing import Any

import pytest

from notebookapi.notebook.commands.acting import Buttons
from notebookapi.notebook.views import html
from notebookapi.notebook.views.model import Card, Line
from notebookapi.notebook.views.widgets.card import CardsWidget

from .conftest import Notebook

SHOP = """
from notebookapi import APIRouter
router = APIRouter()
@router.get("/lamps/{lamp_id}")
def read(lamp_id: int, size: int, q: str = ""): return lamp_id
app.include_router(router, prefix="/shop")
@app.websocket("/rooms/{room}")
async def room(websocket, room: str): ...
"""


class Page:
    """The page of the buttons."""

    def __init__(self, notebook: Notebook) -> None:
        self._heard: queue.Queue[dict[str, Any]] = queue.Queue()
        self.buttons = Buttons(notebook.session)
        (card,) = [each for each in notebook.shown if isinstance(each, Card)]
        self.lines = [line.what for line in card.lines]
        self.buttons.shown(card, is_live=False)
        self.widget = CardsWidget(notebook.session.server, self.buttons, "nbapi-1")
        wire: Any = self.widget
        wire.send = lambda said, buffers=None: self._heard.put(said)

    def ask(self, kind: str, **more: Any) -> dict[str, Any]:
        self.say(kind, **more)
        return self._heard.get(timeout=10)

    def say(self, kind: str, **more: Any) -> None:
        self.widget._heard(None, {"type": kind, "id": "1", **more}, [])


@pytest.fixture
def page(notebook: Notebook) -> Page:
    assert notebook.run(SHOP, "shop").error is None
    return Page(notebook)


def opened(notebook: Notebook) -> int:
    return sum(map(len, notebook.session.widgets._by_cell.values()))


@pytest.mark.parametrize(
    ("kind", "label"),
    [
        ("try", "GET /shop/lamps/{lamp_id}"),
        ("try", "GET /lamps/{lamp_id}"),  # as the router's cell has it, without the prefix
        ("try", "WEBSOCKET /rooms/{room}"),
        ("docs", ""),
    ],
)
def test_a_widget_is_opened_and_closed(
    page: Page, notebook: Notebook, kind: str, label: str
) -> None:
    said = page.ask(kind, label=label)
    assert said["type"] == "done", said
    assert opened(notebook) == 1
    page.say("shut", model=said["model"])
    page.say("shut", model="another")
    assert opened(notebook) == 0


def test_what_is_not_served(page: Page) -> None:
    said = page.ask("try", label="GET /none")
    assert (said["type"], said["text"][:29]) == ("error", "Nothing answers `GET /none`. ")


def test_a_request_has_values_to_begin_with(page: Page, notebook: Notebook) -> None:
    said = page.ask("request", label="GET /lamps/{lamp_id}")
    assert said["operation"]["path"] == "/shop/lamps/{lamp_id}"
    assert said["values"] == {"path:lamp_id": "1", "query:size": "1"}
    assert said["url"] == notebook.session.url


def test_undo_is_for_the_last_publication(page: Page, notebook: Notebook) -> None:
    notebook.run("@app.get('/late')\ndef late(): ...", "late")
    assert "Something else has been published" in page.ask("undo", lines=page.lines)["text"]
    notebook.run("%api undo", "undo")
    said = page.ask("undo", lines=["GET /other"])
    assert "Something else has been published" in said["text"]
    said = page.ask("undo", lines=page.lines)
    assert said["type"] == "done" and "Taken back: what cell 1 published" in said["text"]
    assert notebook.get("/shop/lamps/1?size=1") == 404


LINE = Line("+", "GET /a", "a", tried="GET /a")


def test_the_card_says_whose_it_is_and_what_can_be_tried() -> None:
    page = html.rendered(Card([LINE, Line("-", "GET /b", "b")], page="nbapi-1"))
    assert '<div class="nbapi-card nbapi-1"' in page
    assert '<b class="nbapi-what" title="GET /a">GET /a</b>' in page
    assert '<b class="nbapi-what">GET /b</b>' in page
    hostile = html.rendered(Card([Line("+", '"><script>', "", tried='"><script>')]))
    assert "<script>" not in hostile and '""' not in hostile


@pytest.mark.parametrize(("count", "more"), [(7, ""), (8, "3 more: 3 added"), (12, "7 more")])
def test_a_long_card_is_short_until_it_is_opened(count: int, more: str) -> None:
    page = html.rendered(Card([LINE] * count))
    assert page.count("nbapi-what") == count
    assert more in page and page.count("<details") == bool(more)


def test_cards_of_one_notebook_are_known_by_its_name(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = []
    for named in ("/one/lamps.ipynb", "/two/lamps.ipynb", "/two/desks.ipynb", ""):
        monkeypatch.setenv("JPY_SESSION_NAME", named)
        names.append(page.buttons.page)
    assert names[0] == names[1] != names[2]
    assert names[3] == ""
