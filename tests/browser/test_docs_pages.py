"""The docs pages in a real Chromium: they show the document, send requests, and load nothing else.

Needs Chromium (on Debian: apt-get install chromium); scripts/test leaves this out without.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from .axe import faults

ROOT = Path(__file__).parents[2]
LIMIT = 30_000
"""Milliseconds that a page may take: the machine may be busy."""

SWAGGERS = "nested-interactive"
"""A path is a link, to be copied, inside of the button that opens its operation."""
REDOCS = "label-content-name-mismatch"
"""The name of an entry in the menu leaves out what its badge says: the method."""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """The URL of the application, served by uvicorn in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "tests.browser.served:app",
         "--host", "127.0.0.1", "--port", "0"],
        cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    if process.stderr is None:  # a pipe was asked for
        raise RuntimeError("uvicorn has no stderr.")
    said = []
    for line in process.stderr:
        said.append(line)
        if found := re.search(r"running on (http://127\.0\.0\.1:\d+)", line):
            yield found[1]
            break
    process.terminate()
    process.communicate(timeout=20)
    if not found:
        raise RuntimeError("".join(said))


class Visit:
    """One page, with what it asked other hosts for, and what it complained of."""

    def __init__(self, browser: Browser, url: str, scheme: str) -> None:
        self.url = url
        self.elsewhere: list[str] = []
        self.complaints: list[str] = []
        self.context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
        self.context.route("**/*", self._let_through)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(LIMIT)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text) if message.type == "error" else None
            ),
        )

    def _let_through(self, route: Route) -> None:
        if route.request.url.startswith((self.url, "data:", "blob:")):
            route.continue_()
        else:
            self.elsewhere.append(route.request.url)
            route.abort()


