"""Which front end shows the cells, as far as a kernel can tell."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Mapping
from typing import Any

from IPython.core.getipython import get_ipython


def front_end() -> str:
    """Return the front end in words."""
    shell: Any = get_ipython()
    kernel = getattr(shell, "kernel", None)
    return named(
        shell.user_ns if shell is not None else {},
        os.environ,
        sys.modules,
        is_kernel=kernel is not None,
        takes_input=bool(getattr(kernel, "_allow_stdin", False)),
    )


def named(
    namespace: Mapping[str, Any],
    environment: Mapping[str, str],
    modules: Collection[str],
    *,
    is_kernel: bool,
    takes_input: bool,
) -> str:
    """Return the front end that leaves these traces."""
    if not is_kernel:
        return "IPython in a terminal"
    if "google.colab" in modules:
        return "Colab"
    if "__vsc_ipynb_file__" in namespace or "VSCODE_PID" in environment:
        return "VS Code"
    if not takes_input:
        return "none that takes input: nbclient, nbconvert or papermill"
    hub = " on JupyterHub" if "JUPYTERHUB_SERVICE_PREFIX" in environment else ""
    if "JPY_SESSION_NAME" in environment:
        return f"JupyterLab or Notebook{hub}"
    return "a console, or a front end that does not say its name"
