"""What an operation reads from path, query, headers and cookies -> parameter objects."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Annotated, Any, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from notebookapi._openapi.schemas import Schemas
from notebookapi._plan.fields import ModelField
from notebookapi._plan.steps import Value
from notebookapi.params import Param, ParamTypes

_ORDER = (ParamTypes.path, ParamTypes.query, ParamTypes.header, ParamTypes.cookie)


def parameters(
    values: Iterable[Value], in_path: Collection[str], schemas: Schemas
) -> list[dict[str, Any]]:
    """Return the parameter objects of an operation (OpenAPI 3.1, section 4.8.12).

    in_path: the names in the path template. Of two with one name and place the first is shown,
    but one that is required before one that is not.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    values = [*values]
    for kind in _ORDER:
        for field, required in _shown(values, kind):
            if kind is ParamTypes.path and field.alias not in in_path:
                continue
            key = (kind.value, field.alias)
            if key not in found or required:
                found[key] = _parameter(field, kind, required, schemas)
    return list(found.values())


def parameter_fields(value: Value) -> Iterator[ModelField]:
    """Yield the fields that a value is documented by: those of a model one by one."""
    if is_shown(value.field.info):
        for field in value.group.fields if value.group else (value.field,):
            if is_shown(field.info):
                yield field


def _shown(values: Iterable[Value], kind: ParamTypes) -> Iterator[tuple[ModelField, bool]]:
    for value in values:
        if value.in_ is not kind:
            continue
        may_lack = value.group is not None and value.group.optional and not value.field.required
        for field in parameter_fields(value):
            # OpenAPI: "If the parameter location is "path", this field is REQUIRED."
            yield field, kind is ParamTypes.path or (field.required and not may_lack)


def is_shown(info: FieldInfo) -> bool:
    """Tell whether a value is part of the document."""
    return all(getattr(each, "include_in_schema", True) for each in _said(info))


def _said(info: FieldInfo) -> tuple[Any, ...]:
    """Return a field's info, and what is written about it inside `Annotated` in a model.

    Pydantic makes one info of all that; ours it keeps in the annotation only.
    """
    written = getattr(info, "_original_annotation", None)
    beside = get_args(written)[1:] if get_origin(written) is Annotated else ()
    return (info, *(each for each in beside if isinstance(each, Param)))


def _parameter(
    field: ModelField, kind: ParamTypes, required: bool, schemas: Schemas
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": field.alias,
        "in": kind.value,
        "required": required,
        "schema": schemas.of(field),
    }
    if field.info.description:
        made["description"] = field.info.description
    made.update(examples_of(field.info))
    if field.info.deprecated:
        made["deprecated"] = True
    return made


def examples_of(info: FieldInfo) -> dict[str, Any]:
    """Return the examples of OpenAPI's kind, which stand beside a schema and not inside it."""
    for each in _said(info):
        examples = getattr(each, "openapi_examples", None)
        if examples:
            return {"examples": examples}
        example = getattr(each, "example", PydanticUndefined)
        if example is not PydanticUndefined:
            return {"example": example}
    return {}
