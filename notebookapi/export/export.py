"""The whole way: cells -> module -> proof -> file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from notebookapi.export.files import reads_files
from notebookapi.export.prove import Progress, prove
from notebookapi.export.records import ExportedModule, ExportReport, ExportRequest
from notebookapi.export.target import check_target, remove_unproved, unproved, write_target
from notebookapi.export.write import write_module


def export(
    request: ExportRequest,
    target: Path,
    *,
    timeout: float = 60,
    progress: Progress | None = None,
    accept: bool = False,
    overwrite: bool = False,
) -> ExportReport:
    """Write the module that the served application comes from, and prove it.

    A failed proof leaves `target` alone and writes `NAME.unproved.py`, unless `accept`.
    timeout: seconds for the proof.
    overwrite: replace a file that was edited by hand, or that no export wrote.
    Raises ExportError.
    """
    check_target(target, overwrite=overwrite)
    module = write_module(request)
    proof = prove(
        module,
        request.openapi,
        application=request.application,
        name=target.stem,
        directory=request.directory,
        timeout=timeout,
        progress=progress,
    )
    written = target if proof.passed or accept else unproved(target)
    changed = write_target(written, module.text)
    if proof.passed:
        remove_unproved(target)
    return ExportReport(
        written=written,
        changed=changed,
        module=_noted(module, request, target),
        proof=proof,
        target=target if written != target else None,
    )


def _noted(module: ExportedModule, request: ExportRequest, target: Path) -> ExportedModule:
    """The module with a note on paths, where it is written away from what it may read."""
    if target.resolve().parent == request.directory.resolve() or not reads_files(module.text):
        return module
    note = (
        "relative paths are read from the folder where the program is started, and were proved "
        f"in the notebook's, {request.directory.resolve()}: start it there, or write whole paths."
    )
    return replace(module, notes=(*module.notes, note))
