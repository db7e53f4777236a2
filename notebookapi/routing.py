# No `from __future__ import annotations` here: `help(router.get)` shows these annotations.
"""Routers: path operations, inclusions and mounts, declared in order and served live."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields, replace
from enum import Enum
from functools import partial
from typing import Any, Protocol, Unpack

from starlette.routing import (
    BaseRoute,
    Host,
    Mount,
    Route,
    Router,
    WebSocketRoute,
)
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from notebookapi._checks import check_route_class
from notebookapi._conflicts import Shapes
from notebookapi._contexts import RouteContext as RouteContext
from notebookapi._contexts import iter_route_contexts as iter_route_contexts
from notebookapi._frontend import Frontend, FrontendVerbs
from notebookapi._itself import Itself
from notebookapi._lifespan import Events, EventVerbs, Handler
from notebookapi._live import LiveList, declare_instead
from notebookapi._options import (
    UNSET,
    InclusionOptions,
    Inherited,
    RouteOptions,
    RouteSpec,
    Unset,
    spells_out,
)
from notebookapi._paths import check_path, check_prefix, joined
from notebookapi._registering import PlainVerbs, moved
from notebookapi._registering import registration_of as registration_of
from notebookapi._respond.handlers import get_request_handler as get_request_handler
from notebookapi._respond.handlers import handled_by
from notebookapi._respond.handlers import request_response as request_response
from notebookapi._route import APIRoute
from notebookapi._settings import begin_serving, setting
from notebookapi._table.published import Declared, RequestState
from notebookapi._verbs import Verbs
from notebookapi._websocket import APIWebSocketRoute, WebSocketVerbs
from notebookapi._wrapping import WrappingVerbs
from notebookapi.dependencies.views import InclusionView, merged_lifespan
from notebookapi.editing import Owner, current_draft, stage_on
from notebookapi.exceptions import InvalidInclusion
from notebookapi.params import Depends

__all__ = [
    "APIRoute",
    "APIRouter",
    "APIWebSocketRoute",
    "Inclusion",
    "Mount",
    "Route",
    "RouteContext",
    "iter_route_contexts",
]


class Inclusion(InclusionView, BaseRoute):
    """A router inside another: nothing is copied, so what is added to it later is served too."""

    def __init__(self, router: "APIRouter", inherited: Inherited) -> None:
        """inherited: what the routes inside get from here, the including router's included."""
        self.router = router
        self.inherited = inherited
        self.path = inherited.prefix
        self._seen: tuple[Declared | None, list[BaseRoute]] = (None, [])

    @property
    def routes(self) -> list[BaseRoute]:
        """The routes of the included router, as they are served here."""
        declared = self.router.declared
        if self._seen[0] is not declared:
            routes = (each.registration.value for each in declared.lines)
            self._seen = (declared, [included(route, self.inherited) for route in routes])
        return self._seen[1]

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route inside that serves a request handle it."""
        route, _, inner = self._find(scope)
        scope.update(inner)
        await self.router.surround(route.handle, scope, receive, send)

    def __repr__(self) -> str:
        return f"Inclusion({self.path!r}, {self.router!r})"


# As plugins know them.
_IncludedRouter = Inclusion
_merge_lifespan_context = merged_lifespan


class APIRouter(
    Itself, Verbs, WebSocketVerbs, FrontendVerbs, PlainVerbs, EventVerbs, WrappingVerbs, Router
):
    """Path operations that belong together; part of an application once it is included."""

    redirect_slashes: bool = setting()
    """Whether a path is looked up with, or without, a slash at its end too."""
    inherited: Inherited = setting()
    """What is handed down to the operations that are registered here."""

    # Read from `inherited`, see `_handed_down`.
    tags: list[str | Enum]
    dependencies: list[Depends]
    responses: Mapping[int | str, dict[str, Any]]
    callbacks: list[BaseRoute]
    deprecated: bool | None
    include_in_schema: bool

    _tells_of_conflicts: bool = True
    """Whether a route that is never reached is told of when it is declared, outside of `edit`."""

    @spells_out
    def __init__(
        self,
        *,
        strict_content_type: bool | Unset = UNSET,
        redirect_slashes: bool = True,
        default: ASGIApp | None = None,
        dependency_overrides_provider: Any = None,
        route_class: type[APIRoute] = APIRoute,
        on_startup: Sequence[Handler] | None = None,
        on_shutdown: Sequence[Handler] | None = None,
        lifespan: Lifespan[Any] | None = None,
        routes: Sequence[BaseRoute] | None = None,
        **options: Unpack[InclusionOptions],
    ) -> None:
        check_prefix(options["prefix"])
        Owner.__init__(self)
        self._shapes = Shapes()
        self.events = Events(self, on_startup or (), on_shutdown or ())
        own: Any = lifespan or self.events.lifespan
        Router.__init__(self, redirect_slashes=redirect_slashes, default=default, lifespan=own)
        self.dependency_overrides_provider = dependency_overrides_provider
        for route in routes or ():
            self._begin_with(registration_of(route))
        check_route_class(route_class, APIRoute)
        self.route_class = route_class
        self.inherited = Inherited.given(strict_content_type=strict_content_type, **options)
        begin_serving(self)

    @property
    def _declaring(self) -> "APIRouter":
        return self

    @property
    def _events(self) -> Events:
        return self.events

    @property
    def prefix(self) -> str:
        """What the paths begin with that are declared here from now on."""
        return self.inherited.prefix

    @prefix.setter
    def prefix(self, prefix: str) -> None:
        check_prefix(prefix)
        self.inherited = replace(self.inherited, prefix=prefix)

    @property
    def routes(self) -> list[BaseRoute]:
        """What is declared here, in order; changing the list changes what is declared."""
        return LiveList(self._declared_routes, self._declare_routes)

    @routes.setter
    def routes(self, routes: Sequence[BaseRoute]) -> None:
        self._declare_routes(routes)

    def _declared_routes(self) -> list[BaseRoute]:
        return [each.registration.value for each in self.declared.lines]

    def _declare_routes(self, routes: Sequence[BaseRoute]) -> None:
        known = {id(each.registration.value): each.registration for each in self.declared.lines}
        wanted = [known.get(id(route)) or registration_of(route) for route in routes]
        declare_instead(self, list(known.values()), wanted)

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
        route = self.route_class(
            joined(self.prefix, path, endpoint),
            endpoint,
            methods=methods,
            spec=RouteSpec(**options).under(self.inherited),
            strict_content_type=self.inherited.strict_content_type,
        )
        self.add_registration(handled_by(get_request_handler, route))

    @spells_out
    def include_router(
        self, router: "APIRouter | Routed", **options: Unpack[InclusionOptions]
    ) -> None:
        """Serve a router's operations here too, under `prefix` and with these options added.

        Raises InvalidInclusion for a router inside itself, and DeclarationErrors for operations
        that cannot be served under this prefix.
        """
        check_prefix(options["prefix"])
        router = _router_of(self, router)
        inclusion = Inclusion(router, self.inherited.then(Inherited.given(**options)))
        _compile_all(inclusion)
        self.add_registration(inclusion)

    def add_registration(self, route: BaseRoute) -> None:
        """Register a route, mount or inclusion that is made already.

        Raises InvalidInclusion for another kind of route.
        """
        registration = registration_of(route)
        if self._tells_of_conflicts and current_draft() is None:
            self._shapes.tell_of_declaring(self.declared, route)
        self._register(registration)
        self._shapes.add(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as where it is mounted: by what the application outside has published.

        Where no application of ours has, by what is declared now.
        """
        outer: RequestState | None = scope.get("notebookapi")
        published = outer.inner.get(self) if outer else None
        if scope["type"] == "lifespan":
            await super().__call__(scope, receive, send)
        elif published is None:
            staged = current_draft()
            stage_on(None)  # what is staged is not served
            try:
                await self.surround(super().__call__, scope, receive, send)
            finally:
                stage_on(staged)
        else:
            scope["notebookapi"] = RequestState(published, published.mounted)
            try:
                await published.stack.app(scope, receive, send)
            finally:
                scope["notebookapi"] = outer  # what is further out is served by that

    def __repr__(self) -> str:
        return f"APIRouter(prefix={self.prefix!r})" if self.prefix else "APIRouter()"


