"""`%api bench`, `fuzz` and `explain` in a real JupyterLab: progress, plot, both themes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from .lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

ENDPOINTS = """
from typing import Annotated
from notebookapi import Query

@app.get("/items/{item_id}")
async def read_item(item_id: int, limit: Annotated[int, Query(ge=1)] = 10) -> dict[str, int]:
    return {"item": item_id, "of": 1000 // (limit - 1)}
"""
CELLS = [
    "%load_ext notebookapi",
    ENDPOINTS,
    "%api explain read_item",
    "%api bench GET /items/3 --seconds 3",
    "%api fuzz read_item --examples 60 --seed 1",
]


def test_they_are_seen(lab: Lab, browser: Browser) -> None:
    pytest.importorskip("schemathesis")
    notebook = lab.open(browser, "measured", CELLS)
    for index in (0, 1, 2):
        notebook.run(index)
    expect(notebook.cell(2).get_by_text("validate").first).to_be_visible()
    expect(notebook.cell(2).locator("pre span").first).to_be_visible()

    notebook.begin(3)
    bench = notebook.cell(3)
    expect(bench.get_by_role("progressbar")).to_be_visible()
    expect(bench.locator("svg[role=img]")).to_be_visible()  # while it goes on
    notebook.wait_for_end()
    expect(bench.get_by_role("progressbar")).to_have_count(0)
    expect(bench.get_by_role("img", name="Histogram of")).to_have_count(1)
    expect(bench.get_by_text("requests/s")).to_be_visible()

    notebook.run(4)
    expect(notebook.cell(4).get_by_text("ZeroDivisionError").first).to_be_visible()
    expect(notebook.cell(4).get_by_text("GET /items/").first).to_be_visible()
    for name, dark in (("light", False), ("dark", True)):
        notebook.set_theme(dark=dark)
        for index in (2, 3, 4):
            colour = notebook.cell(index).locator(".jp-RenderedHTML div").first
            expect(colour).to_be_visible()
            if folder := os.environ.get("PICTURES"):
                notebook.cell(index).screenshot(path=Path(folder) / f"{index}-{name}.png")
    notebook.page.context.close()
