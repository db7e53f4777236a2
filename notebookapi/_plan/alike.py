"""Types that pydantic reads from JSON text exactly as from the document parsed.

In JSON mode pydantic takes some things that it does not take from Python objects: a date as text
in strict mode, a decimal with all its digits, a validator that asks for the mode. So this knows
what is alike, and of everything else nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_LEAVES = frozenset({"str", "int", "float", "bool", "none", "definition-ref"})
_AROUND = {
    "nullable": "schema",
    "default": "schema",
    "list": "items_schema",
    "model": "schema",
    "model-field": "schema",
}
_OF_MODELS = frozenset({"custom_init", "root_model", "extras_schema"})
# Settings under which text and document are read alike. Another one might not be:
# `coerce_numbers_to_str` makes "1.0" of the document's 1.0, and "1" of the text's.
_SETTINGS = frozenset(
    "title extra_fields_behavior validate_by_name validate_by_alias populate_by_name loc_by_alias"
    " from_attributes validate_assignment frozen str_strip_whitespace str_to_lower str_to_upper"
    " str_min_length str_max_length hide_input_in_errors".split()
)


def reads_alike(schema: Mapping[str, Any]) -> bool:
    """Tell whether a core schema reads JSON text as it reads the document."""
    kind = schema["type"]
    if _is_particular(schema):
        return False
    if kind in _LEAVES:
        return True
    if kind in _AROUND:
        inner = schema.get(_AROUND[kind])
        return inner is not None and reads_alike(inner)
    if kind == "model-fields":
        return all(reads_alike(field) for field in schema["fields"].values())
    if kind == "definitions":
        inner = [schema["schema"], *schema["definitions"]]
        return all(reads_alike(each) for each in inner)
    return False


def _is_particular(schema: Mapping[str, Any]) -> bool:
    config = schema.get("config") or {}
    return bool(
        schema.get("strict")
        or not config.keys() <= _SETTINGS
        or config.get("extra_fields_behavior") == "allow"
        or schema.get("extra_behavior") == "allow"
        or any(schema.get(each) for each in _OF_MODELS)
    )


def as_dictionaries(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a schema that reads, and writes, dictionaries in the place of models.

    Validated like that, a dictionary is written as the model made of it would be, and the model
    is never made. None where something would be lost: schemas that `reads_alike` does not know,
    serializers, computed fields, settings, references.
    """
    if not reads_alike(schema):
        return None
    try:
        return _without_models(schema)
    except _Lost:
        return None


class _Lost(Exception):
    """Something that a dictionary has no place for."""


_OF_SCHEMAS = frozenset({"type", "schema", "items_schema", "default", "metadata", "ref"})
_OF_LEAVES = frozenset({"type", "metadata", "min_length", "max_length", "ge", "le", "gt", "lt"})
_OF_MODELS_ALLOWED = frozenset({"type", "cls", "schema", "config", "metadata", "ref", "custom_init",
                                "root_model"})  # fmt: skip
_OF_FIELDS = frozenset({"type", "schema", "metadata", "validation_alias", "serialization_alias"})


def _without_models(schema: Mapping[str, Any]) -> dict[str, Any]:
    kind = schema["type"]
    if kind == "model":
        return _without_model(schema)
    if kind in ("nullable", "default", "list"):
        inner = _AROUND[kind]
        _check_keys(schema, _OF_SCHEMAS)
        made = {key: schema[key] for key in ("type", "default") if key in schema}
        if kind == "list":
            made["fail_fast"] = True  # its errors are not told
        return {**made, inner: _without_models(schema[inner])}
    if kind not in _LEAVES or kind == "definition-ref":
        raise _Lost
    _check_keys(schema, _OF_LEAVES)
    return {key: value for key, value in schema.items() if key != "metadata"}


def _without_model(schema: Mapping[str, Any]) -> dict[str, Any]:
    fields = schema["schema"]
    _check_keys(schema, _OF_MODELS_ALLOWED)
    _check_keys(schema.get("config") or {}, frozenset({"title"}))
    if fields["type"] != "model-fields" or fields.get("computed_fields"):
        raise _Lost
    inside = {}
    for name, each in fields["fields"].items():
        _check_keys(each, _OF_FIELDS)
        inner = _without_models(each["schema"])
        made = {key: value for key, value in each.items() if key != "metadata"}
        required = inner["type"] != "default"
        inside[name] = {**made, "type": "typed-dict-field", "schema": inner, "required": required}
    return {"type": "typed-dict", "fields": inside}


def _check_keys(schema: Mapping[str, Any], known: frozenset[str]) -> None:
    if not schema.keys() <= known:
        raise _Lost
