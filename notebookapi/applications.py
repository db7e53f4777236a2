# No `from __future__ import annotations` here: `help(app.get)` shows these annotations.
"""The application: what it declares, what it publishes, how it answers."""

import warnings
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Unpack

from starlette.applications import Starlette
from starlette.datastructures import State
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import BaseRoute, Router
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from notebookapi._composing import composed
from notebookapi._conflicts import tell_of
from notebookapi._described import Described
from notebookapi._frontend import FrontendVerbs
from notebookapi._lifespan import Events, EventVerbs, Handler, entered
from notebookapi._limits import FormLimits, check_limits
from notebookapi._options import (
    UNSET,
    InclusionOptions,
    RouteOptions,
    Unset,
    names_nearest,
    spells_out,
)
from notebookapi._overrides import Overrides
from notebookapi._paths import check_path
from notebookapi._plan.kept import KeptValues, closing
from notebookapi._plan.signature import described
from notebookapi._settings import begin_serving, setting
from notebookapi._table.published import Published, RequestState
from notebookapi._traced import STARLETTES_OWN, Traced
from notebookapi._tree import left_behind, mounted_in, routers_in
from notebookapi._verbs import Verbs
from notebookapi._websocket import WebSocketVerbs
from notebookapi._wrapping import WrappingVerbs, handler_registration, middleware_registration
from notebookapi.editing import Application, View
from notebookapi.exceptions import InvalidPath, NotebookAPIDeprecationWarning
from notebookapi.params import Depends
from notebookapi.routing import APIRouter, Routed
from notebookapi.telemetry.options import TelemetryOptions

__all__ = ["NotebookAPI"]


