"""Where each parameter of a signature is read from."""

from __future__ import annotations

from collections.abc import Collection
from copy import copy
from typing import Annotated, Any, Literal, get_args, get_origin
from weakref import WeakValueDictionary

from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from starlette.background import BackgroundTasks
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from notebookapi import params
from notebookapi._plan.adapters import key_of
from notebookapi._plan.fields import (
    ModelField,
    bare,
    has_default,
    is_scalar,
    is_scalar_sequence,
    make_field,
    members,
)
from notebookapi._plan.forms import holds_upload, require_multipart
from notebookapi._plan.groups import Group, is_group, make_group
from notebookapi._plan.signature import Empty, Parameter
from notebookapi._records import record
from notebookapi.exceptions import InvalidParameter
from notebookapi.security.base import SecurityScopes

# What is injected by its type alone. The order matters: a Request is an HTTPConnection too.
_INJECTED: tuple[type, ...] = (
    Request,
    WebSocket,
    HTTPConnection,
    Response,
    BackgroundTasks,
    SecurityScopes,
)


@record(frozen=True, slots=True, eq=False, weakref_slot=True)
class FromRequest:
    """A parameter that is read from the request and validated.

    names: in the request; the first that is there counts.
    group: for a model whose fields are read one by one.
    """

    name: str
    field: ModelField
    info: params.Param
    names: tuple[str, ...]
    positional: bool = False
    group: Group | None = None


@record(frozen=True, slots=True, eq=False)
class FromDependency:
    """A parameter that is the result of a dependency."""

    name: str
    depends: params.Depends
    positional: bool = False


@record(frozen=True, slots=True, eq=False)
class Injected:
    """A parameter that is part of the request's machinery, known by its type."""

    name: str
    kind: type
    positional: bool = False


Source = FromRequest | FromDependency | Injected
Protocol = Literal["http", "websocket"]


# Kept as long as a plan has them: what a notebook redefines goes away with its routes.
_KNOWN: WeakValueDictionary[Any, FromRequest] = WeakValueDictionary()


def find_source(
    parameter: Parameter, in_path: Collection[str], place: str, serves: Protocol = "http"
) -> Source | None:
    """Return where a parameter is read from; None: nowhere, its default stands.

    in_path: the names in the path template. place: names the callable in errors.
    serves: what it is for.
    Raises InvalidParameter for a declaration that contradicts itself or cannot be read.
    """
    key = key_of(parameter.annotation, parameter.default) if _is_plain(parameter) else None
    if key is None:
        return _found(parameter, in_path, place, serves)
    key = (parameter.name, parameter.positional, parameter.name in in_path, key)
    known = _KNOWN.get(key)
    if known is not None:
        return known
    found = _found(parameter, in_path, place, serves)
    if isinstance(found, FromRequest) and found.field.adapter.pydantic_complete:
        _KNOWN[key] = found
    return found


def _is_plain(parameter: Parameter) -> bool:
    """Tell whether a parameter is the same wherever it has this name, type and default."""
    annotation = parameter.annotation
    return get_origin(annotation) is not Annotated and not hasattr(annotation, "__value__")


def _found(
    parameter: Parameter, in_path: Collection[str], place: str, serves: Protocol
) -> Source | None:
    annotation, marker = _marker(parameter, place)
    if isinstance(marker, params.Depends):
        depends = _completed(marker, annotation, parameter, place)
        return FromDependency(parameter.name, depends, parameter.positional)
    kind = bare(annotation)
    kinds = members(annotation) if marker is None else ()
    for injected in _INJECTED:
        if any(isinstance(each, type) and issubclass(each, injected) for each in kinds):
            return _injected(injected, parameter, place, serves)
    if marker is None and parameter.name in in_path:
        info: params.Param = params.Path()  # a default is for other paths: dependencies are shared
    else:
        info = _with_default(marker or _inferred(kind), parameter, place)
    if parameter.name in in_path and not isinstance(info, params.Path):
        raise InvalidParameter(
            f"{place}: `{parameter.name}` is part of the path, so it cannot be read from "
            f"{type(info).__name__}; rename one of them."
        )
    if isinstance(info, params.Form):
        require_multipart()
    name, positional = parameter.name, parameter.positional
    if is_group(annotation, info):
        group = make_group(name, annotation, info, place)
        field = make_field(name, annotation, info, alias=name, place=place)
        return FromRequest(name, field, info, (), positional, group)
    _check(info, annotation, name, place)
    names = _names(info, name, place)
    field = make_field(name, annotation, info, alias=names[0], place=place)
    return FromRequest(name, field, info, names, positional)


def _injected(kind: type, parameter: Parameter, place: str, serves: Protocol) -> Injected | None:
    if kind is not (WebSocket if serves == "http" else Request):
        return Injected(parameter.name, kind, parameter.positional)
    if parameter.default is not Empty:
        return None  # a dependency that serves the other protocol too: here its default stands
    if serves == "websocket":
        raise InvalidParameter(
            f"{place}: `{parameter.name}` is a Request, which a WebSocket endpoint has not; take "
            "the WebSocket or an HTTPConnection, or give it a default."
        )
    raise InvalidParameter(
        f"{place}: `{parameter.name}` is a WebSocket, which an HTTP operation has not; take the "
        "Request or an HTTPConnection, or give it a default."
    )


