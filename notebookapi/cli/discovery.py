"""Which module a command means: from what the person wrote, or from where they stand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from notebookapi.cli.errors import Misuse, NoApplication, NoSuchFile

CANDIDATES = ("main.py", "app.py", "api.py", "app/main.py", "app/app.py", "app/api.py")
"""Where an application is looked for, in this order, below a folder."""


@dataclass(frozen=True, slots=True)
class Place:
    """A module to import, and which of its objects is meant.

    root: the folder that has to be on sys.path.
    name: of the application, dots allowed; None for whichever is found.
    file: None where only Python's import system knows it.
    """

    module: str
    root: Path
    name: str | None = None
    file: Path | None = None


def find(
    target: str | None,
    folder: Path,
    *,
    app: str | None = None,
    entrypoint: str | None = None,
    configured: str | None = None,
) -> Place:
    """Return the module that is meant.

    target: a file, a folder or a module, `:NAME` behind it or not; None for none given.
    folder: the current one.
    app: the application's name, given by itself.
    entrypoint: MODULE:NAME given as an option.
    configured: the same, from pyproject.toml; counts where neither was given.
    Raises Misuse, NoSuchFile or NoApplication.
    """
    if entrypoint is not None and target is not None:
        raise Misuse(
            f"Both PATH ({target}) and --entrypoint ({entrypoint}) say what to load. "
            "Give one of them."
        )
    said = next((text for text in (target, entrypoint, configured) if text is not None), None)
    place = discover(folder) if said is None else parse(said, folder)
    if app is None:
        return place
    if place.name is not None and place.name != app and said is not configured:
        raise Misuse(
            f"--app {app} and {said} name two applications. Leave out --app, or `:{place.name}`."
        )
    return replace(place, name=app)


def discover(folder: Path) -> Place:
    """Return the first of CANDIDATES that exists. Raises NoApplication."""
    for candidate in CANDIDATES:
        if (folder / candidate).is_file():
            return place_of(folder / candidate)
    raise NoApplication(
        f"No application found in {folder}: none of {', '.join(CANDIDATES)} exists. Name the "
        'file, or set entrypoint = "MODULE:NAME" in [tool.notebookapi] of pyproject.toml.'
    )


def parse(text: str, folder: Path) -> Place:
    """Return what FILE, FOLDER or MODULE means, with `:NAME` behind it or not."""
    said, name = _split(text)
    path = folder / Path(said).expanduser()
    if path.is_dir() and not (said.isidentifier() and path.with_suffix(".py").is_file()):
        is_package = (path / "__init__.py").is_file()
        place = place_of(path / "__init__.py") if is_package else discover(path)
    elif path.is_file():
        place = place_of(path)
    elif said.endswith((".py", ".ipynb")) or "/" in said or "\\" in said:
        raise NoSuchFile(f"There is no file {said} in {folder}. Correct the path.")
    elif all(part.isidentifier() for part in said.split(".")):
        place = Place(said, folder)
    else:
        raise Misuse(
            f"{text!r} is neither a file nor a module. Write a path such as shop.py, or "
            "MODULE:NAME such as shop:app."
        )
    return replace(place, name=name)


def place_of(file: Path) -> Place:
    """Return how a file is imported: packages around it are part of the module's name."""
    file = file.resolve()
    if file.suffix == ".ipynb":
        raise Misuse(
            f"{file.name} is a notebook. `notebookapi serve {file.name}` serves it; "
            f"`notebookapi export {file.name}` writes its module."
        )
    if file.suffix != ".py" or "." in file.stem:
        raise Misuse(
            f"{file.name} cannot be imported by that name. Give it one such as api.py: no dots "
            "except that of .py."
        )
    parts = [] if file.name == "__init__.py" else [file.stem]
    root = file.parent
    while (root / "__init__.py").is_file() and root != root.parent:
        parts.insert(0, root.name)
        root = root.parent
    return Place(".".join(parts), root, file=file)


def _split(text: str) -> tuple[str, str | None]:
    said, colon, name = text.rpartition(":")
    if not colon:
        return text, None
    if all(part.isidentifier() for part in name.split(".")) and said:
        return said, name
    if name.startswith(("\\", "/")):
        return text, None  # the colon behind a drive's letter
    raise Misuse(
        f"{text!r} does not name an application. Write MODULE:NAME such as shop:app, or the "
        "module or file alone."
    )
