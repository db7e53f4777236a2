"""Tells whoever observes a request of its stages, such as telemetry does."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from typing import Any, Protocol

from starlette.background import BackgroundTask
from starlette.responses import Response
from starlette.types import Scope

from notebookapi._plan.execute import Solved
from notebookapi.telemetry.data import OBSERVER


class Observer(Protocol):
    """What is told of a request."""

    def stage(
        self, name: str, function: Callable[..., Any] | None = None
    ) -> AbstractContextManager[None]:
        """Return what stands around a stage. function: what is called there."""
        ...

    def solved(self, solved: Solved) -> None:
        """Hear what the request came to before its endpoint."""
        ...

    def background(self, task: BackgroundTask) -> BackgroundTask:
        """Return what runs behind the response."""
        ...


class _Nobody:
    """Is told of everything, and does nothing."""

    def stage(
        self, name: str, function: Callable[..., Any] | None = None
    ) -> AbstractContextManager[None]:
        return _NOTHING

    def solved(self, solved: Solved) -> None: ...

    def background(self, task: BackgroundTask) -> BackgroundTask:
        return task


_NOTHING = nullcontext()
_NOBODY = _Nobody()


def observer_of(scope: Scope) -> Observer:
    """Return who is told of a request."""
    observer: Observer = scope.get(OBSERVER, _NOBODY)
    return observer


def observed_response(observer: Observer, response: Response) -> Response:
    """Return a response whose background tasks are observed."""
    if response.background is None:
        return response
    observed = observer.background(response.background)
    if observed is response.background:
        return response
    made = copy(response)  # an endpoint may return the same object each time
    made.background = observed
    return made
