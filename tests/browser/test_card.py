"""The card of a cell in a real JupyterLab: static HTML, into which the page puts buttons."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from .lab import Lab, Notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

SHOP = """
@app.get("/lamps/{lamp_id}")
def read_lamp(lamp_id: int) -> dict[str, int]:
    return {"lamp_id": lamp_id}
"""
MANY = "\n".join(f"@app.get('/many/{n}')\ndef many_{n}(): return {n}" for n in range(9))
CELLS = ["%load_ext notebookapi", SHOP, MANY, ""]


@pytest.fixture
def notebook(lab: Lab, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    made = lab.open(browser, request.node.name, CELLS)
    made.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for index in range(2):
        made.run(index)
    expect(button(made, "Try GET /lamps/{lamp_id}")).to_be_visible()
    yield made
    made.page.context.close()


def button(notebook: Notebook, name: str, index: int = 1) -> Locator:
    return notebook.cell(index).get_by_role("button", name=name, exact=True)


def run_source(notebook: Notebook, source: str) -> str:
    notebook.write(3, source)
    notebook.run(3)
    return notebook.text_of(3)


def bytes_of(notebook: Notebook, index: int) -> str:
    made: str = notebook.page.evaluate(
        """i => JSON.stringify(window.jupyterapp.shell.currentWidget.content.widgets[i]
            .model.outputs.toJSON().map(o => o.data))""",
        index,
    )
    return made


def test_a_form_opens_below_and_its_request_arrives(notebook: Notebook) -> None:
    before = notebook.sources()
    button(notebook, "Try GET /lamps/{lamp_id}").press("Enter")
    notebook.cell(1).get_by_label("lamp_id", exact=True).click()
    # "dd" deletes a cell and "b" makes one, where JupyterLab's shortcuts get at them.
    notebook.page.keyboard.type("bdd")
    for _ in "bdd":
        notebook.page.keyboard.press("Backspace")
    notebook.page.keyboard.type("7")
    notebook.page.keyboard.press("Control+Enter")
    expect(notebook.cell(1).locator("section.answered")).to_contain_text("200")
    assert notebook.sources() == before
    seen = "print([(each.path, each.status) for each in api.log])"
    assert run_source(notebook, seen) == "[('/lamps/7', 200)]\n"
    button(notebook, "Try GET /lamps/{lamp_id}").click()
    expect(notebook.cell(1).locator("form.try")).to_have_count(0)
    assert notebook.elsewhere == []


def test_docs_and_curl(notebook: Notebook) -> None:
    button(notebook, "Docs").click()
    expect(notebook.cell(1).locator(".opblock")).to_have_count(1)
    button(notebook, "Copy curl for GET /lamps/{lamp_id}").click()
    expect(notebook.cell(1).locator(".opblock")).to_have_count(0)
    shown = notebook.cell(1).locator(".said pre")
    expect(shown).to_contain_text("/lamps/1")
    copied = notebook.page.evaluate("() => navigator.clipboard.readText()")
    assert copied == shown.inner_text()
    ran = "import subprocess; print(subprocess.run({!r}, shell=True, capture_output=True).stdout)"
    assert run_source(notebook, ran.format(copied)) == "b'{\"lamp_id\":1}'\n"


def test_undo(notebook: Notebook) -> None:
    button(notebook, "Undo").click()
    expect(notebook.cell(1).locator(".said")).to_contain_text("Taken back")
    assert run_source(notebook, "print(len(api.routes))") == "0\n"
    button(notebook, "Undo").click()
    expect(notebook.cell(1).locator(".said")).to_contain_text("Something else has been published")


def test_undo_is_for_the_last_publication(notebook: Notebook) -> None:
    notebook.run(2)
    button(notebook, "Undo").click()
    expect(notebook.cell(1).locator(".said")).to_contain_text("`%api history` lists what")
    assert run_source(notebook, "print(len(api.routes))") == "10\n"


def test_what_published_nothing_cannot_be_undone(notebook: Notebook) -> None:
    notebook.write(3, "@app.get('/x')\ndef x(): ...\n1 / 0")
    notebook.run(3)
    expect(button(notebook, "Docs", 3)).to_be_visible()
    expect(button(notebook, "Undo", 3)).to_have_count(0)
    expect(button(notebook, "Undo")).to_have_count(1)


def test_a_long_card_is_short(notebook: Notebook) -> None:
    notebook.run(2)
    card = notebook.cell(2).locator(".nbapi-card")
    expect(card.get_by_text("4 more: 4 added")).to_be_visible()
    expect(button(notebook, "Try GET /many/8", 2)).to_be_hidden()
    card.get_by_text("4 more: 4 added").click()
    button(notebook, "Try GET /many/8", 2).click()
    expect(notebook.cell(2).locator("form.try .path")).to_have_text("/many/8")


def test_the_bytes_are_those_without_buttons_and_stay(notebook: Notebook) -> None:
    notebook.run(1)
    first = bytes_of(notebook, 1)
    notebook.run(1)
    assert bytes_of(notebook, 1) == first
    (data,) = json.loads(first)
    assert set(data) == {"text/plain", "text/html"}
    assert "<button" not in data["text/html"] and "<script" not in data["text/html"]
    assert data["text/plain"].startswith("notebookapi: + GET /lamps/{lamp_id}")
    expect(button(notebook, "Try GET /lamps/{lamp_id}")).to_have_count(1)


def test_what_is_open_is_closed_with_its_cell(notebook: Notebook) -> None:
    count = "print(sum(type(w).__name__ == 'TryWidget' for ws in api.widgets._by_cell.values()"
    for _ in range(2):
        button(notebook, "Try GET /lamps/{lamp_id}").click()
        expect(notebook.cell(1).locator("form.try")).to_be_visible()
        notebook.run(1)
        expect(notebook.cell(1).locator("form.try")).to_have_count(0)
    button(notebook, "Try GET /lamps/{lamp_id}").click()
    expect(notebook.cell(1).locator("form.try")).to_be_visible()
    assert run_source(notebook, f"{count} for w in ws))") == "1\n"


def test_after_a_reload_the_buttons_are_there_and_after_the_kernel_the_card(
    notebook: Notebook,
) -> None:
    notebook.save()
    notebook.load()
    button(notebook, "Try GET /lamps/{lamp_id}").click()
    expect(notebook.cell(1).locator("form.try")).to_be_visible()
    notebook.restart_kernel()
    button(notebook, "Undo").click()
    expect(notebook.cell(1)).to_contain_text("The kernel is gone: run this cell again.")
    notebook.load()
    expect(notebook.cell(1).locator(".nbapi-card")).to_contain_text("GET /lamps/{lamp_id}")
    expect(button(notebook, "Undo")).to_have_count(0)


def test_two_notebooks_of_one_page_keep_apart(notebook: Notebook, lab: Lab) -> None:
    (lab.folder / "other.ipynb").write_text(
        json.dumps(
            {"nbformat": 4, "nbformat_minor": 5, "cells": [
                {"cell_type": "code", "id": f"o{i}", "metadata": {}, "outputs": [],
                 "execution_count": None, "source": source}
                for i, source in enumerate(CELLS[:2])
            ], "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}}}
        )
    )  # fmt: skip
    notebook.page.evaluate(
        """async () => {
            await window.jupyterapp.commands.execute('docmanager:open', {path: 'other.ipynb'});
            const panel = window.jupyterapp.shell.currentWidget;
            await Promise.all([panel.context.ready, panel.sessionContext.ready]);
            await panel.sessionContext.session.kernel.info;
        }"""
    )
    notebook.run_all()
    other = notebook.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .nbapi-card").last
    other.get_by_role("button", name="Undo").click()
    expect(other.locator(".said")).to_contain_text("Taken back")
    notebook.page.evaluate(
        """async name => {
            await window.jupyterapp.commands.execute('docmanager:open', {path: name});
        }""",
        "test_two_notebooks_of_one_page_keep_apart.ipynb",
    )
    assert run_source(notebook, "print(len(api.routes))") == "1\n"
