"""`%api undo`, `%api history`."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from notebookapi._table.published import Registration
from notebookapi.editing import current_draft
from notebookapi.notebook.commands.command import Command, Words
from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.face import Session
from notebookapi.notebook.swap.reloading import made_by_modules
from notebookapi.notebook.swap.undisturbed import undisturbed
from notebookapi.notebook.swap.undoing import Undone
from notebookapi.notebook.swap.versions import Version
from notebookapi.notebook.views.history import SourceDiff, VersionList
from notebookapi.notebook.views.model import Card, Line, Note, View

_HISTORY = "`%api history`, `%api history METHOD PATH` or `%api history METHOD PATH A B`"
_SHOWN = 50
"""Versions that `%api history` shows of all that are kept."""


def _undo(session: Session, arguments: Sequence[str]) -> View:
    words = Words("`%api undo` or `%api undo STEPS`")
    words.add_argument("steps", nargs="?", type=int, default=1)
    steps: int = words.parse_args(arguments).steps
    draft = current_draft()
    if draft is not None and draft.operations:
        raise BadArguments(
            "This cell has registered something that is not published yet. Run `%api undo` in a "
            "cell of its own."
        )
    return undo(session, steps)


def undo(session: Session, steps: int) -> Card:
    """Take publications back, the last first; return what is told. Raises BadArguments."""
    with undisturbed():
        undone = session.take_back(steps)
    notes = [Note("info", text) for text in (_what(undone), *_modules(undone))]
    return Card(lines=list(_lines(undone)), notes=notes)


def _what(undone: Undone) -> str:
    *most, last = dict.fromkeys(step.who for step in undone.steps)
    listed = f"{', '.join(most)} and {last}" if most else last
    return (
        f"Taken back: what {listed} published. Names keep what they stand for; run a cell again "
        "to have its version back."
    )


def _modules(undone: Undone) -> Iterator[str]:
    """Say how modules serve again what is taken back: an `import` runs their code once."""
    back = {each.label for each in undone.back}
    gone = {each for each in undone.withdrawn if each.label not in back}
    for module, made in made_by_modules() if gone else ():
        if any(each.registration in gone for each in made):
            name = module.__name__
            yield f"Module `{name}` registers again only upon `importlib.reload({name})`."


def _lines(undone: Undone) -> Iterator[Line]:
    lost = {each.label: each for each in undone.withdrawn}
    back = {each.label: each for each in undone.back}
    for label, each in back.items():
        yield Line("~" if label in lost else "+", label, _name(each), "as it was before")
    for label, each in lost.items():
        if label not in back:
            yield Line("-", label, _name(each))


def _name(registration: Registration) -> str:
    return str(getattr(registration.value, "name", None) or "")


def _history(session: Session, arguments: Sequence[str]) -> View:
    versions = session.versions
    match list(arguments):
        case []:
            return VersionList(versions.latest(_SHOWN))
        case [method, path]:
            label = _label(session, method, path)
            return VersionList(versions.of(label), label)
        case [method, path, first, second]:
            label = _label(session, method, path)
            return SourceDiff(_version(session, label, first), _version(session, label, second))
    raise BadArguments(f"`%api history` does not understand this. Write {_HISTORY}.")


def _label(session: Session, method: str, path: str) -> str:
    label = f"{method.upper()} {path}"
    for known in session.versions.labels:
        if known.upper() == label.upper():
            return known
    near = difflib.get_close_matches(label, session.versions.labels, n=1)
    guess = f"Did you mean `%api history {near[0]}`?" if near else "`%api history` lists all."
    raise BadArguments(f"No cell has registered `{label}`. {guess}")


def _version(session: Session, label: str, word: str) -> Version:
    there = session.versions.of(label)
    found = next((each for each in there if str(each.number) == word), None)
    if found is None:
        numbers = ", ".join(str(each.number) for each in there)
        raise BadArguments(f"{label} has no version {word!r}; it has {numbers}.")
    return found


COMMANDS = (
    Command(
        "undo",
        _undo,
        [("undo [STEPS]", "take the last publication back, or so many")],
    ),
    Command(
        "history",
        _history,
        [
            ("history [METHOD PATH]", "versions, with time and cell"),
            ("history METHOD PATH A B", "... how the source of version B differs from A's"),
        ],
    ),
)
