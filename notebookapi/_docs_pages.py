"""The routes of an application that show its OpenAPI document."""

# What makes the pages is loaded when a page is asked for.

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from notebookapi._records import record
from notebookapi._table.published import Published

serving: ContextVar[tuple[Documented, Published] | None] = ContextVar(
    "notebookapi_serving", default=None
)
"""The application whose document a request asks for, and what that request is served by.

`openapi()` takes no arguments, because programs override it.
"""


class Documented(Protocol):
    """What the pages read of an application, when they are asked for."""

    title: str
    openapi_url: str | None
    docs_url: str | None
    redoc_url: str | None
    swagger_ui_oauth2_redirect_url: str | None
    swagger_ui_init_oauth: dict[str, Any] | None
    swagger_ui_parameters: dict[str, Any] | None
    root_path_in_servers: bool

    def openapi(self) -> dict[str, Any]:
        """Return the document."""
        ...


def docs_routes(app: Documented) -> list[Route]:
    """Return the routes for the document, the pages that show it, and what these load.

    Without an `openapi_url` there are none; a page whose URL is None is left out.
    """
    pages = _Pages(app)
    wanted: dict[str | None, Callable[[Request], Awaitable[Response]]] = {
        app.openapi_url: pages.document,
        app.docs_url: pages.swagger,
        app.swagger_ui_oauth2_redirect_url if app.docs_url else None: pages.oauth2,
        app.redoc_url: pages.redoc,
        pages.asset("{name}") or None: pages.file,
    }
    if not app.openapi_url:
        return []
    return [Route(path, page, include_in_schema=False) for path, page in wanted.items() if path]


@record(frozen=True, slots=True, eq=False)
class _Pages:
    app: Documented

    def asset(self, name: str) -> str:
        page = self.app.docs_url or self.app.redoc_url
        return f"{page.rstrip('/')}/assets/{name}" if page else ""

    async def document(self, request: Request) -> JSONResponse:
        token = serving.set((self.app, request.scope["notebookapi"].published))
        try:
            document = self.app.openapi()
        finally:
            serving.reset(token)
        servers = document.get("servers", [])
        root_path = _root_path(request)
        known = any(server.get("url") == root_path for server in servers)
        if root_path and self.app.root_path_in_servers and not known:
            document = {**document, "servers": [{"url": root_path}, *servers]}
        return JSONResponse(document)

    async def swagger(self, request: Request) -> HTMLResponse:
        from notebookapi.openapi import assets, docs

        app, root_path = self.app, _root_path(request)
        oauth2 = app.swagger_ui_oauth2_redirect_url
        return docs.get_swagger_ui_html(
            openapi_url=f"{root_path}{app.openapi_url}",
            title=f"{app.title} - Swagger UI",
            swagger_js_url=root_path + self.asset(assets.SWAGGER_JS),
            swagger_css_url=root_path + self.asset(assets.SWAGGER_CSS),
            swagger_favicon_url=root_path + self.asset(assets.FAVICON),
            oauth2_redirect_url=root_path + oauth2 if oauth2 else None,
            init_oauth=app.swagger_ui_init_oauth,
            swagger_ui_parameters=app.swagger_ui_parameters,
        )

    async def oauth2(self, request: Request) -> HTMLResponse:
        from notebookapi.openapi import docs

        return docs.get_swagger_ui_oauth2_redirect_html()

    async def redoc(self, request: Request) -> HTMLResponse:
        from notebookapi.openapi import assets, docs

        root_path = _root_path(request)
        return docs.get_redoc_html(
            openapi_url=f"{root_path}{self.app.openapi_url}",
            title=f"{self.app.title} - ReDoc",
            redoc_js_url=root_path + self.asset(assets.REDOC_JS),
            redoc_favicon_url=root_path + self.asset(assets.FAVICON),
            with_google_fonts=False,
        )

    async def file(self, request: Request) -> Response:
        from notebookapi.openapi.assets import serve_asset

        return await serve_asset(request)


def _root_path(request: Request) -> str:
    root_path: str = request.scope.get("root_path", "")
    return root_path.rstrip("/")
