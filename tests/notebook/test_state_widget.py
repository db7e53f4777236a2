"""`%api` as a live panel, without a page: what it is told, and when."""

from __future__ import annotations

import queue
from typing import Any

import pytest

from notebookapi.notebook.views import html
from notebookapi.notebook.views.state import State

from .conftest import Notebook

CELL = """
@app.get("/lamps/{n}")
def lamp(n: int): return n
@app.get("/fails")
def fails(): return {}["name"]
"""


class Page:
    """The page of a state: it asks, and hears what the kernel says."""

    def __init__(self, notebook: Notebook) -> None:
        self._heard: queue.Queue[dict[str, Any]] = queue.Queue()
        assert notebook.run("%api", "state").error is None
        (view,) = (each for each in notebook.shown if isinstance(each, State))
        assert view.open_live is not None
        bundle = view.open_live()
        self.still, self.line = html.rendered(view), bundle["text/plain"]
        (self.widget,) = notebook.session.widgets._by_cell["state"]
        wire: Any = self.widget
        wire.send = lambda said, buffers=None: self._heard.put(said)

    def follow(self) -> dict[str, Any]:
        wire: Any = self.widget
        wire._heard(None, {"type": "follow", "id": "1"}, [])
        return self.hear("1")

    def hear(self, name: str) -> dict[str, Any]:
        said = self._heard.get(timeout=10)
        assert (said["type"], said["id"]) == ("state", name)
        return {**dict(said["facts"]), "uptime": said["uptime"]}

    def hear_until(self, fact: str, value: str) -> dict[str, Any]:
        """Return what the page hears when a fact has come: requests are told in batches."""
        while (heard := self.hear("state")).get(fact) != value:
            pass
        return heard

    @property
    def is_quiet(self) -> bool:
        return self._heard.empty()


@pytest.fixture
def served(notebook: Notebook) -> Notebook:
    assert notebook.run(CELL, "cell").error is None
    return notebook


def test_what_the_page_asks_for_and_what_a_saved_notebook_has(served: Notebook) -> None:
    page = Page(served)
    assert page.is_quiet, "nobody shows it yet"
    heard = page.follow()
    url = served.session.url
    assert (heard["URL"], heard["Routes"], heard["Requests"]) == (url, "2", "0, 0 failed")
    assert heard["uptime"] >= 0
    assert "nbapi-static" in page.still and url in page.still
    assert page.line == f"notebookapi: app at {url}, 2 routes, 0 requests"


def test_requests_and_failures_are_told(served: Notebook) -> None:
    page = Page(served)
    page.follow()
    served.get("/lamps/1")
    assert "Last failure" not in page.hear_until("Requests", "1, 0 failed")
    served.get("/fails")
    failed = page.hear_until("Requests", "2, 1 failed")
    assert failed["Last failure"].startswith("GET /fails: KeyError: 'name'")


def test_it_follows_cells_and_the_server(served: Notebook) -> None:
    page = Page(served)
    page.follow()
    served.run("@app.get('/late')\ndef late(): return 1", "late")
    served.session.widgets.published()
    assert page.hear_until("Routes", "3")["uptime"] is not None
    served.run("%api stop", "stop")
    served.session.widgets.published()
    assert page.hear_until("URL", "not running: `%api serve` starts it")["uptime"] is None


def test_news_are_told_once_and_stay_in_the_panel(served: Notebook) -> None:
    served.session.server._news.append("The server was ended and started again.")
    page = Page(served)
    assert page.follow()["News"] == "The server was ended and started again."
    served.session.server._news.append("Again.")
    served.session.widgets.published()
    assert page.hear("state")["News"] == "The server was ended and started again."
    served.run("%api", "other")
    assert "Again." in served.shown[0].news, "a panel that goes on does not take them away"


def test_a_cell_that_runs_again_ends_it(served: Notebook) -> None:
    page = Page(served)
    page.follow()
    served.run("%api", "state")
    served.get("/lamps/1")
    assert page.is_quiet


def test_large_numbers_are_read_at_a_glance() -> None:
    state = State("http://127.0.0.1:1", "NotebookAPI()", "app", 1, 2297, 1001, 3.0)
    assert dict(state.facts)["Requests"] == "2,297, 1,001 failed"
    assert state.line == "notebookapi: app at http://127.0.0.1:1, 1 route, 2,297 requests"
