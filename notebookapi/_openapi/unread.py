"""Path parameters that no function reads: a document without them would not be one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.convertors import Convertor, FloatConvertor, IntegerConvertor, UUIDConvertor

from notebookapi._plan.steps import Value
from notebookapi.params import ParamTypes

_TYPES: dict[type[Convertor[Any]], dict[str, Any]] = {
    IntegerConvertor: {"type": "integer"},
    FloatConvertor: {"type": "number"},
    UUIDConvertor: {"type": "string", "format": "uuid"},
}


def unread_parameters(
    convertors: Mapping[str, Convertor[Any]], values: Iterable[Value]
) -> list[dict[str, Any]]:
    """Return a parameter object for each name in a path template that no value is read from.

    OpenAPI 3.1, section 4.8.12.1: a parameter corresponds to each template expression. They
    come from prefixes, or are read from the request itself.
    """
    read = {
        field.alias
        for value in values
        if value.in_ is ParamTypes.path
        for field in (value.group.fields if value.group else (value.field,))
    }
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {
                **_TYPES.get(type(convertor), {"type": "string"}),
                "title": name.replace("_", " ").title(),
            },
        }
        for name, convertor in convertors.items()
        if name not in read
    ]
