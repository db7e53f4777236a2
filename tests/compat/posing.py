"""A plugin for pytest: the programs here run with notebookapi in FastAPI's place.

It is loaded before them, as a person calls install_as_fastapi() before importing a plugin.
"""

import sys
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

from notebookapi.compat import install_as_fastapi

install_as_fastapi()


def _loaded_from_fastapi() -> Iterator[str]:
    """Yield the modules that come from the FastAPI that is installed here as well."""
    installed = Path(str(distribution("fastapi").locate_file("fastapi")))
    for name, module in sys.modules.items():
        if installed in Path(getattr(module, "__file__", None) or "").parents:
            yield name


def pytest_sessionfinish() -> None:
    loaded = sorted(_loaded_from_fastapi())
    if loaded:
        raise RuntimeError(f"These come from FastAPI itself: {', '.join(loaded)}")
