"""Lists of dictionaries, where a list of models is declared: written without making the models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic_core import SchemaSerializer, SchemaValidator, ValidationError

from notebookapi._plan.alike import as_dictionaries
from notebookapi._plan.fields import Filters, ModelField

_PLAIN = Filters()


def writer_of_dictionaries(
    field: ModelField, filters: Filters
) -> Callable[[Any], bytes | None] | None:
    """Return a function that gives a list of dictionaries as JSON text; None: there is none.

    The function returns None for anything else, and for what does not fit: the models tell that.
    """
    is_made = type(field.adapter.validator) is SchemaValidator
    if not is_made or filters.as_options() != _PLAIN.as_options():
        return None
    schema: Any = as_dictionaries(field.adapter.core_schema)
    if schema is None or schema["type"] != "list":
        return None
    if schema["items_schema"]["type"] != "typed-dict":
        return None
    validate = SchemaValidator(schema).validate_python
    to_json = SchemaSerializer(schema).to_json

    def write(returned: Any) -> bytes | None:
        if type(returned) is not list or {*map(type, returned)} != {dict}:
            return None
        try:
            return to_json(validate(returned), by_alias=True)
        except ValidationError:
            return None

    return write
