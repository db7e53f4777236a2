"""Which module is meant: by what the person writes, and by where they stand."""

from pathlib import Path

import pytest

from notebookapi.cli.discovery import CANDIDATES, Place, find
from notebookapi.cli.errors import CommandError, Misuse, NoApplication, NoSuchFile
from notebookapi.cli.project import configured_entrypoint
from tests.cli.driver import write

# Files there, the target, module, folder on sys.path, name of the application
FOUND = [
    ("main.py app.py api.py", None, "main", ".", None),
    ("app.py api.py app/main.py", None, "app", ".", None),
    ("api.py", None, "api", ".", None),
    ("app/main.py", None, "main", "app", None),
    ("app/__init__.py app/main.py", None, "app.main", ".", None),
    ("app/__init__.py app/api.py", None, "app.api", ".", None),
    ("other.py main.py", "other.py", "other", ".", None),
    ("other.py", "other.py:shop", "other", ".", "shop"),
    ("other.py", "./other.py", "other", ".", None),
    ("src/other.py", "src/other.py", "other", "src", None),
    ("src/a/__init__.py src/a/b/__init__.py src/a/b/c.py", "src/a/b/c.py", "a.b.c", "src", None),
    ("a/__init__.py", "a", "a", ".", None),
    ("a/__init__.py", "a/__init__.py:app", "a", ".", "app"),
    ("src/main.py", "src", "main", "src", None),
    ("src/app/api.py", "src", "api", "src/app", None),
    ("src/app/api.py", "src:factory.app", "api", "src/app", "factory.app"),
    # A module that Python finds by itself, wherever that is.
    ("", "shop", "shop", ".", None),
    ("", "shop.web:app", "shop.web", ".", "app"),
    # A folder without __init__.py yields to the module beside it, as in an import.
    ("shop.py shop/data.csv", "shop:app", "shop", ".", "app"),
    ("my-api.py", "my-api.py", "my-api", ".", None),
]


@pytest.mark.parametrize(("files", "target", "module", "root", "name"), FOUND)
def test_find(
    tmp_path: Path, files: str, target: str | None, module: str, root: str, name: str | None
) -> None:
    write(tmp_path, dict.fromkeys(files.split(), ""))
    place = find(target, tmp_path)
    assert (place.module, place.root, place.name) == (module, (tmp_path / root).resolve(), name)


REFUSED: list[tuple[str, str | None, type[CommandError], str]] = [
    ("", None, NoApplication, "none of main.py, app.py, api.py, app/main.py"),
    ("other.py", None, NoApplication, "[tool.notebookapi] of pyproject.toml"),
    ("src/other.py", "src", NoApplication, "none of main.py"),
    ("", "other.py", NoSuchFile, "There is no file other.py in"),
    ("", "src/other", NoSuchFile, "There is no file src/other in"),
    ("other.txt", "other.txt", Misuse, "other.txt cannot be imported by that name"),
    ("v1.0.py", "v1.0.py", Misuse, "v1.0.py cannot be imported by that name"),
    ("work.ipynb", "work.ipynb", Misuse, "`notebookapi export work.ipynb` writes"),
    ("", "my-api", Misuse, "neither a file nor a module"),
    ("", "shop:", Misuse, "does not name an application"),
    ("", "shop:8000", Misuse, "does not name an application"),
    ("", ":app", Misuse, "does not name an application"),
]


@pytest.mark.parametrize(("files", "target", "kind", "message"), REFUSED)
def test_find_refuses(
    tmp_path: Path, files: str, target: str | None, kind: type[CommandError], message: str
) -> None:
    write(tmp_path, dict.fromkeys(files.split(), ""))
    with pytest.raises(kind) as caught:
        find(target, tmp_path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


# target, --app, --entrypoint, pyproject.toml -> module:name
COMBINED = [
    (None, None, "a:one", "b:two", "a:one"),
    (None, None, None, "b:two", "b:two"),
    (None, "other", None, "b:two", "b:other"),
    (None, None, None, "b", "b:None"),
    ("c", None, None, "b:two", "c:None"),
    ("c", "other", None, "b:two", "c:other"),
    ("c:other", "other", None, None, "c:other"),
]


@pytest.mark.parametrize(("target", "app", "entrypoint", "configured", "expected"), COMBINED)
def test_find_combines(
    tmp_path: Path,
    target: str | None,
    app: str | None,
    entrypoint: str | None,
    configured: str | None,
    expected: str,
) -> None:
    place = find(target, tmp_path, app=app, entrypoint=entrypoint, configured=configured)
    assert f"{place.module}:{place.name}" == expected


@pytest.mark.parametrize(
    ("target", "app", "entrypoint"), [("c", None, "a:one"), ("c:one", "two", None)]
)
def test_find_refuses_contradictions(
    tmp_path: Path, target: str, app: str | None, entrypoint: str | None
) -> None:
    with pytest.raises(Misuse):
        find(target, tmp_path, app=app, entrypoint=entrypoint)


@pytest.mark.parametrize("index", range(len(CANDIDATES)))
def test_candidates_are_taken_in_order(tmp_path: Path, index: int) -> None:
    write(tmp_path, dict.fromkeys(CANDIDATES[index:], ""))
    place = find(None, tmp_path)
    assert isinstance(place, Place)
    assert place.file == (tmp_path / CANDIDATES[index]).resolve()


ENTRYPOINTS = [
    ("", None),
    ('[tool.notebookapi]\nentrypoint = "a:b"', "a:b"),
    ('[tool.fastapi]\nentrypoint = "c:d"', "c:d"),
    ('[tool.fastapi]\nentrypoint = "c:d"\n[tool.notebookapi]\nentrypoint = "a:b"', "a:b"),
    ('[tool.fastapi]\nentrypoint = "c:d"\n[tool.notebookapi]\nother = 1', "c:d"),
    ("[tool.ruff]\nline-length = 100", None),
]


@pytest.mark.parametrize(("text", "expected"), ENTRYPOINTS)
def test_configured_entrypoint(tmp_path: Path, text: str, expected: str | None) -> None:
    write(tmp_path, {"pyproject.toml": text})
    assert configured_entrypoint(tmp_path) == expected


def test_no_pyproject(tmp_path: Path) -> None:
    assert configured_entrypoint(tmp_path) is None
