"""pydantic adapters, made once for what is the same."""

from __future__ import annotations

from typing import Annotated, Any
from weakref import WeakValueDictionary

from pydantic import TypeAdapter
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from notebookapi._plan.signature import Empty

# Kept as long as a field has them: what a notebook redefines goes away with its routes.
_KNOWN: WeakValueDictionary[Any, TypeAdapter[Any]] = WeakValueDictionary()
_SIMPLE = (type(None), str, int, bool)
# What a FieldInfo says of its value beyond the default; none of it has a part in the key below.
_SAYINGS = (
    "alias", "deprecated", "description", "discriminator", "default_factory", "examples",
    "exclude", "field_title_generator", "frozen", "json_schema_extra", "metadata",
    "serialization_alias", "title", "validation_alias",
)  # fmt: skip


def adapter_of(annotation: Any, info: FieldInfo) -> TypeAdapter[Any]:
    """Return an adapter for a type with a FieldInfo. Raises what pydantic raises."""
    key = _key(annotation, info)
    known = _KNOWN.get(key) if key is not None else None
    if known is not None:
        return known
    made: TypeAdapter[Any] = TypeAdapter(Annotated[annotation, info])
    if key is not None and made.pydantic_complete:
        _KNOWN[key] = made
    return made


def _key(annotation: Any, info: FieldInfo) -> Any:
    """Return what tells adapters apart; None where it would take more than a look to know."""
    if not info._attributes_set.keys() <= {"default", "annotation"}:
        return None
    if any(getattr(info, each, None) for each in _SAYINGS):
        return None
    key = key_of(annotation, info.default)
    return None if key is None else (*key, info.validate_default)


def key_of(annotation: Any, default: Any) -> tuple[Any, ...] | None:
    """Return what tells a type and a default from others; None where that cannot be said."""
    is_absent = default is PydanticUndefined or default is Empty
    if type(default) not in _SIMPLE and not is_absent:
        return None
    # Unions are equal in whatever order they have, and their order matters.
    order = None if issubclass(type(annotation), type) else repr(annotation)
    key = (annotation, order, type(default), default)
    try:
        hash(key)
    except TypeError:
        return None
    return key
