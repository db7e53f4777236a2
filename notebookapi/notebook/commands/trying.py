"""`%api try`: a form for one operation."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from starlette.routing import WebSocketRoute

from notebookapi.editing import current_draft
from notebookapi.notebook.commands.command import Command
from notebookapi.notebook.commands.opening import living
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

_FORM = "`%api try METHOD PATH`, such as `%api try GET /items/{id}`, or `%api try PATH`"
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE")
_NAME = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class Target:
    """Which operation is meant. values: of its parameters, by "path:id" and "query:limit"."""

    method: str
    path: str
    values: Mapping[str, str]

    @property
    def label(self) -> str:
        return f"{self.method} {self.path}"


def _try(session: Session, arguments: Sequence[str]) -> Trying:
    target = _target(session, arguments)
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
    target = _target(session, arguments)
    tried, operation = _meant(session, target)
    return _form_of(session, tried, target, operation)


def _form_of(session: Session, tried: _Tried, target: Target, operation: Operation) -> TryWidget:
    # anywidget takes its time to load: only where there is something to show.
    from notebookapi.notebook.views.widgets.trying import TryWidget

    return TryWidget(session.server, tried, operation, target.values)


def beginning(session: Session, arguments: Sequence[str]) -> dict[str, Any]:
    """Return an operation, where it is served, and values for what it needs."""
    target = _target(session, arguments)
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
        found = (each for each in _sockets(self.session) if each.path_format == path)
        route = next(found, None)
        return operation_of_socket(route) if route is not None else None

    def url(self) -> str:
        """Return where it is served."""
        return self.session.url

    def check(self, body: str) -> Sequence[Fault]:
        """Return what is wrong with a JSON body."""
        from notebookapi.notebook.views.widgets.checking import faults

        method, path = self.target.method, self.target.path
        for entry in self.session.app.published.table:
            is_it = getattr(entry.route, "path_format", None) == path
            if is_it and method in (entry.methods or ()):
                plan = getattr(entry.route, "plan", None)
                return faults(plan.body, body) if plan is not None else []
        return []

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


def _target(session: Session, arguments: Sequence[str]) -> Target:
    there = list(known(session))
    if not there:
        hint = " A cell publishes at its end: try what it defines in the next one."
        raise BadArguments(f"Nothing is served yet.{hint if current_draft() else ''}")
    match list(arguments):
        case []:
            return Target(*_latest(session, there), {})
        case [path]:
            return _found(session, there, "", path)
        case [method, path]:
            word = method.upper()
            return _found(session, there, WEBSOCKET if word in ("WS", "WSS") else word, path)
    raise BadArguments(f"`%api try` does not understand this. Write {_FORM}.")


def known(session: Session) -> Iterator[tuple[str, str]]:
    """Yield each operation that a form can be for, as (method, path template)."""
    for path, item in session.app.openapi().get("paths", {}).items():
        for method in _METHODS:
            if method.lower() in item:
                yield method, path
    for route in _sockets(session):
        yield WEBSOCKET, route.path_format


def _sockets(session: Session) -> Iterator[WebSocketRoute]:
    for entry in session.app.published.websockets:
        if isinstance(entry.route, WebSocketRoute):
            yield entry.route


def _latest(session: Session, there: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """Return what was published last; else what comes last."""
    labels = {f"{method} {path}": (method, path) for method, path in there}
    changed = [each.label for each in session.versions.latest(100) if each.label in labels]
    return labels[changed[-1]] if changed else there[-1]


def _found(session: Session, there: Sequence[tuple[str, str]], method: str, written: str) -> Target:
    path, _, query = written.partition("?")
    values = {f"query:{name}": value for name, value in parse_qsl(query)}
    for each in there:
        # The names in braces are the person's way to say "whatever it is".
        if method in ("", each[0]) and _NAME.sub("{}", each[1]) == _NAME.sub("{}", path):
            return Target(*each, values)
    for each in there:
        inside = _values_in(each[1], path)
        if method in ("", each[0]) and inside is not None:
            return Target(*each, {**inside, **values})
    labels = [" ".join(each) for each in there]
    near = difflib.get_close_matches(f"{method} {path}".strip(), labels, n=1, cutoff=0.5)
    guess = f"Did you mean `%api try {near[0]}`?" if near else f"There are: {', '.join(labels)}."
    raise BadArguments(f"Nothing answers `{f'{method} {path}'.strip()}`. {guess}")


def _values_in(template: str, path: str) -> dict[str, str] | None:
    """Return the values of a template's names in a path; None where it does not match."""
    names = [each[1:-1] for each in _NAME.findall(template)]
    fixed = [re.escape(each) for each in _NAME.split(template)]
    found = re.fullmatch("([^/]+)".join(fixed), path)
    if found is None:
        return None
    pairs = zip(names, found.groups(), strict=True)
    return {f"path:{name}": unquote(value) for name, value in pairs}


COMMANDS = (
    Command("try", _try, [("try [METHOD PATH]", "a form that sends requests; WS for a WebSocket")]),
)
