"""Dictionaries, where models are declared: written without making the models."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from pydantic_core import SchemaSerializer, SchemaValidator, ValidationError

from notebookapi._plan.alike import as_dictionaries
from notebookapi._plan.fields import Filters, ModelField
from notebookapi._records import record

_PLAIN = Filters()
Write = Callable[[Any], bytes | None]


@record(frozen=True, slots=True, eq=False)
class Shadow:
    """kind: a dictionary, or a list of these. write: gives one as JSON text.

    It gives None for what does not fit: the models tell that, or take what it does not know.
    """

    kind: type
    write: Write


def shadow_of(field: ModelField, filters: Filters) -> Shadow | None:
    """Return what writes dictionaries in the place of a field's models; None: nothing does."""
    is_made = type(field.adapter.validator) is SchemaValidator
    if not is_made or filters.as_options() != _PLAIN.as_options():
        return None
    schema: Any = field.adapter.core_schema
    inner = schema
    while inner["type"] == "nullable":
        inner = inner["schema"]
    if inner["type"] == "model":
        return Shadow(dict, _writing(schema))
    if inner["type"] == "list" and inner["items_schema"]["type"] == "model":
        return Shadow(list, _of_list(_writing(schema)))
    return None


def _writing(of_models: Any) -> Write:
    make_tools = cache(lambda: _tools(as_dictionaries(of_models)))

    def write(returned: Any) -> bytes | None:
        tools = make_tools()  # when they are first needed: most endpoints return models
        if tools is None:
            return None
        validate, to_json = tools
        try:
            text: bytes = to_json(validate(returned), by_alias=True)
        except ValidationError:
            return None
        return text

    return write


def _tools(schema: Any) -> tuple[Callable[..., Any], Callable[..., Any]] | None:
    if schema is None:
        return None
    return SchemaValidator(schema).validate_python, SchemaSerializer(schema).to_json


def _of_list(write: Write) -> Write:
    def write_list(returned: Any) -> bytes | None:
        # The first one tells a list of models, which is validated at less cost than looked at.
        if not returned or type(returned[0]) is not dict or {*map(type, returned)} != {dict}:
            return None
        return write(returned)

    return write_list
