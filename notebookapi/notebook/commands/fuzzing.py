"""`%api fuzz`: requests made from the schema, and what they bring to light."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from time import monotonic
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from notebookapi.notebook.commands.command import Command, Words
from notebookapi.notebook.commands.measuring import header, whole
from notebookapi.notebook.commands.targets import SAFE, served, target_of
from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.face import Session
from notebookapi.notebook.server.server import has_sockets
from notebookapi.notebook.views.model import Message, View
from notebookapi.notebook.views.widgets.operation import WEBSOCKET

if TYPE_CHECKING:
    from notebookapi.notebook.fuzzing.findings import Fuzzed

_FORM = (
    "`%api fuzz [METHOD PATH] [--examples N] [--seed N] [--all] [--header 'NAME: VALUE']`, or "
    "`%api fuzz --keep NUMBER [NAME]`"
)
_EXAMPLES, _MOST = 100, 100_000
_SOON = 0.25
"""Seconds between two lines of progress."""
_RANDOM = random.Random()
"""Of our own: the numbers that the person has seeded stay as they are."""
_latest: WeakKeyDictionary[Session, Fuzzed] = WeakKeyDictionary()
Operations = Sequence[tuple[str, str]]


def _fuzz(session: Session, arguments: Sequence[str]) -> View:
    words = Words(_FORM)
    words.add_argument("target", nargs="*")
    words.add_argument(
        "--examples", "--max", type=lambda word: whole("--examples", word, _MOST),
        default=_EXAMPLES,
    )  # fmt: skip
    words.add_argument("--seed", type=lambda word: whole("--seed", word, 2**31))
    words.add_argument("--all", action="store_true")
    words.add_argument("--header", action="append", default=[])
    words.add_argument("--keep", type=lambda word: whole("--keep", word, _MOST))
    said = words.parse_args(arguments)
    if said.keep is not None:
        return _keep(session, said.keep, said.target)
    chosen, skipped = _operations(session, said.target, everything=said.all)
    return _run(session, chosen, skipped, said.examples, said.seed, said.header)


def _run(
    session: Session,
    chosen: Operations,
    skipped: Operations,
    most: int,
    seed: int | None,
    headers: Sequence[str],
) -> View:
    from notebookapi.notebook.fuzzing.run import Task, fuzz
    from notebookapi.notebook.kernel.progress import telling
    from notebookapi.notebook.sending.client import with_state
    from notebookapi.notebook.views.fuzzing import Fuzzing

    session.check_not_inside()
    url = session.url  # its loop answers, and its lifespan has begun
    task = Task(
        app=with_state(session.app, session.server.lifespan_state),
        server=session.server,
        document=session.app.openapi(),
        operations=chosen,
        most=most,
        # Not for secrets: it says which requests are made.
        seed=seed or _RANDOM.randrange(1, 1_000_000),
        headers=[*map(header, headers)],
        name_of=session.screen.name_of,
    )
    labels = [" ".join(each) for each in skipped]
    with telling() as tell:
        found = fuzz(task, url, labels, _now_and_then(tell))
    _latest[session] = found
    return Fuzzing(found)


def _operations(
    session: Session, words: Sequence[str], *, everything: bool
) -> tuple[Operations, Operations]:
    """Return the operations that are asked, and those that may change something."""
    if not has_sockets():
        raise BadArguments("`%api fuzz` needs a server's loop, and there are no sockets here.")
    if words:
        target = target_of(session, "fuzz", words)
        if target.method == WEBSOCKET:
            raise BadArguments(f"`%api fuzz` sends requests; {target.path} is a WebSocket.")
        if not (target.is_safe or target.is_named or everything):
            raise BadArguments(
                f"{target.label} may change something each time that it is asked. If that is "
                f"meant, write its method: `%api fuzz {target.label}`."
            )
        return [(target.method, target.path)], []
    there = [each for each in served(session) if each[0] != WEBSOCKET]
    chosen = [each for each in there if everything or each[0] in SAFE]
    skipped = [each for each in there if each not in chosen]
    if not chosen:
        raise BadArguments(
            f"All that is served may change something: {', '.join(map(' '.join, skipped))}. Name "
            f"one, as in `%api fuzz {' '.join(skipped[0])}`, or say `%api fuzz --all`."
        )
    return chosen, skipped


def _keep(session: Session, number: int, names: Sequence[str]) -> View:
    """Send a finding's request once more and keep it, with its answer, as an example."""
    found = _latest.get(session)
    if found is None or number > len(found.findings):
        count = len(found.findings) if found is not None else 0
        raise BadArguments(
            f"There is no finding {number}: the last `%api fuzz` brought {count or 'none'} to "
            "light."
        )
    if len(names) > 1:
        raise BadArguments(f"An example has one name; {len(names)} were given. Write {_FORM}.")
    request = found.findings[number - 1].request
    session.request(
        request.method, request.target, headers=[*request.headers], content=request.body
    )
    kept = session.examples.save(names[0] if names else None)
    where = session.examples.place or "memory"
    return Message(f"Kept in {where}: {kept.name}.", [kept.label])


def _now_and_then(tell: Callable[[str], None]) -> Callable[[str], None]:
    last = 0.0

    def told(text: str) -> None:
        nonlocal last
        if monotonic() - last >= _SOON:
            last = monotonic()
            tell(text)

    return told


COMMANDS = (
    Command(
        "fuzz",
        _fuzz,
        [
            ("fuzz [METHOD PATH]", "ask what the schema allows and what it refuses; show faults"),
            ("fuzz … --examples N", "... with so many requests to each instead of 100"),
            ("fuzz … --seed N", "... the same requests again"),
            ("fuzz --all", "... also where the method may change something"),
            ("fuzz --keep NUMBER [NAME]", "keep a finding's request as an example"),
        ],
        ["--examples", "--max", "--seed", "--all", "--keep"],
    ),
)
