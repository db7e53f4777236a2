"""The files that widgets ask the kernel for: gzip bytes, from a fixed table of names."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from notebookapi.openapi.assets import AssetsNotBuilt

_HERE = Path(__file__).parent / "static"
_PAGES = Path(__file__).parents[3] / "openapi" / "static"
_FILES = {
    "core.js": _HERE / "core.js.gz",
    "editor.js": _HERE / "editor.js.gz",
    "swagger-ui-bundle.js": _PAGES / "swagger-ui-bundle.js.gz",
    "swagger-ui.css": _PAGES / "swagger-ui.css.gz",
    "redoc.standalone.js": _PAGES / "redoc.standalone.js.gz",
}


@cache
def packed(name: str) -> bytes:
    """Return a file, compressed. Raises LookupError for another name, and AssetsNotBuilt."""
    return _read(_FILES[name])


@cache
def loader() -> str:
    """Return what every widget starts with, as an ES module. Raises AssetsNotBuilt."""
    return _read(_HERE / "loader.js").decode()


@cache
def version() -> str:
    """Return what tells a page's files from those of another version. Raises AssetsNotBuilt."""
    digest = sha256()
    for name in _FILES:
        digest.update(packed(name))
    return digest.hexdigest()[:16]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise AssetsNotBuilt(
            f"{path.name} is missing: the browser files are not built. Run `pip install -e .` in "
            "the source folder; it builds them."
        ) from None
