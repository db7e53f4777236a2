# No `from __future__ import annotations` here: `help(app.get)` shows these annotations.
"""The application: what it declares, what it publishes, how it answers."""

import warnings
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from enum import Enum
from types import MappingProxyType
from typing import Any, Unpack

from starlette.applications import Starlette
from starlette.datastructures import State
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import BaseRoute, Router
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from notebookapi._docs_pages import docs_routes, serving
from notebookapi._openapi.document import Info, make_document
from notebookapi._options import UNSET, RouteOptions, Unset, spells_out
from notebookapi._plan.signature import described
from notebookapi._stack import LiveStack, make_stack
from notebookapi._table import RouteTable
from notebookapi._table.published import Published, Registration, RequestState
from notebookapi._tree import applications_mounted, patched, read_tree, routers_in, routes_in
from notebookapi._verbs import Verbs
from notebookapi.editing import Application, View, current_draft
from notebookapi.exceptions import DeclarationError, InvalidPath, NotebookAPIDeprecationWarning
from notebookapi.params import Depends
from notebookapi.routing import APIRouter, registration_of

__all__ = ["NotebookAPI"]

_STARLETTES_OWN = Starlette.__call__


class NotebookAPI(Verbs, Application, Starlette):
    """An ASGI application made of path operations.

    Everything about it may change while it serves: a change becomes visible to requests at one
    moment, and a request keeps to its end what it began with.
    """

    def __init__(
        self,
        *,
        debug: bool = False,
        routes: Sequence[BaseRoute] | None = None,
        title: str = "NotebookAPI",
        summary: str | None = None,
        description: str = "",
        version: str = "0.1.0",
        openapi_url: str | None = "/openapi.json",
        openapi_tags: list[dict[str, Any]] | None = None,
        servers: list[dict[str, Any]] | None = None,
        dependencies: Sequence[Depends] | None = None,
        default_response_class: type[Response] | Unset = UNSET,
        redirect_slashes: bool = True,
        docs_url: str | None = "/docs",
        redoc_url: str | None = "/redoc",
        swagger_ui_oauth2_redirect_url: str | None = "/docs/oauth2-redirect",
        swagger_ui_init_oauth: dict[str, Any] | None = None,
        swagger_ui_parameters: dict[str, Any] | None = None,
        middleware: Sequence[Middleware] | None = None,
        exception_handlers: Mapping[int | type[Exception], Callable[..., Any]] | None = None,
        lifespan: Lifespan[Any] | None = None,
        terms_of_service: str | None = None,
        contact: dict[str, Any] | None = None,
        license_info: dict[str, Any] | None = None,
        root_path: str = "",
        root_path_in_servers: bool = True,
        responses: Mapping[int | str, dict[str, Any]] | None = None,
        deprecated: bool | None = None,
        include_in_schema: bool = True,
        generate_unique_id_function: Callable[[Any], str] | Unset = UNSET,
        separate_input_output_schemas: bool = True,
        openapi_external_docs: dict[str, Any] | None = None,
        strict_content_type: bool = True,
    ) -> None:
        Application.__init__(self)
        self.debug = debug
        self.title = title
        self.summary = summary
        self.description = description
        self.version = version
        self.openapi_url = openapi_url
        self.openapi_tags = openapi_tags
        self.servers = servers or []
        self.docs_url = docs_url
        self.redoc_url = redoc_url
        self.swagger_ui_parameters = swagger_ui_parameters
        self.terms_of_service = terms_of_service
        self.contact = contact
        self.license_info = license_info
        self.openapi_external_docs = openapi_external_docs
        self.swagger_ui_oauth2_redirect_url = swagger_ui_oauth2_redirect_url
        self.swagger_ui_init_oauth = swagger_ui_init_oauth
        self.root_path = _checked_root_path(root_path)
        self.root_path_in_servers = root_path_in_servers
        self.separate_input_output_schemas = separate_input_output_schemas
        self.openapi_version = "3.1.0"
        self.openapi_schema: dict[str, Any] | None = None
        self.state = State()
        self.dependency_overrides: dict[Callable[..., Any], Callable[..., Any]] = {}
        self._document: tuple[Any, dict[str, Any]] | None = None
        self._stack: ASGIApp | None = None
        self.router: APIRouter = APIRouter(
            dependencies=dependencies,
            default_response_class=default_response_class,
            responses=responses,
            deprecated=deprecated,
            include_in_schema=include_in_schema,
            generate_unique_id_function=generate_unique_id_function,
            strict_content_type=strict_content_type,
            redirect_slashes=redirect_slashes,
            lifespan=lifespan,
            routes=routes,
        )
        self.router._parents.add(self)
        self._lifespans = Router(lifespan=self._entered)
        for each in reversed(middleware or ()):
            self._begin_with(_middleware(each))
        for key, handler in (exception_handlers or {}).items():
            self._begin_with(_exception_handler(key, handler))
        for route in docs_routes(self):
            self.router._begin_with(registration_of(route))

    # --- what is declared

    @property
    def routes(self) -> list[BaseRoute]:
        """What is declared, in order: routes, inclusions and mounts."""
        return self.router.routes

    @spells_out
    def add_api_route(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        methods: Collection[str] | None = None,
        **options: Unpack[RouteOptions],
    ) -> None:
        """Register `endpoint` at `path` for `methods` (default: GET).

        Raises DeclarationErrors that say what cannot be served and why.
        """
        if not path:
            raise InvalidPath(f'{described(endpoint)}: the path is empty; write "/" for the root.')
        self.router.add_api_route(path, endpoint, methods=methods, **options)

    def include_router(
        self,
        router: APIRouter,
        *,
        prefix: str = "",
        tags: list[str | Enum] | None = None,
        dependencies: Sequence[Depends] | None = None,
        default_response_class: type[Response] | Unset = UNSET,
        responses: Mapping[int | str, dict[str, Any]] | None = None,
        deprecated: bool | None = None,
        include_in_schema: bool = True,
        generate_unique_id_function: Callable[[Any], str] | Unset = UNSET,
    ) -> None:
        """Serve a router's operations, also those that are added to it later."""
        self.router.include_router(
            router,
            prefix=prefix,
            tags=tags,
            dependencies=dependencies,
            default_response_class=default_response_class,
            responses=responses,
            deprecated=deprecated,
            include_in_schema=include_in_schema,
            generate_unique_id_function=generate_unique_id_function,
        )

    def mount(self, path: str, app: ASGIApp, name: str | None = None) -> None:
        """Serve another ASGI application under `path`."""
        self.router.mount(path, app, name)

    def add_route(
        self,
        path: str,
        route: Callable[..., Any],
        methods: list[str] | None = None,
        name: str | None = None,
        include_in_schema: bool = True,
    ) -> None:
        """Register a plain starlette endpoint: it takes the request and returns a response."""
        self.router.add_route(path, route, methods, name, include_in_schema)

    def add_middleware(self, middleware_class: Any, *args: Any, **kwargs: Any) -> None:
        """Wrap the application; the last added is the outermost."""
        self._register(_middleware(Middleware(middleware_class, *args, **kwargs)))

    def middleware(self, middleware_type: str) -> Callable[[Any], Any]:
        """Wrap the application in the decorated `async def (request, call_next)`."""
        if middleware_type != "http":
            raise DeclarationError(
                f'`middleware({middleware_type!r})` is not known; the only kind is "http".'
            )

        def register(function: Any) -> Any:
            from starlette.middleware.base import BaseHTTPMiddleware

            self.add_middleware(BaseHTTPMiddleware, dispatch=function)
            return function

        return register

    def add_exception_handler(self, key: Any, handler: Callable[..., Any]) -> None:
        """Answer exceptions of a class, or responses of a status, with `handler`."""
        self._register(_exception_handler(key, handler))

    def exception_handler(self, key: Any) -> Callable[[Any], Any]:
        """Answer exceptions of a class, or responses of a status, with the decorated function."""

        def register(function: Any) -> Any:
            self.add_exception_handler(key, function)
            return function

        return register

    @property
    def exception_handlers(self) -> Mapping[Any, Callable[..., Any]]:  # type: ignore[override]  # starlette's is a plain attribute
        """The handlers by class or status, to look at."""
        handlers = (each.registration.value for each in self.declared.of("exception_handler"))
        return MappingProxyType(dict(handlers))

    @property
    def user_middleware(self) -> tuple[Middleware, ...]:  # type: ignore[override]  # as above
        """The middleware, the outermost first, to look at."""
        return tuple(e.registration.value for e in self.declared.of("middleware"))[::-1]

    @property
    def middleware_stack(self) -> ASGIApp:
        """What a request goes through, the outermost first. Tools may assign another."""
        if self._stack is None:
            self._stack = self.build_middleware_stack()
        return self._stack

    @middleware_stack.setter
    def middleware_stack(self, stack: ASGIApp) -> None:
        self._stack = stack

    def build_middleware_stack(self) -> ASGIApp:
        """Return what a request goes through. Tools replace this method, to wrap what it returns.

        What is published later is gone through as well.
        """
        return LiveStack(lambda: self.published.stack)

    # --- what is served

    def _compose(self, view: View, before: Published | None) -> Published:
        lines = read_tree(self.router, view, before)
        lines.declared[self] = view.declared(self)
        return Published(
            version=before.version + 1 if before else 1,
            table=patched(before.table, lines.entries) if before else RouteTable.of(lines.entries),
            stack=make_stack(
                lines.declared[self], before.stack if before else None, debug=self.debug
            ),
            redirect_slashes=self.router.redirect_slashes,
            mounted={
                inner: view.published(inner)
                for inner in applications_mounted(lines)
                if isinstance(inner, Application)
            },
            declared=lines.declared,
            chains=lines.chains,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI connection by what is published now."""
        outer: RequestState | None = scope.get("notebookapi")
        published = outer.inner.get(self) if outer else None
        if published is None:
            published = self.published
        scope["app"] = self
        scope["notebookapi"] = RequestState(published, published.mounted)
        if self.root_path:
            scope["root_path"] = self.root_path
        if self._is_traced:
            await super().__call__(scope, receive, send)
        else:  # the same with two steps less
            await published.stack.app(scope, receive, send)

    @property
    def _is_traced(self) -> bool:
        """Whether a tool has put something of its own around applications, or around this one."""
        return (
            Starlette.__call__ is not _STARLETTES_OWN
            or self._stack is not None
            or "build_middleware_stack" in vars(self)
        )

    async def run_lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Start up and shut down: what the dispatcher does with the lifespan protocol."""
        await self._lifespans.lifespan(scope, receive, send)

    @asynccontextmanager
    async def _entered(self, app: Any) -> AsyncIterator[dict[str, Any]]:
        """Enter the lifespan of the application, then those of the routers inside."""
        state: dict[str, Any] = {}
        async with AsyncExitStack() as stack:
            for router in routers_in(self.router):
                given = await stack.enter_async_context(router.lifespan_context(app))
                state = {**(given or {}), **state}  # the outer wins
            yield state

    def serving(self, published: Published) -> ASGIApp:
        """Return an ASGI application that answers by `published`, whatever is published now."""

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            scope["notebookapi"] = RequestState(published, {self: published})
            await self(scope, receive, send)

        return serve

    def url_path_for(self, name: str, /, **path_params: Any) -> Any:
        """Return the path of the operation with this name. Raises NoMatchFound."""
        return self._seen().url_path_for(name, **path_params)

    # --- what is documented

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document of what is served, made once per publication."""
        if self.openapi_schema is not None:
            return self.openapi_schema
        published, info = self._seen(), self._info()
        key = (published, info, self.separate_input_output_schemas)
        made = self._document
        if made is None or made[0] != key:
            document = make_document(
                Info(**dict(info)),
                routes_in(published),
                separate=self.separate_input_output_schemas,
            )
            made = self._document = (key, document)
        return made[1]

    def _seen(self) -> Published:
        """Return what the running request for the document is served by, else what is published.

        What a running `edit` has staged is seen too.
        """
        request = serving.get()
        if request is not None and request[0] is self:
            return request[1]
        draft = current_draft()
        return draft.preview(self) if draft and draft.operations else self.published

    def _info(self) -> tuple[tuple[str, Any], ...]:
        return (
            ("title", self.title),
            ("version", self.version),
            ("openapi_version", self.openapi_version),
            ("summary", self.summary),
            ("description", self.description),
            ("terms_of_service", self.terms_of_service),
            ("contact", self.contact),
            ("license_info", self.license_info),
            ("tags", self.openapi_tags),
            ("servers", self.servers),
            ("external_docs", self.openapi_external_docs),
        )

    def __repr__(self) -> str:
        return f"NotebookAPI(title={self.title!r}, version={self.version!r})"


def _checked_root_path(root_path: str) -> str:
    if root_path:
        warnings.warn(
            "`root_path` of the application is deprecated: give it to the server instead, as "
            "`fastapi run --root-path` and `uvicorn --root-path` do.",
            NotebookAPIDeprecationWarning,
            stacklevel=3,
        )
    return root_path


def _middleware(middleware: Middleware) -> Registration:
    function = middleware.kwargs.get("dispatch") or middleware.cls
    name = getattr(function, "__qualname__", repr(function))
    return Registration("middleware", (name,), middleware, f"middleware {name}")


def _exception_handler(key: Any, handler: Callable[..., Any]) -> Registration:
    label = f"exception_handler {getattr(key, '__name__', key)}"
    identity = (getattr(key, "__qualname__", key),)
    return Registration("exception_handler", identity, (key, handler), label)
