"""Reading signatures as the framework does, for plugins that look into FastAPI's."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from pydantic import create_model
from starlette.background import BackgroundTasks
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from notebookapi import params
from notebookapi._plan.fields import ModelField, make_field
from notebookapi._plan.signature import (
    Empty,
    described,
    read_parameters,
    read_returns,
    signature_of,
)
from notebookapi._plan.sources import FromDependency, FromRequest, Source, find_source
from notebookapi._table import compile_pattern
from notebookapi.dependencies.models import Dependant
from notebookapi.exceptions import InvalidDependency
from notebookapi.security import SecurityScopes

__all__ = [
    "get_dependant",
    "get_flat_dependant",
    "get_parameterless_sub_dependant",
    "get_typed_return_annotation",
    "get_typed_signature",
    "lenient_issubclass",
]

_NAME_OF: dict[Any, str] = {
    Request: "request_param_name",
    WebSocket: "websocket_param_name",
    HTTPConnection: "http_connection_param_name",
    Response: "response_param_name",
    BackgroundTasks: "background_tasks_param_name",
    SecurityScopes: "security_scopes_param_name",
}


_GROUPS = ("path_params", "query_params", "header_params", "cookie_params", "body_params")


def get_typed_signature(call: Callable[..., Any]) -> inspect.Signature:
    """Return a callable's signature with its annotations resolved."""
    resolved = {each.name: each.annotation for each in read_parameters(call)}
    signature = signature_of(call)
    parameters = [
        each.replace(annotation=resolved[each.name])
        if each.annotation is not Empty and each.name in resolved
        else each
        for each in signature.parameters.values()
    ]
    return signature.replace(parameters=parameters)


def get_typed_return_annotation(call: Callable[..., Any]) -> Any:
    """Return a callable's return annotation, resolved; None where nothing is written."""
    annotation = read_returns(call)
    return None if annotation is Empty else annotation


def get_dependant(
    *,
    path: str,
    call: Callable[..., Any],
    name: str | None = None,
    own_oauth_scopes: list[str] | None = None,
    parent_oauth_scopes: list[str] | None = None,
    use_cache: bool = True,
    scope: str | None = None,
) -> Dependant:
    """Return what a callable takes, its dependencies below it. Raises DeclarationErrors.

    path: the template; the names in it are read from there.
    """
    made = Dependant(
        call=call,
        name=name,
        path=path,
        own_oauth_scopes=own_oauth_scopes,
        parent_oauth_scopes=parent_oauth_scopes,
        use_cache=use_cache,
        scope=scope,
    )
    in_path, place = compile_pattern(path).convertors.keys(), described(call)
    for parameter in read_parameters(call):
        source = find_source(parameter, in_path, place)
        if source is not None:
            _add(source, made, path)
    return made


def _add(source: Source, dependant: Dependant, path: str) -> None:
    match source:
        case FromDependency():
            below = _below(source.depends, path, dependant.oauth_scopes, source.name)
            dependant.dependencies.append(below)
        case FromRequest():
            kind = source.info.in_
            group = f"{kind.value if kind else 'body'}_params"
            getattr(dependant, group).append(source.field)
        case _:
            setattr(dependant, _NAME_OF[source.kind], source.name)


def _below(depends: params.Depends, path: str, scopes: list[str], name: str | None) -> Dependant:
    if depends.dependency is None:
        raise InvalidDependency("`Depends()` names no dependency; write `Depends(function)`.")
    return get_dependant(
        path=path,
        call=depends.dependency,
        name=name,
        own_oauth_scopes=list(getattr(depends, "scopes", None) or ()),
        parent_oauth_scopes=scopes,
        use_cache=depends.use_cache,
        scope=depends.scope,
    )


def get_parameterless_sub_dependant(*, depends: params.Depends, path: str) -> Dependant:
    """Return what a dependency takes that runs for its effect only."""
    return _below(depends, path, [], None)


def get_flat_dependant(dependant: Dependant, *, skip_repeats: bool = False) -> Dependant:
    """Return a dependant that has the parameters of those below it as well.

    skip_repeats: count a dependency once that is shared.
    """
    seen: set[tuple[Any, ...]] = set()
    every = [each for each in _walk(dependant) if not skip_repeats or _is_new(each, seen)]
    flat = replace(dependant, dependencies=[])
    for group in _GROUPS:
        setattr(flat, group, [field for each in every for field in getattr(each, group)])
    return flat


def _walk(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from _walk(each)


def _is_new(dependant: Dependant, seen: set[tuple[Any, ...]]) -> bool:
    if dependant.cache_key in seen:
        return False
    seen.add(dependant.cache_key)
    return True


def _get_flat_body_params(dependant: Dependant) -> list[ModelField]:
    """Return what a dependant and those below it read from the body."""
    return get_flat_dependant(dependant).body_params


def _get_body_field(
    *, body_params: Sequence[ModelField], name: str, embed_body_fields: bool
) -> ModelField | None:
    """Return the body as one field; None where nothing is read from it.

    name: of the operation. embed_body_fields: the body is an object with a key for each.
    """
    if not body_params:
        return None
    if not embed_body_fields:
        return body_params[0]
    model = create_model(
        f"Body_{name}",
        **{each.name: (each.annotation, each.info) for each in body_params},  # type: ignore[call-overload]  # fields by name, as create_model takes them
    )
    required = any(each.required for each in body_params)
    return make_field("body", model, params.Body(... if required else None), alias="body")


def lenient_issubclass(cls: Any, class_or_tuple: type | tuple[type, ...] | None) -> bool:
    """Tell whether something is a subclass; what is no class at all is not."""
    return isinstance(cls, type) and class_or_tuple is not None and issubclass(cls, class_or_tuple)
