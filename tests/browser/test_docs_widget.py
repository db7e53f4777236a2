"""`%api docs` in a real JupyterLab: Swagger UI whose requests go by way of the kernel."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from .lab import Lab, Notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

ENDPOINTS = """
import asyncio
from pydantic import BaseModel
from notebookapi import UploadFile
from notebookapi.responses import StreamingResponse

class Item(BaseModel):
    name: str

@app.get("/items/{item_id}")
def read_item(item_id: str) -> dict[str, str]:
    return {"item_id": item_id}

@app.post("/items", status_code=201)
def create_item(item: Item) -> Item:
    return item

@app.post("/files")
async def upload(file: UploadFile) -> int:
    return len(await file.read())

stopped = asyncio.Event()

@app.get("/ticks")
async def ticks():
    async def lines():
        try:
            yield "first\\n"
            await asyncio.sleep(3600)
        finally:
            stopped.set()
    return StreamingResponse(lines(), media_type="text/plain")
"""
CELLS = ["%load_ext notebookapi", ENDPOINTS, "%api docs", ""]
SEEN = "print([(each.method, each.path, each.status) for each in api.log])"


@pytest.fixture
def notebook(lab: Lab, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    made = lab.open(browser, request.node.name, CELLS)
    made.run_all()
    expect(made.cell(2).locator(".opblock")).to_have_count(4)
    yield made
    made.page.context.close()


def opened(notebook: Notebook, path: str) -> Locator:
    """Return an operation of the docs, opened; each path of these cells has one."""
    name = notebook.page.locator(f'[data-path="{path}"]')
    block = notebook.cell(2).locator(".opblock").filter(has=name)
    block.locator(".opblock-summary-control").click()
    return block


def execute(block: Locator) -> None:
    block.get_by_role("button", name="Execute").click()


def status_of(block: Locator) -> Locator:
    return block.locator(".live-responses-table .response-col_status").last


def body_of(block: Locator) -> Locator:
    return block.locator(".live-responses-table .response-col_description").last


def run_source(notebook: Notebook, source: str) -> str:
    notebook.write(3, source)
    notebook.run(3)
    return notebook.text_of(3)


def test_requests_arrive_and_none_leaves_jupyters_origin(
    notebook: Notebook, tmp_path: Path
) -> None:
    before = notebook.sources()
    block = opened(notebook, "/items/{item_id}")
    block.get_by_placeholder("item_id").click()
    # "dd" deletes a cell and "b" makes one, where JupyterLab's shortcuts get at them.
    notebook.page.keyboard.type("abdd")
    execute(block)
    expect(status_of(block)).to_contain_text("200")
    expect(body_of(block)).to_contain_text('"item_id": "abdd"')

    block = opened(notebook, "/items")
    block.locator("textarea.body-param__text").fill('{"name": "<i>pen</i>"}')
    execute(block)
    expect(status_of(block)).to_contain_text("201")
    expect(body_of(block)).to_contain_text("<i>pen</i>")

    (tmp_path / "bytes").write_bytes(bytes(range(256)) * 10)
    block = opened(notebook, "/files")
    block.locator("input[type=file]").set_input_files(tmp_path / "bytes")
    execute(block)
    expect(body_of(block)).to_contain_text("2560")

    assert notebook.sources() == before
    assert run_source(notebook, SEEN) == (
        "[('GET', '/items/abdd', 200), ('POST', '/items', 201), ('POST', '/files', 200)]\n"
    )
    assert notebook.elsewhere == []


def test_a_stream_shows_what_has_come_and_is_stopped(notebook: Notebook) -> None:
    block = opened(notebook, "/ticks")
    execute(block)
    stop = notebook.cell(2).get_by_role("button", name="Stop")
    expect(stop).to_be_visible()
    expect(body_of(block)).to_contain_text("first")
    stop.click()
    expect(stop).to_be_hidden()
    expect(body_of(block)).to_contain_text("first")
    wait = "await api.on_server(asyncio.wait_for(stopped.wait(), 20)); print('stopped')"
    assert run_source(notebook, wait) == "stopped\n"


def test_what_a_cell_publishes_appears_and_what_was_typed_stays(notebook: Notebook) -> None:
    block = opened(notebook, "/items/{item_id}")
    field = block.get_by_placeholder("item_id")
    field.fill("typed")
    run_source(notebook, '@app.get("/late")\ndef late() -> int:\n    return 1')
    expect(notebook.cell(2).locator(".opblock")).to_have_count(5)
    expect(field).to_have_value("typed")


def test_a_cell_that_runs_again_leaves_one_widget(notebook: Notebook) -> None:
    count = (
        "print(sum(type(each).__name__ == 'DocsWidget'"
        " for each in __import__('ipywidgets.widgets.widget', fromlist=['_'])._instances.values()))"
    )
    for _ in range(3):
        notebook.run(2)
    assert json.loads(run_source(notebook, count)) == 1