def _marker(parameter: Parameter, place: str) -> tuple[Any, params.Param | params.Depends | None]:
    """Return the annotation without its marker, and the marker."""
    annotation, found = _written_out(parameter.annotation), None
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        markers = [each for each in metadata if isinstance(each, (params.Param, params.Depends))]
        if markers:
            found = markers[-1]
            rest = [each for each in metadata if not isinstance(each, type(found))]
            annotation = Annotated[(inner, *rest)] if rest else inner
    default = parameter.default
    if isinstance(default, FieldInfo) and not isinstance(default, params.Param):
        raise InvalidParameter(
            f"{place}: `{parameter.name}` has pydantic's `Field(…)` as its default, which does not "
            "say where it is read from; write `Query(…)`, `Body(…)` or another of these."
        )
    if isinstance(default, (params.Param, params.Depends)):
        if found is not None:
            raise InvalidParameter(
                f"{place}: `{parameter.name}` has {_shown(found)} in its annotation and "
                f"{_shown(default)} as its default; keep one of them."
            )
        return annotation, default
    if isinstance(found, params.Param) and found.default not in (PydanticUndefined, ...):
        raise InvalidParameter(
            f"{place}: `{parameter.name}` gets a default inside `Annotated`; write it behind the "
            f"annotation instead: `{parameter.name}: Annotated[…] = {found.default!r}`."
        )
    return annotation, found


def _written_out(annotation: Any) -> Any:
    """Return what an alias (PEP 695) stands for, where a marker may be in it."""
    value = annotation
    while hasattr(value, "__value__"):
        value = value.__value__
    return value if get_origin(value) is Annotated else annotation


def _shown(marker: object) -> str:
    return f"`{type(marker).__name__}`"


def _completed(
    depends: params.Depends, annotation: Any, parameter: Parameter, place: str
) -> params.Depends:
    if depends.dependency is not None:
        return depends
    kind = bare(annotation)
    if not callable(kind) or kind is Any:
        raise InvalidParameter(
            f"{place}: `{parameter.name}` has `Depends()` without a dependency and no class to "
            "take instead; write `Depends(function)` or annotate it with a class."
        )
    return depends.completed(kind)


def _inferred(kind: Any) -> params.Param:
    if holds_upload(kind):
        return params.File()
    return params.Query() if is_scalar(kind) else params.Body()


def _with_default(info: params.Param, parameter: Parameter, place: str) -> params.Param:
    """Return a copy of the marker that holds the parameter's own default."""
    default = parameter.default
    if isinstance(info, params.Path):
        if has_default(info) or (default is not Empty and default is not info):
            given = info.default if has_default(info) else default
            if given is not ...:
                raise InvalidParameter(
                    f"{place}: `{parameter.name}` is part of the path, so its default "
                    f"({given!r}) could never be used; leave it out."
                )
        return info
    if default is Empty or default is ... or isinstance(default, FieldInfo):
        return info
    if info.default_factory is not None:
        raise InvalidParameter(
            f"{place}: `{parameter.name}` has a default ({default!r}) and a `default_factory`; "
            "keep one of them."
        )
    own = copy(info)
    own.default = default
    own._attributes_set = {**info._attributes_set, "default": default}
    return own


def _names(info: params.Param, name: str, place: str) -> tuple[str, ...]:
    """Return the names of a parameter in requests, the one that is documented first."""
    alias = info.validation_alias if info.validation_alias is not None else info.alias
    if isinstance(alias, str):
        return (alias,)
    if isinstance(alias, AliasChoices):
        choices = tuple(each for each in alias.choices if isinstance(each, str))
        if len(choices) == len(alias.choices) > 0:
            return choices
    if alias is not None:
        raise InvalidParameter(
            f"{place}: `{name}` has the alias {alias!r}, a path into a document; a parameter has "
            "names only: a string, or `AliasChoices` of strings."
        )
    if isinstance(info, params.Header) and info.convert_underscores:
        return (name.replace("_", "-"),)
    return (name,)


def _check(info: params.Param, annotation: Any, name: str, place: str) -> None:
    if isinstance(info, params.Path) and not is_scalar(annotation):
        raise InvalidParameter(
            f"{place}: `{name}` is part of the path, which holds one piece of text; "
            f"{annotation!r} cannot be read from it."
        )
    is_text = is_scalar(annotation) or is_scalar_sequence(annotation)
    if isinstance(info, params.Body) or (is_text and not holds_upload(annotation)):
        return
    raise InvalidParameter(
        f"{place}: `{name}` is read from {type(info).__name__}, which holds text; "
        f"{annotation!r} cannot be read from it. Use `Body()`, or a scalar or a list of scalars."
    )
