"""Importing the person's module and choosing its application."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from starlette.types import ASGIApp

from notebookapi import NotebookAPI
from notebookapi.cli.discovery import Place
from notebookapi.cli.errors import CommandError, ImportFailed, NoApplication, NoSuchFile
from notebookapi.cli.traces import said_by, trimmed

USUAL_NAMES = ("app", "api")


@dataclass(frozen=True, slots=True)
class Loaded:
    """An application with the module that it comes from. name: under which it stands there."""

    module: ModuleType
    name: str
    app: Any

    @property
    def spelled(self) -> str:
        return f"{self.module.__name__}:{self.name}"


@dataclass(frozen=True, slots=True)
class Loader:
    """Loads the application again in a process that serves for the command's own."""

    place: Place

    def __call__(self) -> ASGIApp:
        """Return the application; ends the process, with what is wrong on stderr, if it fails."""
        try:
            app: ASGIApp = load(self.place).app
        except CommandError as error:
            from notebookapi.cli.screen import fail
            from notebookapi.serving.run import STARTUP_FAILED

            fail(error)
            raise SystemExit(STARTUP_FAILED) from None
        return app


def load(place: Place) -> Loaded:
    """Import a module and return the application that is meant.

    Raises ImportFailed, NoSuchFile or NoApplication.
    """
    module = _imported(place)
    name = place.name or chosen(vars(module))
    if name is None:
        raise NoApplication(_no_application(module))
    app: Any = module
    for part in name.split("."):
        app = getattr(app, part, None)
    if not callable(app):
        raise NoApplication(_not_one(module, name, app))
    return Loaded(module, name, app)


def chosen(names: Mapping[str, object]) -> str | None:
    """Return the name of the application: `app`, `api`, else that of the first NotebookAPI."""
    ours = [name for name, value in names.items() if isinstance(value, NotebookAPI)]
    return next((name for name in (*USUAL_NAMES, *ours) if name in ours), None)


def _imported(place: Place) -> ModuleType:
    root = str(place.root)
    if root not in sys.path:
        sys.path.insert(0, root)
    try:
        module = importlib.import_module(place.module)
    except (Exception, SystemExit) as error:
        raise _import_failure(place, error) from error
    if place.file is not None and not _is_from(module, place.file):
        raise NoApplication(
            f"{place.file.name} cannot be imported: the name `{place.module}` is taken by "
            f"{getattr(module, '__file__', None) or 'a part of Python'}. Rename the file."
        )
    return module


def _import_failure(place: Place, error: BaseException) -> CommandError:
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    if missing and f"{place.module}.".startswith(f"{missing}.") and place.file is None:
        return NoSuchFile(
            f"There is no module {place.module} in {place.root}, nor among the installed "
            "packages. Correct the name, or give the path of its file."
        )
    cure = "Correct that, then run the command again."
    what = said_by(error)
    if missing:
        cure = f"Install what provides {missing}, or correct the import."
    if isinstance(error, SystemExit):
        what = f"it called sys.exit({error.code!r}) while it was imported"
        cure = 'Move that below `if __name__ == "__main__":`.'
    name = place.file.name if place.file is not None else place.module
    return ImportFailed(f"{name} cannot be imported: {what}. {cure}", trimmed(error))


def _is_from(module: ModuleType, file: Path) -> bool:
    found = getattr(module, "__file__", None)
    return found is not None and Path(found).resolve() == file


def _no_application(module: ModuleType) -> str:
    where = f"No application found in {module.__name__}"
    for name in USUAL_NAMES:
        kind = type(getattr(module, name, None))
        if kind.__module__.partition(".")[0] == "fastapi":
            return (
                f"{where}: `{name}` is a FastAPI application. Change the import: `from "
                f"notebookapi import NotebookAPI as FastAPI`; or serve it as it is: --app {name}."
            )
        if kind is not type(None):
            return (
                f"{where}: `{name}` is of the type {_spelled(kind)}. Make one, "
                "`app = NotebookAPI()`, or give the name of another ASGI application by --app."
            )
    return f"{where}. Make one in it: `app = NotebookAPI()`; or give its name by --app."


def _spelled(kind: type) -> str:
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return f"{module}{kind.__qualname__}"


def _not_one(module: ModuleType, name: str, app: object) -> str:
    what = f"{module.__name__} has no `{name}`"
    if app is not None:
        kind = _spelled(type(app))
        what = f"`{name}` in {module.__name__} is of the type {kind}, no ASGI application"
    near = chosen(vars(module))
    cure = f"It has `{near}`: name that." if near else f"Define it: `{name} = NotebookAPI()`."
    return f"{what}. {cure}"
