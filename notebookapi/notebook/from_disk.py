"""A notebook on disk: run without a front end, then exported by the kernel that ran it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from notebookapi.notebook.errors import NotExported
from notebookapi.notebook.views.model import Message

if TYPE_CHECKING:
    from notebookapi.export.read import NotebookCell
    from notebookapi.notebook.headless import HeadlessNotebook

Progress = Callable[[str], None]

_EXPORT_LINE = re.compile(r"(?m)^%api\s+export\b.*$")
_PROOF = 60.0
"""Seconds for the proof where the options say nothing."""
_MORE = 120.0
"""Seconds that the kernel has for all else that an export does."""


def export_notebook(
    source: Path,
    target: Path,
    options: Mapping[str, Any],
    *,
    cell_timeout: int = 600,
    progress: Progress | None = None,
) -> Message:
    """Run a notebook, cell by cell, in a kernel of its own; export what it serves and prove it.

    source: `.ipynb`, or `.py` in the percent format. It is read only: outputs are not kept, and
        its own `%api export` lines are passed over.
    options: as `%api export` has them. cell_timeout: seconds that one cell may take.
    progress: told what goes on.
    Raises NotExported; nothing is written then, however far the notebook came.
    """
    # Loaded when it is asked for, as nbclient is.
    from notebookapi.export import ExportError
    from notebookapi.export.project.folder import check_folder
    from notebookapi.export.read import read_notebook
    from notebookapi.export.target import check_target
    from notebookapi.notebook.headless import opened_cells

    tell = progress or (lambda line: None)
    target = target.resolve()
    try:
        cells = [without_export(cell) for cell in read_notebook(source)]
        # Before the notebook runs: that may take long.
        if options.get("project"):
            check_folder(target)
        else:
            check_target(target, overwrite=bool(options.get("overwrite")))
    except ExportError as error:
        raise NotExported(f"`{target.name}` was not written. {error}") from error
    tell(f"starting a kernel for {source.name}")
    directory = source.resolve().parent
    with opened_cells(cells, directory=directory, timeout=cell_timeout) as running:
        load_extension(running)
        for cell in cells:
            tell(f"running cell {cell.number} of {len(cells)}")
            _run(running, cell, source, target)
        return _exported(running, target, options, tell)


def without_export(cell: NotebookCell) -> NotebookCell:
    """Return a cell that exports nothing when it runs."""
    # Something has to stay: an empty cell would not be counted.
    return replace(cell, source=_EXPORT_LINE.sub("pass", cell.source))


def load_extension(running: HeadlessNotebook) -> None:
    """A notebook may load the extension itself; a second time does nothing."""
    running.evaluate("get_ipython().run_line_magic('load_ext', 'notebookapi')")


def _run(running: HeadlessNotebook, cell: NotebookCell, source: Path, target: Path) -> None:
    if reason := running.attempt(cell.key):
        raise NotExported(
            f"`{target.name}` was not written: cell {cell.number} of {source.name} "
            f"{reason.rstrip('.')}. Mend the cell and export again."
        )


def _exported(
    running: HeadlessNotebook, target: Path, options: Mapping[str, Any], tell: Progress
) -> Message:
    call = f"{__name__}.export_here({str(target)!r}, {json.dumps(dict(options))!r})"
    expression = f"__import__('importlib').import_module({__name__!r}) and {_from_root(call)}"
    limit = float(options.get("timeout", _PROOF)) + _MORE

    def printed(text: str) -> None:
        for line in text.splitlines():
            if line.startswith(_MARK):
                tell(line.removeprefix(_MARK))

    text = running.evaluate(expression, timeout=limit, printed=printed)
    answer = json.loads(ast.literal_eval(text))
    if "refused" in answer:
        raise NotExported(answer["refused"])
    return Message(answer["headline"], answer["details"], good=answer["good"])


def _from_root(call: str) -> str:
    """A name of the kernel's own must not be in the way of ours."""
    root, _, rest = call.partition(".")
    return f"__import__({root!r}).{rest}"


# --- in the kernel -------------------------------------------------------------------------------

_MARK = "notebookapi: "
"""Begins a line that tells of progress."""


def export_here(target: str, options: str) -> str:
    """Export what this process' session serves; called in the kernel, answers in JSON."""
    from notebookapi.notebook import session
    from notebookapi.notebook.errors import NotebookError
    from notebookapi.notebook.exporting import export

    def tell(line: str) -> None:
        print(_MARK + line, flush=True)  # noqa: T201 - it is how the kernel speaks

    try:
        made = export(session(), Path(target), json.loads(options), progress=tell)
    except NotebookError as error:
        return json.dumps({"refused": str(error)})
    return json.dumps({"headline": made.headline, "details": [*made.details], "good": made.good})
