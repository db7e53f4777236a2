"""Responses in JupyterLab: shown, and nothing of them is run."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from .lab import Lab

ENDPOINTS = r"""
%load_ext notebookapi
from notebookapi.responses import HTMLResponse
BAD = (
    r"$\href{javascript:window.canary=1}{link}$"
    "<img src=x onerror='window.canary=1'><script>window.canary=1</script>"
)

@app.get("/page", response_class=HTMLResponse)
def page(): return HTMLResponse(BAD, headers={"x-bad": BAD})

@app.get("/checked")
def checked(n: int): return n
"""
HTTP = "%%http\n### Page\nGET /page?bad={{BAD}}\n\n### Checked\nGET /checked?n=x"


@pytest.mark.browser
def test_nothing_of_a_response_is_run(lab: Lab, browser: Browser) -> None:
    notebook = lab.open(browser, "responses", [ENDPOINTS, "api.get('/page')", HTTP])
    notebook.run_all()
    outputs = notebook.cell(1).locator(".jp-RenderedHTML")
    outputs.locator("summary", has_text="Headers").click()
    outputs.locator("code", has_text="x-bad").wait_for()
    notebook.cell(2).locator("li", has_text="query → n: Input should be a valid integer").wait_for()
    for cell in (notebook.cell(1), notebook.cell(2)):
        shown = cell.locator(".jp-RenderedHTML")
        assert shown.locator("script, img, iframe, mjx-container, a").count() == 0
        assert "window.canary=1" in shown.first.inner_text(), "it is all there, as text"
    assert notebook.page.evaluate("window.canary") is None
    assert notebook.elsewhere == []
