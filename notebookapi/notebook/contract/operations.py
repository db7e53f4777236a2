"""Two versions of an operation -> what changed for its clients."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from notebookapi.notebook.contract.model import Change, Direction, Operation, Schema
from notebookapi.notebook.contract.schemas import Comparison

# Every operation that reads something can answer so: that it appears tells nothing new.
_AUTOMATIC = frozenset({"422"})


def compare(before: Operation | None, after: Operation | None) -> tuple[Change, ...]:
    """Return what changed, each in words, in the order of the operation's parts.

    None: there is none. An operation that is added breaks nobody; one that is removed does.
    """
    if before is None or after is None:
        if before is after:
            return ()
        return (Change("", "added") if before is None else Change("", "removed", breaking=True),)
    return tuple(dict.fromkeys(_changes(before, after)))


def _changes(before: Operation, after: Operation) -> Iterator[Change]:
    yield from _address(before, after)
    yield from _deprecated(before, after)
    yield from _security(before.described, after.described)
    requests = Comparison(before.components, after.components, Direction.REQUEST)
    yield from _parameters(before, after, requests)
    yield from _body(before.described, after.described, requests)
    responses = Comparison(before.components, after.components, Direction.RESPONSE)
    yield from _responses(before.described, after.described, responses)


def _address(before: Operation, after: Operation) -> Iterator[Change]:
    if before.method != after.method:
        yield Change("", f"method {before.method} → {after.method}", breaking=True)
    # The names of path parameters do not matter to a client: the URLs are the same.
    if shape(before.path) != shape(after.path):
        yield Change("", f"path {before.path} → {after.path}", breaking=True)


def shape(path: str) -> str:
    """Return a path template without the names of its parameters."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def _deprecated(before: Operation, after: Operation) -> Iterator[Change]:
    was, now = (bool(each.described.get("deprecated")) for each in (before, after))
    if was != now:
        yield Change("", "deprecated now" if now else "deprecated no more")


# --- security


