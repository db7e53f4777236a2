"""The live log without a page: what it is told, how often, and what it may ask."""

from __future__ import annotations

import asyncio
import queue
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from notebookapi.notebook.views import html
from notebookapi.notebook.views.log import RequestLog
from notebookapi.notebook.views.widgets.log import LogWidget
from notebookapi.notebook.views.widgets.pacing import Paced

from .conftest import Notebook

CELL = """
import asyncio
@app.get("/items/{n}")
def item(n: int):
    print("item", n)
    return {"n": n}
@app.post("/login")
def login(body: dict): return {"token": "t0p"}
@app.get("/fails")
def fails(): return {}["name"]
go_on = asyncio.Event()
@app.get("/waits")
async def waits(): await go_on.wait()
"""


class Page:
    """The page of a log: it says something, and hears what the kernel says."""

    def __init__(self, notebook: Notebook, words: str = "") -> None:
        self._heard: queue.Queue[tuple[dict[str, Any], list[bytes]]] = queue.Queue()
        assert notebook.run(f"%api log {words}", "log").error is None
        view = next(each for each in notebook.shown if isinstance(each, RequestLog))
        assert view.open_live is not None
        bundle = view.open_live()
        self.still, self.line = html.rendered(view), bundle["text/plain"]
        (self.widget,) = (
            each for each in notebook.session.widgets._by_cell["log"] if isinstance(each, LogWidget)
        )
        wire: Any = self.widget
        wire.send = lambda said, buffers=None: self._heard.put((said, buffers or []))

    def ask(self, kind: str, **more: Any) -> tuple[dict[str, Any], list[bytes]]:
        """Say something, and return the answer."""
        self.widget._heard(None, {"type": kind, "id": "1", **more}, [])
        while True:
            said, buffers = self._heard.get(timeout=10)
            if said["id"] in ("1", "log") and said["type"] != "rows" or said["id"] == "1":
                return said, buffers

    def hear(self, number: int, *, is_open: bool) -> dict[str, Any]:
        """Return the row of a request as the kernel tells of it."""
        while True:
            said, _ = self._heard.get(timeout=10)
            for row in said.get("rows", ()):
                if (row["number"], row["isOpen"]) == (number, is_open):
                    return dict(row)

    @property
    def is_silent(self) -> bool:
        return self._heard.empty()


@pytest.fixture
def served(notebook: Notebook) -> Notebook:
    assert notebook.run(CELL, "first").error is None
    return notebook


@pytest.fixture
def page(served: Notebook) -> Iterator[Page]:
    made = Page(served)
    yield made
    made.widget.close()


def test_the_still_stands_where_the_widget_is_not(served: Notebook) -> None:
    served.session.get("/items/1")
    page = Page(served, "--failed")
    assert page.widget.failed is True
    assert 'class="nbapi-static"' in page.still
    assert page.line == "notebookapi: 0 requests in the log"
    page.widget.close()


def test_it_begins_with_what_there_is_and_is_told_when_it_asks(
    page: Page, served: Notebook
) -> None:
    served.session.get("/items/1?token=hush")
    assert page.is_silent, "no page shows it"
    said, _ = page.ask("follow")
    (row,) = said["rows"]
    assert (row["number"], row["method"], row["status"]) == (1, "GET", 200)
    assert (row["cell"], row["cellId"], row["endpoint"]) == ("cell 1", "first", "item")
    assert "hush" not in row["path"]
    served.session.get("/fails")
    assert page.hear(2, is_open=False)["failure"].startswith("KeyError: 'name' (Cell In[1]")


def test_a_request_is_there_while_it_is_answered(page: Page, served: Notebook) -> None:
    page.ask("follow")
    namespace = served.shell.user_ns
    sending = served.session.server.submit(_get(served))
    assert page.hear(1, is_open=True)["status"] is None
    served.session.server.submit(_set(namespace["go_on"])).result(10)
    assert sending.result(10) == 200
    assert page.hear(1, is_open=False)["status"] == 200


async def _get(served: Notebook) -> int:
    import httpx2

    async with httpx2.AsyncClient(base_url=served.session.url, trust_env=False) as client:
        return (await client.get("/waits")).status_code


async def _set(event: asyncio.Event) -> None:
    event.set()


def test_a_row_is_opened(page: Page, served: Notebook) -> None:
    served.session.post("/login", json={"password": "p4ss", "name": "ada"})
    served.session.get("/items/7")
    served.session.get("/fails")
    said, (request, response) = page.ask("open", number=1)
    assert (said["type"], said["route"], said["request"]["media"]) == (
        "opened",
        "/login",
        "application/json",
    )
    assert b"ada" in request
    assert b"p4ss" not in request and b"t0p" not in response
    said, (request, response) = page.ask("open", number=2)
    assert (said["stdout"], request, response) == ("item 7\n", b"", b'{"n":7}')
    assert said["hasFrames"] is False
    said, _ = page.ask("open", number=3)
    assert said["hasFrames"] is True
    assert said["links"] == {"Cell In[1]": "first"}
    assert said["traceback"].endswith("KeyError: 'name'")


@pytest.mark.parametrize("number", [9, "1", None], ids=str)
def test_one_that_is_not_kept(page: Page, served: Notebook, number: object) -> None:
    served.session.get("/items/1")
    said, _ = page.ask("open", number=number)
    assert said["text"] == f"Request {number} is not kept any more."


def test_clearing_forgets(page: Page, served: Notebook) -> None:
    served.session.get("/items/1")
    said, _ = page.ask("clear")
    assert said == {"type": "cleared", "id": "log"}
    assert len(served.session.log) == 0


def test_one_that_is_closed_is_told_no_more(page: Page, served: Notebook) -> None:
    page.ask("follow")
    served.run("1", "log")
    served.session.get("/items/1")
    assert page.is_silent


def test_batches_have_the_latest_of_each() -> None:
    sent: list[list[tuple[int, str]]] = []

    async def bring() -> None:
        done = asyncio.Event()

        def send(pieces: Sequence[tuple[int, str]]) -> None:
            sent.append(list(pieces))
            if len(sent) > 1:
                done.set()

        paced: Paced[tuple[int, str]] = Paced(send, 3)
        paced.add(0, (0, "begun"))
        for number in range(1, 6):
            paced.add(number, (number, "begun"))
            paced.add(number, (number, "ended"))
        assert sent == [[(0, "begun")]], "the first goes at once"
        await asyncio.wait_for(done.wait(), 10)

    asyncio.run(bring())
    assert sent[1] == [(3, "ended"), (4, "ended"), (5, "ended")]
