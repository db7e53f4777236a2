"""`%api bench`: how fast an endpoint answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from notebookapi.notebook.commands.command import Command, Words
from notebookapi.notebook.commands.targets import Target, target_of
from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.face import Session
from notebookapi.notebook.server.server import has_sockets
from notebookapi.notebook.views.widgets.operation import WEBSOCKET, operation_of

if TYPE_CHECKING:
    from notebookapi.notebook.sending.outgoing import Outgoing
    from notebookapi.notebook.views.measuring import Measurement

_FORM = (
    "`%api bench METHOD PATH [--seconds N | --count N] [--clients N] [--json BODY] "
    "[--header 'NAME: VALUE']`"
)
_SECONDS, _CLIENTS = 5.0, 10
_MOST = 1_000_000
_MOST_CLIENTS = 500  # the server takes 1,000 connections, of everybody's


def _bench(session: Session, arguments: Sequence[str]) -> Measurement:
    from notebookapi.notebook.kernel.progress import showing
    from notebookapi.notebook.measuring.run import Task, measure
    from notebookapi.notebook.views.measuring import Measurement

    words = Words(_FORM)
    words.add_argument("target", nargs="*")
    words.add_argument("--seconds", type=lambda word: _number("--seconds", word, 3600))
    words.add_argument("--count", type=lambda word: whole("--count", word, _MOST))
    words.add_argument(
        "--clients", type=lambda word: whole("--clients", word, _MOST_CLIENTS), default=_CLIENTS
    )
    words.add_argument("--json")
    words.add_argument("--header", action="append", default=[])
    said = words.parse_args(arguments)
    target = _target(session, said.target)
    request = _request(session, target, said.json, said.header)
    seconds = said.seconds if said.seconds or said.count else _SECONDS
    session.check_not_inside()
    task = Task(
        label=target.label,
        request=request,
        url=session.url,
        clients=said.clients,
        seconds=seconds,
        count=said.count,
        credentials=tuple(session.credentials().items()),
    )
    with showing() as show:
        return Measurement(measure(task, lambda so_far: show(Measurement(so_far))))


def _target(session: Session, words: Sequence[str]) -> Target:
    if not words:
        raise BadArguments(f"`%api bench` needs to know what to ask. Write {_FORM}.")
    if not has_sockets():
        raise BadArguments("`%api bench` measures a server, and there are no sockets here.")
    target = target_of(session, "bench", words)
    if target.method == WEBSOCKET:
        raise BadArguments(f"`%api bench` sends requests; {target.path} is a WebSocket.")
    if not target.is_safe and not target.is_named:
        raise BadArguments(
            f"{target.label} may change something each time that it is asked. If that is meant, "
            f"write its method: `%api bench {target.label}`."
        )
    return target


def _request(
    session: Session, target: Target, json: str | None, headers: Sequence[str]
) -> Outgoing:
    from notebookapi.notebook.sending.outgoing import outgoing

    operation = operation_of(session.app.openapi(), target.method, target.path)
    if operation is None:  # it was listed a moment ago
        raise BadArguments(f"{target.label} is not served any more.")
    body = None if json is None else json.encode()
    return outgoing(operation, target.values, headers=[*map(header, headers)], body=body)


def header(text: str) -> tuple[str, str]:
    """Read a header as it is written. Raises BadArguments."""
    name, colon, value = text.partition(":")
    if not colon or not name.strip() or not text.isprintable() or not text.isascii():
        raise BadArguments(f"`--header {text!r}` is no header; write `--header 'Name: value'`.")
    return name.strip(), value.strip()


def _number(option: str, word: str, most: int) -> float:
    try:
        number = float(word)
    except ValueError:
        number = 0
    if 0 < number <= most:
        return number
    raise BadArguments(f"`{option} {word}`: give a number above 0, up to {most:,}.")


def whole(option: str, word: str, most: int) -> int:
    """Read a whole number, at least 1. Raises BadArguments."""
    number = _number(option, word, most)
    if number.is_integer():
        return int(number)
    raise BadArguments(f"`{option} {word}`: give a whole number, up to {most:,}.")


COMMANDS = (
    Command(
        "bench",
        _bench,
        [
            ("bench METHOD PATH", "how fast an endpoint answers, over the real server"),
            ("bench … --seconds N", "... for so long instead of 5 s; or `--count N` requests"),
            ("bench … --clients N", "... with so many at once instead of 10"),
            ("bench … --json BODY", "... with this body, and `--header 'Name: value'`"),
        ],
        ["--seconds", "--count", "--clients"],
    ),
)