def _security(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    old, new = _schemes(before), _schemes(after)
    for name in old:
        if name not in new:
            yield Change("security", f"{name} is not asked for any more")
    for name, scopes in new.items():
        if name not in old:
            yield Change("security", f"{name} is asked for", breaking=True)
            continue
        if more := [scope for scope in scopes if scope not in old[name]]:
            yield Change("security", f"{name} asks for {', '.join(more)} too", breaking=True)
        if less := [scope for scope in old[name] if scope not in scopes]:
            yield Change("security", f"{name} does not ask for {', '.join(less)} any more")


def _schemes(described: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    """Return the scopes by scheme: each scheme is a dependency, and all of them are asked."""
    found: dict[str, Sequence[str]] = {}
    for each in described.get("security", ()):
        found.update(each)
    return found


# --- parameters


@dataclass(frozen=True, slots=True)
class _Parameter:
    where: str
    name: str
    required: bool
    schema: Schema
    deprecated: bool

    @property
    def place(self) -> str:
        return f"{self.where} {self.name}"


def _parameters(before: Operation, after: Operation, requests: Comparison) -> Iterator[Change]:
    old, new = _read(before), _read(after)
    lost = [each for key, each in old.items() if key not in new]
    more = [each for key, each in new.items() if key not in old]
    for key in old:
        if key in new:
            yield from _parameter(old[key], new[key], requests)
    for each in list(lost):
        moved = _moved(each, more)
        if moved is not None:
            lost.remove(each)
            more.remove(moved)
            yield Change(each.place, f"is {moved.place} now", breaking=True)
            yield from _parameter(each, moved, requests)
    # Those in the path are told with the path.
    for each in lost:
        if each.where != "path":
            yield Change(each.place, "removed", breaking=True)
    for each in more:
        if each.where != "path":
            what = f"added, {'required' if each.required else 'optional'}"
            yield Change(each.place, what, each.required)


def _read(operation: Operation) -> dict[tuple[str, str], _Parameter]:
    """Return the parameters by where they are and their name; those in the path by position."""
    names = re.findall(r"\{([^}:]*)[^}]*\}", operation.path)
    places = {name: str(index) for index, name in enumerate(names)}
    found = {}
    for each in operation.described.get("parameters", ()):
        where, name = each["in"], each["name"]
        schema = each.get("schema") or _schema_of(each)
        deprecated = bool(each.get("deprecated"))
        made = _Parameter(where, name, bool(each.get("required")), schema, deprecated)
        # HTTP's field names are the same in upper and lower case (RFC 9110, section 5.1).
        key = {"path": places.get(name, name), "header": name.lower()}.get(where, name)
        found[where, key] = made
    return found


def _parameter(before: _Parameter, after: _Parameter, requests: Comparison) -> Iterator[Change]:
    if before.required != after.required and "path" not in (before.where, after.where):
        what = "required now" if after.required else "optional now"
        yield Change(after.place, what, after.required)
    if before.deprecated != after.deprecated:
        yield Change(after.place, "deprecated now" if after.deprecated else "deprecated no more")
    yield from requests.compare(after.place, before.schema, after.schema)


def _moved(lost: _Parameter, more: Sequence[_Parameter]) -> _Parameter | None:
    """Return the parameter that one has become: of its name elsewhere, or its twin renamed."""
    if lost.where == "path":
        return None
    others = [each for each in more if each.where != "path"]
    same = [each for each in others if each.name == lost.name]
    if same:
        return same[0]
    twins = [
        each for each in others if each.where == lost.where and _untitled(each) == _untitled(lost)
    ]
    return twins[0] if len(twins) == 1 else None


def _untitled(parameter: _Parameter) -> tuple[bool, Mapping[str, Any]]:
    schema = {key: value for key, value in parameter.schema.items() if key != "title"}
    return parameter.required, schema


# --- bodies


def _body(
    before: Mapping[str, Any], after: Mapping[str, Any], requests: Comparison
) -> Iterator[Change]:
    old, new = before.get("requestBody"), after.get("requestBody")
    if old is None and new is None:
        return
    if new is None:
        yield Change("body", "removed", breaking=True)
        return
    required = bool(new.get("required"))
    if old is None:
        yield Change("body", f"added, {'required' if required else 'optional'}", required)
        return
    if bool(old.get("required")) != required:
        yield Change("body", "required now" if required else "optional now", required)
    yield from _media("body", old, new, requests)


def _media(
    place: str, before: Mapping[str, Any], after: Mapping[str, Any], comparison: Comparison
) -> Iterator[Change]:
    old, new = before.get("content", {}), after.get("content", {})
    lost = [name for name in old if name not in new]
    more = [name for name in new if name not in old]
    if lost and more:
        yield Change(place, f"{', '.join(lost)} → {', '.join(more)}", breaking=True)
    elif lost:
        yield Change(place, f"no {', '.join(lost)} any more", breaking=True)
    elif more:
        yield Change(place, f"{', '.join(more)} too")
    for name in old:
        if name in new:
            yield from comparison.compare(place, _schema_of(old[name]), _schema_of(new[name]))
    if len(lost) == len(more) == 1:  # a form in the place of JSON has fields as well
        one, other = _schema_of(old[lost[0]]), _schema_of(new[more[0]])
        yield from comparison.compare(place, one, other)


def _schema_of(media: Any) -> Schema:
    """Return the schema of a media type, of each item where it is a stream (OpenAPI 3.2)."""
    found = media.get("schema") or media.get("itemSchema") if isinstance(media, Mapping) else None
    return found if isinstance(found, Mapping) else {}


# --- responses


def _responses(
    before: Mapping[str, Any], after: Mapping[str, Any], responses: Comparison
) -> Iterator[Change]:
    old, new = before.get("responses", {}), after.get("responses", {})
    lost = [status for status in old if status not in new and status not in _AUTOMATIC]
    more = [status for status in new if status not in old and status not in _AUTOMATIC]
    good, better = _successes(lost), _successes(more)
    if len(good) == len(better) == 1:
        yield Change("status", f"{good[0]} → {better[0]}", breaking=True)
        yield from _media(better[0], old[good[0]], new[better[0]], responses)
        lost.remove(good[0])
        more.remove(better[0])
    for status in lost:
        yield Change(f"response {status}", "removed", breaking=status in good)
    for status in more:
        yield Change(f"response {status}", "added")
    for status in old:
        if status in new:
            yield from _media(status, old[status], new[status], responses)


def _successes(statuses: Sequence[str]) -> list[str]:
    return [status for status in statuses if status.startswith("2")]
