"""From the session to an exported module."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from notebookapi.notebook.errors import BadArguments, NotExported
from notebookapi.notebook.face import Session
from notebookapi.notebook.views.model import Message


def export(session: Session, target: Path, options: Mapping[str, Any]) -> Message:
    """Write what the session serves as a module and prove it. Raises NotExported.

    options: `timeout` (seconds), `accept`, `overwrite`, as the export takes them.
    """
    # Loaded when it is asked for: a session that exports nothing does not pay for it.
    from notebookapi.export import ExportError, ExportRequest
    from notebookapi.export import export as write

    if target.suffix != ".py":
        raise BadArguments(
            f"`{target}` is not the name of a Python module; write `{target.with_suffix('.py')}`."
        )
    request = ExportRequest(
        cells=tuple(session.cells),
        registered=session.registered(),
        openapi=json.loads(json.dumps(session.app.openapi())),
        application=session.application_name,
        implicit=session.is_implicit,
        deleted=session.deleted,
        directory=Path.cwd(),
    )
    try:
        report = write(request, target, **options)
    except ExportError as error:
        raise NotExported(f"`{target}` was not written. {error}") from error
    headline, *details = str(report).splitlines()
    return Message(headline, details, good=report.proved)
