"""Routes -> the document."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any

from starlette.routing import BaseRoute

from notebookapi._openapi.operation import (
    Operable,
    fields_of,
    shown_in,
    with_callbacks,
)
from notebookapi._openapi.pieces import Pieces, own
from notebookapi._openapi.plain import plain
from notebookapi._openapi.schemas import Schema, Schemas
from notebookapi._records import record
from notebookapi.security.base import openapi_form


@record(frozen=True, slots=True, eq=False, kw_only=True)
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
    info: Info,
    routes: Iterable[BaseRoute],
    *,
    webhooks: Iterable[BaseRoute] = (),
    separate: bool = True,
    problems: bool = False,
    last: bool = False,
    unreached: Mapping[BaseRoute, Collection[str]] | None = None,
    pieces: Pieces | None = None,
) -> dict[str, Any]:
    """Return the document that describes `routes`, those left out of the schema not among them.

    webhooks: requests that the API makes to those who ask for them, by name.
    separate: give a model two schemas where what is read of it differs from what is written.
    problems: whether errors are told as RFC 9457 has it.
    last: where two operations have one path and method, show the last instead of the first.
    unreached: methods of routes that others serve; left out.
    pieces: of an earlier document.
    """
    shown, sent = shown_in(routes), shown_in(webhooks)
    described = list(with_callbacks([*shown, *sent]))
    fields = (each for route in described for each in fields_of(route))
    pieces = pieces or Pieces()
    schemas = pieces.schemas_of(fields, separate=separate)
    making = _Making(pieces, schemas, problems, last, unreached or {})
    paths, items = making.path_items(shown), making.path_items(sent)
    schemes = {
        each.scheme.scheme_name: openapi_form(each.scheme)
        for route in described
        for each in route.plan.security
    }
    components = {**own(schemas.definitions), **making.needed}
    sections = {"schemas": dict(sorted(components.items())), "securitySchemes": schemes}
    return _assembled(info, paths, items, sections)


@record(frozen=True, slots=True, eq=False)
class _Making:
    """One document in the making. needed: components of no model of the program's."""

    pieces: Pieces
    schemas: Schemas
    problems: bool
    last: bool
    unreached: Mapping[Any, Collection[str]]
    needed: dict[str, Schema] = field(default_factory=dict)
    seen: dict[str, Operable] = field(default_factory=dict)

    def path_items(self, routes: Iterable[Operable]) -> dict[str, dict[str, Any]]:
        paths: dict[str, dict[str, Any]] = {}
        for route in routes:
            methods = {*(route.methods or ())}.difference(self.unreached.get(route, ()))
            if not methods and route.methods:
                continue
            item = paths.setdefault(route.path_format, {})
            for method in sorted(methods):
                if method.lower() in item and not self.last:
                    continue  # shadowed: the first that was declared serves
                made, needed = self.pieces.operation(
                    route, method, self.schemas, problems=self.problems
                )
                _warn_of_twins(made["operationId"], route, self.seen)
                item[method.lower()] = made
                self.needed.update(needed)
        return paths


def _warn_of_twins(operation_id: str, route: Operable, seen: dict[str, Operable]) -> None:
    other = seen.setdefault(operation_id, route)
    if other is not route:
        warnings.warn(
            f"Duplicate Operation ID {operation_id} for function {route.name} at "
            f"{route.path_format}: {other.name} at {other.path_format} has it too. Give one of "
            "them an `operation_id` or another name.",
            stacklevel=5,
        )


def _assembled(
    info: Info,
    paths: dict[str, dict[str, Any]],
    webhooks: dict[str, dict[str, Any]],
    components: dict[str, dict[str, Schema]],
) -> dict[str, Any]:
    document: dict[str, Any] = {"openapi": info.openapi_version, "info": _info(info)}
    if info.servers:
        document["servers"] = plain([*info.servers])
    document["paths"] = paths
    if webhooks:
        document["webhooks"] = webhooks
    components = {kind: found for kind, found in components.items() if found}
    if components:
        document["components"] = components
    if info.tags:
        document["tags"] = plain([*info.tags])
    if info.external_docs:
        document["externalDocs"] = plain(dict(info.external_docs))
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
    return {key: plain(value) for key, value in made.items() if value}
