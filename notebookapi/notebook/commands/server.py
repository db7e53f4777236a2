"""`%api serve`, `%api stop`."""

from __future__ import annotations

from collections.abc import Sequence

from notebookapi.notebook.commands.command import Command, nothing_more
from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.face import Session
from notebookapi.notebook.views.model import Message, View


def _serve(session: Session, arguments: Sequence[str]) -> View:
    name, port = None, None
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        if word == "--port":
            port = _port(waiting)
        elif name is None and word.isidentifier():
            name = word
        else:
            raise BadArguments(
                f"`%api serve` does not know {word!r}. Write `%api serve [NAME] [--port PORT]`."
            )
    session.serve(name, port)
    return session.state()


def _stop(session: Session, arguments: Sequence[str]) -> View:
    nothing_more("stop", arguments)
    if session.stop():
        return Message("The server is stopped; routes are kept.", ["`%api serve` starts it again."])
    return Message("The server is not running.", ["`%api serve` starts it."])


def _port(waiting: list[str]) -> int:
    cure = "a number from 1 to 65535, such as `--port 8000`."
    if not waiting:
        raise BadArguments(f"`--port` needs {cure}")
    word = waiting.pop(0)
    if word.isdecimal() and 0 < int(word) < 65536:
        return int(word)
    raise BadArguments(f"`--port {word}` is not a port; give {cure}")


COMMANDS = (
    Command(
        "serve",
        _serve,
        [("serve [NAME] [--port PORT]", "start the server, or serve another application")],
        ["--port"],
    ),
    Command("stop", _stop, [("stop", "stop the server; routes are kept")]),
)