class NotebookAPI(  # type: ignore[misc]  # starlette's handlers and middleware are plain attributes
    Verbs, WebSocketVerbs, FrontendVerbs, EventVerbs, WrappingVerbs, Described, Traced, Starlette
):
    """An ASGI application made of path operations.

    Everything about it may change while it serves: a change becomes visible to requests at one
    moment, and a request keeps to its end what it began with.
    """

    debug: bool = setting()
    """Whether failures are shown to the client."""
    max_body_size: int | None = setting(partial(check_limits, form_limits=None))
    """Most bytes of a request's body, for middleware and for operations without their own."""
    auto_head: bool = setting()
    """Whether HEAD is answered as GET is, without the body, where no route serves it."""
    auto_options: bool = setting()
    """Whether OPTIONS is answered with what is allowed, where no route serves it."""

    _request_state: RequestState | None = None
    _left: Sequence[Any] = ()
    """Applications that were mounted inside and keep something that is not closed yet."""
    _servers = 0
    """How many have started it up and not shut it down: it is reached without another one."""

    @names_nearest
    def __init__(
        self,
        *,
        telemetry: TelemetryOptions | None = None,
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
        on_startup: Sequence[Handler] | None = None,
        on_shutdown: Sequence[Handler] | None = None,
        lifespan: Lifespan[Any] | None = None,
        terms_of_service: str | None = None,
        contact: dict[str, Any] | None = None,
        license_info: dict[str, Any] | None = None,
        root_path: str = "",
        root_path_in_servers: bool = True,
        responses: Mapping[int | str, dict[str, Any]] | None = None,
        callbacks: Sequence[BaseRoute] | None = None,
        raises: Sequence[type[HTTPException]] | None = None,
        webhooks: APIRouter | None = None,
        deprecated: bool | None = None,
        include_in_schema: bool = True,
        generate_unique_id_function: Callable[[Any], str] | Unset = UNSET,
        separate_input_output_schemas: bool = True,
        openapi_external_docs: dict[str, Any] | None = None,
        strict_content_type: bool = True,
        auto_head: bool = False,
        auto_options: bool = False,
        problem_details: bool = False,
        max_body_size: int | None = None,
        form_limits: FormLimits | None = None,
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
        self.auto_head = auto_head
        self.auto_options = auto_options
        self.problem_details = problem_details
        self.max_body_size = max_body_size
        self.state = State()
        self._overrides = Overrides()
        self._overrides.give_to(self)
        self.kept = KeptValues(self._needs)
        self._begin_telemetry(telemetry)
        self.router: APIRouter = APIRouter(
            dependencies=dependencies,
            default_response_class=default_response_class,
            responses=responses,
            callbacks=callbacks,
            raises=raises,
            deprecated=deprecated,
            include_in_schema=include_in_schema,
            generate_unique_id_function=generate_unique_id_function,
            strict_content_type=strict_content_type,
            form_limits=form_limits,
            redirect_slashes=redirect_slashes,
            on_startup=on_startup,
            on_shutdown=on_shutdown,
            lifespan=lifespan,
            routes=routes,
        )
        self.router._parents.add(self)
        self.router._tells_of_conflicts = self._tells_of_conflicts
        self.webhooks = webhooks or APIRouter()
        self.webhooks._parents.add(self)
        self._lifespans = Router(lifespan=self._entered)
        for each in reversed(middleware or ()):
            self._begin_with(middleware_registration(each))
        for key, handler in (exception_handlers or {}).items():
            self._begin_with(handler_registration(key, handler))
        self.setup()
        begin_serving(self)

    # --- what is declared

    @property
    def routes(self) -> list[BaseRoute]:
        """What is declared, in order: routes, inclusions and mounts."""
        return self.router.routes

    @property
    def dependency_overrides(self) -> Overrides:
        """What stands in for dependencies, by the original: used as a dictionary.

        A dictionary that is assigned is read once; what is in another application's is shared.
        """
        return self._overrides

    @dependency_overrides.setter
    def dependency_overrides(self, overrides: Mapping[Callable[..., Any], Any] | None) -> None:
        if overrides is self._overrides:
            return
        new = overrides if isinstance(overrides, Overrides) else Overrides(overrides or ())
        self._overrides.take_from(self)
        self._overrides = new
        new.give_to(self)

    @property
    def _declaring(self) -> APIRouter:
        return self.router

    @property
    def _events(self) -> Events:
        return self.router._events

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
        check_path(path, endpoint)
        self.router.add_api_route(path, endpoint, methods=methods, **options)

    @spells_out
    def include_router(
        self, router: APIRouter | Routed, **options: Unpack[InclusionOptions]
    ) -> None:
        """Serve a router's operations, also those that are added to it later."""
        self.router.include_router(router, **options)

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

    # --- what is served

    def _compose(self, view: View, before: Published | None) -> Published:
        self._look_for_telemetry()
        return composed(self, view, before)

    def _announce(self, new: Published, before: Published | None) -> None:
        known = before.conflicts if before else ()
        tell_of(each for each in new.conflicts if each not in known)

    def _settle(self, before: Published) -> None:
        self._request_state = None  # it holds what was served before
        self.kept.let_go()
        left = left_behind(self, before)
        for each in left:
            each.kept.retire()
        self._left = [each for each in {*self._left, *left} if not each.kept.is_empty]

    def _needs(self, call: Callable[..., Any]) -> bool:
        """Tell whether what `call` made once for all requests is needed by what is served now.

        Overrides come and go: while there are any, all is.
        """
        return bool(self.published.overrides) or call in self.published.kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI connection by what is published now."""
        slot = self._slot
        if slot is None or "notebookapi" in scope or not slot.commit.done:
            published = self._published_for(scope)
        else:
            published = slot.new  # what `published` is as a rule, without asking it
        scope["app"] = self
        state = self._request_state
        if state is None or state.published is not published:
            state = self._request_state = RequestState(published, published.mounted)
        scope["notebookapi"] = state
        if self.root_path:
            scope["root_path"] = self.root_path
        if (
            self._telemetry is None
            and self._stack is None  # these three are `_is_traced`, without asking it
            and "build_middleware_stack" not in self.__dict__
            and Starlette.__call__ is STARLETTES_OWN
        ):
            # Where nobody traces, the same with two steps less.
            await published.stack.app(scope, receive, send)
            return
        answer = super().__call__ if self._is_traced else published.stack.app
        if self._telemetry is None:
            await answer(scope, receive, send)
        else:
            await self._telemetry.serve(answer, scope, receive, send)

    def _published_for(self, scope: Scope) -> Published:
        """Return what serves a request: one that another application is serving keeps to that."""
        inner = scope["notebookapi"].inner if "notebookapi" in scope else {}
        return inner.get(self) or self.published

    async def run_lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Start up and shut down: what the dispatcher does with the lifespan protocol."""
        await self._lifespans.lifespan(scope, receive, send)

    @asynccontextmanager
    async def _entered(self, app: Any) -> AsyncIterator[Any]:
        """Enter the lifespan of the application, then those of the routers inside."""
        lifespans = [router.lifespan_context for router in routers_in(self.router)]
        if self._telemetry is not None:
            lifespans.insert(0, self._telemetry.lifespan)
        self._servers += 1
        try:
            async with entered(lifespans, app) as state, closing(self.kept, self._keepers):
                yield state
        finally:
            self._servers -= 1

    def _keepers(self) -> list[KeptValues]:
        return [each.kept for each in (self, *mounted_in(self.published), *self._left)]

    def serving(self, published: Published) -> ASGIApp:
        """Return an ASGI application that answers by `published`, whatever is published now."""

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            scope["notebookapi"] = RequestState(published, {self: published})
            await self(scope, receive, send)

        return serve

    def url_path_for(self, name: str, /, **path_params: Any) -> Any:
        """Return the path of the operation with this name. Raises NoMatchFound."""
        return self._seen().url_path_for(name, **path_params)

    def __repr__(self) -> str:
        return f"NotebookAPI(title={self.title!r}, version={self.version!r})"


def _checked_root_path(root_path: str) -> str:
    if root_path:
        warnings.warn(
            "`root_path` of the application is deprecated: give it to the server instead, as "
            "`fastapi run --root-path` and `uvicorn --root-path` do.",
            NotebookAPIDeprecationWarning,
            stacklevel=4,  # _checked_root_path, __init__, what checks its keywords, the program
        )
    return root_path
