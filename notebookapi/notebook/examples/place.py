"""Where a notebook's examples are kept: `.notebookapi/NOTEBOOK.json` beside it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def examples_file(namespace: Mapping[str, Any]) -> Path | None:
    """Return the file of the running notebook; None where nothing tells which one it is.

    VS Code names the notebook in the namespace, Jupyter's server in JPY_SESSION_NAME: there, as a
    path, or as a name in the folder where the kernel was started.
    """
    named = namespace.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME")
    if not named:
        return None
    notebook = Path(str(named))
    # A path below the server's root need not be one of this file system: the kernel is started in
    # the notebook's own folder.
    folder = notebook.parent if notebook.is_absolute() and notebook.parent.is_dir() else Path.cwd()
    return folder / ".notebookapi" / f"{notebook.stem}.json"
