"""Files beside the notebook that a module needs: modules of the person's own, and what it reads."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from notebookapi.export.errors import BadTarget
from notebookapi.export.files import opened_files

_LEFT_OUT = frozenset({"__pycache__", ".git", ".venv", ".ipynb_checkpoints", "node_modules"})


@dataclass(frozen=True, slots=True)
class Carried:
    """files: path below the project -> bytes. modules, data: the names at their top."""

    files: Mapping[str, bytes]
    modules: Sequence[str]
    data: Sequence[str]
    notes: Sequence[str]


def own_modules(text: str, directory: Path) -> Sequence[str]:
    """Return the files and folders beside the notebook that a module imports, all the way down."""
    found: dict[str, None] = {}
    waiting = [text]
    while waiting:
        for name in _imported(waiting.pop()):
            for path in (f"{name}.py", name):
                if path in found or not _is_module(directory / path):
                    continue
                found[path] = None
                waiting += [each.read_text("utf-8") for each in _python(directory / path)]
                break
    return sorted(found)


def carry(text: str, directory: Path, modules: Sequence[str]) -> Carried:
    """Return the files that go with a module. Raises BadTarget for one that cannot be read."""
    files: dict[str, bytes] = {}
    data: list[str] = []
    notes: list[str] = []
    for name in modules:
        files |= _contents(directory, directory / name)
    for name in sorted(set(opened_files(text))):
        path = directory / name
        if not path.exists():
            continue
        if not path.resolve().is_relative_to(directory.resolve()):
            notes.append(
                f"the code reads {name}, outside the notebook's folder: not in the project."
            )
            continue
        found = _contents(directory, path)
        files |= found
        if found:
            data.append(PurePosixPath(name).parts[0] if path.is_dir() else _posix(directory, path))
    return Carried(files, modules, sorted(set(data)), notes)


def _imported(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _is_module(path: Path) -> bool:
    return path.is_file() or (path.is_dir() and any(path.glob("*.py")))


def _python(path: Path) -> Iterable[Path]:
    return [path] if path.is_file() else path.rglob("*.py")


def _contents(directory: Path, path: Path) -> dict[str, bytes]:
    inside = [path] if path.is_file() else sorted(path.rglob("*"))
    try:
        return {
            _posix(directory, each): each.read_bytes()
            for each in inside
            if each.is_file() and not _LEFT_OUT & set(each.relative_to(directory).parts)
        }
    except OSError as error:
        raise BadTarget(
            f"{error.filename} goes with the project and cannot be read: {error.strerror}. "
            "Change its rights, or do without it."
        ) from error


def _posix(directory: Path, path: Path) -> str:
    return path.relative_to(directory).as_posix()
