"""The whole way: cells -> module -> proof -> file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from notebookapi.export.files import reads_files
from notebookapi.export.freeze import file_of
from notebookapi.export.prove import Progress, prove
from notebookapi.export.pytest_file import pytest_file
from notebookapi.export.records import ExportedModule, ExportReport, ExportRequest, Proof
from notebookapi.export.ruff import tidy
from notebookapi.export.target import (
    check_beside,
    check_imports,
    check_target,
    remove_unproved,
    unproved,
    write_target,
)
from notebookapi.export.write import write_module


def export(
    request: ExportRequest,
    target: Path,
    *,
    timeout: float = 60,
    progress: Progress | None = None,
    accept: bool = False,
    overwrite: bool = False,
    tests: bool = False,
    framework: str = "notebookapi",
) -> ExportReport:
    """Write the module that the served application comes from, and prove it.

    A failed proof leaves `target` alone and writes `NAME.unproved.py`, unless `accept`.
    timeout: seconds for the proof.
    overwrite: replace files that were edited by hand, or that no export wrote.
    tests: write `test_NAME.py` too, made of the examples.
    framework: what the module is for: this package, or "fastapi".
    Raises ExportError.
    """
    check_target(target, overwrite=overwrite)
    for name in [*map(file_of, request.frozen), *([f"test_{target.name}"] if tests else [])]:
        check_beside(target.with_name(name), overwrite=overwrite)
    module, document = _module(request, framework)
    check_imports(target, module.text)
    proof = prove(
        module,
        document,
        application=request.application,
        name=target.stem,
        directory=request.directory,
        timeout=timeout,
        progress=progress,
        replays=request.replays,
    )
    written = target if proof.passed or accept else unproved(target)
    beside = (
        _beside(request, target, module, proof, tests=framework if tests else None)
        if written == target
        else {}
    )
    # What the module reads comes first: nobody sees it without.
    for path, data in beside.items():
        write_target(path, data)
    changed = write_target(written, module.text.encode())
    if proof.passed:
        remove_unproved(target)
    return ExportReport(
        written=written,
        changed=changed,
        module=_noted(module, request, target),
        proof=proof,
        target=target if written != target else None,
        beside=tuple(beside),
    )


def _module(request: ExportRequest, framework: str) -> tuple[ExportedModule, Mapping[str, Any]]:
    """The module, and the document that it has to have."""
    if framework != "fastapi":
        return write_module(request), request.openapi
    # Loaded when it is asked for: few do.
    from notebookapi.export.fastapi import check_fastapi, document_for_fastapi, to_fastapi

    check_fastapi()
    module = to_fastapi(write_module(request))
    return module, document_for_fastapi(request.openapi, module.text)


def _beside(
    request: ExportRequest, target: Path, module: ExportedModule, proof: Proof, *, tests: str | None
) -> dict[Path, bytes]:
    """tests: the framework that they are for."""
    files = {target.with_name(name): data for name, data in module.files.items()}
    if tests is not None:
        text = pytest_file(
            proof.replayed,
            request.openapi,
            target.stem,
            request.application,
            module.environment,
            framework=tests,
        )
        files[target.with_name(f"test_{target.name}")] = tidy(text, [target.stem]).encode()
    return files


def _noted(module: ExportedModule, request: ExportRequest, target: Path) -> ExportedModule:
    """The module with a note on paths, where it is written away from what it may read."""
    if target.resolve().parent == request.directory.resolve() or not reads_files(module.text):
        return module
    note = (
        "relative paths are read from the folder where the program is started, and were proved "
        f"in the notebook's, {request.directory.resolve()}: start it there, or write whole paths."
    )
    return replace(module, notes=(*module.notes, note))
