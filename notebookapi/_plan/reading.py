"""Lines of generated functions that read values and validate them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
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
from notebookapi._records import record
from notebookapi.params import ParamTypes

_PLAIN = (str, int, float, bool)
Validate = Callable[[Any], Any]


@record(frozen=True, slots=True, eq=False)
class Read:
    """A value, as a generated function reads it.

    name: of the variable that has it as soon as it is valid, and not before.
    validate: what a raw value is validated by; None: it is text, and any text will do.
    from_text: it is validated as the text of the body, not as the document.
    """

    value: Value
    name: str
    validate: Validate | None
    from_text: bool = False


class Missing(Exception):
    """What is required is absent."""


class DefaultFailed(Exception):
    """A default factory has raised `error`."""

    def __init__(self, error: Exception) -> None:
        self.error = error


class Reader:
    """Writes how each value is read; a part of the request is taken apart once.

    reads: what has been written, in this order.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._parts: list[str] = []
        self.reads: list[Read] = []
        source.names.update(ABSENT=ABSENT, Missing=Missing)

    def write(self, value: Value) -> None:
        """Write lines that read a value from outside the body."""
        self._write_found(value, self._finder(value))
        self._write_checked(value)

    def write_text(self, value: Value) -> None:
        """Write lines that read the whole body from its text."""
        name = self._source.name(value.name)
        read = self._source.bind(f"read_{value.name}", _reading(value.field))
        self._source.add(f"{name} = {read}(body)")
        validate = _validator(value.field, text=False)
        self.reads.append(Read(value, name, validate, from_text=True))

    def write_of_document(self, values: Sequence[Value]) -> None:
        """Write lines that read values of the parsed body."""
        first = values[0] if values else None
        for value in values:
            if value.whole:
                self._source.add("raw = document")
            else:
                if value is first:
                    with self._source.block("if type(document) is not dict:"):
                        self._source.add("raise Missing")
                self._write_found(value, _in_mapping("document"))
            self._write_checked(value)

    def values(self) -> str:
        """Return the values, in the order in which they are read, as a tuple."""
        return f"({''.join(f'{each.name}, ' for each in self.reads)})"

    def parts(self, *more: str) -> str:
        """Return the parts of the request that are taken apart, by name, as a dictionary."""
        return f"{{{', '.join(f'{name!r}: {name}' for name in (*more, *self._parts))}}}"

    def blank(self) -> str:
        """Return a line for the beginning: nothing is read, nothing is taken apart yet."""
        return " = ".join([*self._parts, *(each.name for each in self.reads), "ABSENT"])

    def part(self, name: str, line: str) -> str:
        """Write a line that takes a part of the request apart, once; return its name."""
        if name not in self._parts:
            self._parts.append(name)
            self._source.add(f"{name} = {line}")
        return name

    def _finder(self, value: Value) -> Callable[[str], str]:
        names = self._source.names
        several = value.field.is_sequence
        match value.in_:
            case ParamTypes.path:
                part = self.part("path", "scope['path_params']")
            case ParamTypes.header:
                part = self.part("headers", "scope['headers']")
                names.update(header_of=header_of, headers_of=headers_of)
                function = "headers_of" if several else "header_of"
                return lambda name: f"{function}({part}, {name.lower().encode('latin-1')!r})"
            case ParamTypes.cookie:
                names["HTTPConnection"] = HTTPConnection
                part = self.part("cookies", "HTTPConnection(scope).cookies")
            case _ if several:
                names["lists_of_query"] = lists_of_query
                part = self.part("lists", "lists_of_query(scope)")
            case _:
                names["query_of"] = query_of
                part = self.part("query", "query_of(scope)")
        return _in_mapping(part)

    def _write_found(self, value: Value, find: Callable[[str], str]) -> None:
        """Write lines that find a raw value by its names."""
        self._source.add(f"raw = {find(value.names[0])}")
        for name in value.names[1:]:
            with self._source.block("if raw is ABSENT:"):
                self._source.add(f"raw = {find(name)}")

    def _write_checked(self, value: Value) -> None:
        """Write lines that make the validated value, or the default, of a raw one."""
        source, field = self._source, value.field
        target = source.name(value.name)
        validate = _validator(field, text=value.in_ is not None)
        self.reads.append(Read(value, target, validate))
        checked = f"{source.bind(f'check_{value.name}', validate)}(raw)" if validate else "raw"
        if not field.required and not field.info.validate_default:
            default = _default(source, value)
            source.add(f"{target} = {default} if raw is ABSENT else {checked}")
            return
        if not value.whole or not field.required:
            otherwise = "raise Missing" if field.required else f"raw = {_default(source, value)}"
            with source.block("if raw is ABSENT:"):
                source.add(otherwise)
        source.add(f"{target} = {checked}")


def _in_mapping(part: str) -> Callable[[str], str]:
    return lambda name: f"{part}.get({name!r}, ABSENT)"


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


def _default(source: Source, value: Value) -> str:
    field = value.field
    default = field.info.default
    if field.info.default_factory is not None:
        return f"{source.bind(f'default_{value.name}', _making(field))}()"
    if default is None or type(default) in (str, int, bool):
        return repr(default)
    source.names["deepcopy"] = deepcopy
    return f"deepcopy({source.bind(f'default_{value.name}', default)})"


def _making(field: ModelField) -> Callable[[], Any]:
    def make() -> Any:
        try:
            return field.copied_default()
        except Exception as error:  # no error of the request, whatever it says
            raise DefaultFailed(error) from error

    return make


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
