"""What a load came to: how many answers, how long they took, what went wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

BARS = 24
"""Bars of a histogram at most."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Answers that took from `low` to `high` seconds, and how many there were."""

    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Measured:
    """A load, as far as it has come.

    label: of the operation. request: as it was sent, "GET /items/1". clients: who each wait for an
    answer before they ask again. elapsed: seconds. share: how much of the task is done, 0 to 1.
    durations: seconds, ascending. statuses, errors: how often each came.
    is_over: whether it has ended, be it by an interrupt; is_whole: whether all of it was done.
    """

    label: str
    request: str
    clients: int
    elapsed: float = 0.0
    share: float = 0.0
    durations: Sequence[float] = ()
    statuses: Mapping[str, int] | None = None
    errors: Mapping[str, int] | None = None
    is_over: bool = False
    is_whole: bool = False

    @property
    def answers(self) -> int:
        """Answers that were counted."""
        return len(self.durations)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.elapsed if self.elapsed else 0.0

    def percentile(self, share: float) -> float | None:
        """Return the seconds within which so many came, by the nearest rank; None of none."""
        if not self.durations:
            return None
        return self.durations[max(0, math.ceil(share * self.answers) - 1)]

    @property
    def bars(self) -> Sequence[Bar]:
        """A histogram on a logarithmic scale: what is rare and slow is seen beside the many."""
        if not self.durations:
            return []
        low, high = max(self.durations[0], 1e-6), max(self.durations[-1], 1e-6)
        if high / low < 1.01:
            return [Bar(low, high, self.answers)]
        count = min(BARS, max(4, math.ceil(math.log(high / low, 1.12))))
        step = math.log(high / low) / count
        found = [0] * count
        for each in self.durations:
            at = int(math.log(max(each, low) / low) / step)
            found[min(at, count - 1)] += 1
        edges = [low * math.exp(step * at) for at in range(count + 1)]
        return [Bar(edges[at], edges[at + 1], found[at]) for at in range(count)]
