"""A browser on the notebook's server itself: directly, and by way of a Jupyter proxy."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.notebook.conftest import Notebook
from tests.notebook.jupyter import BASE, Jupyter

from .lab import LIMIT, Lab

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

CELL = """
@app.post("/lamps", status_code=201)
def create(lamp: dict) -> dict: return lamp
"""


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    made = Jupyter(tmp_path_factory.mktemp("jupyter"))
    yield made
    made.stop()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Notebook]:
    """A notebook on a hub: whoever asks needs the token."""
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    notebook = Notebook()
    notebook.load()
    assert notebook.run(CELL).error is None
    yield notebook
    notebook.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        page = context.new_page()
        page.set_default_timeout(LIMIT)
        yield page


def execute(page: Page) -> None:
    """Send a request from the docs page, and see its answer."""
    block = page.locator(".opblock")
    block.locator(".opblock-summary-control").click()
    block.get_by_role("button", name="Try it out").click()
    send(block)


def send(block: Locator) -> None:
    """Send a request by an operation that is opened, and see its answer."""
    block.locator("textarea").fill('{"name": "desk"}')
    block.get_by_role("button", name="Execute").click()
    status = block.locator(".live-responses-table .response-col_status").last
    expect(status).to_contain_text("201")


def cookies(page: Page) -> dict[str, bool]:
    """Return the names of the server's cookies, and whether scripts are kept from them."""
    return {
        each["name"]: each["httpOnly"] and each["sameSite"] == "Strict"
        for each in page.context.cookies()
        if each["name"].startswith("notebookapi")
    }


def test_the_token_behind_the_hash_lets_a_browser_in(hub: Notebook, page: Page) -> None:
    url = hub.session.url
    port = urlsplit(url).port
    refused = page.goto(f"{url}/docs")
    assert refused is not None
    assert refused.status == 401
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.goto(f"{url}/_notebookapi/enter#{hub.session.token.reveal()}")
    page.wait_for_url(f"{url}/docs")
    execute(page)
    assert cookies(page) == {f"notebookapi-{port}": True}
    assert all(each.startswith(url) or each.startswith("data:") for each in seen)
    assert all(hub.session.token.reveal() not in each for each in map(told_of, seen))
    page.go_back()
    assert hub.session.token.reveal() not in page.url, "the history does not keep it"


def told_of(url: str) -> str:
    """Return what of a URL a server is told."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def test_without_javascript_the_token_is_typed(hub: Notebook, browser: Browser) -> None:
    url = hub.session.url
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{url}/_notebookapi/enter")
        page.get_by_label("Token").fill("guess")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_have_text("This is not the token.")
        page.get_by_label("Token").fill(hub.session.token.reveal())
        page.get_by_role("button", name="Enter").click()
        page.wait_for_url(f"{url}/docs")


def test_behind_a_proxy_under_another_name(hub: Notebook, jupyter: Jupyter, page: Page) -> None:
    port = urlsplit(hub.session.url).port or 0
    outside = jupyter.url.replace("127.0.0.1", "ada.localhost")
    page.goto(f"{outside}{BASE}api/status?token={jupyter.token}")
    proxied = f"{outside}{BASE}proxy/{port}"
    page.goto(f"{proxied}/_notebookapi/enter#{hub.session.token.reveal()}")
    page.wait_for_url(f"{proxied}/docs")
    execute(page)
    assert cookies(page) == {f"notebookapi-{port}": True}
    sent = hub.session.log[-1]
    assert (sent.path, dict(sent.request_headers).get("cookie")) == ("/lamps", None)


def test_the_docs_widget_opens_a_tab(lab: Lab, browser: Browser) -> None:
    cells = [
        "import os\nos.environ['JUPYTERHUB_USER'] = 'ada'\n%load_ext notebookapi",
        CELL,
        "%api docs",
        "import base64\nprint(base64.b85encode(api.token.reveal().encode()).decode())",
    ]
    notebook = lab.open(browser, "tab", cells)
    notebook.run_all()
    block = notebook.cell(2).locator(".opblock")
    block.locator(".opblock-summary-control").click()
    send(block)  # the kernel has the token
    button = notebook.cell(2).get_by_role("button", name="Open in a tab")
    with notebook.page.context.expect_page() as opened:
        button.click()
    tab = opened.value
    tab.set_default_timeout(LIMIT)
    tab.wait_for_url("http://127.0.0.1:*/docs")
    execute(tab)
    notebook.save()
    saved = (lab.folder / "tab.ipynb").read_text()
    token = token_of(notebook.text_of(3))
    assert token not in saved
    assert json.loads(saved)["cells"][2]["outputs"], "its outputs are there"
    notebook.page.context.close()


def token_of(printed: str) -> str:
    """Return the token, which the cell has printed so that a saved notebook does not have it."""
    return base64.b85decode(printed.strip()).decode()
