"""JSON schemas of fields, with shared definitions under `#/components/schemas`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from notebookapi._plan.fields import ModelField

REF_TEMPLATE = "#/components/schemas/{model}"
Schema = dict[str, Any]


class Schemas:
    """The schemas of all fields of a document, made together so that names agree."""

    def __init__(self, fields: Iterable[ModelField]) -> None:
        unique = {id(field): field for field in fields}
        generator = GenerateJsonSchema(ref_template=REF_TEMPLATE)
        by_field, definitions = generator.generate_definitions(
            [(key, field.mode, field.adapter.core_schema) for key, field in unique.items()]  # type: ignore[misc]  # keys are hashable, which is all that is asked for
        )
        self._by_field = {key: value for (key, _), value in by_field.items()}
        self.definitions: dict[str, Schema] = {
            name: cleaned(definition) for name, definition in sorted(definitions.items())
        }

    def of(self, field: ModelField) -> Schema:
        """Return a field's schema, titled as forms show it."""
        schema = cleaned(self._by_field[id(field)])
        if "$ref" in schema:
            return schema
        return {**schema, "title": field.title}

    def untitled(self, field: ModelField, title: str) -> Schema:
        """Return a field's schema with a title of the caller's."""
        schema = self.of(field)
        return schema if "$ref" in schema else {**schema, "title": title}


def cleaned(schema: JsonSchemaValue) -> Schema:
    """Return a schema for readers: no null defaults, no text behind a docstring's form feed."""
    return {key: _cleaned(key, value) for key, value in schema.items() if not _is_noise(key, value)}


def _cleaned(key: str, value: Any) -> Any:
    if key in ("properties", "$defs", "patternProperties") and isinstance(value, dict):
        return {name: cleaned(each) for name, each in value.items()}
    if key == "description" and isinstance(value, str):
        return value.split("\f")[0]
    if key in ("example", "examples", "default", "const", "enum"):
        return value
    if isinstance(value, dict):
        return cleaned(value)
    if isinstance(value, list):
        return [cleaned(each) if isinstance(each, dict) else each for each in value]
    return value


def _is_noise(key: str, value: Any) -> bool:
    return key == "default" and value is None
