"""One application, or lifespan, after another: up first, then published, then the old one goes."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

from notebookapi.applications import NotebookAPI
from notebookapi.editing import Draft, Operation, Replace, publish, stage_on
from notebookapi.notebook.server.lifespans import Parts, Stage, Up, parts_of
from notebookapi.serving import LifespanError

Tell = Callable[[str, BaseException | None], object]
"""Shows the person a sentence and, where something failed, the error with its traceback."""

_WAITING = "The application is starting up; the cell waits. Interrupt it to go on without."
# What can change a lifespan. The rest is looked at by `Parts.is_current`, which is quick.
_KINDS = frozenset({"event", "include"})
_BEGINS = frozenset({"route", "mount"})


class RunPatiently(Protocol):
    """Runs a coroutine on the server's loop; tells what is waited for."""

    def __call__(self, coroutine: Coroutine[Any, Any, Any], waiting: str) -> Any: ...


def needs_start(stage: Stage, operations: Sequence[Operation], app: NotebookAPI) -> bool:
    """Tell whether something has to start up before operations are published for `app`."""
    up = stage.up
    if up is None or up.app is not app:
        return True
    if not up.parts.is_current:
        return parts_of(app) != up.parts
    concerned = any(_registration(each).kind in _KINDS for each in operations)
    return concerned and _parts_with(operations, app) != up.parts


def begins(operations: Sequence[Operation], app: NotebookAPI | None) -> bool:
    """Tell whether operations begin what is served, and something starts up with that."""
    if app is None or not any(_registration(each).kind in _BEGINS for each in operations):
        return False
    return bool(_parts_with(operations, app))


class Exchange:
    """Publishes for an application that has to start up first."""

    def __init__(self, stage: Stage, run: RunPatiently, stop_first: bool, tell: Tell) -> None:
        self._stage = stage
        self._run = run
        self._stop_first = stop_first
        self._tell = tell

    def carry_out(self, operations: Sequence[Operation], app: NotebookAPI) -> None:
        """Publish. Raises LifespanError, and what publishing raises, with nothing changed."""
        draft = Draft()
        draft.stage_all(operations)
        try:
            up = self._started(app, draft)
            try:
                # With what the lifespan itself has registered.
                publish(draft.operations)
            except BaseException:
                self._run(self._stage.give_up(up), _WAITING)
                raise
        finally:
            draft.close()
        self._stage.switch(up)

    def _started(self, app: NotebookAPI, draft: Draft) -> Up:
        try:
            up: Up = self._run(self._stage.start(app, draft, stop_first=self._stop_first), _WAITING)
        except LifespanError as error:
            if error.__cause__ is not None:
                self._tell("The application does not start up", error.__cause__)
            raise
        except KeyboardInterrupt:
            raise LifespanError("The application's start-up was interrupted") from None
        return up


def _parts_with(operations: Sequence[Operation], app: NotebookAPI) -> Parts:
    """Return what would run at start-up if operations were published."""
    draft = Draft()
    draft.stage_all(operations)

    def staged() -> Parts:
        stage_on(draft)
        return parts_of(app)

    return contextvars.copy_context().run(staged)


def _registration(operation: Operation) -> Any:
    return operation.new if isinstance(operation, Replace) else operation.registration


def still_running(count: int) -> str:
    """Say how many requests a change has left on what was served before."""
    what, verb = ("request", "runs") if count == 1 else ("requests", "run")
    return f"{count} {what} still {verb} on the version before."
