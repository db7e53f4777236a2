"""From the session to an exported module."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from notebookapi.notebook.errors import BadArguments, NotebookError, NotExported
from notebookapi.notebook.face import Session
from notebookapi.notebook.swap.ownership import Owned
from notebookapi.notebook.views.model import Message
from notebookapi.openapi.utils import get_openapi

if TYPE_CHECKING:
    from notebookapi.examples.record import Answer, Example
    from notebookapi.export import ExportReport, ExportRequest
    from notebookapi.export.project import ProjectReport
    from notebookapi.export.replay import Replays

_LONGEST = 60.0
"""Seconds that all examples together may take in the session."""


def export(
    session: Session,
    target: Path,
    options: Mapping[str, Any],
    *,
    progress: Callable[[str], None] | None = None,
) -> Message:
    """Write what the session serves as a module and prove it. Raises NotExported.

    target: the module's file, or the folder of a project where `options` has `project`.
    options: `timeout` (seconds), `accept`, `overwrite`, `tests`, `framework`, as the export takes
        them; and `freeze`, names of objects to keep in files beside the module.
    progress: told what goes on, about once a second while it takes long.
    """
    # Loaded when it is asked for: a session that exports nothing does not pay for it.
    from notebookapi.export import ExportError

    if target.suffix != ".py" and not options.get("project"):
        name = target.with_suffix(".py") if target.name else "api.py"
        raise BadArguments(f"`{target}` is not the name of a Python module; write `{name}`.")
    notes: list[str] = []
    try:
        request = _request(session)
        is_tested = bool(options.get("tests") or options.get("project"))
        replays = _replays(session, notes, request.openapi if is_tested else None)
        request = replace(
            request, replays=replays, frozen=_frozen(session, options.get("freeze", ()))
        )
        report = _written(request, target, options, progress)
    except NotebookError:
        raise
    except ExportError as error:
        raise NotExported(_not_written(target, str(error))) from error
    except Exception as error:
        raise NotExported(_not_written(target, _failure(error))) from error
    headline, *details = str(report).splitlines()
    return Message(headline, [*details, *(f"note: {note}" for note in notes)], good=report.proved)


def _written(
    request: ExportRequest,
    target: Path,
    options: Mapping[str, Any],
    progress: Callable[[str], None] | None,
) -> ExportReport | ProjectReport:
    from notebookapi.export import export as write
    from notebookapi.export.project import export_project

    others = {key: value for key, value in options.items() if key not in ("freeze", "project")}
    if not options.get("project"):
        return write(request, target, progress=progress, **others)
    others.pop("tests", None)  # a project has them in any case
    if others.pop("framework", "notebookapi") != "notebookapi":
        raise BadArguments("A project is for notebookapi. Leave out `--framework`, or `--project`.")
    return export_project(request, target, progress=progress, **others)


def _request(session: Session) -> ExportRequest:
    from notebookapi.export import ExportRequest

    return ExportRequest(
        cells=tuple(session.cells),
        registered=session.registered(),
        openapi=_document(session),
        application=session.application_name,
        implicit=session.is_implicit,
        deleted=session.places.deleted,
        directory=Path.cwd(),
        preloaded=session.preloaded,
    )


def _frozen(session: Session, names: Sequence[str]) -> dict[str, Any]:
    for name in names:
        if name not in session.namespace:
            raise BadArguments(
                f"`--freeze {name}`: {name} is not defined. Run the cell that makes it first."
            )
    return {name: session.namespace[name] for name in names}


# --- examples ------------------------------------------------------------------------------------


def _replays(
    session: Session, notes: list[str], document: Mapping[str, Any] | None
) -> Replays | None:
    """Return what can be sent to the session and to the module; note what cannot, and why.

    document: where tests are asked for, which are made of the log as well.
    """
    from notebookapi.examples.record import told_apart
    from notebookapi.examples.redaction import redacted_answer
    from notebookapi.export.replay import Replays
    from notebookapi.notebook.examples.replay import known_secrets

    kept = session.examples
    secrets: dict[str, Mapping[str, str]]
    secrets = {each.name: known_secrets(kept, each) for each in kept}
    obstacles = {each: _obstacle(session, each, secrets[each.name]) for each in kept}
    for reason in sorted({why for why in obstacles.values() if why}):
        names = ", ".join(each.name for each, why in obstacles.items() if why == reason)
        notes.append(f"examples that were not sent: {names} ({reason})")
    chosen = [each for each, why in obstacles.items() if not why]
    logged = _logged(session, notes, document) if document is not None else []
    if not chosen and not logged:
        return None
    chosen, secrets = told_apart(chosen, secrets)
    sent = [*(each.with_secrets(secrets[each.name]) for each in chosen), *logged]
    return Replays(
        examples=[*chosen, *logged],
        logged=len(logged),
        sent=sent,
        live=lambda: _answers(session, sent),
        hide=lambda example, answer: redacted_answer(
            answer, secrets.get(example.name, {}), kept.secret_fields_of(example)
        ),
    )


def _logged(session: Session, notes: list[str], document: Mapping[str, Any]) -> list[Example]:
    """Return requests of the log that can be sent again; note those that may change something."""
    from notebookapi.notebook.examples.logged import examples_of

    if not session.server.running:
        return []
    logged, unsafe = examples_of(session.journal.entries(), document, session.examples)
    if unsafe:
        more = f" and {len(unsafe) - 1} more" if len(unsafe) > 1 else ""
        notes.append(
            f"{unsafe[0]}{more} of the log: no test, as it may change something. Save it as an "
            "example with `--replay`."
        )
    return logged


def _obstacle(session: Session, example: Example, secrets: Mapping[str, str]) -> str:
    """Return why an example cannot be sent; empty where it can."""
    from notebookapi.notebook.examples.replay import missing_secrets

    if not session.server.running:
        return "the server is stopped; `%api serve` starts it"
    if not example.may_replay:
        return "they may change something; save them with `--replay`"
    missing = missing_secrets(example, secrets)
    return f"set {', '.join(missing)} in the environment" if missing else ""


def _answers(session: Session, examples: Sequence[Example]) -> Sequence[Answer]:
    """Send requests to the served application, in process and in order. Raises NotExported."""
    from notebookapi.notebook.sending.client import with_state
    from notebookapi.notebook.sending.replaying import send

    app = with_state(session.app, session.server.lifespan_state)
    left = list(examples)

    async def all_of_them() -> list[Answer]:
        answers = []
        while left:
            # A task of its own: sending sets what its context captures.
            answers.append(await asyncio.ensure_future(send(app, left[0])))
            del left[0]
        return answers

    try:
        return session.server.run(asyncio.wait_for(all_of_them(), _LONGEST))
    except TimeoutError as error:
        raise NotExported(
            f"The example {left[0].label} was not answered within {_LONGEST:g} s by the notebook. "
            "Mend the endpoint, or forget the example: `%api examples forget NAME`."
        ) from error


# --- what goes wrong -----------------------------------------------------------------------------


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
