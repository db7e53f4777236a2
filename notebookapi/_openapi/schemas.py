"""JSON schemas of fields, with shared definitions under `#/components/schemas`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import BytesSchema

from notebookapi._plan.fields import Mode, ModelField

REF_TEMPLATE = "#/components/schemas/{model}"
Schema = dict[str, Any]


class _Generator(GenerateJsonSchema):
    def bytes_schema(self, schema: BytesSchema) -> JsonSchemaValue:
        """As OpenAPI 3.1 writes binary data (section 4.8.14.3), not with a `format`."""
        validates = self.mode == "validation"
        encoding = self._config.val_json_bytes if validates else self._config.ser_json_bytes
        made: JsonSchemaValue = {"type": "string", "contentMediaType": "application/octet-stream"}
        if encoding == "base64":
            made["contentEncoding"] = "base64"
        self.update_with_validations(made, schema, self.ValidationsMapping.bytes)
        return made


class Schemas:
    """The schemas of all fields of a document, made together so that names agree."""

    _by_adapter: dict[Any, JsonSchemaValue]
    definitions: dict[str, Schema]

    def __init__(
        self,
        fields: Iterable[ModelField],
        *,
        separate: bool = True,
        before: Schemas | None = None,
    ) -> None:
        """before: those of an earlier document; used again where there is nothing new."""
        self.separate = separate
        # Fields of one type share an adapter: what is made of it is made once.
        self.adapters = {(id(each.adapter), each.mode): each.adapter for each in fields}
        if before is not None and before.separate == separate and before.adapters == self.adapters:
            self._by_adapter, self.definitions = before._by_adapter, before.definitions
            return
        inputs: list[tuple[Any, Mode, Any]] = []
        for (key, mode), adapter in self.adapters.items():
            schema = adapter.core_schema
            kept = separate or _holds_computed_fields(schema)
            inputs.append(((key, mode), mode if kept else "validation", schema))
        generator = _Generator(ref_template=REF_TEMPLATE)
        by_key, definitions = generator.generate_definitions(inputs)
        self._by_adapter = {key: value for (key, _), value in by_key.items()}
        self.definitions = {
            name: cleaned(definition) for name, definition in sorted(definitions.items())
        }

    def is_as_before(self, before: Schemas) -> bool:
        """Tell whether these are those of an earlier document."""
        return self._by_adapter is before._by_adapter

    def of(self, field: ModelField) -> Schema:
        """Return a field's schema, titled as forms show it."""
        schema = cleaned(self._by_adapter[id(field.adapter), field.mode])
        titled = schema if "$ref" in schema else {**schema, "title": field.title}
        return {**titled, "deprecated": True} if field.info.deprecated else titled

    def untitled(self, field: ModelField, title: str) -> Schema:
        """Return a field's schema with a title of the caller's."""
        schema = self.of(field)
        return schema if "$ref" in schema else {**schema, "title": title}


def _holds_computed_fields(schema: Any) -> bool:
    """Tell whether something is written that is never read."""
    if isinstance(schema, dict):
        if schema.get("computed_fields"):
            return True
        return any(_holds_computed_fields(each) for each in schema.values())
    # Some members of unions are pairs, with their label.
    return isinstance(schema, (list, tuple)) and any(map(_holds_computed_fields, schema))


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
