"""From the session to an exported module."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from notebookapi.notebook.errors import BadArguments, NotebookError, NotExported
from notebookapi.notebook.face import Session
from notebookapi.notebook.swap.ownership import Owned
from notebookapi.notebook.views.model import Message
from notebookapi.openapi.utils import get_openapi

if TYPE_CHECKING:
    from notebookapi.export import ExportRequest


def export(session: Session, target: Path, options: Mapping[str, Any]) -> Message:
    """Write what the session serves as a module and prove it. Raises NotExported.

    options: `timeout` (seconds), `accept`, `overwrite`, as the export takes them.
    """
    # Loaded when it is asked for: a session that exports nothing does not pay for it.
    from notebookapi.export import ExportError
    from notebookapi.export import export as write

    if target.suffix != ".py":
        name = target.with_suffix(".py") if target.name else "api.py"
        raise BadArguments(f"`{target}` is not the name of a Python module; write `{name}`.")
    try:
        report = write(_request(session), target, **options)
    except NotebookError:
        raise
    except ExportError as error:
        raise NotExported(_not_written(target, str(error))) from error
    except Exception as error:
        raise NotExported(_not_written(target, _failure(error))) from error
    headline, *details = str(report).splitlines()
    return Message(headline, details, good=report.proved)


def _request(session: Session) -> ExportRequest:
    from notebookapi.export import ExportRequest

    return ExportRequest(
        cells=tuple(session.cells),
        registered=session.registered(),
        openapi=_document(session),
        application=session.application_name,
        implicit=session.is_implicit,
        deleted=session.deleted,
        directory=Path.cwd(),
        preloaded=session.preloaded,
    )


def _failure(error: Exception) -> str:
    """Return an exception that nobody has foreseen as one line: its kind and what it says."""
    said = next(iter(str(error).splitlines()), "")
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _document(session: Session) -> Any:
    """Return the live document. Raises NotExported that names the route which has none."""
    app = session.app
    try:
        return json.loads(json.dumps(app.openapi()))
    except Exception as error:
        raise NotExported(
            "There is nothing to compare a module with, as the OpenAPI document of "
            f"`{session.application_name}` cannot be made: {_failure(error).rstrip('.')}. "
            f"{_culprits(session)}"
        ) from error


def _culprits(session: Session) -> str:
    """Return which routes cannot be described, each tried for itself."""
    names = [each.label for each in session.owned if not each.shadowed and _is_undescribed(each)]
    if not names:
        return "Mend the route or the `openapi` function that it comes from, and export again."
    return (
        f"It comes from {', '.join(names)}. Mend the types of its parameters and of its response "
        "(a name that is not defined yet, a type without a schema), run the cell, export again."
    )


def _is_undescribed(owned: Owned) -> bool:
    if owned.registration.kind != "route":
        return False
    try:
        json.dumps(get_openapi(title="", version="", routes=[owned.registration.value]))
    except Exception:
        return True
    return False


def _not_written(target: Path, reason: str) -> str:
    """Say the name once."""
    for start, instead in ((f"{target}: ", ": "), (f"{target} ", ": it ")):
        if reason.startswith(start):
            return f"`{target}` was not written{instead}{reason.removeprefix(start)}"
    return f"`{target}` was not written. {reason}"
