"""Two JSON schemas -> what changed for those who write by them, and for those who read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from notebookapi.notebook.contract.alternatives import (
    DEEPEST,
    NAME,
    Components,
    alternatives,
    kind,
    matched,
    resolved,
)
from notebookapi.notebook.contract.limits import limits, show
from notebookapi.notebook.contract.model import Change, Direction, Effect, Schema


@dataclass(frozen=True, slots=True)
class Comparison:
    """Compares schemas of one direction; each pair of named ones once.

    before, after: the schemas that `$ref`s lead to.
    """

    before: Components
    after: Components
    direction: Direction
    seen: set[tuple[str, str]] = field(default_factory=set)

    def compare(
        self, place: str, before: Schema, after: Schema, depth: int = 0
    ) -> Iterator[Change]:
        """Yield what changed. place: where the schemas stand, such as "body → price"."""
        if depth > DEEPEST:
            return
        old, new = resolved(before, self.before), resolved(after, self.after)
        yield from self._default(place, old, new)
        yield from self._unions(
            place, alternatives(old, self.before), alternatives(new, self.after), depth
        )

    def change(self, place: str, what: str, effect: Effect) -> Change:
        return Change(place, what, self.direction.is_broken_by(effect))

    def _default(self, place: str, before: Schema, after: Schema) -> Iterator[Change]:
        if before.get("default") != after.get("default"):
            both = (before, after)
            was, now = (show(each["default"]) if "default" in each else "none" for each in both)
            yield Change(place, f"default {was} → {now}")
        if bool(before.get("deprecated")) != bool(after.get("deprecated")):
            yield Change(
                place, "deprecated now" if after.get("deprecated") else "deprecated no more"
            )

    def _unions(
        self, place: str, before: Sequence[Schema], after: Sequence[Schema], depth: int
    ) -> Iterator[Change]:
        pairs, lost, more = matched(before, after)
        for old, new in pairs:
            yield from self._alternative(place, old, new, depth)
        if lost and more:
            yield from self._retyped(place, lost, more, is_partial=bool(pairs))
        elif lost:
            yield self.change(place, f"{_named(lost)} is not allowed any more", Effect.NARROWER)
        elif more:
            yield self.change(place, f"{_named(more)} is allowed too", Effect.WIDER)

    def _retyped(
        self, place: str, lost: Sequence[Schema], more: Sequence[Schema], *, is_partial: bool
    ) -> Iterator[Change]:
        old, new = {kind(each) for each in lost}, {kind(each) for each in more}
        effect = Effect.OTHER
        if (not is_partial and "" in new) or (old == {"integer"} and "number" in new):
            effect = Effect.WIDER
        elif (not is_partial and "" in old) or (new == {"integer"} and "number" in old):
            effect = Effect.NARROWER
        yield self.change(place, f"type {_named(lost)} → {_named(more)}", effect)
        if len(lost) == len(more) == 1 and old | new == {"integer", "number"}:
            yield from self._limits(place, lost[0], more[0])

    def _alternative(
        self, place: str, before: Schema, after: Schema, depth: int
    ) -> Iterator[Change]:
        names = str(before.get(NAME, "")), str(after.get(NAME, ""))
        if all(names):
            if names in self.seen:
                return
            self.seen.add(names)
        yield from self._limits(place, before, after)
        yield from self._fields(place, before, after, depth)
        yield from self._items(place, before, after, depth)
        yield from self._others(place, before, after, depth)

    def _limits(self, place: str, before: Schema, after: Schema) -> Iterator[Change]:
        for limit in limits(before, after):
            yield self.change(place, limit.what, limit.effect)

    def _fields(self, place: str, before: Schema, after: Schema, depth: int) -> Iterator[Change]:
        old, new = before.get("properties", {}), after.get("properties", {})
        was, now = set(before.get("required", ())), set(after.get("required", ()))
        for name, schema in old.items():
            inner = _inside(place, name)
            if name not in new:
                # What is sent goes unread, what is read is not there: it breaks both.
                yield self.change(inner, "removed", Effect.OTHER)
                continue
            if name in was ^ now:
                what = "required now" if name in now else "optional now"
                effect = Effect.NARROWER if name in now else Effect.WIDER
                yield self.change(inner, what, effect)
            yield from self.compare(inner, schema, new[name], depth + 1)
        for name in new:
            if name not in old:
                yield self._added(_inside(place, name), is_required=name in now)

    def _added(self, place: str, *, is_required: bool) -> Change:
        if self.direction is Direction.RESPONSE:
            return Change(place, "added")
        return Change(place, f"added, {'required' if is_required else 'optional'}", is_required)

    def _items(self, place: str, before: Schema, after: Schema, depth: int) -> Iterator[Change]:
        old, new = before.get("prefixItems") or (), after.get("prefixItems") or ()
        for index, (one, other) in enumerate(zip(old, new, strict=False)):
            yield from self.compare(f"{place}[{index}]", one, other, depth + 1)
        if len(old) != len(new):
            yield self.change(place, f"{len(old)} places → {len(new)}", Effect.OTHER)
        first, second = before.get("items"), after.get("items")
        if first is not None or second is not None:
            yield from self.compare(f"{place}[]", _schema(first), _schema(second), depth + 1)

    def _others(self, place: str, before: Schema, after: Schema, depth: int) -> Iterator[Change]:
        """Compare what is said of fields that are not named."""
        old, new = before.get("additionalProperties", True), after.get("additionalProperties", True)
        if old == new:
            return
        if new is False:
            yield self.change(place, "other fields are not allowed any more", Effect.NARROWER)
        elif old is False:
            # Who reads leaves alone what it does not know.
            is_request = self.direction is Direction.REQUEST
            effect = Effect.WIDER if is_request else Effect.NONE
            yield self.change(place, "other fields are allowed", effect)
        else:
            yield from self.compare(_inside(place, "*"), _schema(old), _schema(new), depth + 1)


def _named(schemas: Sequence[Schema]) -> str:
    names = [
        str(each["title"]) if kind(each) == "object" and each.get("title") else kind(each) or "any"
        for each in schemas
    ]
    return " or ".join(dict.fromkeys(names))


def _schema(value: Any) -> Schema:
    """Return a schema where `true` or nothing stands for one that allows all."""
    return value if isinstance(value, Mapping) else {}


def _inside(place: str, name: str) -> str:
    return f"{place} → {name}" if place else name
