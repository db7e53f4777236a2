"""What to show, as records; how it looks is decided by `html` and `terminal`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from notebookapi._table.published import Registration
from notebookapi.notebook.contract.model import Change
from notebookapi.notebook.contract.served import MOST, Changed
from notebookapi.notebook.swap.ownership import Change as OwnedChange
from notebookapi.notebook.swap.ownership import Owned
from notebookapi.notebook.swap.transaction import Outcome

Sign = Literal["+", "~", "-", "=", "○"]
WORDS: dict[str, str] = {
    "+": "added",
    "~": "replaced",
    "-": "withdrawn",
    "=": "unchanged",
    "○": "waiting",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One registration on a card. what: "GET /items/{id}"; who: the endpoint's name.

    changes: what is different for its clients. tried: what a request can be sent to, where that is
    so.
    """

    sign: Sign
    what: str
    who: str
    note: str = ""
    changes: Sequence[Change] = ()
    tried: str = ""

    @property
    def text(self) -> str:
        """The line as it stands among others in one line of text."""
        named = self.note or (self.who if "→" in self.what else "")
        # The arrow tells of the path already.
        more = [each for each in self.changes if "→" not in self.what or each.place]
        remark = ", ".join(filter(None, [named, _counted(more)]))
        return f"{self.sign} {self.what}" + (f" ({remark})" if remark else "")

    @property
    def summary(self) -> str:
        """How many changes there are and how many break clients: "3 changes, 1 breaking"."""
        return _counted(self.changes)


def _counted(changes: Sequence[Change]) -> str:
    count, breaking = len(changes), sum(each.breaking for each in changes)
    if not count:
        return ""
    named = "1 change" if count == 1 else f"{count} changes"
    return f"{named}, {breaking} breaking" if breaking else f"{named}, compatible"


@dataclass(frozen=True, slots=True)
class Note:
    """One sentence on a card. kind: how serious it is."""

    kind: Literal["info", "warning", "error"]
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """What a cell changed. url: where it is served, on the card of the cell that began it.

    page: the class by which a page knows whose card it is.
    """

    lines: Sequence[Line] = ()
    notes: Sequence[Note] = ()
    url: str | None = None
    page: str = ""

    def __bool__(self) -> bool:
        return bool(self.lines or self.notes or self.url)

    @property
    def line(self) -> str:
        """The card in one line of text."""
        changes = ", ".join(each.text for each in self.lines)
        served = f"serving at {self.url}" if self.url else ""
        parts = list(filter(None, [changes, *(note.text for note in self.notes), served]))
        return "notebookapi: " + "; ".join(
            [*(each.rstrip(".") for each in parts[:-1]), *parts[-1:]]
        )


@dataclass(frozen=True, slots=True)
class Message:
    """Text with a headline, such as an export's report.

    good: whether it went well; None where nothing was at stake.
    """

    headline: str
    details: Sequence[str] = ()
    good: bool | None = True

    @property
    def line(self) -> str:
        return f"notebookapi: {self.headline}"


class View(Protocol):
    """What a command shows: one of these records, or one that brings its own looks."""

    @property
    def line(self) -> str:
        """The view in one line of text."""
        ...


def card_of(
    outcome: Outcome,
    *,
    url: str | None = None,
    notes: Sequence[Note] = (),
    waiting: Collection[Registration] = (),
    contract: Sequence[Changed] = (),
) -> Card:
    """Return the card of a run: one line per registration, and what the person should know.

    waiting: what is registered where no request can come to it.
    contract: the operations that are different for their clients.
    """
    return Card(
        lines=list(_lines(outcome.change, waiting, contract)),
        notes=[*_failure(outcome), *_conflicts(outcome.change), *_not_compared(contract), *notes],
        url=url,
    )


