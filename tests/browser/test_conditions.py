"""Every widget under every condition, in JupyterLab and in Notebook 7, both below `/user/x/`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from .axe import faults
from .every import (
    CARD,
    CELLS,
    DOCS,
    FORM,
    GONE,
    LAST,
    LOG,
    REDOC,
    SOCKET,
    STATE,
    WIDGETS,
    unchanged,
    use_docs,
    use_form,
    use_log,
)
from .lab import Lab, Notebook, Notebook7

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

STILLS = {
    FORM: "lamp_id", SOCKET: "/echo", DOCS: "/lamps/{lamp_id}", REDOC: "/lamps/{lamp_id}",
    LOG: "read_lamp", STATE: "Requests",
}  # fmt: skip
"""What is left of each widget where there is no kernel, by its cell."""


@pytest.fixture(scope="module", params=["lab", "notebook7"])
def front_end(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lab]:
    if request.param == "lab":
        yield request.getfixturevalue("lab")
        return
    made = Notebook7(tmp_path_factory.mktemp("notebook7"))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def notebook(front_end: Lab, browser: Browser) -> Iterator[Notebook]:
    """A notebook with every widget, its cells run."""
    made = front_end.open(browser, "every", CELLS)
    made.run_all()
    yield made
    made.page.context.close()


@pytest.mark.parametrize("name", WIDGETS)
def test_by_keys(notebook: Notebook, name: str) -> None:
    with unchanged(notebook):
        WIDGETS[name](notebook)


@pytest.mark.parametrize("cell", STILLS)
def test_the_still_is_hidden_where_the_widget_lives(notebook: Notebook, cell: int) -> None:
    expect(notebook.cell(cell).locator(".nbapi-live")).to_be_visible()
    expect(notebook.cell(cell).locator(".nbapi-static")).to_be_hidden()


def test_while_a_cell_runs(notebook: Notebook) -> None:
    notebook.write(
        LAST,
        "import time\nuntil = time.monotonic() + 200\n"
        "while not any(each.path == '/lamps/99' for each in api.log):\n"
        "    assert time.monotonic() < until\n    time.sleep(0.05)\nprint('came')",
    )
    notebook.begin(LAST)
    with unchanged(notebook):
        for use in WIDGETS.values():
            use(notebook)
        use_form(notebook, "99")
        notebook.wait_for_end()
    assert notebook.text_of(LAST) == "came\n"
    notebook.write(LAST, "")


@pytest.mark.parametrize("dark", [True, False], ids=["dark", "light"])
def test_themes(notebook: Notebook, dark: bool) -> None:
    notebook.set_theme(dark=dark)
    theme = "dark" if dark else "light"
    for cell in (CARD, FORM, SOCKET, DOCS, LOG, STATE):
        panels = notebook.cell(cell).locator(".panel")
        expect(notebook.cell(cell).locator(f'.panel[data-theme="{theme}"]')).to_have_count(
            panels.count()
        )
    expect(notebook.cell(REDOC).locator(f'iframe[data-shown="{theme}"]')).to_be_visible()


def test_everybody_can_use_them(notebook: Notebook) -> None:
    use_log(notebook)
    use_docs(notebook)
    for cell in (CARD, FORM, SOCKET, DOCS, LOG, STATE):
        notebook.cell(cell).evaluate("each => each.setAttribute('id', 'looked-at')")
        assert faults(notebook.page, "#looked-at .jp-OutputArea") == []
        notebook.cell(cell).evaluate("each => each.removeAttribute('id')")


def test_after_a_reload(notebook: Notebook) -> None:
    notebook.save()
    notebook.load()
    with unchanged(notebook):
        for use in WIDGETS.values():
            use(notebook)


def test_after_a_restart_of_the_kernel(notebook: Notebook) -> None:
    use_docs(notebook)
    notebook.restart_kernel()
    presses = {CARD: "Undo", FORM: "Send", SOCKET: "Connect", DOCS: "Execute"}
    for cell, name in presses.items():
        notebook.cell(cell).get_by_role("button", name=name, exact=True).press("Enter")
        expect(notebook.cell(cell)).to_contain_text(GONE)
    notebook.run_all()
    with unchanged(notebook):
        for use in WIDGETS.values():
            use(notebook)


def test_reopened_without_its_kernel(notebook: Notebook) -> None:
    use_form(notebook)
    for cell in (LOG, STATE):
        notebook.run(cell)
    notebook.save()
    notebook.restart_kernel()
    notebook.load()
    expect(notebook.cell(CARD).locator(".nbapi-card")).to_contain_text("GET /lamps/{lamp_id}")
    expect(notebook.cell(CARD).get_by_role("button", name="Undo")).to_have_count(0)
    for cell, text in STILLS.items():
        expect(notebook.cell(cell).locator(".nbapi-static")).to_contain_text(text)
        expect(notebook.cell(cell).locator(".nbapi-static")).to_be_visible()
        expect(notebook.cell(cell).get_by_text("Error displaying widget")).to_be_hidden()
    assert notebook.elsewhere == []
