"""One operation, cut out of an OpenAPI document: what a form for it needs to know."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from starlette.routing import WebSocketRoute

from notebookapi.notebook.views.widgets.sample import (
    Schema,
    Schemas,
    sample,
    without_null,
)

WEBSOCKET = "WEBSOCKET"
_JSON = "application/json"
_PLACES = ("path", "query", "header", "cookie")


@dataclass(frozen=True, slots=True)
class Content:
    """One way to write the body. example: as text; empty where it is no text."""

    media: str
    schema: Schema
    example: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """method: in capitals, or WEBSOCKET. path: the template.

    parameters: OpenAPI's parameter objects. security: the schemes that it asks for, by name.
    schemas: those that are referred to, by name.
    """

    method: str
    path: str
    summary: str = ""
    description: str = ""
    parameters: Sequence[Mapping[str, Any]] = ()
    contents: Sequence[Content] = ()
    security: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    schemas: Schemas = field(default_factory=dict)

    @property
    def label(self) -> str:
        """It in words, such as "GET /items/{id}"."""
        return f"{self.method} {self.path}"

    def as_trait(self) -> dict[str, Any]:
        """Return it as JSON, for a page."""
        return asdict(self)

    def type_of(self, schema: Schema) -> str:
        """Return a schema's type in a few words: "integer", "string (date)", "a | b"."""
        schema = without_null(schema, self.schemas)
        if "enum" in schema:
            return " | ".join(str(each) for each in schema["enum"])
        if schema.get("type") == "array":
            return f"list of {self.type_of(schema.get('items', {}))}"
        kind = str(schema.get("type", "any"))
        return f"{kind} ({schema['format']})" if "format" in schema else kind

    def properties(self, schema: Schema) -> Iterator[tuple[str, Schema, bool]]:
        """Yield an object's fields as (name, schema, whether it is required)."""
        schema = without_null(schema, self.schemas)
        for name, each in schema.get("properties", {}).items():
            yield name, each, name in schema.get("required", ())


def operation_of(document: Mapping[str, Any], method: str, path: str) -> Operation | None:
    """Return an operation of a document; None where it has none there."""
    item = document.get("paths", {}).get(path, {})
    described = item.get(method.lower())
    if described is None:
        return None
    components = document.get("components", {})
    schemas: Schemas = components.get("schemas", {})
    contents = tuple(_contents(described.get("requestBody", {}), schemas))
    parameters = list(_parameters(item, described, components))
    needed = {"parameters": parameters, "contents": [each.schema for each in contents]}
    schemes = components.get("securitySchemes", {})
    asked = [
        name for each in described.get("security", document.get("security", ())) for name in each
    ]
    return Operation(
        method=method.upper(),
        path=path,
        summary=str(described.get("summary") or ""),
        description=str(described.get("description") or ""),
        parameters=parameters,
        contents=contents,
        security={name: schemes[name] for name in asked if name in schemes},
        schemas=_reachable(needed, schemas),
    )


def operation_of_socket(route: WebSocketRoute) -> Operation:
    """Return a WebSocket endpoint as an operation; OpenAPI has no place for it."""
    plan = getattr(route, "plan", None)
    schemas: dict[str, Any] = {}
    parameters = []
    for value in plan.values if plan is not None else ():
        if value.in_ is None or value.group is not None:
            continue
        template = "#/components/schemas/{model}"
        schema = value.field.adapter.json_schema(ref_template=template)
        schemas |= schema.pop("$defs", {})
        about = {"name": value.field.alias, "in": value.in_.value, "schema": schema}
        parameters.append({**about, "required": value.field.required})
    for name in route.param_convertors:
        if all(each["name"] != name for each in parameters):
            plain = {"name": name, "in": "path", "schema": {"type": "string"}, "required": True}
            parameters.append(plain)
    doc = (getattr(route.endpoint, "__doc__", None) or "").strip()
    return Operation(
        WEBSOCKET, route.path_format, summary=doc, parameters=parameters, schemas=schemas
    )


def http_text(operation: Operation) -> str:
    """Return a request as text, with examples where values belong (RFC 9112, section 2.1)."""
    target, query, headers = operation.path, [], []
    for each in operation.parameters:
        value = text_of(each, operation.schemas)
        if each["in"] == "path":
            target = target.replace("{" + str(each["name"]) + "}", value or "1")
        elif each.get("required") and each["in"] == "query":
            query.append(f"{each['name']}={value}")
        elif each.get("required") and each["in"] == "header":
            headers.append(f"{each['name']}: {value}")
    lines = [f"{operation.method} {target}{'?' if query else ''}{'&'.join(query)}", *headers]
    content = next((each for each in operation.contents if each.example), None)
    if content is not None:
        lines += [f"content-type: {content.media}", "", content.example]
    return "\n".join(lines)


def text_of(parameter: Mapping[str, Any], schemas: Schemas) -> str:
    """Return an example of a parameter's value; empty where none is known."""
    return _as_text(sample(parameter.get("schema", {}), schemas))


def _parameters(
    item: Mapping[str, Any], described: Mapping[str, Any], components: Mapping[str, Any]
) -> Iterator[Mapping[str, Any]]:
    """Yield the parameters: an operation's own go before those of its path."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for each in (*item.get("parameters", ()), *described.get("parameters", ())):
        name = str(each.get("$ref", "")).rpartition("/")[2]
        known = components.get("parameters", {}).get(name, {}) if name else each
        if known.get("in") in _PLACES:
            found[known["in"], known["name"]] = known
    yield from found.values()


def _contents(body: Mapping[str, Any], schemas: Schemas) -> Iterator[Content]:
    for media, about in body.get("content", {}).items():
        schema = about.get("schema", {})
        given = about.get("example", _first_example(about.get("examples")))
        value = sample(schema, schemas) if given is None else given
        is_json = media == _JSON or media.endswith("+json")
        text = json.dumps(value, indent=2, ensure_ascii=False) if is_json else ""
        if not is_json and isinstance(value, str):
            text = value
        yield Content(media, schema, text, bool(body.get("required")))


def _first_example(examples: Any) -> Any:
    if not isinstance(examples, Mapping):
        return None
    return next((each.get("value") for each in examples.values()), None)


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return _as_text(value[0]) if value else ""
    return value if isinstance(value, str) else json.dumps(value) if value is not None else ""


def _reachable(part: Any, schemas: Schemas) -> Schemas:
    """Return the schemas that a part of a document refers to, and those that these refer to."""
    found: dict[str, Schema] = {}
    left = list(_references(part))
    while left:
        name = left.pop()
        if name in schemas and name not in found:
            found[name] = schemas[name]
            left += _references(schemas[name])
    return found


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        if isinstance(target := part.get("$ref"), str):
            yield target.rpartition("/")[2]
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _references(each)
