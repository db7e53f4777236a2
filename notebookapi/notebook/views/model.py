"""What to show, as records; how it looks is decided by `html` and `terminal`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from notebookapi.notebook.ownership import Change, Owned
from notebookapi.notebook.swap import Outcome

Sign = Literal["+", "~", "-", "="]
WORDS: dict[str, str] = {"+": "added", "~": "replaced", "-": "withdrawn", "=": "unchanged"}


@dataclass(frozen=True, slots=True)
class Line:
    """One registration on a card. what: "GET /items/{id}"; who: the endpoint's name."""

    sign: Sign
    what: str
    who: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """One sentence on a card. kind: how serious it is."""

    kind: Literal["info", "warning", "error"]
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """What a cell changed. url: where it is served, on the card of the cell that began it."""

    lines: Sequence[Line] = ()
    notes: Sequence[Note] = ()
    url: str | None = None

    def __bool__(self) -> bool:
        return bool(self.lines or self.notes or self.url)

    @property
    def line(self) -> str:
        """The card in one line of text."""
        parts = [f"{each.sign} {each.what}" for each in self.lines]
        parts += [note.text for note in self.notes]
        served = f"serving at {self.url}" if self.url else ""
        return "notebookapi: " + "; ".join(filter(None, [", ".join(parts), served]))


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A path operation as it is served. cell: empty where no cell made it."""

    methods: str
    path: str
    endpoint: str
    cell: str
    version: int
    hits: int


@dataclass(frozen=True, slots=True)
class RouteList:
    """The path operations of an application."""

    rows: Sequence[RouteRow]
    name: str

    @property
    def line(self) -> str:
        count = len(self.rows)
        return f"notebookapi: {self.name} has {count} path operation{'' if count == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class State:
    """The session at a glance. uptime: seconds."""

    url: str | None
    application: str
    name: str
    routes: int
    requests: int
    errors: int
    uptime: float
    notice: str | None = None
    failure: str | None = None

    @property
    def line(self) -> str:
        where = f"at {self.url}" if self.url else "not running"
        return f"notebookapi: {self.name} {where}, {self.routes} routes, {self.requests} requests"

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What the panel says, as (name, value)."""
        return [
            ("URL", self.url or "not running: `%api serve` starts it"),
            ("Application", f"{self.name} = {self.application}"),
            ("Routes", str(self.routes)),
            ("Requests", f"{self.requests}, {self.errors} failed"),
            ("Uptime", _duration(self.uptime)),
            *([("Port", self.notice)] if self.notice else []),
            *([("Last failure", self.failure)] if self.failure else []),
        ]


@dataclass(frozen=True, slots=True)
class Message:
    """Text with a headline, such as an export's report. good: whether it went well."""

    headline: str
    details: Sequence[str] = ()
    good: bool = True

    @property
    def line(self) -> str:
        return f"notebookapi: {self.headline}"


View = Card | RouteList | State | Message


def card_of(outcome: Outcome, *, url: str | None = None, notes: Sequence[Note] = ()) -> Card:
    """Return the card of a run: one line per registration, and what the person should know."""
    return Card(
        lines=list(_lines(outcome.change)),
        notes=[*_failure(outcome), *_notes(outcome.change), *notes],
        url=url,
    )


def _lines(change: Change) -> Iterator[Line]:
    taken = {new: old for old, new in change.taken}
    for owned in change.added:
        yield Line("+", owned.label, owned.endpoint)
    for old, new in change.replaced:
        note = f"was {old.label}" if old.label != new.label else ""
        yield Line("~", new.label, new.endpoint, note)
    for owned, old in taken.items():
        who = old.endpoint or old.label
        yield Line("~", owned.label, owned.endpoint, f"was {who} of {old.cell.label}")
    for owned in change.removed:
        yield Line("-", owned.label, owned.endpoint)
    for owned in change.restored:
        yield Line("+", owned.label, owned.endpoint, f"{owned.cell.label}'s serves again")


def _notes(change: Change) -> Iterator[Note]:
    for old, new in change.taken:
        yield Note(
            "warning",
            f"{new.label} was registered by {old.cell.label}{_in_brackets(old.endpoint)}; "
            f"{new.cell.label}{_in_brackets(new.endpoint)} serves it now. Change one of the paths, or re-run {old.cell.label} "
            "to have the first one back.",
        )


def _failure(outcome: Outcome) -> Iterator[Note]:
    if outcome.refused is not None:
        yield Note("error", f"Nothing was published: {outcome.refused}")
    if not (outcome.kept or outcome.dropped):
        return
    label = outcome.cell.label
    what = "was not published" if outcome.cell.succeeded else "did not end well"
    lost = f"; {_listed(outcome.dropped)} not registered" if outcome.dropped else ""
    kept = _served(outcome.kept)
    yield Note("error", f"{label[0].upper()}{label[1:]} {what}{lost}{kept}.")


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


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (rest, "s")]
    return " ".join(f"{value} {unit}" for value, unit in parts if value) or "0 s"
