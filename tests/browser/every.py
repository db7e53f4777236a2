"""One notebook with every widget, and what a person does with each, by keys alone."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, expect

from .lab import Notebook

ENDPOINTS = """
from notebookapi import WebSocket

@app.get("/lamps/{lamp_id}")
def read_lamp(lamp_id: int) -> dict[str, int]:
    return {"lamp_id": lamp_id}

@app.websocket("/echo")
async def echo(websocket: WebSocket):
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text.upper())
"""
CARD, FORM, SOCKET, DOCS, REDOC, LOG, STATE, LAST = range(1, 9)
CELLS = [
    "%load_ext notebookapi", ENDPOINTS, "%api try /lamps/5", "%api try WS /echo", "%api docs",
    "%api docs --redoc", "%api log", "%api", "",
]  # fmt: skip
GONE = "The kernel is gone: run this cell again."
NUMBERS = itertools.count(100)
"""Of lamps: each request asks for another, so that its answer is known."""


def use_card(notebook: Notebook) -> None:
    cell = notebook.cell(CARD)
    button = cell.get_by_role("button", name="Try GET /lamps/{lamp_id}", exact=True)
    button.press("Enter")
    _send(notebook, cell, str(next(NUMBERS)))
    button.press("Enter")
    expect(cell.locator("form.try")).to_have_count(0)


def use_form(notebook: Notebook, lamp: str = "") -> None:
    _send(notebook, notebook.cell(FORM), lamp or str(next(NUMBERS)))


def use_socket(notebook: Notebook) -> None:
    cell, text = notebook.cell(SOCKET), f"dab{next(NUMBERS)}"
    cell.get_by_role("button", name="Connect", exact=True).press("Enter")
    expect(cell.get_by_text("connected", exact=True)).to_be_visible()
    write(notebook, cell.get_by_label("Frame", exact=True), text)
    notebook.page.keyboard.press("Control+Enter")
    expect(cell.get_by_role("log", name="Frames")).to_contain_text(text.upper())
    cell.get_by_role("button", name="Close", exact=True).press("Enter")
    expect(cell.get_by_role("button", name="Connect", exact=True)).to_be_visible()


def use_docs(notebook: Notebook) -> None:
    cell, lamp = notebook.cell(DOCS), str(next(NUMBERS))
    field = cell.get_by_placeholder("lamp_id")
    if not field.count():
        cell.locator(".opblock-summary-control").first.press("Enter")
    write(notebook, field, lamp)
    cell.get_by_role("button", name="Execute").press("Enter")
    answer = cell.locator(".live-responses-table .response-col_description")
    expect(answer.last).to_contain_text(f'"lamp_id": {lamp}')


def use_redoc(notebook: Notebook) -> None:
    inside = notebook.cell(REDOC).frame_locator("iframe").locator("#place")
    expect(inside).to_contain_text("/lamps/{lamp_id}")


def use_log(notebook: Notebook) -> None:
    lamp = str(next(NUMBERS))
    use_form(notebook, lamp)
    cell = notebook.cell(LOG)
    expect(cell.locator(".space [role=row]").filter(has_text=f"/lamps/{lamp}")).to_be_visible()
    cell.get_by_role("grid", name="Requests").focus()
    for key in ("b", "d", "d", "End", "Enter"):
        notebook.page.keyboard.press(key)
    details = cell.locator("section.details")
    expect(details).to_contain_text(f"GET /lamps/{lamp}")
    expect(details).to_contain_text("read_lamp")
    notebook.page.keyboard.press("Escape")
    expect(details).to_have_count(0)


def use_state(notebook: Notebook) -> None:
    shown = notebook.cell(STATE).get_by_role("row").filter(has_text="Requests")
    before = shown.inner_text()
    use_form(notebook)
    expect(shown).not_to_have_text(before)


WIDGETS: dict[str, Callable[[Notebook], None]] = {
    "card": use_card, "form": use_form, "websocket": use_socket, "docs": use_docs,
    "redoc": use_redoc, "log": use_log, "state": use_state,
}  # fmt: skip


def write(notebook: Notebook, field: Locator, text: str) -> None:
    """Type what shortcuts would take, "b" to make a cell and "dd" to drop it, and then a text."""
    field.focus()
    notebook.page.keyboard.press("ControlOrMeta+a")
    notebook.page.keyboard.type("bdd")
    expect(field).to_have_value("bdd")
    notebook.page.keyboard.press("ControlOrMeta+a")
    notebook.page.keyboard.type(text)


def _send(notebook: Notebook, cell: Locator, lamp: str) -> None:
    write(notebook, cell.get_by_label("lamp_id", exact=True), lamp)
    notebook.page.keyboard.press("Control+Enter")
    answered = cell.get_by_role("region", name="Response body")
    expect(answered.locator(".tree")).to_contain_text(f'"lamp_id": {lamp}')


@contextmanager
def unchanged(notebook: Notebook) -> Iterator[None]:
    """Hold that no key went to the notebook, and no request to another origin."""
    before = notebook.sources()
    yield
    assert notebook.sources() == before
    assert notebook.elsewhere == []
