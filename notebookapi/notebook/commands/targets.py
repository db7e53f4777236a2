"""Which operation is meant: by method and path, by path alone, or by its endpoint's name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from starlette.routing import WebSocketRoute

from notebookapi.editing import current_draft
from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.views.widgets.operation import WEBSOCKET

if TYPE_CHECKING:
    from notebookapi.notebook.face import Session

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE")
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
"""What changes nothing, if it is what it says (RFC 9110, section 9.2.1)."""
_NAME = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class Target:
    """Which operation is meant. values: of its parameters, by "path:id" and "query:limit".

    is_named: whether its method was written.
    """

    method: str
    path: str
    values: Mapping[str, str] = field(default_factory=dict)
    is_named: bool = True

    @property
    def label(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_safe(self) -> bool:
        """Whether its method says that it changes nothing."""
        return self.method in SAFE


def target_of(session: Session, name: str, arguments: Sequence[str]) -> Target:
    """Return the operation that a subcommand is given; without words the one published last.

    name: of the subcommand. Raises BadArguments.
    """
    there = served(session)
    match " ".join(arguments).split():
        case []:
            return Target(*_latest(session, there), {}, is_named=False)
        case [word] if "/" in word:
            return _found(there, name, "", word)
        case [word]:
            return _by_endpoint(session, there, name, word)
        case [method, path]:
            word = method.upper()
            return _found(there, name, WEBSOCKET if word in ("WS", "WSS") else word, path)
    raise BadArguments(
        f"`%api {name}` does not understand this. Write `%api {name} METHOD PATH`, such as "
        f"`%api {name} GET /items/{{id}}`, or `%api {name} PATH`, or an endpoint's name."
    )


def served(session: Session) -> Sequence[tuple[str, str]]:
    """Return what there is, as of `known`. Raises BadArguments where that is nothing."""
    there = list(known(session))
    if not there:
        hint = " A cell publishes at its end: try what it defines in the next one."
        raise BadArguments(f"Nothing is served yet.{hint if current_draft() else ''}")
    return there


def known(session: Session) -> Iterator[tuple[str, str]]:
    """Yield each operation that is described, as (method, path template)."""
    for path, item in session.app.openapi().get("paths", {}).items():
        for method in METHODS:
            if method.lower() in item:
                yield method, path
    for route in sockets(session):
        yield WEBSOCKET, route.path_format


def sockets(session: Session) -> Iterator[WebSocketRoute]:
    """Yield the WebSocket endpoints that are served."""
    for entry in session.app.published.websockets:
        if isinstance(entry.route, WebSocketRoute):
            yield entry.route


def route_of(session: Session, target: Target) -> Any:
    """Return the route that serves an operation; None where none does any more."""
    if target.method == WEBSOCKET:
        return next((each for each in sockets(session) if each.path_format == target.path), None)
    for entry in session.app.published.table:
        is_it = getattr(entry.route, "path_format", None) == target.path
        if is_it and target.method in (entry.methods or ()):
            return entry.route
    return None


def _latest(session: Session, there: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """Return what was published last; else what comes last."""
    labels = {f"{method} {path}": (method, path) for method, path in there}
    changed = [each.label for each in session.versions.latest(100) if each.label in labels]
    return labels[changed[-1]] if changed else there[-1]


def _by_endpoint(
    session: Session, there: Sequence[tuple[str, str]], command: str, name: str
) -> Target:
    found = [each for each in there if _endpoint(session, each) == name]
    if len(found) == 1:
        return Target(*found[0], {}, is_named=False)
    if found:
        labels = ", ".join(" ".join(each) for each in found)
        raise BadArguments(
            f"`{name}` serves {len(found)} operations: {labels}. Write one of them, such as "
            f"`%api {command} {' '.join(found[0])}`."
        )
    raise _nothing(there, command, name)


def _endpoint(session: Session, operation: tuple[str, str]) -> str:
    route = route_of(session, Target(*operation))
    return getattr(getattr(route, "endpoint", None), "__name__", "")


def _found(there: Sequence[tuple[str, str]], command: str, method: str, written: str) -> Target:
    path, _, query = written.partition("?")
    values = {f"query:{name}": value for name, value in parse_qsl(query)}
    for each in there:
        # The names in braces are the person's way to say "whatever it is".
        if method in ("", each[0]) and _NAME.sub("{}", each[1]) == _NAME.sub("{}", path):
            return Target(*each, values, is_named=bool(method))
    for each in there:
        inside = _values_in(each[1], path)
        if method in ("", each[0]) and inside is not None:
            return Target(*each, {**inside, **values}, is_named=bool(method))
    raise _nothing(there, command, f"{method} {path}".strip())


def _nothing(there: Sequence[tuple[str, str]], command: str, written: str) -> BadArguments:
    labels = [" ".join(each) for each in there]
    near = difflib.get_close_matches(written, labels, n=1, cutoff=0.5)
    there_are = f"There are: {', '.join(labels)}."
    guess = f"Did you mean `%api {command} {near[0]}`?" if near else there_are
    return BadArguments(f"Nothing answers `{written}`. {guess}")


def _values_in(template: str, path: str) -> dict[str, str] | None:
    """Return the values of a template's names in a path; None where it does not match."""
    names = [each[1:-1] for each in _NAME.findall(template)]
    fixed = [re.escape(each) for each in _NAME.split(template)]
    found = re.fullmatch("([^/]+)".join(fixed), path)
    if found is None:
        return None
    pairs = zip(names, found.groups(), strict=True)
    return {f"path:{name}": unquote(value) for name, value in pairs}
