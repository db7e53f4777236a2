# No `from __future__ import annotations` here: `help(router.get)` shows these annotations.
"""Routers: path operations, inclusions and mounts, declared in order and served live."""

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import Enum
from typing import Any, Unpack

from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import ASGIApp, Lifespan

from notebookapi._options import UNSET, Inherited, RouteOptions, RouteSpec, Unset, spells_out
from notebookapi._plan.signature import described
from notebookapi._route import APIRoute
from notebookapi._table.published import Registration
from notebookapi._verbs import Verbs
from notebookapi.editing import Owner
from notebookapi.exceptions import InvalidInclusion, InvalidPath
from notebookapi.params import Depends

__all__ = ["APIRoute", "APIRouter", "Inclusion", "Mount", "Route"]


class Inclusion(BaseRoute):
    """A router inside another: nothing is copied, so what is added to it later is served too."""

    def __init__(self, router: "APIRouter", inherited: Inherited) -> None:
        self.router = router
        self.inherited = inherited
        self.path = inherited.prefix

    @property
    def routes(self) -> list[BaseRoute]:
        """The routes of the included router."""
        return self.router.routes

    def __repr__(self) -> str:
        return f"Inclusion({self.path!r}, {self.router!r})"


class APIRouter(Verbs, Owner, Router):
    """Path operations that belong together; part of an application once it is included."""

    def __init__(
        self,
        *,
        prefix: str = "",
        tags: Sequence[str | Enum] | None = None,
        dependencies: Sequence[Depends] | None = None,
        default_response_class: type[Response] | Unset = UNSET,
        responses: Mapping[int | str, dict[str, Any]] | None = None,
        deprecated: bool | None = None,
        include_in_schema: bool = True,
        generate_unique_id_function: Callable[[Any], str] | Unset = UNSET,
        strict_content_type: bool | Unset = UNSET,
        redirect_slashes: bool = True,
        route_class: type[APIRoute] = APIRoute,
        lifespan: Lifespan[Any] | None = None,
    ) -> None:
        _check_prefix(prefix)
        Owner.__init__(self)
        Router.__init__(self, redirect_slashes=redirect_slashes, lifespan=lifespan)
        self.prefix = prefix
        self.route_class = route_class
        self.inherited = Inherited(
            prefix=prefix,
            tags=tags or (),
            dependencies=dependencies or (),
            default_response_class=default_response_class,
            responses=responses or {},
            deprecated=deprecated,
            include_in_schema=include_in_schema,
            generate_unique_id_function=generate_unique_id_function,
            strict_content_type=strict_content_type,
        )

    @property
    def routes(self) -> list[BaseRoute]:  # type: ignore[override]  # starlette's is a plain attribute
        """What is declared here, in order: routes, inclusions and mounts."""
        return [each.registration.value for each in self.declared.placed]

    @routes.setter
    def routes(self, routes: Sequence[BaseRoute]) -> None:
        for route in routes:
            self.add_registration(route)

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
        strict = self.inherited.strict_content_type
        self.add_registration(
            self.route_class(
                _joined(self.prefix, path, endpoint),
                endpoint,
                methods=methods,
                spec=RouteSpec(**options).under(self.inherited),
                strict_content_type=True if strict is UNSET else strict,
            )
        )

    def include_router(
        self,
        router: "APIRouter",
        *,
        prefix: str = "",
        tags: Sequence[str | Enum] | None = None,
        dependencies: Sequence[Depends] | None = None,
        default_response_class: type[Response] | Unset = UNSET,
        responses: Mapping[int | str, dict[str, Any]] | None = None,
        deprecated: bool | None = None,
        include_in_schema: bool = True,
        generate_unique_id_function: Callable[[Any], str] | Unset = UNSET,
    ) -> None:
        """Serve a router's operations here too, under `prefix` and with these options added.

        Raises InvalidInclusion for a router inside itself, and DeclarationErrors for operations
        that cannot be served under this prefix.
        """
        _check_prefix(prefix)
        _check_inclusion(self, router)
        inclusion = Inclusion(
            router,
            Inherited(
                prefix=prefix,
                tags=tags or (),
                dependencies=dependencies or (),
                default_response_class=default_response_class,
                responses=responses or {},
                deprecated=deprecated,
                include_in_schema=include_in_schema,
                generate_unique_id_function=generate_unique_id_function,
            ),
        )
        # Compile the operations as they will be, so that errors show here and not in a request.
        _compile_included(inclusion, self.inherited)
        self.add_registration(inclusion)

    def mount(self, path: str, app: ASGIApp, name: str | None = None) -> None:
        """Serve another ASGI application under `path`."""
        self.add_registration(Mount(self.prefix + path, app, name))

    def add_route(
        self,
        path: str,
        endpoint: Callable[..., Any],
        methods: Collection[str] | None = None,
        name: str | None = None,
        include_in_schema: bool = True,
    ) -> None:
        """Register a plain starlette endpoint: it takes the request and returns a response."""
        self.add_registration(
            Route(path, endpoint, methods=methods, name=name, include_in_schema=include_in_schema)
        )

    def add_registration(self, route: BaseRoute) -> None:
        """Register a route, mount or inclusion that is made already."""
        self._register(registration_of(route))

    # starlette compares routers by their routes; here a router is itself, whatever it declares.
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    def __repr__(self) -> str:
        return f"APIRouter(prefix={self.prefix!r})" if self.prefix else "APIRouter()"


