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
        or config.get("strict")
        or config.get("extra_fields_behavior") == "allow"
        or schema.get("extra_behavior") == "allow"
        or any(schema.get(each) for each in _OF_MODELS)
    )
