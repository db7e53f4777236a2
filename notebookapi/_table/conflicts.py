"""Routes that are never reached, since an earlier one serves all that they would."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from starlette.convertors import CONVERTOR_TYPES

from notebookapi._table.pattern import Kind, Pattern, Segment
from notebookapi._table.table import RouteTable
from notebookapi._table.tree import Entry

_REGEX = {name: CONVERTOR_TYPES[name].regex for name in ("str", "int", "float", "uuid", "path")}
# A text for each convertor that no narrower one accepts: who matches it may match all.
_SAMPLES: Mapping[str, str] = {
    _REGEX["str"]: "~",
    _REGEX["int"]: "7",
    _REGEX["float"]: "7.5",
    _REGEX["uuid"]: "12345678-1234-1234-1234-123456789abc",
    _REGEX["path"]: "~/~",
}


@dataclass(frozen=True, slots=True)
class Conflict:
    """methods: those for which `first` serves all that `second` would."""

    first: Entry
    second: Entry
    methods: frozenset[str]


def find_conflicts(table: RouteTable) -> tuple[Conflict, ...]:
    """Return the conflicts in a table."""
    return tuple(_among(table, table, ()))


def patched_conflicts(
    known: Iterable[Conflict], table: RouteTable, removed: Iterable[Entry], added: Iterable[Entry]
) -> tuple[Conflict, ...]:
    """Return the conflicts in a table that was patched from another, whose conflicts are known."""
    gone = set(removed)
    kept = [each for each in known if each.first not in gone and each.second not in gone]
    return (*kept, *_among(table, added, table))


def _among(table: RouteTable, new: Iterable[Entry], others: Iterable[Entry]) -> Iterator[Conflict]:
    """Yield the conflicts of new entries with earlier ones, and of `others` with them."""
    fresh, last_first = set(new), tuple(others)[::-1]
    for entry in fresh:
        if entry.methods:
            yield from _earlier(table, entry)
        for later in last_first:
            if later.order <= entry.order:
                break
            if later not in fresh:
                conflict = conflict_of(entry, later)
                if conflict is not None:
                    yield conflict


def _earlier(table: RouteTable, entry: Entry) -> Iterator[Conflict]:
    sample = _sample(entry.pattern)
    for other in table if sample is None else table.entries_at(sample):
        if other.order < entry.order:
            conflict = conflict_of(other, entry)
            if conflict is not None:
                yield conflict


def conflict_of(first: Entry, second: Entry) -> Conflict | None:
    """Return the conflict of an entry with a later one; None where there is none."""
    shared = (first.methods or frozenset()) & (second.methods or frozenset())
    if shared and covers(first.pattern, second.pattern):
        return Conflict(first, second, shared)
    return None


def _sample(pattern: Pattern) -> str | None:
    """Return a path that a pattern matches; None where its convertors are not known."""
    path = pattern.format
    for name, convertor in pattern.convertors.items():
        text = _SAMPLES.get(convertor.regex)
        if text is None:
            return None
        path = path.replace(f"{{{name}}}", text)
    return path


def covers(first: Pattern, second: Pattern) -> bool:
    """Tell whether `first` matches every path that `second` matches, as far as can be told."""
    if first.segments is None or second.segments is None:
        return _nameless(first) == _nameless(second)
    theirs = second.segments
    for index, segment in enumerate(first.segments):
        if index >= len(theirs):
            return False
        if segment.kind is Kind.REST:
            return segment.text == _REGEX["path"] or segment == theirs[index]
        if not _covers_step(segment, theirs[index]):
            return False
    return len(theirs) == len(first.segments)


def _covers_step(first: Segment, second: Segment) -> bool:
    if first == second:
        return True
    if first.kind is Kind.LITERAL or second.kind is Kind.REST:
        return False
    if second.kind is Kind.LITERAL:
        return bool(first.accepts(second.text))
    if first.text == _REGEX["float"]:
        return second.text == _REGEX["int"]
    return first.text == _REGEX["str"]


def _nameless(pattern: Pattern) -> str:
    return re.sub(r"\?P<\w+>", "", pattern.regex.pattern)
