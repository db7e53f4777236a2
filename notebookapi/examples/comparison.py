"""An answer that was expected and one that came -> where they differ, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

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
            yield from _differ("$", before, after)
            return
    yield Difference("body", _about(expected.body, came.body))


def _about(before: bytes, after: bytes) -> str:
    try:
        return f"{_show(before.decode())} → {_show(after.decode())}"
    except UnicodeDecodeError:
        same = " of other content" if len(before) == len(after) else ""
        return f"{len(before):,} bytes → {len(after):,} bytes{same}"


def _differ(path: str, before: Any, after: Any) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _objects(path, before, after)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(path, before, after)
    elif before != after or type(before) is not type(after):
        yield Difference(path, f"{_show(before)} → {_show(after)}")


def _objects(path: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Difference]:
    for key, value in before.items():
        if key in after:
            yield from _differ(f"{path}.{key}", value, after[key])
        else:
            yield Difference(f"{path}.{key}", f"{_show(value)} → missing")
    for key, value in after.items():
        if key not in before:
            yield Difference(f"{path}.{key}", f"new, {_show(value)}")


def _lists(path: str, before: list[Any], after: list[Any]) -> Iterator[Difference]:
    for index, (one, other) in enumerate(zip(before, after, strict=False)):
        yield from _differ(f"{path}[{index}]", one, other)
    if len(before) != len(after):
        yield Difference(path, f"{len(before)} items → {len(after)}")


def _show(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
