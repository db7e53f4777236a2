"""One route -> its operations."""

from __future__ import annotations

import http
import inspect
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from starlette.responses import JSONResponse, Response

from notebookapi import params
from notebookapi._openapi.schemas import Schema, Schemas
from notebookapi._options import RouteSpec
from notebookapi._plan.fields import ModelField
from notebookapi._plan.steps import BodyPlan, ExecutionPlan, Value
from notebookapi._respond.compile import Responder, has_body

VALIDATION_ERROR: Schema = {
    "title": "ValidationError",
    "type": "object",
    "properties": {
        "loc": {
            "title": "Location",
            "type": "array",
            "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        },
        "msg": {"title": "Message", "type": "string"},
        "type": {"title": "Error Type", "type": "string"},
        "input": {"title": "Input"},
        "ctx": {"title": "Context", "type": "object"},
    },
    "required": ["loc", "msg", "type"],
}
HTTP_VALIDATION_ERROR: Schema = {
    "title": "HTTPValidationError",
    "type": "object",
    "properties": {
        "detail": {
            "title": "Detail",
            "type": "array",
            "items": {"$ref": "#/components/schemas/ValidationError"},
        }
    },
}
_RANGES = {
    "1XX": "Information",
    "2XX": "Success",
    "3XX": "Redirection",
    "4XX": "Client Error",
    "5XX": "Server Error",
    "DEFAULT": "Default Response",
}
_BODY_METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"}


class Operable(Protocol):
    """What is read of a route."""

    path_format: str
    name: str
    spec: RouteSpec
    plan: ExecutionPlan
    responder: Responder
    extra_models: dict[int | str, ModelField]

    @property
    def methods(self) -> set[str] | None: ...

    @property
    def unique_id(self) -> str: ...

    @property
    def description(self) -> str: ...

    def id_for(self, method: str) -> str: ...


def fields_of(route: Operable) -> Iterator[ModelField]:
    """Yield every field whose schema an operation shows."""
    for value in route.plan.values:
        if value.in_ is None or getattr(value.field.info, "include_in_schema", True):
            yield value.field
    if route.responder.field is not None:
        yield route.responder.field
    yield from route.extra_models.values()


def operation(route: Operable, method: str, schemas: Schemas) -> tuple[dict[str, Any], Schema]:
    """Return the operation object of one method, and the component schemas that it needs."""
    spec = route.spec
    components: Schema = {}
    made: dict[str, Any] = {}
    if spec.tags:
        made["tags"] = [getattr(tag, "value", tag) for tag in spec.tags]
    made["summary"] = spec.summary or route.name.replace("_", " ").title()
    if route.description:
        made["description"] = route.description
    made["operationId"] = route.id_for(method)
    if spec.deprecated:
        made["deprecated"] = True
    parameters = _parameters(route.plan, schemas)
    if parameters:
        made["parameters"] = parameters
    if method in _BODY_METHODS and route.plan.body is not None:
        made["requestBody"] = _request_body(route.plan.body, route.unique_id, schemas, components)
    made["responses"] = _responses(route, schemas)
    security = required_schemes(route.plan)
    if security:
        made["security"] = [{name: scopes} for name, scopes in security.items()]
    if route.plan.values and not made["responses"].keys() & {"422", "4XX", "default"}:
        made["responses"]["422"] = _response(
            "Validation Error", {"$ref": "#/components/schemas/HTTPValidationError"}
        )
        components["HTTPValidationError"] = HTTP_VALIDATION_ERROR
        components["ValidationError"] = VALIDATION_ERROR
    return merged(made, spec.openapi_extra or {}), components


def required_schemes(plan: ExecutionPlan) -> dict[str, list[str]]:
    """Return the scopes that an operation asks of each security scheme, each once, in order."""
    found: dict[str, list[str]] = {}
    for each in plan.security:
        scopes = found.setdefault(each.scheme.scheme_name, [])
        scopes.extend(scope for scope in dict.fromkeys(each.scopes) if scope not in scopes)
    return found


def _parameters(plan: ExecutionPlan, schemas: Schemas) -> list[dict[str, Any]]:
    order = list(params.ParamTypes)
    order = [order[2], order[0], order[1], order[3]]  # path, query, header, cookie
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for kind in order:
        for value in plan.values:
            if value.in_ is kind and getattr(value.field.info, "include_in_schema", True):
                key = (kind.value, value.field.alias)
                if key not in found or value.field.required:
                    found[key] = _parameter(value, kind.value, schemas)
    return list(found.values())


def _parameter(value: Value, in_: str, schemas: Schemas) -> dict[str, Any]:
    field, info = value.field, value.field.info
    made: dict[str, Any] = {
        "name": field.alias,
        "in": in_,
        "required": field.required,
        "schema": schemas.of(field),
    }
    if info.description:
        made["description"] = info.description
    examples = getattr(info, "openapi_examples", None)
    example = getattr(info, "example", None)
    if examples:
        made["examples"] = examples
    elif example is not None and repr(example) != "PydanticUndefined":
        made["example"] = example
    if info.deprecated:
        made["deprecated"] = True
    return made


def _request_body(
    body: BodyPlan, unique_id: str, schemas: Schemas, components: Schema
) -> dict[str, Any]:
    first = body.values[0].field
    required = any(value.field.required for value in body.values)
    media: dict[str, Any] = {}
    if body.embedded:
        name = f"Body_{unique_id}"
        components[name] = _combined(body, name, schemas)
        media["schema"] = {"$ref": f"#/components/schemas/{name}"}
    else:
        media["schema"] = schemas.of(first)
    examples = getattr(first.info, "openapi_examples", None)
    if examples and not body.embedded:
        media["examples"] = examples
    made: dict[str, Any] = {
        "content": {getattr(first.info, "media_type", "application/json"): media}
    }
    return {"required": True, **made} if required else made


def _combined(body: BodyPlan, name: str, schemas: Schemas) -> Schema:
    combined: Schema = {
        "title": name,
        "type": "object",
        "properties": {value.field.alias: schemas.of(value.field) for value in body.values},
    }
    required = [value.field.alias for value in body.values if value.field.required]
    return {**combined, "required": required} if required else combined


def _responses(route: Operable, schemas: Schemas) -> dict[str, Any]:
    spec, responder = route.spec, route.responder
    status = _status(responder)
    made: dict[str, Any] = {status: {"description": spec.response_description}}
    media_type = (responder.response_class or JSONResponse).media_type
    if media_type and has_body(int(status)):
        made[status]["content"] = {media_type: {"schema": _success(route, schemas)}}
    for code, declared in (spec.responses or {}).items():
        key = str(code).upper()
        key = "default" if key == "DEFAULT" else key
        made[key] = merged(made.get(key, {}), _additional(route, code, key, declared, schemas))
    return made


def _status(responder: Responder) -> str:
    if responder.status is not None:
        return str(responder.status)
    parameters = inspect.signature(responder.response_class or JSONResponse).parameters
    default = parameters["status_code"].default if "status_code" in parameters else 200
    return str(int(default)) if isinstance(default, int) else "200"


def _success(route: Operable, schemas: Schemas) -> Schema:
    responder = route.responder
    if not issubclass(responder.response_class or JSONResponse, JSONResponse):
        return {"type": "string"}
    if responder.field is None:
        return {}
    return schemas.untitled(responder.field, f"Response {_words(route.unique_id)}")


def _words(unique_id: str) -> str:
    return unique_id.title().replace("_", " ")


def _additional(
    route: Operable, code: int | str, key: str, declared: Mapping[str, Any], schemas: Schemas
) -> dict[str, Any]:
    made = {name: value for name, value in declared.items() if name != "model"}
    field = route.extra_models.get(code)
    if field is not None:
        schema = schemas.untitled(field, f"Response {key.title()} {_words(route.unique_id)}")
        made = merged({"content": {_media_type(route): {"schema": schema}}}, made)
    made["description"] = (
        declared.get("description")
        or (route.spec.response_description if key == _status(route.responder) else None)
        or _phrase(key)
    )
    return made


def _media_type(route: Operable) -> str:
    response_class: type[Response] = route.responder.response_class or JSONResponse
    return response_class.media_type or "application/json"


def _phrase(key: str) -> str:
    if key.upper() in _RANGES:
        return _RANGES[key.upper()]
    try:
        return http.HTTPStatus(int(key)).phrase
    except ValueError:
        return "Additional Response"


def _response(description: str, schema: Schema) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return two documents as one: objects merged, lists joined, else `over` wins."""
    made = dict(base)
    for key, value in over.items():
        there = made.get(key)
        if isinstance(there, Mapping) and isinstance(value, Mapping):
            made[key] = merged(there, value)
        elif isinstance(there, list) and isinstance(value, list):
            made[key] = there + value
        else:
            made[key] = value
    return made
