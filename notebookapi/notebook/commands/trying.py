"""`%api try`: a form for one operation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from notebookapi.notebook.commands.command import Command
from notebookapi.notebook.commands.opening import living
from notebookapi.notebook.commands.targets import Target, route_of, target_of
from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.face import Session
from notebookapi.notebook.log.records import Entry
from notebookapi.notebook.views.trying import Trying
from notebookapi.notebook.views.widgets.operation import (
    WEBSOCKET,
    Operation,
    operation_of,
    operation_of_socket,
    text_of,
)

if TYPE_CHECKING:
    import httpx2

    from notebookapi.notebook.views.widgets.checking import Fault
    from notebookapi.notebook.views.widgets.trying import TryWidget


def _try(session: Session, arguments: Sequence[str]) -> Trying:
    target = target_of(session, "try", arguments)
    tried, operation = _meant(session, target)
    live = living(
        session,
        "a form",
        Trying(operation).line,
        lambda: _form_of(session, tried, target, operation),
    )
    return Trying(operation, open_live=live.open_live, note=live.note)


def form(session: Session, arguments: Sequence[str]) -> TryWidget:
    """Return a form that somebody else shows. Raises BadArguments and AssetsNotBuilt."""
    target = target_of(session, "try", arguments)
    tried, operation = _meant(session, target)
    return _form_of(session, tried, target, operation)


def _form_of(session: Session, tried: _Tried, target: Target, operation: Operation) -> TryWidget:
    # anywidget takes its time to load: only where there is something to show.
    from notebookapi.notebook.views.widgets.trying import TryWidget

    return TryWidget(session.server, tried, operation, target.values)


def beginning(session: Session, arguments: Sequence[str]) -> dict[str, Any]:
    """Return an operation, where it is served, and values for what it needs."""
    target = target_of(session, "try", arguments)
    tried, operation = _meant(session, target)
    needed = [each for each in operation.parameters if each.get("required")]
    values = {
        f"{each['in']}:{each['name']}": text_of(each, operation.schemas) or "1" for each in needed
    }
    return {"operation": operation.as_trait(), "url": tried.url(), "values": values}


def _meant(session: Session, target: Target) -> tuple[_Tried, Operation]:
    tried = _Tried(session, target)
    operation = tried.read()
    if operation is None:  # it was listed a moment ago
        raise BadArguments(f"{target.label} is not served any more.")
    return tried, operation


@dataclass(frozen=True, slots=True)
class _Tried:
    """The operation of a form, as the session serves it."""

    session: Session
    target: Target

    def read(self) -> Operation | None:
        """Return it as it is now; None where it is served no more."""
        method, path = self.target.method, self.target.path
        if method != WEBSOCKET:
            return operation_of(self.session.app.openapi(), method, path)
        route = route_of(self.session, self.target)
        return operation_of_socket(route) if route is not None else None

    def url(self) -> str:
        """Return where it is served."""
        return self.session.url

    def check(self, body: str) -> Sequence[Fault]:
        """Return what is wrong with a JSON body."""
        from notebookapi.notebook.views.widgets.checking import faults

        plan = getattr(route_of(self.session, self.target), "plan", None)
        return faults(plan.body, body) if plan is not None else []

    def save(self, response: httpx2.Response, name: str, *, replay: bool) -> str:
        """Keep a request and its response as an example; return a sentence."""
        examples = self.session.examples
        examples.noted(response)
        made = examples.save(name or None, replay=replay)
        hidden = f" Placeholders stand for {', '.join(made.secrets)}." if made.secrets else ""
        return f"Kept in {examples.place or 'memory'}: {made.name}.{hidden}"

    def listen(self, listener: Callable[[Entry], object]) -> Callable[[], None]:
        """Call `listener` with each request of the log at its end."""
        return self.session.journal.listen(listener)


COMMANDS = (
    Command("try", _try, [("try [METHOD PATH]", "a form that sends requests; WS for a WebSocket")]),
)
