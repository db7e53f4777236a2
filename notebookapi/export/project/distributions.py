"""What code imports -> the distributions that a project has to require.

Versions are those of the running environment, for which the module was proved.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from importlib.metadata import version as version_of

OURS = "notebookapi"
_EXTRAS = {
    "notebookapi.security.bearer": "security",
    "notebookapi.security.keys": "security",
    "notebookapi.security.passwords": "security",
    "notebookapi.security.tokens": "security",
    "notebookapi.telemetry": "telemetry",
}
"""Modules of ours that need more than `notebookapi[standard]`."""

_DRIVER = re.compile(r"^[a-z][a-z0-9]*\+([a-z][a-z0-9_]*)://")
"""A database's URL names the library that connects: `postgresql+asyncpg://`."""

_CALENDAR = 1900
"""Versions from here on are years: no next major version says that something breaks."""


@dataclass(frozen=True, slots=True)
class Requirements:
    """lines: of `dependencies` in pyproject.toml. unknown: modules of no distribution."""

    lines: Sequence[str]
    unknown: Sequence[str]


def requirements_of(texts: Iterable[str], first_party: Iterable[str]) -> Requirements:
    """Return what modules with these texts require.

    first_party: top-level modules that lie in the project itself.
    """
    trees = [ast.parse(text) for text in texts]
    modules = {name for tree in trees for name in _imported(tree)}
    own = {*first_party, OURS, *sys.stdlib_module_names}
    foreign = sorted(name for name in modules if name.partition(".")[0] not in own)
    known = packages_distributions()
    named = {driver for tree in trees for driver in _drivers(tree) if driver in known}
    found = {name: _distributions(name, known) for name in (*foreign, *sorted(named))}
    names = sorted({each for several in found.values() for each in several}, key=str.lower)
    optional = {name for tree in trees for name in _optional(tree)}
    unknown = {name.partition(".")[0] for name, several in found.items() if not several} - optional
    return Requirements(
        [_ours(modules), *(_pinned(name) for name in names)],
        sorted(unknown),
    )


def _imported(tree: ast.Module) -> Iterator[str]:
    """Full names of the modules that are imported, and of what is imported from them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _optional(tree: ast.Module) -> Iterator[str]:
    """Top-level modules that the code can do without: `except ImportError` says so."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and any(_catches_imports(each) for each in node.handlers):
            body = ast.Module(node.body, [])
            yield from (name.partition(".")[0] for name in _imported(body))


def _catches_imports(handler: ast.ExceptHandler) -> bool:
    caught = ast.unparse(handler.type) if handler.type is not None else "Exception"
    return any(name in caught for name in ("ImportError", "ModuleNotFoundError", "Exception"))


def _drivers(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if found := _DRIVER.match(node.value):
                yield found[1]


def _distributions(module: str, known: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """Return the distributions that a module comes from; several share a namespace package."""
    candidates = sorted(set(known.get(module.partition(".")[0], ())))
    if len(candidates) < 2:
        return candidates
    parts = module.split(".")
    for depth in range(len(parts), 1, -1):
        path = "/".join(parts[:depth])
        holders = [name for name in candidates if _holds(name, path)]
        if holders:
            return holders
    return candidates


def _holds(name: str, path: str) -> bool:
    files = distribution(name).files or ()
    return any(file.as_posix().startswith((f"{path}/", f"{path}.py")) for file in files)


def _ours(modules: Iterable[str]) -> str:
    extras = {"standard"} | {
        extra
        for name in modules
        for module, extra in _EXTRAS.items()
        if f"{name}.".startswith(f"{module}.")
    }
    return _pinned(OURS, f"[{','.join(sorted(extras))}]")


def _pinned(name: str, extras: str = "") -> str:
    """`pandas>=2.2.3,<3`: what is here, and what promises to be compatible with it."""
    try:
        found = re.match(r"\d+(\.\d+)*", version_of(name))
    except PackageNotFoundError:
        found = None
    if found is None:
        return f"{name}{extras}"
    numbers = [int(part) for part in found[0].split(".")]
    least = f"{name}{extras}>={found[0]}"
    if numbers[0] >= _CALENDAR:
        return least
    following = f"0.{numbers[1] + 1}" if numbers[0] == 0 and len(numbers) > 1 else numbers[0] + 1
    return f"{least},<{following}"