def registration_of(route: BaseRoute) -> Registration:
    """Return what identifies a route among the others of its owner."""
    if isinstance(route, Inclusion):
        label = f"include_router {route.path}{route.router.prefix}".rstrip()
        return Registration("include", (route.router, route.path), route, label, route.router)
    if isinstance(route, Mount):
        child = route.app if isinstance(route.app, Owner) else None
        return Registration("mount", (route.path,), route, f"mount {route.path}", child)
    methods = tuple(sorted(getattr(route, "methods", None) or ()))
    path = getattr(route, "path", "")
    label = " ".join((",".join(methods) or "ANY", path))
    return Registration("route", (methods, path), route, label)


def included(route: BaseRoute, outer: Inherited) -> BaseRoute:
    """Return a route as it is inside an inclusion. Raises DeclarationErrors."""
    if isinstance(route, APIRoute):
        if not outer.prefix + route.path:
            raise InvalidPath(
                f"{route.name}: prefix and path are both empty; give one of them a path that "
                'starts with "/".'
            )
        return route.under(outer)
    if isinstance(route, Mount):
        return Mount(outer.prefix + route.path, route.app, name=route.name)
    if isinstance(route, Route):
        return Route(
            outer.prefix + route.path,
            route.endpoint,
            methods=route.methods,
            name=route.name,
            include_in_schema=route.include_in_schema,
        )
    raise InvalidInclusion(
        f"{route!r} cannot be included: only path operations, plain routes, mounts and routers "
        "can. Register it on the application instead."
    )


def _compile_included(inclusion: Inclusion, outer: Inherited) -> None:
    """Compile what an inclusion brings, for the errors' sake."""
    inherited = outer.then(inclusion.inherited)
    for route in inclusion.router.routes:
        if isinstance(route, Inclusion):
            _compile_included(route, inherited.then(inclusion.router.inherited))
        else:
            included(route, inherited)


def _check_prefix(prefix: str) -> None:
    if prefix and (not prefix.startswith("/") or prefix.endswith("/")):
        raise InvalidPath(
            f"The prefix {prefix!r} must start with a slash and end without one: "
            f"{'/' + prefix.strip('/')!r}."
        )


def _check_inclusion(outer: APIRouter, router: APIRouter) -> None:
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


def _joined(prefix: str, path: str, endpoint: Callable[..., Any]) -> str:
    if path and not path.startswith("/"):
        raise InvalidPath(
            f"{described(endpoint)}: the path {path!r} must start with a slash: {'/' + path!r}."
        )
    return prefix + path
