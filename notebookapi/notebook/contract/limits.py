"""Keywords of a JSON schema that limit values of one type: what a change of each does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from notebookapi.notebook.contract.model import Effect, Schema

_SHOWN = 40
"""Characters of a value that a change shows."""

# (inclusive, exclusive, name): exclusive bounds are numbers too (JSON Schema 2020-12, 6.2).
_LOWER = (
    ("minimum", "exclusiveMinimum", "minimum"),
    ("minLength", None, "shortest length"),
    ("minItems", None, "fewest items"),
    ("minProperties", None, "fewest fields"),
    ("minContains", None, "fewest that match"),
)
_UPPER = (
    ("maximum", "exclusiveMaximum", "maximum"),
    ("maxLength", None, "longest length"),
    ("maxItems", None, "most items"),
    ("maxProperties", None, "most fields"),
    ("maxContains", None, "most that match"),
)
# What is only a hint for people and forms, and refuses nothing.
_HINTS = frozenset({"password", "int32", "int64", "float", "double", "textarea"})
# Compared as a whole: what a change of these does cannot be told from the keyword.
_OPAQUE = (
    "pattern", "contentMediaType", "patternProperties", "propertyNames", "not", "if", "then",
    "else", "dependentRequired", "dependentSchemas", "contains", "unevaluatedProperties",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit that has changed."""

    what: str
    effect: Effect


def limits(before: Schema, after: Schema) -> Iterator[Limit]:
    """Yield the limits that have changed between two schemas of one type."""
    if _allowed(before) is not None or _allowed(after) is not None:
        # Where values are listed, whatever else is said only takes some of them away.
        yield from _values(before, after)
        return
    for inclusive, exclusive, name in _LOWER:
        low = [_low(each, inclusive, exclusive) for each in (before, after)]
        yield from _bound(name, *low)
    for inclusive, exclusive, name in _UPPER:
        high = [_high(each, inclusive, exclusive) for each in (before, after)]
        yield from _bound(name, *high)
    yield from _multiple(before.get("multipleOf"), after.get("multipleOf"))
    yield from _unique(before, after)
    was, now = (None if (f := s.get("format")) in _HINTS else f for s in (before, after))
    yield from _whole("format", was, now)
    for name in _OPAQUE:
        yield from _whole(name, before.get(name), after.get(name))


@dataclass(frozen=True, slots=True)
class _Bound:
    """key: the higher, the fewer values. value: as people read it."""

    key: tuple[float, bool]
    value: str


def _low(schema: Schema, inclusive: str, exclusive: str | None) -> _Bound | None:
    found = [
        *_number(schema, inclusive, "", 1, strict=False),
        *_number(schema, exclusive, "> ", 1, strict=True),
    ]
    return max(found, key=lambda each: each.key, default=None)


def _high(schema: Schema, inclusive: str, exclusive: str | None) -> _Bound | None:
    found = [
        *_number(schema, inclusive, "", -1, strict=False),
        *_number(schema, exclusive, "< ", -1, strict=True),
    ]
    return max(found, key=lambda each: each.key, default=None)


def _number(
    schema: Schema, name: str | None, sign: str, turn: int, *, strict: bool
) -> Iterator[_Bound]:
    value = schema.get(name) if name else None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        yield _Bound((turn * value, strict), f"{sign}{show(value)}")


def _bound(name: str, before: _Bound | None, after: _Bound | None) -> Iterator[Limit]:
    if (before.key if before else None) == (after.key if after else None):
        return
    if before is None or after is None:
        yield _came_or_went(name, before.value if before else None, after.value if after else None)
        return
    effect = Effect.NARROWER if after.key > before.key else Effect.WIDER
    yield Limit(f"{name} {before.value} → {after.value}", effect)


def _came_or_went(name: str, before: str | None, after: str | None) -> Limit:
    if before is None:
        return Limit(f"{name} {after}, had none", Effect.NARROWER)
    return Limit(f"{name} {before} is gone", Effect.WIDER)


def _values(before: Schema, after: Schema) -> Iterator[Limit]:
    old, new = _allowed(before), _allowed(after)
    if old is None:
        yield Limit(f"only {_listed(new or ())} now", Effect.NARROWER)
    elif lost := [value for value in old if not _is_among(value, new, after)]:
        yield Limit(f"{_listed(lost)} removed", Effect.NARROWER)
    if new is None:
        yield Limit(f"any value, was only {_listed(old or ())}", Effect.WIDER)
    elif more := [value for value in new if not _is_among(value, old, before)]:
        yield Limit(f"{_listed(more)} added", Effect.WIDER)


def _is_among(value: str, allowed: Sequence[str] | None, schema: Schema) -> bool:
    return _is_within(json.loads(value), schema) if allowed is None else value in allowed


def _allowed(schema: Schema) -> list[str] | None:
    """Return the values of an enum as JSON, in which `1` and `true` are not equal."""
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    if values is None:
        return None
    return [json.dumps(value, ensure_ascii=False) for value in values if _is_within(value, schema)]


def _is_within(value: Any, schema: Schema) -> bool:
    """Tell whether a value keeps to the bounds and the pattern of a schema."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return True
    if isinstance(value, str):
        pattern = schema.get("pattern")
        fits = not isinstance(pattern, str) or _fits(pattern, value)
        shortest, longest = schema.get("minLength", 0), schema.get("maxLength", len(value))
        return bool(fits and shortest <= len(value) <= longest)
    low, high = _low(schema, *_LOWER[0][:2]), _high(schema, *_UPPER[0][:2])
    return (low is None or low.key <= (value, False)) and (
        high is None or high.key <= (-value, False)
    )


def _fits(pattern: str, value: str) -> bool:
    try:
        return re.search(pattern, value) is not None
    except re.error:  # written for another engine, pydantic's say
        return True


def _multiple(before: Any, after: Any) -> Iterator[Limit]:
    if before == after:
        return
    if before is None or after is None:
        was, now = (None if each is None else show(each) for each in (before, after))
        yield _came_or_went("multiple of", was, now)
        return
    effect = Effect.OTHER
    if after % before == 0:
        effect = Effect.NARROWER
    elif before % after == 0:
        effect = Effect.WIDER
    yield Limit(f"multiple of {show(before)} → {show(after)}", effect)


def _unique(before: Schema, after: Schema) -> Iterator[Limit]:
    old, new = bool(before.get("uniqueItems")), bool(after.get("uniqueItems"))
    if old != new:
        effect = Effect.NARROWER if new else Effect.WIDER
        yield Limit("no item twice" if new else "items may repeat", effect)


def _whole(name: str, before: Any, after: Any) -> Iterator[Limit]:
    if before == after:
        return
    if before is None or after is None:
        was, now = (None if each is None else show(each) for each in (before, after))
        yield _came_or_went(name, was, now)
    else:
        yield Limit(f"{name} {show(before)} → {show(after)}", Effect.OTHER)


def _listed(values: Sequence[str]) -> str:
    shown = ", ".join(values[:5])
    return shown if len(values) <= 5 else f"{shown} and {len(values) - 5} more"


def show(value: Any) -> str:
    """Return a value as JSON, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
