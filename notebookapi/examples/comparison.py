"""An answer that was expected and one that came -> where they differ, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from notebookapi._differing import MISSING, differing, shown
from notebookapi.examples.record import Answer, is_json

_SHOWN = 60
"""Characters of a value that a difference shows."""


@dataclass(frozen=True, slots=True)
class Difference:
    """where: "status", "content-type", "$.items[0].price". what: "3 → 4"."""

    where: str
    what: str

    @property
    def text(self) -> str:
        return f"{self.where}: {self.what}"


def compare(expected: Answer, came: Answer) -> tuple[Difference, ...]:
    """Return where two answers differ; headers count only where the example names them.

    JSON is compared by what it says: the order of keys and white space do not count.
    """
    return (*_heads(expected, came), *_bodies(expected, came))


def _heads(expected: Answer, came: Answer) -> Iterator[Difference]:
    if expected.status != came.status:
        yield Difference("status", f"{expected.status} → {came.status}")
    there = dict(came.headers)
    for name, value in expected.headers:
        if there.get(name) != value:
            yield Difference(name, f"{value} → {there.get(name, 'missing')}")


def _bodies(expected: Answer, came: Answer) -> Iterator[Difference]:
    if expected.body == came.body:
        return
    if is_json(expected.content_type) and is_json(came.content_type):
        try:
            before, after = json.loads(expected.body), json.loads(came.body)
        except ValueError:
            pass  # it only says that it is JSON: compared as bytes
        else:
            places = differing(before, after)
            yield from (Difference(path, _said(one, other)) for path, one, other in places)
            return
    yield Difference("body", _about(expected.body, came.body))


def _about(before: bytes, after: bytes) -> str:
    try:
        return f"{shown(before.decode(), _SHOWN)} → {shown(after.decode(), _SHOWN)}"
    except UnicodeDecodeError:
        same = " of other content" if len(before) == len(after) else ""
        return f"{len(before):,} bytes → {len(after):,} bytes{same}"


def _said(before: Any, after: Any) -> str:
    if before is MISSING:
        return f"new, {shown(after, _SHOWN)}"
    if after is MISSING:
        return f"{shown(before, _SHOWN)} → missing"
    if isinstance(before, list) and isinstance(after, list):
        return f"{len(before)} items → {len(after)}"
    return f"{shown(before, _SHOWN)} → {shown(after, _SHOWN)}"
