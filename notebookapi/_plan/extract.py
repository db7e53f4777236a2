"""Raw values from a request's path, query, headers and cookies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import HTTPConnection

from notebookapi._plan.fields import missing
from notebookapi._plan.steps import Value
from notebookapi.params import ParamTypes
from notebookapi.types import ErrorDetails

ABSENT: Any = object()


def read_value(connection: HTTPConnection, value: Value) -> tuple[Any, list[ErrorDetails]]:
    """Return a parameter's validated value, its default, or its errors."""
    raw = _raw(connection, value)
    return checked(value, raw)


def checked(value: Value, raw: Any) -> tuple[Any, list[ErrorDetails]]:
    """Validate a raw value; `ABSENT` gives the default, or an error where there is none."""
    field = value.field
    if raw is ABSENT:
        if field.required:
            return None, [missing(value.loc)]
        if not field.info.validate_default:
            return field.copied_default(), []
        raw = field.copied_default()
    return field.validate(raw, value.loc)


def _raw(connection: HTTPConnection, value: Value) -> Any:
    alias = value.field.alias
    match value.in_:
        case ParamTypes.path:
            return connection.path_params.get(alias, ABSENT)
        case ParamTypes.cookie:
            return connection.cookies.get(alias, ABSENT)
        case ParamTypes.header:
            source: Any = connection.headers
        case _:
            source = connection.query_params
    if value.field.is_sequence:
        return source.getlist(alias) or ABSENT
    return source.get(alias, ABSENT)


def read_from_body(body: Any, value: Value) -> tuple[Any, list[ErrorDetails]]:
    """Return a value of the parsed body, its default, or its errors."""
    if value.whole:
        return checked(value, ABSENT if body is None else body)
    if not isinstance(body, Mapping):
        return checked(value, ABSENT)
    return checked(value, body.get(value.field.alias, ABSENT))
