"""The versions of each registration: when it changed, by which cell, and from what source."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from notebookapi._table.published import Registration
from notebookapi.notebook.swap.ownership import Owned
from notebookapi.notebook.swap.transaction import Outcome
from notebookapi.notebook.swap.undoing import Undone

MOST_VERSIONS = 100
"""Versions of one registration that are kept, the latest."""
MOST_NAMES = 1000
"""Registrations whose versions are kept: the ones that changed last."""

_PATHS = ("route", "mount")


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """What became of one registration at one moment.

    number: 1, 2, 3, … for each label. at: seconds since 1970. by: a cell or a command.
    source: of the cell whose registration serves from then on; None where nothing does.
    """

    number: int
    label: str
    what: str
    at: float
    by: str
    source: str | None


class Versions:
    """The versions of everything that has a path, within bounds."""

    def __init__(self) -> None:
        self._by_label: dict[str, deque[Version]] = {}

    @property
    def labels(self) -> Sequence[str]:
        return tuple(self._by_label)

    def of(self, label: str) -> Sequence[Version]:
        """Return the versions of "GET /items/{id}", the earliest first; none if it is unknown."""
        return tuple(self._by_label.get(label, ()))

    def latest(self, most: int) -> Sequence[Version]:
        """Return the latest versions of all, the earliest first."""
        every = [each for versions in self._by_label.values() for each in versions]
        return sorted(every, key=lambda each: each.at)[-most:]

    def note(self, outcome: Outcome) -> None:
        """Note what a cell has published."""
        now = time.time()
        for owned, what in _told(outcome):
            source = None if what == "withdrawn" else owned.cell.source
            self._add(owned.registration, what, now, outcome.cell.label, source)

    def note_undone(self, undone: Undone) -> None:
        """Note what has been taken back."""
        now = time.time()
        cells = {each.registration: each.cell for each in undone.standing.owned}
        back = {each.label for each in undone.back}
        for each in undone.withdrawn:
            if each.label not in back:
                self._add(each, "taken back", now, "%api undo", None)
        for each in undone.back:
            cell = cells.get(each)
            what = f"back to {cell.label}'s" if cell else "back"
            self._add(each, what, now, "%api undo", cell.source if cell else None)

    def note_withdrawn(self, owned: Sequence[Owned], by: str) -> None:
        """Note what a command has withdrawn."""
        now = time.time()
        for each in owned:
            self._add(each.registration, "withdrawn", now, by, None)

    def _add(
        self, registration: Registration, what: str, at: float, by: str, source: str | None
    ) -> None:
        if registration.kind not in _PATHS:
            return
        label = registration.label
        versions = self._by_label.pop(label, None) or deque(maxlen=MOST_VERSIONS)
        number = versions[-1].number + 1 if versions else 1
        versions.append(Version(number, label, what, at, by, source))
        self._by_label[label] = versions  # behind the others: what changed last goes last
        if len(self._by_label) > MOST_NAMES:
            del self._by_label[next(iter(self._by_label))]


def _told(outcome: Outcome) -> Iterator[tuple[Owned, str]]:
    change = outcome.change
    for old, new in (*change.replaced, *change.taken):
        if old.label != new.label:
            yield old, "withdrawn"
        yield new, "replaced" if old.label == new.label else f"was {old.label}"
    yield from ((each, "added") for each in change.added)
    yield from ((each, "withdrawn") for each in change.removed)
    yield from ((each, f"{each.cell.label}'s serves again") for each in change.restored)
    yield from ((new, "follows what it uses") for _, new in outcome.rebound.pairs)
