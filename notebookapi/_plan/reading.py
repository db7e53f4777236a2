"""Lines of generated functions that read values and validate them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from functools import partial
from typing import Any

from pydantic_core import SchemaValidator
from starlette.requests import HTTPConnection

from notebookapi._plan.alike import reads_alike
from notebookapi._plan.fields import ABSENT, ModelField, members
from notebookapi._plan.raw import header_of, headers_of, lists_of_query, query_of
from notebookapi._plan.steps import Value
from notebookapi._plan.writing import Source
from notebookapi.params import ParamTypes

_PLAIN = (str, int, float, bool)
Validate = Callable[[Any], Any]


class Reader:
    """Writes how each value is read; a part of the request is taken apart once."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._parts: set[str] = set()

    def write(self, value: Value) -> str:
        """Write lines that read one value; return its name."""
        source = self._source
        source.names["ABSENT"] = ABSENT
        target = source.name(value.name)
        _write_found(source, target, value, self._finder(value))
        _write_checked(source, target, value)
        return target

    def _part(self, name: str, line: str) -> str:
        if name not in self._parts:
            self._parts.add(name)
            self._source.add(f"{name} = {line}")
        return name

    def _finder(self, value: Value) -> Callable[[str], str]:
        names = self._source.names
        several = value.field.is_sequence
        match value.in_:
            case ParamTypes.path:
                part = self._part("path", "scope['path_params']")
            case ParamTypes.header:
                part = self._part("headers", "scope['headers']")
                names.update(header_of=header_of, headers_of=headers_of)
                function = "headers_of" if several else "header_of"
                return lambda name: f"{function}({part}, {name.lower().encode('latin-1')!r})"
            case ParamTypes.cookie:
                names["HTTPConnection"] = HTTPConnection
                part = self._part("cookies", "HTTPConnection(scope).cookies")
            case _ if several:
                names["lists_of_query"] = lists_of_query
                part = self._part("lists", "lists_of_query(scope)")
            case _:
                names["query_of"] = query_of
                part = self._part("query", "query_of(scope)")
        return _in_mapping(part)


def _in_mapping(part: str) -> Callable[[str], str]:
    return lambda name: f"{part}.get({name!r}, ABSENT)"


def _write_found(source: Source, target: str, value: Value, find: Callable[[str], str]) -> None:
    """Write lines that find a raw value by its names."""
    source.add(f"{target} = {find(value.names[0])}")
    for name in value.names[1:]:
        with source.block(f"if {target} is ABSENT:"):
            source.add(f"{target} = {find(name)}")


def write_body(source: Source, values: Iterable[Value], *, embedded: bool) -> dict[int, str]:
    """Write lines that read the values of a JSON body; return their names by identity."""
    source.names.update(loads=json.loads, ABSENT=ABSENT)
    wanted = tuple(values)
    found: dict[int, str] = {}
    if not embedded and all(is_read_from_text(each.field) for each in wanted):
        for each in wanted:
            found[id(each)] = target = source.name(each.name)
            read = source.bind(f"read_{each.name}", _reading(each.field))
            source.add(f"{target} = {read}(body)")
        return found
    document = source.name("document")
    source.add(f"{document} = loads(body)")
    for each in wanted:
        found[id(each)] = target = source.name(each.name)
        if each.whole:
            source.add(f"{target} = {document}")
        else:
            _write_found(source, target, each, _in_mapping(document))
        _write_checked(source, target, each)
    return found


# Text that holds a whole number beyond all floats: pydantic takes it for infinite, and refuses
# what `json` makes of it. Looked for at every sixtieth place first, where it shows five times.
_MAYBE_HUGE = re.compile(rb"\d{5}")
_HUGE = re.compile(rb"\d{300}")


def _reading(field: ModelField) -> Callable[[bytes], Any]:
    read = field.adapter.validator.validate_json
    check = partial(field.adapter.validator.validate_python, from_attributes=True)

    def read_text(body: bytes) -> Any:
        if _MAYBE_HUGE.search(body[::60]) and _HUGE.search(body):
            return check(json.loads(body))
        return read(body)

    return read_text


def is_read_from_text(field: ModelField) -> bool:
    """Tell whether a body is validated as text, without parsing it first."""
    validator = field.adapter.validator
    return type(validator) is SchemaValidator and reads_alike(field.adapter.core_schema)


def _write_checked(source: Source, target: str, value: Value) -> None:
    """Write lines that replace a raw value by the validated one, or by its default."""
    field = value.field
    validate = _validator(field, text=value.in_ is not None)
    given = source.bind(f"check_{value.name}", validate) if validate else ""
    checked = f"{given}({target})" if given else target
    if field.required:
        if not value.whole:
            with source.block(f"if {target} is ABSENT:"):
                source.add("raise LookupError")
    elif not field.info.validate_default and given:
        source.add(f"{target} = {_default(source, value)} if {target} is ABSENT else {checked}")
        return
    else:
        with source.block(f"if {target} is ABSENT:"):
            source.add(f"{target} = {_default(source, value)}")
    if given:
        source.add(f"{target} = {checked}")


def _default(source: Source, value: Value) -> str:
    field = value.field
    default = field.info.default
    if field.info.default_factory is not None:
        return f"{source.bind(f'default_{value.name}', field.copied_default)}()"
    if default is None or type(default) in (str, int, bool):
        return repr(default)
    source.names["deepcopy"] = deepcopy
    return f"deepcopy({source.bind(f'default_{value.name}', default)})"


def _validator(field: ModelField, *, text: bool) -> Validate | None:
    """Return what validates a raw value; None where text is taken as it is."""
    validator = field.adapter.validator
    if type(validator) is not SchemaValidator:  # it waits for a type that is not defined yet
        return partial(field.adapter.validate_python, from_attributes=True)
    if not all(kind in _PLAIN for kind in members(field.annotation)):
        return partial(validator.validate_python, from_attributes=True)
    # Attributes are of no use to these.
    return None if text and _is_any_text(field) else validator.validate_python


def _is_any_text(field: ModelField) -> bool:
    schema: Mapping[str, Any] = field.adapter.core_schema
    while schema["type"] in ("nullable", "default"):
        schema = schema["schema"]
    return schema["type"] == "str" and schema.keys() <= {"type", "metadata"}
