"""What an operation reads from the body -> the request body object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from notebookapi._openapi.parameters import examples_of, is_shown
from notebookapi._openapi.schemas import REF_TEMPLATE, Schema, Schemas
from notebookapi._plan.forms import holds_upload
from notebookapi._plan.steps import BodyPlan, Value
from notebookapi.params import File, Form

_JSON = "application/json"
_URLENCODED = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"


def request_body(
    body: BodyPlan, unique_id: str, schemas: Schemas
) -> tuple[dict[str, Any], dict[str, Schema]]:
    """Return the request body object (OpenAPI 3.1, section 4.8.13) and the schemas it needs.

    The object is empty where all of the body is left out of the document.
    """
    values = [value for value in body.values if is_shown(value.field.info)]
    if not values:
        return {}, {}
    components: dict[str, Schema] = {}
    if body.embedded:
        name = f"Body_{unique_id}"
        components[name] = _combined(values, name, schemas)
        media: dict[str, Any] = {"schema": {"$ref": REF_TEMPLATE.format(model=name)}}
    else:
        only = values[0]
        schema = _undefaulted(only, schemas) if only.group else schemas.of(only.field)
        media = {"schema": schema, **examples_of(only.field.info)}
    made: dict[str, Any] = {"content": {_media_type(values): media}}
    if any(value.field.required for value in values):
        made["required"] = True
    return made, components


def _combined(values: list[Value], name: str, schemas: Schemas) -> Schema:
    """Return the schema of an object with a key for each value, and the keys of the models."""
    made: Schema = {"title": name, "type": "object"}
    models = [part for value in values if value.group for part in _of_group(value, schemas)]
    if models:
        made["allOf"] = [part for at, part in enumerate(models) if part not in models[:at]]
    single = [value for value in values if not value.group]
    if single:
        made["properties"] = {value.field.alias: _property(value, schemas) for value in single}
    required = [value.field.alias for value in single if value.field.required]
    return {**made, "required": required} if required else made


def _property(value: Value, schemas: Schemas) -> Schema:
    """Return the schema of a key. One that is a component or null goes by the component's title."""
    schema = schemas.of(value.field)
    parts = schema.get("anyOf", ())
    if value.field.info.title or len(parts) != 2 or parts[1] != {"type": "null"}:
        return schema
    return {k: each for k, each in schema.items() if k != "title" or "$ref" not in parts[0]}


def _of_group(value: Value, schemas: Schemas) -> Iterator[Schema]:
    """Yield what a form is that holds a group: for an optional one, none of its names or all."""
    schema = _undefaulted(value, schemas)
    if value.group is None or not value.group.optional:
        yield schema
        return
    members = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    schema = {**schema, "anyOf": members} if members else schema
    sent = {"anyOf": [{"required": [name]} for name in sorted(value.group.names)]}
    if value.field.required:
        yield sent
        yield schema
    else:
        yield {"anyOf": [{"not": sent}, schema]}


def _undefaulted(value: Value, schemas: Schemas) -> Schema:
    """Return the schema of a model without its default: keys have defaults, not the model."""
    return {key: each for key, each in schemas.of(value.field).items() if key != "default"}


def _media_type(values: list[Value]) -> str:
    infos = [value.field.info for value in values]
    files = [info.media_type for info in infos if isinstance(info, File)]
    forms = [info.media_type for info in infos if isinstance(info, Form)]
    if files:
        return files[0]
    if forms:
        # A file does not fit into the other encoding (WHATWG, URL standard, section 5).
        return _MULTIPART if forms[0] == _URLENCODED and _holds_files(values) else forms[0]
    given = {getattr(info, "media_type", _JSON) for info in infos}
    return given.pop() if len(given) == 1 else _JSON


def _holds_files(values: list[Value]) -> bool:
    return any(
        value.group.holds_files if value.group else holds_upload(value.field.annotation)
        for value in values
    )