def _handed_down(name: str) -> Any:
    """Return a property that shows an option of `Inherited`, and changes it where it is set."""

    def get(router: APIRouter) -> Any:
        value = getattr(router.inherited, name)
        if not isinstance(value, (list, tuple)):
            return value
        return LiveList(lambda: getattr(router.inherited, name), partial(set_, router))

    def set_(router: APIRouter, value: Any) -> None:
        router.inherited = replace(router.inherited, **{name: value})

    return property(get, set_, doc=f"The option `{name}`, for what is declared from now on.")


for _name in (field.name for field in fields(Inherited)):
    if _name != "prefix":
        setattr(APIRouter, _name, _handed_down(_name))


def checked(route: BaseRoute) -> BaseRoute:
    """Return a route as it is. Raises InvalidPath for one that no request can ask for."""
    if isinstance(route, (APIRoute, APIWebSocketRoute)):
        check_path(route.path, route.endpoint)
    return route


def included(route: BaseRoute, outer: Inherited) -> BaseRoute:
    """Return a route as it is inside an inclusion. Raises DeclarationErrors."""
    if isinstance(route, APIRoute):
        if route.path:
            checked(route)
        here = route if outer.prefix + route.path == "" else route.under(outer)
        return checked(handled_by(get_request_handler, here))
    if isinstance(route, APIWebSocketRoute):
        return checked(route.under(outer))
    if isinstance(route, Frontend):
        return route.under(outer)
    if isinstance(route, Inclusion):
        return Inclusion(route.router, outer.then(route.inherited))
    if isinstance(route, (Mount, Route, WebSocketRoute)):
        return moved(route, outer.prefix + route.path)
    if isinstance(route, Host):
        return route  # a host has no prefix
    raise InvalidInclusion(f"{route!r} cannot be included.")  # registration_of lets none through


def _compile_all(inclusion: Inclusion) -> None:
    """Compile the operations as they will be, so that errors show now and not in a request."""
    for route in inclusion.routes:
        if isinstance(route, Inclusion):
            _compile_all(route)


class Routed(Protocol):
    """What is served by a router that it makes: the class of a controller."""

    def as_router(self) -> APIRouter:
        """Return the router, the same each time."""
        ...


def _router_of(outer: APIRouter, given: APIRouter | Routed) -> APIRouter:
    """Return what is to be included. Raises InvalidInclusion for what cannot be."""
    router = given
    if not isinstance(router, APIRouter) and hasattr(router, "as_router"):
        router = router.as_router()
    if not isinstance(router, APIRouter):
        raise InvalidInclusion(
            f"`include_router` was given {router!r}, which is not an APIRouter; serve another "
            "application with `mount`."
        )
    inside: list[APIRouter] = [router]
    for each in inside:
        if each is outer:
            raise InvalidInclusion(
                f"{outer!r} cannot be included in itself, directly or through another router."
            )
        inside += [route.router for route in each.routes if isinstance(route, Inclusion)]
    return router
