"""`%api docs --redoc` in a real JupyterLab: ReDoc in a frame that reaches nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FrameLocator, expect

from .lab import Lab, Notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

ENDPOINTS = """
from pydantic import BaseModel
class Lamp(BaseModel):
    name: str
    watts: float = 7.5
CANARY = '<img src=x onerror="parent.canary = 1"><a href="https://example.org/out">out</a>'
@app.post("/lamps/{lamp_id}", description=CANARY, status_code=201)
def create_lamp(lamp_id: int, lamp: Lamp) -> Lamp:
    return lamp
"""


@pytest.fixture
def notebook(lab: Lab, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    cells = ["%load_ext notebookapi", ENDPOINTS, "%api docs --redoc", ""]
    made = lab.open(browser, request.node.name, cells)
    made.run_all()
    yield made
    made.page.context.close()


def frame(notebook: Notebook) -> FrameLocator:
    return notebook.cell(2).frame_locator("iframe")


def test_it_shows_the_document_and_reaches_nothing(notebook: Notebook) -> None:
    inside = frame(notebook).locator("#place")
    expect(inside).to_contain_text("Create Lamp")
    expect(inside).to_contain_text("/lamps/{lamp_id}")
    expect(notebook.cell(2).locator("iframe")).to_have_attribute("sandbox", "allow-scripts")
    reached = inside.evaluate(
        """async () => {
            const tries = {
                parent: () => parent.document.title, storage: () => localStorage.length,
                cookie: () => document.cookie, network: () => fetch('http://127.0.0.1:1/'),
            };
            const found = [];
            for (const [name, attempt] of Object.entries(tries))
                try { await attempt(); found.push(name); } catch {}
            return found;
        }"""
    )
    assert reached == []
    frame(notebook).get_by_role("link", name="out").click()
    expect(inside).to_contain_text("/lamps/{lamp_id}")
    assert notebook.page.evaluate("() => window.canary") is None
    assert notebook.elsewhere == []


def test_it_follows_cells_and_the_theme(notebook: Notebook) -> None:
    expect(frame(notebook).locator("#place")).to_contain_text("Create Lamp")
    notebook.write(3, '@app.get("/late")\ndef late() -> int:\n    return 1')
    notebook.run(3)
    expect(frame(notebook).locator("#place")).to_contain_text("/late")
    notebook.set_theme(dark=True)
    expect(notebook.cell(2).locator('iframe[data-shown="dark"]')).to_be_visible()
    ink = "() => getComputedStyle(document.body).backgroundColor"
    assert frame(notebook).locator("body").evaluate(ink) == "rgb(28, 32, 34)"
    notebook.set_theme(dark=False)
