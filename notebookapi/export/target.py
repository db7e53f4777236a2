"""The file that an export writes: what it may be called, when it may be replaced."""

from __future__ import annotations

import ast
import hashlib
import json
import keyword
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from notebookapi.export.errors import BadTarget, TargetEdited

_TAKEN = frozenset({"notebookapi", "starlette", "pydantic", "pydantic_core", "anyio", "uvicorn"})

RECORD = Path(".notebookapi") / "exports.json"
"""Beside the target: file name -> SHA-256 of what the last export wrote. In a file of its own,
not in a comment, so that the module holds nothing but the module."""


def check_target(target: Path, *, overwrite: bool = False) -> None:
    """Raises BadTarget unless an export may write there; looks before any work is done.

    overwrite: replace a file that no export wrote, or that was edited since.
    """
    _check_name(target)
    folder = target.parent
    if not folder.is_dir():
        raise BadTarget(f"{target}: there is no folder {folder}. Make it, or choose another path.")
    if target.is_dir():
        raise BadTarget(f"{target} is a folder. Choose another name.")
    if not os.access(folder, os.W_OK) or (target.exists() and not os.access(target, os.W_OK)):
        raise BadTarget(f"{target} cannot be written. Choose another path, or change its rights.")
    if target.exists() and not overwrite:
        _check_unedited(target)


def _check_name(target: Path) -> None:
    name = target.stem
    if target.suffix != ".py":
        raise BadTarget(f"{target}: a module's file ends in .py. Export to {name or 'api'}.py.")
    if not name.isidentifier() or keyword.iskeyword(name):
        raise BadTarget(f"{target}: `{name}` cannot be imported. Choose a name such as api.py.")
    if name in sys.stdlib_module_names:
        raise BadTarget(
            f"{target} would hide the standard library's `{name}` from all that is started in "
            "its folder. Choose another name, such as api.py."
        )
    if name in _TAKEN:
        raise BadTarget(
            f"{target} would hide the package `{name}`. Choose another name, such as api.py."
        )


def check_imports(target: Path, text: str) -> None:
    """Raises BadTarget where the module would import itself instead of what it asks for."""
    for node in ast.walk(ast.parse(text)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        if target.stem in {name.partition(".")[0] for name in names}:
            raise BadTarget(
                f"{target} would hide the module `{target.stem}` that it imports itself. Choose "
                "another name, such as api.py."
            )


def check_beside(target: Path, *, overwrite: bool = False) -> None:
    """Raises BadTarget unless a file that belongs to an export may be written there."""
    if target.is_dir():
        raise BadTarget(f"{target} is a folder; the export writes a file there. Move it away.")
    if target.exists() and not overwrite:
        _check_unedited(target)


def _check_unedited(target: Path) -> None:
    recorded = _read_record(target.parent).get(target.name)
    if recorded == _digest(target.read_bytes()):
        return
    why = "was not written by an export" if recorded is None else "was edited since the export"
    raise TargetEdited(
        f"{target} {why}. Export to another name and compare, or say that it is to be "
        "replaced (`--overwrite`)."
    )


def unproved(target: Path) -> Path:
    """`api.unproved.py` for `api.py`."""
    return target.with_name(f"{target.stem}.unproved.py")


def write_target(target: Path, data: bytes) -> bool:
    """Write, and record what was written. False where the file had these bytes already."""
    changed = not target.exists() or target.read_bytes() != data
    if changed:
        _replace(target, data)
    _record(target.parent, {target.name: _digest(data)})
    return changed


def remove_unproved(target: Path) -> None:
    """After a proved export: a failed one's file, unless somebody has worked on it."""
    stale = unproved(target)
    recorded = _read_record(target.parent).get(stale.name)
    if stale.exists() and recorded == _digest(stale.read_bytes()):
        stale.unlink()


def _replace(target: Path, data: bytes) -> None:
    """All or nothing: whoever imports the module never sees half of it."""
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(data)
        partial.replace(target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise BadTarget(
            f"{target} cannot be written: {error.strerror or error}. Choose another path."
        ) from error


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _read_record(folder: Path) -> Mapping[str, str]:
    try:
        found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}  # Without a record each file counts as the person's own: the safe side.
    return found if isinstance(found, dict) else {}


def _record(folder: Path, written: Mapping[str, str]) -> None:
    digests = {**_read_record(folder), **written}
    path = folder / RECORD
    try:
        path.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise BadTarget(
            f"{path.parent} cannot be made: {error.strerror or error}. Choose another folder."
        ) from error
    _replace(path, (json.dumps(digests, indent=2, sort_keys=True) + "\n").encode())