@pytest.fixture(params=["light", "dark"])
def visit(browser: Browser, served: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    made = Visit(browser, served, request.param)
    yield made
    made.context.close()


def brightness(page: Page, selector: str) -> float:
    """Return how bright the first opaque background behind an element is, from 0 to 255."""
    made: float = page.evaluate(
        """selector => {
            for (let e = document.querySelector(selector); e; e = e.parentElement) {
                const [r, g, b, a = 1] = getComputedStyle(e).backgroundColor
                    .match(/[\\d.]+/g).map(Number);
                if (a > 0.5) return (r + g + b) / 3;
            }
            return 255;
        }""",
        selector,
    )
    return made


def test_swagger_ui_shows_the_document_and_sends_requests(
    visit: Visit, request: pytest.FixtureRequest
) -> None:
    page = visit.page
    page.goto(f"{visit.url}/docs")
    expect(page.locator(".opblock")).to_have_count(10, timeout=LIMIT)
    expect(page).to_have_title("Shop & <b>more</b> - Swagger UI")
    expect(page.locator(".info .title")).to_contain_text("Shop & <b>more</b>")
    is_dark = "dark" in request.node.name
    assert (brightness(page, ".swagger-ui .info") < 128) is is_dark
    page.emulate_media(color_scheme="light" if is_dark else "dark")
    page.wait_for_function(
        "dark => document.documentElement.classList.contains('dark-mode') === dark",
        arg=not is_dark,
    )

    block = page.locator("#operations-items-read_item_items__item_id__get")
    block.locator(".opblock-summary").click()
    expect(block.locator(".opblock-description")).to_contain_text("Read one item.")
    block.get_by_role("button", name="Try it out").click()
    block.get_by_placeholder("item_id").fill("7")
    block.get_by_role("button", name="Execute").click()
    answer = block.locator(".live-responses-table")
    expect(answer.locator(".response-col_status").last).to_contain_text("200")
    expect(answer.locator(".response-col_description").last).to_contain_text('"item_id": 7')

    block = page.locator("#operations-items-create_item_items_post")
    block.locator(".opblock-summary").click()
    block.get_by_role("button", name="Try it out").click()
    block.locator("textarea.body-param__text").fill('{"name": "<i>pen</i>"}')
    block.get_by_role("button", name="Execute").click()
    answer = block.locator(".live-responses-table")
    expect(answer.locator(".response-col_status").last).to_contain_text("201")
    expect(answer.locator(".response-col_description").last).to_contain_text("<i>pen</i>")
    assert (visit.elsewhere, visit.complaints) == ([], [])


def test_swagger_ui_signs_in_by_the_page_to_return_to(visit: Visit) -> None:
    """The authorization server, and the exchange of the code, are answered by the test."""
    asked: list[str] = []

    def authorize(route: Route) -> None:
        asked.append(route.request.url)
        query = parse_qs(urlsplit(route.request.url).query)
        back = f"{query['redirect_uri'][0]}?code=c0de&state={query['state'][0]}"
        route.fulfill(status=302, headers={"location": back})

    def exchange(route: Route) -> None:
        asked.append(route.request.post_data or "")
        route.fulfill(json={"access_token": "t0ken", "token_type": "bearer"})

    visit.context.route("**/authorize?*", authorize)
    visit.context.route("**/token", exchange)
    page = visit.page
    page.goto(f"{visit.url}/docs")
    page.locator(".auth-wrapper > .authorize").click()
    form = page.locator(".auth-container", has_text="OAuth2AuthorizationCodeBearer").last
    expect(form.locator("input[data-name=clientId]")).to_have_value("shop")
    with page.expect_popup() as popup:
        form.locator("button.authorize").click()
    if not popup.value.is_closed():
        popup.value.wait_for_event("close", timeout=LIMIT)
    expect(form.locator("button", has_text="Logout")).to_be_visible()
    query = parse_qs(urlsplit(asked[0]).query)
    assert query["client_id"] == ["shop"]
    assert query["redirect_uri"] == [f"{visit.url}/docs/oauth2-redirect"]
    assert query["code_challenge_method"] == ["S256"]
    assert parse_qs(asked[1])["code"] == ["c0de"]
    page.locator(".dialog-ux .btn-done").first.click()

    block = page.locator("#operations-people-read_orders_orders_get")
    block.locator(".opblock-summary").click()
    block.get_by_role("button", name="Try it out").click()
    block.get_by_role("button", name="Execute").click()
    described = block.locator(".live-responses-table .response-col_description").last
    expect(described).to_contain_text('"t0ken"')
    assert (visit.elsewhere, visit.complaints) == ([], [])


def test_redoc_shows_the_document(visit: Visit, request: pytest.FixtureRequest) -> None:
    page = visit.page
    page.goto(f"{visit.url}/redoc")
    expect(page.get_by_role("heading", name="Create Item")).to_be_visible(timeout=LIMIT)
    expect(page).to_have_title("Shop & <b>more</b> - ReDoc")
    expect(page.locator("h1").first).to_contain_text("Shop & <b>more</b>")
    assert (brightness(page, "h1") < 128) is ("dark" in request.node.name)
    assert (visit.elsewhere, visit.complaints) == ([], [])


def test_everybody_can_use_swagger_ui(visit: Visit) -> None:
    page = visit.page
    page.goto(f"{visit.url}/docs")
    for control in page.locator(".opblock-summary-control").all():
        control.press("Enter")
    for section in page.locator(".try-out").all():
        section.get_by_role("button").press("Enter")
    block = page.locator("#operations-items-read_item_items__item_id__get")
    block.get_by_placeholder("item_id").fill("7")
    block.get_by_role("button", name="Execute").press("Enter")
    expect(block.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
    assert other_faults(page) == []
    page.locator(".auth-wrapper > .authorize").press("Enter")
    expect(page.get_by_role("button", name="Close").first).to_be_visible()
    assert other_faults(page) == []


def other_faults(page: Page, theirs: str = SWAGGERS) -> list[dict[str, Any]]:
    """Return what is wrong but for one thing that is Swagger UI's or ReDoc's own."""
    return [each for each in faults(page, "body") if each["id"] != theirs]


def test_everybody_can_use_redoc(visit: Visit) -> None:
    page = visit.page
    page.goto(f"{visit.url}/redoc")
    expect(page.get_by_role("heading", name="Create Item")).to_be_visible(timeout=LIMIT)
    for response in page.get_by_role("button", name=re.compile("Validation Error")).all():
        response.press("Enter")
    assert other_faults(page, REDOCS) == []
