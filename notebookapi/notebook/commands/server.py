"""`%api serve`, `%api stop`."""

from __future__ import annotations

from collections.abc import Sequence

from notebookapi.notebook.commands.command import Command, Words, nothing_more
from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.face import Session
from notebookapi.notebook.server.access import ENTRY
from notebookapi.notebook.server.origins import read_host, read_origin
from notebookapi.notebook.views.model import Card, Message, Note, View

_FORM = (
    "serve [NAME] [--port PORT] [--host ADDRESS] [--allow-host NAME] [--allow-origin ORIGIN] "
    "[--stop-first]"
)


def _serve(session: Session, arguments: Sequence[str]) -> View:
    words = Words(f"`%api {_FORM}`")
    words.add_argument("name", nargs="?")
    words.add_argument("--port", nargs="?", const="")
    words.add_argument("--host")
    words.add_argument("--allow-host", action="append", default=[])
    words.add_argument("--allow-origin", action="append", default=[])
    order = words.add_mutually_exclusive_group()
    order.add_argument("--stop-first", action="store_const", const=True, dest="stop_first")
    order.add_argument("--start-first", action="store_const", const=False, dest="stop_first")
    read = words.parse_args(arguments)
    if read.name is not None and not read.name.isidentifier():
        words.error(f"`{read.name}` is not the name of an application")
    port = None if read.port is None else _port(read.port)
    hosts = [read_host(word) for word in read.allow_host]
    origins = [read_origin(word) for word in read.allow_origin]
    if read.stop_first is not None:
        session.server.stop_first = read.stop_first
    session.serve(read.name, port, read.host)
    session.server.access.allow(hosts, origins)
    if session.server.is_open:
        text = _OPEN.format(read.host or "its address")
        session.screen.show(Card(notes=[Note("warning", text)]))
    return session.state()


_OPEN = (
    "Other computers can reach the server at {}. Who asks needs the token (`api.token`), in a "
    f"browser by way of `{ENTRY}`; what travels is not encrypted. `%api serve --host 127.0.0.1` "
    "takes it back."
)


def _stop(session: Session, arguments: Sequence[str]) -> View:
    nothing_more("stop", arguments)
    if session.stop():
        return Message("The server is stopped; routes are kept.", ["`%api serve` starts it again."])
    return Message("The server is not running.", ["`%api serve` starts it."])


def _port(word: str) -> int:
    cure = "a number from 1 to 65535, such as `--port 8000`."
    if not word:
        raise BadArguments(f"`--port` needs {cure}")
    if word.isdecimal() and 0 < int(word) < 65536:
        return int(word)
    raise BadArguments(f"`--port {word}` is not a port; give {cure}")


COMMANDS = (
    Command(
        "serve",
        _serve,
        [
            ("serve [NAME] [--port PORT]", "start the server, or serve another application"),
            ("serve --host ADDRESS", "let other computers in, with the token"),
            ("serve --allow-host NAME", "answer to another name, too; --allow-origin ORIGIN"),
            ("serve --stop-first", "end a lifespan before the next begins; --start-first"),
        ],
        ["--port", "--host", "--allow-host", "--allow-origin", "--stop-first", "--start-first"],
    ),
    Command("stop", _stop, [("stop", "stop the server; routes are kept")]),
)
