"""Who goes through widgets by keys sees where they are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from notebookapi.notebook.views import html as views

from .served import app
from .test_contrast import HTTP, SOCKET, STILLS, opened, shown

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

# The element that has the focus: its name, and whether anything is drawn around it.
FOCUSED = """
() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    if (!at || at === document.body) return null;
    const isDrawn = [at, at.closest(".cm-editor") ?? at].some(each => {
        const {outlineStyle, outlineWidth} = getComputedStyle(each);
        return outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
    });
    return [`${at.tagName} ${at.id} ${at.ariaLabel ?? at.textContent}`.slice(0, 60), isDrawn];
}
"""


def form(browser: Browser) -> Page:
    page = opened(browser, "light", HTTP)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".headline .status")).to_have_text("422 No")
    return page


def socket(browser: Browser) -> Page:
    page = opened(browser, "light", SOCKET)
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_text("connected", exact=True)).to_be_visible()
    return page


def log(browser: Browser) -> Page:
    page = shown(browser, "light", kind="log", failed=False)
    page.locator(".space [role=row] .path").nth(2).click()
    expect(page.locator("section.details")).to_contain_text("printed")
    return page


def state(browser: Browser) -> Page:
    page = shown(browser, "light", kind="state")
    expect(page.get_by_role("link", name="docs")).to_be_visible()
    return page


def cards(browser: Browser) -> Page:
    html = "".join(map(views.rendered, STILLS))
    page = shown(browser, "light", html, kind="cards", page="nbapi-x")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    return page


def docs(browser: Browser) -> Page:
    page = shown(browser, "light", kind="docs", document=app.openapi())
    page.locator(".opblock-summary-control").nth(1).press("Enter")
    expect(page.get_by_role("textbox", name="Request body")).to_be_visible()
    return page


@pytest.mark.parametrize(
    ("show", "least"),
    [(form, 25), (socket, 10), (log, 8), (state, 2), (cards, 8), (docs, 25)],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_focus_is_seen(browser: Browser, show: Callable[[Browser], Page], least: int) -> None:
    page = show(browser)
    page.evaluate("() => document.activeElement.blur()")
    stops = []
    for _ in range(100):
        page.keyboard.press("Tab")
        if (stop := page.evaluate(FOCUSED)) is None:
            break
        stops.append(stop)
    assert [name for name, is_drawn in stops if not is_drawn] == []
    assert least <= len(stops) < 100, "all is reached, and the way out is found"
    page.context.close()
