"""The whole way: cells -> module -> proof -> file."""

from __future__ import annotations

from pathlib import Path

from notebookapi.export.prove import Progress, prove
from notebookapi.export.records import ExportReport, ExportRequest
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
    return ExportReport(written=written, changed=changed, module=module, proof=proof)
