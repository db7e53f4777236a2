"""A JSON schema as the union of schemas of one type each, its references followed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from notebookapi.notebook.contract.model import Schema

Components = Mapping[str, Schema]

NAME = "$name"
"""Under this, a schema that a `$ref` led to has its name."""

WORDS = frozenset(
    "title description examples example $comment externalDocs xml deprecated default readOnly "
    "writeOnly discriminator contentEncoding".split()
) | {NAME}
"""Keywords that describe, and allow the same values."""

DEEPEST = 30
"""Schemas inside each other that are looked into."""

_REF = "#/components/schemas/"
_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}


def resolved(schema: Schema, components: Components) -> Schema:
    """Return a schema with what its `$ref` leads to; keywords beside the reference count more."""
    found, names = dict(schema), set[str]()
    while "$ref" in found:
        name = str(found.pop("$ref")).removeprefix(_REF)
        if name in names or name not in components:
            break
        names.add(name)
        found = {NAME: name, **components[name], **found}
    return found


def alternatives(schema: Schema, components: Components, depth: int = 0) -> list[Schema]:
    """Return the schemas of one type each that a schema is the union of."""
    schema = _joined(resolved(schema, components), components)
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema and depth <= DEEPEST:
            return list(_members(schema, keyword, components, depth))
    types = schema.get("type")
    if isinstance(types, list):
        return [{**schema, "type": each} for each in types]
    if "type" not in schema and (kinds := _kinds_of_values(schema)):
        return [{**schema, "type": each, **_values_of(schema, each)} for each in kinds]
    return [schema]


def kind(schema: Schema) -> str:
    """Return the type of a schema; empty where it allows any."""
    if "type" in schema:
        return str(schema["type"])
    if "properties" in schema:
        return "object"
    return "array" if "items" in schema or "prefixItems" in schema else ""


Pairs = list[tuple[Schema, Schema]]


def matched(
    before: Sequence[Schema], after: Sequence[Schema]
) -> tuple[Pairs, list[Schema], list[Schema]]:
    """Pair alternatives: equal ones, then those of one name, then the next of one type.

    Returns the pairs, what is left of those before, what is left of those after.
    """
    lost, more = list(before), list(after)
    pairs: Pairs = []
    tests = (
        lambda old, new: old == new,
        lambda old, new: kind(old) == kind(new) and old.get("title") == new.get("title"),
        lambda old, new: kind(old) == kind(new),
    )
    for is_same in tests:
        for old in list(lost):
            new = next((each for each in more if is_same(old, each)), None)
            if new is not None:
                pairs.append((old, new))
                lost = [each for each in lost if each is not old]
                more = [each for each in more if each is not new]
    if all(any(_is_any_number(each) for each in side) for side in (before, after)):
        # A whole number is a number: where these are allowed, it is and it was.
        lost, more = _no_integers(lost), _no_integers(more)
    return pairs, lost, more


def _members(schema: Schema, keyword: str, components: Components, depth: int) -> Iterator[Schema]:
    around = {key: each for key, each in schema.items() if key not in WORDS and key != keyword}
    seen: list[Schema] = []
    for part in schema[keyword]:
        whole = {**around, **resolved(part, components)}
        for each in alternatives(whole, components, depth + 1):
            if each not in seen:
                seen.append(each)
                yield each


def _joined(schema: Schema, components: Components) -> Schema:
    """Return a schema with the parts of `allOf` in it."""
    if "allOf" not in schema:
        return schema
    made: dict[str, Any] = {key: value for key, value in schema.items() if key != "allOf"}
    for part in schema["allOf"]:
        inner = _joined(resolved(part, components), components)
        made = {
            **inner,
            **made,
            "properties": {**inner.get("properties", {}), **made.get("properties", {})},
            "required": [*made.get("required", ()), *inner.get("required", ())],
        }
    return {key: value for key, value in made.items() if value not in ({}, [])}


def _kinds_of_values(schema: Schema) -> list[str]:
    values = [schema["const"]] if "const" in schema else schema.get("enum") or ()
    return list(dict.fromkeys(_TYPES.get(type(value), "object") for value in values))


def _values_of(schema: Schema, wanted: str) -> dict[str, Any]:
    if "enum" not in schema:
        return {}
    return {"enum": [v for v in schema["enum"] if _TYPES.get(type(v), "object") == wanted]}


def _is_any_number(schema: Schema) -> bool:
    return schema.get("type") == "number" and not schema.keys() - WORDS - {"type"}


def _no_integers(schemas: Sequence[Schema]) -> list[Schema]:
    return [each for each in schemas if kind(each) != "integer"]
