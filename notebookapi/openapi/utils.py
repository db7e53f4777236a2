"""The OpenAPI document of any routes, for programs that make it themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.routing import BaseRoute

from notebookapi._openapi.document import Info, make_document

__all__ = ["get_openapi"]


def get_openapi(
    *,
    title: str,
    version: str,
    openapi_version: str = "3.1.0",
    summary: str | None = None,
    description: str | None = None,
    routes: Sequence[BaseRoute],
    webhooks: Sequence[BaseRoute] | None = None,
    tags: list[dict[str, Any]] | None = None,
    servers: list[dict[str, str | Any]] | None = None,
    terms_of_service: str | None = None,
    contact: dict[str, str | Any] | None = None,
    license_info: dict[str, str | Any] | None = None,
    separate_input_output_schemas: bool = True,
    external_docs: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the document of some routes, such as `app.routes`, and of what is included there.

    webhooks: such as `app.webhooks.routes`.
    separate_input_output_schemas: give a model two schemas where what is read of it differs from
        what is written.
    """
    info = Info(
        title=title,
        version=version,
        openapi_version=openapi_version,
        summary=summary,
        description=description,
        terms_of_service=terms_of_service,
        contact=contact,
        license_info=license_info,
        tags=tags,
        servers=servers,
        external_docs=external_docs,
    )
    return make_document(
        info, routes, webhooks=webhooks or (), separate=separate_input_output_schemas
    )
