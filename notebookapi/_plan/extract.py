"""Raw values from a request's path, query, headers and cookies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import HTTPConnection

from notebookapi._plan.fields import ABSENT, missing
from notebookapi._plan.forms import Form, collected
from notebookapi._plan.groups import Group, Raw
from notebookapi._plan.steps import Value
from notebookapi.params import ParamTypes
from notebookapi.types import ErrorDetails


def read_value(connection: HTTPConnection, value: Value) -> tuple[Any, list[ErrorDetails]]:
    """Return a parameter's validated value, its default, or its errors."""
    if value.group is not None:
        return _checked_group(value, value.group, _everything(connection, value.in_))
    return checked(value, *_raw(connection, value))


def checked(value: Value, name: str, raw: Any) -> tuple[Any, list[ErrorDetails]]:
    """Validate a raw value; `ABSENT` gives the default, or an error where there is none.

    name: that it was found by.
    """
    field = value.field
    if raw is ABSENT:
        if field.required:
            return None, [missing(value.loc())]
        if not field.info.validate_default:
            return field.copied_default(), []
        raw = field.copied_default()
    return field.validate(raw, value.loc(name))


def _checked_group(value: Value, group: Group, raw: Raw) -> tuple[Any, list[ErrorDetails]]:
    if group.optional and group.names.isdisjoint(raw):
        return checked(value, "", ABSENT)
    return group.validate(raw, value.loc())


def _everything(connection: HTTPConnection, in_: ParamTypes | None) -> Raw:
    """Return all names and values of a part of a request."""
    match in_:
        case ParamTypes.path:
            return connection.path_params
        case ParamTypes.cookie:
            return connection.cookies
        case ParamTypes.header:
            return collected(connection.headers.items())
        case _:
            return collected(connection.query_params.multi_items())


def _raw(connection: HTTPConnection, value: Value) -> tuple[str, Any]:
    match value.in_:
        case ParamTypes.path:
            return _first(connection.path_params, value.names)
        case ParamTypes.cookie:
            return _first(connection.cookies, value.names)
        case ParamTypes.header:
            source: Any = connection.headers
        case _:
            source = connection.query_params
    if not value.field.is_sequence:
        return _first(source, value.names)
    found = ((name, source.getlist(name)) for name in value.names)
    return next(((name, values) for name, values in found if values), ("", ABSENT))


def _first(source: Mapping[str, Any], names: tuple[str, ...]) -> tuple[str, Any]:
    for name in names:
        if name in source:
            return name, source[name]
    return "", ABSENT


def read_from_body(body: Any, value: Value) -> tuple[Any, list[ErrorDetails]]:
    """Return a value of the parsed body, its default, or its errors.

    body: `ABSENT` where there is none; a document that is `null` is one.
    """
    if isinstance(body, Form):
        return _read_from_form(body, value)
    if value.whole:
        return checked(value, "", body)
    if isinstance(body, Mapping):
        return checked(value, *_first(body, value.names))
    if body is ABSENT or isinstance(body, bytes):
        return checked(value, "", ABSENT)
    return None, [missing(value.loc())]  # another document than an object holds no keys at all


def _read_from_form(form: Form, value: Value) -> tuple[Any, list[ErrorDetails]]:
    if value.group is not None:
        return _checked_group(value, value.group, form.everything(value.group.as_bytes))
    find = form.several if value.field.is_sequence else form.one
    return checked(value, *find(value.names, as_bytes=value.as_bytes))
