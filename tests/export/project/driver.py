"""Projects made from cells that ran in a session of this process."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

from notebookapi.export import ExportRequest
from notebookapi.export.project import ProjectReport, export_project
from tests.notebook.conftest import Notebook

Export = Callable[..., ProjectReport]


def request_of(notebook: Notebook, directory: Path) -> ExportRequest:
    """Return what the session knows, as `%api export` hands it over."""
    session = notebook.session
    return ExportRequest(
        cells=tuple(session.cells),
        registered=session.registered(),
        openapi=json.loads(json.dumps(session.app.openapi())),
        application=session.application_name,
        implicit=session.is_implicit,
        directory=directory,
        preloaded=session.preloaded,
    )


def run(notebook: Notebook, *cells: str) -> None:
    """Run cells; one that fails fails the test."""
    for number, cell in enumerate(cells, 1):
        ran = notebook.run(textwrap.dedent(cell).strip(), f"cell-{number}")
        if ran.error is not None:
            raise ran.error


def export(
    notebook: Notebook, target: Path, *cells: str, beside: Path | None = None, **options: Any
) -> ProjectReport:
    """Run cells and write the project. beside: the notebook's folder."""
    run(notebook, *cells)
    return export_project(request_of(notebook, beside or target.parent), target, **options)


def files_of(folder: Path) -> dict[str, str]:
    """Return what lies in a folder: path -> text."""
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
