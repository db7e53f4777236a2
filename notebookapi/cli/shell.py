"""`notebookapi shell`: IPython with an application at hand, and served."""

from __future__ import annotations

from typing import Any

from notebookapi.cli import screen
from notebookapi.cli.errors import LibraryMissing, NotOpened
from notebookapi.cli.inspecting import load_ours
from notebookapi.cli.loading import Loaded


def open_shell(target: str | None) -> None:
    """Open it, and return when the person leaves it. Raises CommandError and ServingError."""
    try:
        from IPython.terminal.ipapp import TerminalIPythonApp
        from traitlets.config import Config
    except ImportError as error:
        raise LibraryMissing("IPython", "notebook") from error
    from notebookapi import notebook
    from notebookapi.notebook.errors import NotebookError

    loaded = load_ours(target)
    config = Config()
    config.InteractiveShellApp.extensions = ["notebookapi"]
    config.TerminalIPythonApp.display_banner = False
    # IPython gives this class no types.
    program: Any = TerminalIPythonApp.instance(config=config, user_ns=namespace_of(loaded))
    program.initialize([])
    try:
        session = notebook.session()
    except NotebookError as error:
        # IPython has shown why the extension did not load.
        raise NotOpened(
            "The extension did not load; the message above says why. "
            'Run: pip install "notebookapi[notebook]"'
        ) from error
    url = session.serve("app")
    facts = [("app", loaded.spelled), ("api", "sends requests: api.get(…)"), ("Serving at", url)]
    if loaded.app.docs_url and loaded.app.openapi_url:
        facts.append(("Docs at", f"{url}{loaded.app.docs_url}"))
    screen.show_panel("notebookapi shell", facts, "%api help lists the commands; Ctrl+D leaves.")
    program.start()


def namespace_of(loaded: Loaded) -> dict[str, Any]:
    """Return the names to begin with: the application as `app`, and its module."""
    name = loaded.module.__name__.rpartition(".")[2]
    names: dict[str, Any] = {name: loaded.module}
    # `api` is the session, as everywhere.
    names.pop("api", None)
    return {**names, "app": loaded.app}
