"""Raw values from a request's path, query, headers and cookies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import HTTPConnection

from notebookapi._plan.fields import ABSENT, missing
from notebookapi._plan.steps import Value
from notebookapi.params import ParamTypes
from notebookapi.types import ErrorDetails


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
    match value.in_:
        case ParamTypes.path:
            return _first(connection.path_params, value.names)
        case ParamTypes.cookie:
            return _first(connection.cookies, value.names)
        case ParamTypes.header:
            source: Any = connection.headers
        case _:
            source = connection.query_params
    if value.field.is_sequence:
        return next((found for name in value.names if (found := source.getlist(name))), ABSENT)
    return _first(source, value.names)


def _first(source: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    for name in names:
        if name in source:
            return source[name]
    return ABSENT


def read_from_body(body: Any, value: Value) -> tuple[Any, list[ErrorDetails]]:
    """Return a value of the parsed body, its default, or its errors.

    body: `ABSENT` where there is none; a document that is `null` is one.
    """
    if value.whole:
        return checked(value, body)
    return checked(value, _first(body, value.names) if isinstance(body, Mapping) else ABSENT)
