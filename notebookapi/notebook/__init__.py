"""The notebook side: cells register endpoints, a background server answers, views show it.

Importing this package is cheap and imports no IPython; `load` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from notebookapi.notebook.errors import NotebookError

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from notebookapi.notebook.face import Session

_session: Session | None = None


def session() -> Session:
    """Return the kernel's session. Raises NotebookError where the extension is not loaded."""
    if _session is None:
        raise NotebookError("The extension is not loaded. Run `%load_ext notebookapi` first.")
    return _session


def load(shell: InteractiveShell) -> None:
    """Attach to a shell: `%load_ext notebookapi`. Loading again keeps what is registered."""
    global _session
    try:
        from notebookapi.notebook.extension import attach
    except ImportError as error:
        library = (error.name or "A library").partition(".")[0]
        raise NotebookError(
            f"{library} is not installed, and the notebook side needs it. "
            'Run `%pip install "notebookapi[notebook]"`, then load again.'
        ) from error
    _session = attach(shell, _session)


def unload(shell: InteractiveShell) -> None:
    """Detach from a shell: `%unload_ext notebookapi`. The server stops; routes are kept."""
    from notebookapi.notebook.extension import detach

    if _session is not None:
        detach(shell, _session)
