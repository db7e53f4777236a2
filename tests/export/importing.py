"""Modules that lie beside a notebook, for the time that it runs in this process."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def imports_from(folder: Path) -> Iterator[None]:
    """Import from a folder; afterwards nothing of it is left, for others of the same name."""
    before, modules = list(sys.path), set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path[:] = before
        for name in set(sys.modules) - modules:
            if str(getattr(sys.modules[name], "__file__", "")).startswith(str(folder)):
                del sys.modules[name]