def _lines(
    change: OwnedChange, waiting: Collection[Registration], contract: Sequence[Changed]
) -> Iterator[Line]:
    made = {
        owned: Line("○" if owned.registration in waiting else "+", owned.label, owned.endpoint)
        for owned in change.added
    }
    for old, new in change.replaced:
        if not _is_as_it_was(old.registration, new.registration):
            made[new] = Line("~", _renamed(old, new), new.endpoint)
    for old, new in change.taken:
        who = old.endpoint or old.label
        made.setdefault(new, Line("~", new.label, new.endpoint, f"was {who} of {old.cell.label}"))
    contract = [each for each in contract if each.is_compared]
    told = {each.registration: each.changes for each in reversed(contract)}
    # In the order in which the cell registers them.
    for owned in sorted(made, key=lambda each: each.place):
        changes = told.get(owned.registration, ())
        yield replace(made[owned], changes=changes, tried=_tried(owned, made[owned].sign))
    for owned in change.removed:
        yield Line("-", owned.label, owned.endpoint)
    for owned in change.restored:
        text = f"{owned.cell.label}'s serves again"
        changes = told.get(owned.registration, ())
        yield Line("+", owned.label, owned.endpoint, text, changes, _tried(owned, "+"))
    shown = {owned.registration for owned in (*made, *change.restored)}
    for each in contract:  # what other cells serve is different too
        if each.registration not in shown:
            yield Line("~", each.label, "", "of another cell", each.changes, each.label)


def _tried(owned: Owned, sign: Sign) -> str:
    """Return what a request can be sent to; nothing where none comes to it."""
    return owned.label if owned.registration.kind == "route" and sign != "○" else ""


def _not_compared(contract: Sequence[Changed]) -> Iterator[Note]:
    """Say of how many operations nobody knows whether their clients notice."""
    left = [each.label for each in contract if not each.is_compared]
    if left:
        which = "1 operation" if len(left) == 1 else f"{len(left)} operations"
        yield Note(
            "info",
            f"The contracts of {which}, from {left[0]} on, were not compared with those before: "
            f"only the first {MOST} that are served anew are.",
        )


def _is_as_it_was(old: Registration, new: Registration) -> bool:
    """Whether an attribute is assigned what it was before, maybe of an application made anew."""
    if new.kind != "setting":
        return False
    try:
        return bool(old.value == new.value)
    except Exception:  # the person's own comparison: nothing is known
        return False


def _renamed(old: Owned, new: Owned) -> str:
    """Return the label, with what it was before: `GET /a → /b`."""
    (methods, _, before), (same, _, after) = old.label.partition(" "), new.label.partition(" ")
    return f"{methods} {before} → {after}" if methods == same and before != after else new.label


def _conflicts(change: OwnedChange) -> Iterator[Note]:
    pairs = (*change.taken, *change.hiding)
    for text in dict.fromkeys(_conflict(old, new) for old, new in pairs):
        yield Note("warning", text)
    for first, second in change.doubled:
        names = " and ".join(dict.fromkeys(filter(None, (first.endpoint, second.endpoint))))
        yield Note(
            "warning",
            f"{second.label} is registered twice in {second.cell.label}{_in_brackets(names)}: the "
            "first serves. Change one of the paths.",
        )


def _conflict(old: Owned, new: Owned) -> str:
    is_path = new.registration.kind in ("route", "mount")
    verb, cure = ("serves", "Change one of the paths") if is_path else ("has", "Keep one")
    return (
        f"{old.label} was registered by {old.cell.label}{_in_brackets(old.endpoint)}; "
        f"{new.cell.label}{_in_brackets(new.endpoint)} {verb} it now. {cure}, or re-run "
        f"{old.cell.label} to have the first one back."
    )


def _failure(outcome: Outcome) -> Iterator[Note]:
    """Say in one line that nothing was published, why, and what serves nevertheless."""
    if not (outcome.kept or outcome.dropped or outcome.refused):
        return
    label = outcome.cell.label
    what = "did not end well"
    if outcome.refused is not None:
        what = f"was not published: {type(outcome.refused).__name__}: {outcome.refused}".rstrip(".")
    lost = f"; {_listed(outcome.dropped)} not registered" if outcome.dropped else ""
    yield Note("error", f"{label[0].upper()}{label[1:]} {what}{lost}{_served(outcome.kept)}.")


def _served(kept: Sequence[Owned]) -> str:
    if not kept:
        return "; what served before still serves"
    verb = "still serves" if len(kept) == 1 else "still serve"
    return f"; {_listed([each.label for each in kept])} of its last good run {verb}"


def _in_brackets(name: str) -> str:
    return f" ({name})" if name else ""


def _listed(labels: Sequence[str]) -> str:
    shown = ", ".join(labels[:3])
    return shown if len(labels) <= 3 else f"{shown} and {len(labels) - 3} more"
