"""The folder of a project: written as a whole, and never over what was edited by hand."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from notebookapi.export.errors import BadTarget, TargetEdited

RECORD = ".notebookapi/project.json"
"""In the folder: path -> SHA-256 of what the last export wrote there."""

_NAMED = 5
"""Edited files that an error names."""


def check_folder(directory: Path) -> None:
    """Raises BadTarget unless a project may be there; looks before any work is done."""
    parent = directory.parent
    if directory.exists() and not directory.is_dir():
        raise BadTarget(f"{directory} is a file. Name the folder of a project: `--project DIR`.")
    if not parent.is_dir():
        raise BadTarget(f"{directory}: there is no folder {parent}. Make it, or choose another.")
    if not os.access(directory if directory.exists() else parent, os.W_OK):
        raise BadTarget(f"{directory} cannot be written. Choose another, or change its rights.")


@contextmanager
def staged(directory: Path, files: Mapping[str, bytes]) -> Iterator[Path]:
    """Write files into a folder beside, for as long as the block lasts."""
    try:
        beside = tempfile.mkdtemp(
            prefix=f".{directory.name}.", suffix=".partial", dir=directory.parent
        )
    except OSError as error:
        raise BadTarget(f"{directory.parent} cannot be written: {error.strerror}.") from error
    stage = Path(beside)
    try:
        stage.chmod(0o755)  # as folders are; temporary ones are private
        written_to(stage, files)
        yield stage
    except OSError as error:
        raise BadTarget(f"{directory} cannot be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def written_to(stage: Path, files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Write files below a folder, and return them."""
    for name, data in files.items():
        path = stage / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return files


def put(
    stage: Path, directory: Path, files: Mapping[str, bytes], *, overwrite: bool = False
) -> Sequence[str]:
    """Move files that were staged into their place: all, or none. Returns what changed.

    What an earlier export wrote and this one does not is removed.
    overwrite: replace files that were edited by hand, or that no export wrote.
    Raises TargetEdited and BadTarget.
    """
    check_unedited(directory, files, overwrite=overwrite)
    recorded = _read_record(directory)
    written = {name: _digest(data) for name, data in files.items()}
    now = _digests(directory, {*files, *recorded})
    changed = sorted(name for name in files if now.get(name) != written[name])
    gone = sorted(
        name for name in recorded if name not in files and now.get(name) == recorded[name]
    )
    written_to(stage, files)
    _clear(stage, files)
    record = stage / RECORD
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps(written, indent=2, sort_keys=True) + "\n", "utf-8")
    if not directory.exists():
        stage.rename(directory)
    else:
        _exchange(stage, directory, [*changed, RECORD], gone)
    return sorted([*changed, *gone])


def _clear(stage: Path, names: Iterable[str]) -> None:
    """Remove what the proof has left, such as a database: it is no part of the project."""
    kept = {stage / name for name in names}
    for path in sorted(stage.rglob("*"), reverse=True):  # what is inside comes first
        if path.is_dir() and not path.is_symlink():
            _remove_empty(path, path.parent)
        elif path not in kept:
            path.unlink()


def check_unedited(directory: Path, files: Mapping[str, bytes], *, overwrite: bool) -> None:
    """Raises TargetEdited where files would replace what a person has written."""
    if overwrite:
        return
    recorded = _read_record(directory)
    now = _digests(directory, files)
    edited = sorted(
        name
        for name, found in now.items()
        if found not in (recorded.get(name), _digest(files[name]))
    )
    if edited:
        raise TargetEdited(_refusal(directory, edited, recorded))


def _digests(directory: Path, names: Iterable[str]) -> dict[str, str]:
    return {name: found for name in names if (found := _found(directory / name))}


def _exchange(stage: Path, directory: Path, names: Sequence[str], gone: Sequence[str]) -> None:
    """Replace files one by one; what was there is brought back where one of them fails."""
    kept = stage / ".replaced"
    done: list[str] = []
    try:
        for name in (*names, *gone):
            if (directory / name).exists():
                _move(directory / name, kept / name)
            done.append(name)
            if name not in gone:
                _move(stage / name, directory / name)
    except OSError:
        _bring_back(kept, directory, done)
        raise
    for name in gone:
        _remove_empty((directory / name).parent, directory)


def _bring_back(kept: Path, directory: Path, names: Sequence[str]) -> None:
    for name in reversed(names):
        path = directory / name
        if (kept / name).exists():
            _move(kept / name, path)
        elif path.is_file():
            path.unlink()
            _remove_empty(path.parent, directory)


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)


def _remove_empty(folder: Path, above: Path) -> None:
    while folder != above and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _refusal(directory: Path, edited: Sequence[str], recorded: Mapping[str, str]) -> str:
    named = ", ".join(edited[:_NAMED])
    if len(edited) > _NAMED:
        named += f" and {len(edited) - _NAMED} more"
    were = "was" if len(edited) == 1 else "were"
    if any(name in recorded for name in edited):
        why = f"{were} edited since the last export, or written by another program"
    else:
        why = f"{were} not written by an export"
    return (
        f"{directory}: {named} {why}. Nothing was changed. Export to another folder and compare, "
        "or say that they are to be replaced (`--overwrite`)."
    )


def _found(path: Path) -> str | None:
    """Return the digest of what is there; a folder in a file's place counts as edited."""
    if path.is_dir():
        return "a folder"
    return _digest(path.read_bytes()) if path.exists() else None


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _read_record(directory: Path) -> Mapping[str, str]:
    try:
        found = json.loads((directory / RECORD).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}  # Without a record each file counts as the person's own: the safe side.
    return found if isinstance(found, dict) else {}
