"""One route -> its operations."""

from __future__ import annotations

import http
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol, cast

from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount

from notebookapi._openapi.bodies import request_body
from notebookapi._openapi.errors import add_errors
from notebookapi._openapi.parameters import parameter_fields, parameters
from notebookapi._openapi.plain import plain
from notebookapi._openapi.schemas import Schema, Schemas
from notebookapi._openapi.streams import stream_media
from notebookapi._openapi.unread import unread_parameters
from notebookapi._options import RouteSpec
from notebookapi._plan.fields import ModelField
from notebookapi._plan.steps import ExecutionPlan
from notebookapi._respond.compile import Responder, has_body
from notebookapi._respond.stream import Streamer

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
    param_convertors: Mapping[str, Any]
    name: str
    spec: RouteSpec
    plan: ExecutionPlan
    responder: Responder | Streamer
    extra_models: dict[int | str, ModelField]

    @property
    def methods(self) -> set[str] | None: ...

    @property
    def unique_id(self) -> str: ...

    @property
    def description(self) -> str: ...

    def id_for(self, method: str) -> str: ...


def operables(routes: Iterable[BaseRoute]) -> Iterator[Operable]:
    """Yield the path operations among routes, those of included routers with them."""
    for route in routes:
        if hasattr(route, "plan") and hasattr(route, "responder"):
            yield cast(Operable, route)
        elif not isinstance(route, Mount):
            yield from operables(getattr(route, "routes", ()))


def shown_in(routes: Iterable[BaseRoute]) -> list[Operable]:
    """Return the path operations among routes that are not left out of the document."""
    return [route for route in operables(routes) if route.spec.include_in_schema]


def with_callbacks(routes: Iterable[Operable]) -> Iterator[Operable]:
    """Yield routes, each followed by its callbacks and theirs."""
    for route in routes:
        yield route
        yield from with_callbacks(shown_in(route.spec.callbacks or ()))


def fields_of(route: Operable) -> Iterator[ModelField]:
    """Yield every field whose schema an operation shows."""
    for value in route.plan.values:
        yield from (value.field,) if value.in_ is None else parameter_fields(value)
    if route.responder.field is not None:
        yield route.responder.field
    yield from route.extra_models.values()


def operation(
    route: Operable, method: str, schemas: Schemas, *, problems: bool = False
) -> tuple[dict[str, Any], Schema]:
    """Return the operation object of one method, and the component schemas that it needs.

    problems: whether errors are told as RFC 9457 has it.
    """
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
    read = [
        *unread_parameters(route.param_convertors, route.plan.values),
        *parameters(route.plan.values, _names_in(route.path_format), schemas),
    ]
    if read:
        made["parameters"] = read
    if method in _BODY_METHODS and route.plan.body is not None:
        body, needed = request_body(route.plan.body, route.unique_id, schemas)
        components.update(needed)
        if body:
            made["requestBody"] = body
    made["responses"] = _responses(route, schemas)
    callbacks = _callbacks(route, schemas, components)
    if callbacks:
        made["callbacks"] = callbacks
    security = required_schemes(route.plan)
    if security:
        made["security"] = [{name: scopes} for name, scopes in security.items()]
    components.update(_add_errors(route, made["responses"], problems))
    return plain(merged(made, spec.openapi_extra or {})), components


def _add_errors(route: Operable, responses: dict[str, Any], problems: bool) -> Schema:
    declared = route.spec.responses or {}
    return add_errors(
        responses,
        raises=route.spec.raises or (),
        described={str(status): "description" in each for status, each in declared.items()},
        validates=bool(route.plan.values),
        problems=problems,
    )


def _names_in(path_format: str) -> list[str]:
    return re.findall(r"{([^}]*)}", path_format)


def _callbacks(route: Operable, schemas: Schemas, components: Schema) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for callback in shown_in(route.spec.callbacks or ()):
        item = made.setdefault(callback.name, {}).setdefault(callback.path_format, {})
        for method in sorted(callback.methods or ()):
            item[method.lower()], needed = operation(callback, method, schemas)
            components.update(needed)
    return made


def required_schemes(plan: ExecutionPlan) -> dict[str, list[str]]:
    """Return the scopes that an operation asks of each security scheme, each once, in order."""
    found: dict[str, list[str]] = {}
    for each in plan.security:
        scopes = found.setdefault(each.scheme.scheme_name, [])
        scopes.extend(scope for scope in dict.fromkeys(each.scopes) if scope not in scopes)
    return found


def _responses(route: Operable, schemas: Schemas) -> dict[str, Any]:
    spec, responder = route.spec, route.responder
    status = _status(responder)
    made: dict[str, Any] = {status: {"description": spec.response_description}}
    media_type = (responder.response_class or JSONResponse).media_type
    if media_type and has_body(int(status)):
        made[status]["content"] = {media_type: _success(route, schemas)}
    for code, declared in (spec.responses or {}).items():
        key = str(code).upper()
        key = "default" if key == "DEFAULT" else key
        made[key] = merged(made.get(key, {}), _additional(route, code, key, declared, schemas))
    return made


def _status(responder: Responder | Streamer) -> str:
    if responder.status is not None:
        return str(responder.status)
    parameters = inspect.signature(responder.response_class or JSONResponse).parameters
    default = parameters["status_code"].default if "status_code" in parameters else 200
    return str(int(default)) if isinstance(default, int) else "200"


def _success(route: Operable, schemas: Schemas) -> dict[str, Any]:
    responder = route.responder
    if isinstance(responder, Streamer):
        return stream_media(responder, f"Streamitem {_words(route.unique_id)}", schemas)
    if not issubclass(responder.response_class or JSONResponse, JSONResponse):
        return {"schema": {"type": "string"}}
    if responder.field is None:
        return {"schema": {}}
    title = f"Response {_words(route.unique_id)}"
    return {"schema": schemas.untitled(responder.field, title)}


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
