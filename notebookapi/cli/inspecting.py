"""`notebookapi openapi` and `notebookapi routes`."""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from notebookapi import NotebookAPI
from notebookapi.cli import screen
from notebookapi.cli.discovery import find
from notebookapi.cli.errors import NotDescribed, NotWritten
from notebookapi.cli.loading import Loaded, load
from notebookapi.cli.project import configured_entrypoint
from notebookapi.cli.traces import is_own, said_by, trimmed
from notebookapi.routing import iter_route_contexts

HEADINGS = ("Method", "Path", "Endpoint", "Defined in")


def load_ours(target: str | None) -> Loaded:
    """Load the application that is meant. Raises NotDescribed if it is not a NotebookAPI."""
    here = Path.cwd()
    loaded = load(find(target, here, configured=configured_entrypoint(here)))
    if not isinstance(loaded.app, NotebookAPI):
        kind = type(loaded.app)
        raise NotDescribed(
            f"{loaded.spelled} is a {kind.__module__}.{kind.__qualname__}, not a NotebookAPI. "
            "Name one; a FastAPI application becomes one by `from notebookapi import NotebookAPI "
            "as FastAPI`."
        )
    return loaded


def write_document(target: str | None, file: Path | None) -> None:
    """Write the OpenAPI document as JSON, to standard output where there is no file."""
    loaded = load_ours(target)
    try:
        document = loaded.app.openapi()
    except Exception as error:
        failure = NotDescribed(
            f"The OpenAPI document of {loaded.spelled} cannot be made: "
            f"{said_by(error)}. Correct that, then run the command again."
        )
        failure.details = trimmed(error)
        raise failure from error
    text = json.dumps(document, indent=2, ensure_ascii=False)
    if file is None:
        print(text)
        return
    try:
        file.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise NotWritten(
            f"{file} cannot be written: {error.strerror}. Choose another file."
        ) from error
    count = sum(len(operations) for operations in document.get("paths", {}).values())
    what = "1 operation" if count == 1 else f"{count} operations"
    screen.remarks().print(f"{file}: {what} of {loaded.spelled}", soft_wrap=True)


def show_routes(target: str | None) -> None:
    """Show the person's routes as a table; those of the documentation pages are left out."""
    loaded = load_ours(target)
    rows = list(route_rows(loaded.app))
    if not rows:
        screen.remarks().print(f"{loaded.spelled} has no routes yet.")
        return
    screen.show_table(loaded.spelled, HEADINGS, rows)


def route_rows(app: NotebookAPI) -> Iterator[tuple[str, str, str, str]]:
    """Yield method, path, endpoint and place of definition, in the order of registration."""
    for each in iter_route_contexts(app.routes):
        if _is_ours(each.endpoint):
            continue
        methods = ", ".join(sorted(each.methods or ())) or _kind(each.original_route)
        name = str(each.name or getattr(each.endpoint, "__name__", type(each.endpoint).__name__))
        yield methods, each.path or "/", name, defined_in(each.endpoint)


def _is_ours(endpoint: object) -> bool:
    """Tell whether an endpoint is one of the documentation's."""
    return str(getattr(endpoint, "__module__", "")).startswith("notebookapi.") and not isinstance(
        endpoint, NotebookAPI
    )


def _kind(route: Any) -> str:
    return "WEBSOCKET" if "WebSocket" in type(route).__name__ else type(route).__name__.upper()


def defined_in(endpoint: Any) -> str:
    """Return FILE:LINE of a function or class of the person's, "" for one of a library.

    FILE is relative to the current folder where it lies in it.
    """
    while isinstance(endpoint, partial):
        endpoint = endpoint.func
    endpoint = inspect.unwrap(endpoint) if callable(endpoint) else endpoint
    code = getattr(endpoint, "__code__", None)
    if code is not None:
        return _place(code.co_filename, code.co_firstlineno)
    kind = endpoint if isinstance(endpoint, type) else type(endpoint)
    try:
        return _place(inspect.getfile(kind), inspect.getsourcelines(kind)[1])
    except (OSError, TypeError):
        return ""  # made by no source


def _place(filename: str, line: int) -> str:
    if not is_own(filename):
        return ""
    path = Path(os.path.abspath(filename))
    here = Path.cwd()
    return f"{path.relative_to(here) if path.is_relative_to(here) else path}:{line}"
