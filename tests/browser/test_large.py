"""An answer that is large: the form stops to ask, and what is saved is whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from .lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

ENDPOINTS = """
from notebookapi.responses import StreamingResponse

@app.get("/large")
def large():
    pieces = (bytes([n % 256]) * 65536 for n in range(200))
    return StreamingResponse(pieces, media_type="application/octet-stream")
"""


def test_it_asks_before_it_goes_on(lab: Lab, browser: Browser, tmp_path: Path) -> None:
    notebook = lab.open(browser, "large", ["%load_ext notebookapi", ENDPOINTS, "%api try /large"])
    notebook.run_all()
    form = notebook.cell(2)
    form.get_by_role("button", name="Send", exact=True).press("Enter")
    go_on = form.get_by_role("button", name="Go on")
    for _ in range(2):  # after 5 and after 10 of 13 MB
        expect(form.locator(".headline")).to_contain_text("paused")
        go_on.press("Enter")
    expect(form.locator(".headline")).to_contain_text("13.1 MB")
    expect(form.get_by_role("button", name="Stop", exact=True)).to_be_hidden()
    with notebook.page.expect_download() as download:
        form.get_by_role("link", name="Save").press("Enter")
    download.value.save_as(tmp_path / "large")
    expected = b"".join(bytes([n % 256]) * 65536 for n in range(200))
    assert (tmp_path / "large").read_bytes() == expected

    form.get_by_role("button", name="Send", exact=True).press("Enter")
    form.get_by_role("button", name="Stop here").press("Enter")
    expect(form.locator(".headline")).to_contain_text("stopped")
    assert notebook.elsewhere == []
    notebook.page.context.close()
