"""`%api examples`."""

from __future__ import annotations

from collections.abc import Sequence

from notebookapi.notebook.commands.command import Command, Words
from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.face import Session
from notebookapi.notebook.views.model import Message, View

_FORM = "`%api examples [on|off]`, `%api examples save [NAME] [--replay]` or `… forget NAME`"


def _examples(session: Session, arguments: Sequence[str]) -> View:
    words = Words(_FORM)
    words.add_argument("what", nargs="?", choices=("on", "off", "save", "forget"))
    words.add_argument("name", nargs="?")
    words.add_argument("--replay", action="store_true")
    said = words.parse_args(arguments)
    kept = session.examples
    match said.what, said.name:
        case None, _:
            return kept.view
        case ("on" | "off") as switch, None:
            kept.is_on = switch == "on"
            return Message(f"Examples are {'sent again' if kept.is_on else 'not sent again'}.")
        case "save", name:
            made = kept.save(name, replay=said.replay)
            where = f"in {kept.place}" if kept.place else "in memory"
            hidden = f" Placeholders stand for {', '.join(made.secrets)}." if made.secrets else ""
            return Message(f"Kept {where}: {made.name}, {made.label}.{hidden}")
        case "forget", str(name):
            return Message(f"Forgotten: {kept.forget(name).name}.")
    raise BadArguments(f"`%api examples` does not understand this. Write {_FORM}.")


COMMANDS = (
    Command(
        "examples",
        _examples,
        [
            ("examples [on|off]", "the requests that are kept; whether they are sent again"),
            ("examples save [NAME] [--replay]", "keep the last request; send it again if unsafe"),
            ("examples forget NAME", "drop one"),
        ],
        ["--replay"],
    ),
)
