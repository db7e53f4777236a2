"""A real JupyterLab or Notebook 7, and notebooks in it, as a person meets them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page

from tests.notebook.jupyter import Server

LIMIT = 60_000
"""Milliseconds that a page may take: the machine may be busy."""
BASE = "/user/x/"


class Lab(Server):
    """JupyterLab in a folder of its own, below `/user/x/` as on a hub."""

    program = "jupyterlab"
    settings = "LabApp"
    page = "lab/tree"

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "work"
        self.folder.mkdir()
        names = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
        own = {f"JUPYTER_{name}": str(folder / name) for name in names}
        own |= {"IPYTHONDIR": str(folder / "ipython"), **_without_questions(folder / "settings")}
        option = f"--{self.settings}.expose_app_in_browser=True"
        super().__init__(self.program, BASE, self.folder, option, **own)

    def open(self, browser: Browser, name: str, cells: Sequence[str], **context: Any) -> Notebook:
        """Write a notebook and open it."""
        (self.folder / f"{name}.ipynb").write_text(json.dumps(_document(cells)))
        page = browser.new_context(viewport={"width": 1300, "height": 900}, **context).new_page()
        notebook = Notebook(page, self, name)
        notebook.load()
        return notebook


class Notebook7(Lab):
    """Notebook 7 in its place: one notebook is a page."""

    program = "notebook"
    settings = "JupyterNotebookApp"
    page = "notebooks"


class Notebook:
    """One notebook, opened. elsewhere: what the page asked other origins for."""

    def __init__(self, page: Page, lab: Lab, name: str) -> None:
        self.page = page
        self._lab = lab
        self._name = name
        self.file = lab.folder / f"{name}.ipynb"
        self.elsewhere: list[str] = []
        page.set_default_timeout(LIMIT)
        page.on("request", lambda request: self._note(request.url))

    def load(self) -> None:
        """Open it, or reload the page, and wait for the kernel."""
        name = f"{self._name}.ipynb"
        at = f"{self._lab.url}{BASE}{self._lab.page}/{name}"
        self.page.goto(f"{at}?reset&token={self._lab.token}")
        self.page.wait_for_function(
            "() => window.jupyterapp?.commands.hasCommand('notebook:run-all-cells')"
            " && window.jupyterapp.shell.currentWidget?.sessionContext"
        )
        self.page.evaluate(
            """async () => {
                await window.jupyterapp.restored;
                const panel = window.jupyterapp.shell.currentWidget;
                await Promise.all([panel.context.ready, panel.sessionContext.ready]);
                await panel.sessionContext.session.kernel.info;
            }"""
        )

    def run_all(self) -> None:
        """Run all cells and wait for their end."""
        self._command("notebook:run-all-cells")

    def run(self, index: int) -> None:
        """Run one cell and wait for its end."""
        self.page.evaluate(
            "i => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = i; }", index
        )
        self._command("notebook:run-cell")

    def begin(self, index: int) -> None:
        """Run one cell; `wait_for_end` waits for it."""
        self.page.evaluate(
            """i => {
                window.jupyterapp.shell.currentWidget.content.activeCellIndex = i;
                window.begun = window.jupyterapp.commands.execute('notebook:run-cell');
            }""",
            index,
        )

    def wait_for_end(self) -> None:
        """Wait for the cell that was begun."""
        self.page.evaluate("async () => { await window.begun; }")

    def write(self, index: int, source: str) -> None:
        """Replace what stands in a cell."""
        self.page.evaluate(
            """([i, source]) => window.jupyterapp.shell.currentWidget.content.widgets[i]
                .model.sharedModel.setSource(source)""",
            [index, source],
        )

    def set_theme(self, *, dark: bool) -> None:
        """Change JupyterLab's theme."""
        name = "JupyterLab Dark" if dark else "JupyterLab Light"
        self._command("apputils:change-theme", {"theme": name})
        self.page.wait_for_function(
            "light => document.body.dataset.jpThemeLight === light", arg=str(not dark).lower()
        )

    def restart_kernel(self) -> None:
        """Restart the kernel, without the question, and wait until it is there."""
        self.page.evaluate(
            """async () => {
                const {sessionContext} = window.jupyterapp.shell.currentWidget;
                await sessionContext.session.kernel.restart();
                await sessionContext.session.kernel.info;
            }"""
        )

    def save(self) -> None:
        """Save the notebook."""
        self._command("docmanager:save")

    def cell(self, index: int) -> Locator:
        """Return a cell as the page shows it."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def text_of(self, index: int) -> str:
        """Return what a cell printed."""
        made: str = self.page.evaluate(
            """i => window.jupyterapp.shell.currentWidget.content.widgets[i]
                .model.outputs.toJSON().map(o => o.text ?? '').join('')""",
            index,
        )
        return made

    def sources(self) -> list[str]:
        """Return what stands in the cells."""
        made: list[str] = self.page.evaluate(
            """() => window.jupyterapp.shell.currentWidget.content.widgets
                .map(cell => cell.model.sharedModel.getSource())"""
        )
        return made

    def _command(self, name: str, arguments: dict[str, str] | None = None) -> None:
        # Its promise, not the kernel's status: a comm answered on a subshell shows "idle" too.
        self.page.evaluate(
            "async ([name, args]) => { await window.jupyterapp.commands.execute(name, args); }",
            [name, arguments or {}],
        )

    def _note(self, url: str) -> None:
        if not url.startswith((self._lab.url, "data:", "blob:")):
            self.elsewhere.append(url)


def _without_questions(folder: Path) -> dict[str, str]:
    """Return where settings are by which JupyterLab neither asks for news nor fetches any."""
    file = folder / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    file.parent.mkdir(parents=True)
    file.write_text('{"fetchNews": "false", "checkForUpdates": false}')
    return {"JUPYTERLAB_SETTINGS_DIR": str(folder)}


def _document(cells: Sequence[str]) -> dict[str, Any]:
    made: list[dict[str, Any]] = [
        {"cell_type": "code", "id": f"cell{i}", "metadata": {}, "outputs": [],
         "execution_count": None, "source": source}
        for i, source in enumerate(cells)
    ]  # fmt: skip
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": made}
