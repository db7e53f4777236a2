"""How long the requests to one version of a route took, and how many there were."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

LATEST = 500
"""Durations that are kept of a version of a route."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Percentiles of the latest requests, in seconds."""

    p50: float
    p99: float


class Requests:
    """Requests to one version of a route: hits since it serves, the latest durations.

    It holds no route, so that a version goes when nothing else needs it.
    path: the template; endpoint: the name; filename: where the endpoint is written.
    """

    __slots__ = ("_durations", "endpoint", "filename", "hits", "path")

    def __init__(self, path: str = "", endpoint: str = "", filename: str = "") -> None:
        self.path = path
        self.endpoint = endpoint
        self.filename = filename
        self.hits = 0
        self._durations: deque[float] = deque(maxlen=LATEST)

    def add(self, duration: float) -> None:
        """Count a request. duration: seconds."""
        self.hits += 1
        self._durations.append(duration)

    @property
    def latency(self) -> Latency | None:
        """Percentiles by the nearest rank; None before the first request."""
        ordered = sorted(self._durations.copy())
        if not ordered:
            return None
        last = len(ordered) - 1
        return Latency(ordered[round(last * 0.5)], ordered[round(last * 0.99)])
