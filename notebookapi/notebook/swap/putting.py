"""What a cell has come to is published for the application that is served from then on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from typing import Any

from notebookapi.applications import NotebookAPI
from notebookapi.editing import Operation, Owner
from notebookapi.notebook.edges import Screen
from notebookapi.notebook.log.failures import trimmed
from notebookapi.notebook.server.exchange import Tell
from notebookapi.notebook.server.lifespans import redefined
from notebookapi.notebook.server.server import Server
from notebookapi.notebook.swap.naming import applications_of
from notebookapi.notebook.swap.recorder import CellDraft
from notebookapi.notebook.swap.transaction import Put
from notebookapi.notebook.views.model import Message
from notebookapi.routing import APIRouter


def telling(screen: Callable[[], Screen]) -> Tell:
    """Return what shows the person a sentence, and the traceback of an error."""

    def tell(text: str, error: BaseException | None) -> None:
        lines = trimmed(error, screen().name_of).splitlines() if error is not None else []
        screen().show(Message(text, lines, good=None if error is None else False))

    return tell


def putting(
    server: Server,
    draft: CellDraft,
    served: tuple[Owner | None, NotebookAPI | None],
    namespace: MutableMapping[str, Any],
    changed: Callable[[], Collection[str]],
) -> Put:
    """Return what publishes a run.

    served: what the application's name stands for, and what was registered on last before.
    changed: the names that the run has rebound.
    """
    named, last = served
    apps = [
        *([last] if last else []),
        *(a for m in draft.made for a in applications_of(m.owner)[:1]),
    ]
    app = named if isinstance(named, NotebookAPI) else next(reversed(apps), None)

    def put(operations: Sequence[Operation]) -> Sequence[tuple[APIRouter, Any]]:
        with _lifespan_of_now(app, namespace, changed) as before:
            server.publish(operations, app)
        return before

    return put


@contextmanager
def _lifespan_of_now(
    app: NotebookAPI | None,
    namespace: MutableMapping[str, Any],
    changed: Callable[[], Collection[str]],
) -> Iterator[Sequence[tuple[APIRouter, Any]]]:
    """Let routers have the lifespan that its name stands for now, unless what follows fails.

    Returns these routers, with the lifespan that each had before.
    """
    before: list[tuple[APIRouter, Any]] = []
    for router, context in list(redefined(app, namespace, changed)) if app is not None else ():
        before.append((router, router.lifespan_context))
        router.lifespan_context = context
    try:
        yield before
    except BaseException:
        for router, context in before:
            router.lifespan_context = context
        raise
