"""A value that a schema describes, as somebody would begin to write it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
Schemas = Mapping[str, Schema]

_PREFIX = "#/components/schemas/"
_BY_FORMAT = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "time": "12:00:00",
    "duration": "PT1H",
    "email": "name@example.com",
    "uuid": "123e4567-e89b-42d3-a456-426614174000",
    "uri": "https://example.com/",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "binary": "",
}
_DEEPEST = 8
"""Levels of a document; a schema that contains itself has no end."""


def sample(schema: Schema, schemas: Schemas) -> Any:
    """Return a value: the schema's example, else its default, else one made by its type."""
    return _sample(schema, schemas, 0)


def resolved(schema: Schema, schemas: Schemas) -> Schema:
    """Return what a reference stands for, with what stands beside it; another schema as it is."""
    seen = set()
    while isinstance(target := schema.get("$ref"), str) and target not in seen:
        seen.add(target)
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        schema = {**schemas.get(target.removeprefix(_PREFIX), {}), **beside}
    return schema


def without_null(schema: Schema, schemas: Schemas) -> Schema:
    """Return the first alternative that is not null, with what stands beside the alternatives."""
    schema = resolved(schema, schemas)
    for word in ("anyOf", "oneOf"):
        options = [resolved(each, schemas) for each in schema.get(word, ())]
        chosen = next((each for each in options if each.get("type") != "null"), None)
        if chosen is not None:
            beside = {key: value for key, value in schema.items() if key != word}
            return without_null({**chosen, **beside}, schemas)
    return schema


def _sample(schema: Schema, schemas: Schemas, depth: int) -> Any:
    schema = resolved(schema, schemas)
    given = _given(schema)
    if given is not None or depth > _DEEPEST:
        return given
    schema = without_null(schema, schemas)
    if "allOf" in schema:
        parts = [_sample(each, schemas, depth) for each in schema["allOf"]]
        if all(isinstance(each, Mapping) for each in parts):
            return {key: value for each in parts for key, value in each.items()}
        return parts[0] if parts else None
    given = _given(schema)
    return _made(schema, schemas, depth) if given is None else given


def _given(schema: Schema) -> Any:
    """Return a value that the schema names itself, or None."""
    for word in ("example", "const", "default"):
        if schema.get(word) is not None:
            return schema[word]
    for word in ("examples", "enum"):
        if isinstance(schema.get(word), list) and schema[word]:
            return schema[word][0]
    return None


def _made(schema: Schema, schemas: Schemas, depth: int) -> Any:
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        properties: Mapping[str, Schema] = schema.get("properties", {})
        return {name: _sample(each, schemas, depth + 1) for name, each in properties.items()}
    if kind == "array":
        first = (schema.get("prefixItems") or [schema.get("items", {})])[0]
        return [_sample(first, schemas, depth + 1)] if depth < _DEEPEST and first else []
    if kind in ("integer", "number"):
        return _number(schema, whole=kind == "integer")
    if kind == "boolean":
        return True
    if kind == "string":
        return _BY_FORMAT.get(schema.get("format", ""), "x" * int(schema.get("minLength", 0)))
    return None


def _number(schema: Schema, *, whole: bool) -> float | int:
    """Return the number within the limits that is nearest to one."""
    step = 1 if whole else 0.5
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is None and "exclusiveMinimum" in schema:
        low = schema["exclusiveMinimum"] + step
    if high is None and "exclusiveMaximum" in schema:
        high = schema["exclusiveMaximum"] - step
    nearest: float | int = max(1, low) if low is not None else 1
    return min(nearest, high) if high is not None else nearest
