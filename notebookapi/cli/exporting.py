"""`notebookapi export`: a notebook on disk -> a module or a project."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from notebookapi.cli import screen
from notebookapi.cli.errors import Misuse, NotExported, check_library

FRAMEWORKS = ("notebookapi", "fastapi")


def export(
    notebook: Path,
    output: Path | None,
    project: Path | None,
    options: Mapping[str, Any],
    cell_timeout: int,
) -> int:
    """Run a notebook and export what it serves; return the exit code. Raises CommandError.

    output: the module's file; None for the notebook's name in the current folder.
    project: the folder of a project, instead of a module.
    """
    if options["framework"] not in FRAMEWORKS:
        known = " or ".join(FRAMEWORKS)
        raise Misuse(f"--framework {options['framework']} is not known. Write {known}.")
    if project is not None and options["framework"] != FRAMEWORKS[0]:
        raise Misuse("A project is for notebookapi. Leave out --framework, or --project.")
    target = _target(notebook, output, project)
    check_kernel()
    from notebookapi.notebook.errors import NotebookError
    from notebookapi.notebook.from_disk import export_notebook

    everything = {**options, "project": project is not None}
    with screen.progress() as tell:
        try:
            message = export_notebook(
                notebook, target, everything, cell_timeout=cell_timeout, progress=tell
            )
        except NotebookError as error:
            raise NotExported(str(error)) from error
    lines = [message.headline, *message.details]
    console = screen.output() if message.good else screen.remarks()
    for line in lines:
        console.print(line, soft_wrap=True)
    return 0 if message.good else 1


def check_kernel() -> None:
    """Raises LibraryMissing where a notebook cannot be run."""
    for library in ("ipykernel", "nbclient", "ruff"):
        check_library(library, library, "notebook")


def _target(notebook: Path, output: Path | None, project: Path | None) -> Path:
    if output is not None and project is not None:
        raise Misuse(f"--output {output} and --project {project} are two exports. Give one.")
    name = notebook.stem.replace("-", "_").replace(" ", "_")
    target = project or output or Path(f"{name}.py")
    if target.resolve() == notebook.resolve():
        raise Misuse(f"{target} is the notebook itself. Name another file: --output api.py.")
    return target
