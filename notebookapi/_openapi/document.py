"""Routes -> the document."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from notebookapi._openapi.operation import Operable, fields_of, operation
from notebookapi._openapi.schemas import Schema, Schemas
from notebookapi.security.base import openapi_form


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Info:
    """What the document says of the API as a whole (OpenAPI 3.1, sections 4.8.1 and 4.8.2)."""

    title: str
    version: str
    openapi_version: str = "3.1.0"
    summary: str | None = None
    description: str | None = None
    terms_of_service: str | None = None
    contact: Mapping[str, Any] | None = None
    license_info: Mapping[str, Any] | None = None
    tags: Sequence[Mapping[str, Any]] | None = None
    servers: Sequence[Mapping[str, Any]] | None = None
    external_docs: Mapping[str, Any] | None = None


def make_document(
    info: Info, routes: Iterable[Operable], *, separate: bool = True
) -> dict[str, Any]:
    """Return the document that describes `routes`, those left out of the schema not among them.

    separate: give a model two schemas where what is read of it differs from what is written.
    """
    shown = [route for route in routes if route.spec.include_in_schema]
    schemas = Schemas((field for route in shown for field in fields_of(route)), separate=separate)
    paths: dict[str, dict[str, Any]] = {}
    components: dict[str, Schema] = dict(schemas.definitions)
    schemes: dict[str, Schema] = {}
    seen: dict[str, Operable] = {}
    for route in shown:
        for method in sorted(route.methods or ()):
            item = paths.setdefault(route.path_format, {})
            if method.lower() in item:
                continue  # shadowed: the first that was declared serves
            made, needed = operation(route, method, schemas)
            _warn_of_twins(made["operationId"], route, seen)
            item[method.lower()] = made
            components.update(needed)
            for each in route.plan.security:
                schemes[each.scheme.scheme_name] = openapi_form(each.scheme)
    sections = {"schemas": dict(sorted(components.items())), "securitySchemes": schemes}
    return _assembled(info, paths, sections)


def _warn_of_twins(operation_id: str, route: Operable, seen: dict[str, Operable]) -> None:
    other = seen.setdefault(operation_id, route)
    if other is not route:
        warnings.warn(
            f"Duplicate Operation ID {operation_id} for function {route.name} at "
            f"{route.path_format}: {other.name} at {other.path_format} has it too. Give one of "
            "them an `operation_id` or another name.",
            stacklevel=4,
        )


def _assembled(
    info: Info, paths: dict[str, dict[str, Any]], components: dict[str, dict[str, Schema]]
) -> dict[str, Any]:
    document: dict[str, Any] = {"openapi": info.openapi_version, "info": _info(info)}
    if info.servers:
        document["servers"] = list(info.servers)
    document["paths"] = paths
    components = {kind: found for kind, found in components.items() if found}
    if components:
        document["components"] = components
    if info.tags:
        document["tags"] = list(info.tags)
    if info.external_docs:
        document["externalDocs"] = dict(info.external_docs)
    return document


def _info(info: Info) -> dict[str, Any]:
    made = {
        "title": info.title,
        "summary": info.summary,
        "description": info.description,
        "termsOfService": info.terms_of_service,
        "contact": info.contact,
        "license": info.license_info,
        "version": info.version,
    }
    return {key: value for key, value in made.items() if value}
