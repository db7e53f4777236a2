"""Routes as they are registered on a router."""

from __future__ import annotations

from collections.abc import Callable, Collection
from copy import copy
from typing import Any

from starlette.routing import BaseRoute, Host, Mount, Route, WebSocketRoute, compile_path
from starlette.types import ASGIApp

from notebookapi._checks import check_application, check_endpoint, check_methods, check_slash
from notebookapi._frontend import Frontend
from notebookapi._table.published import Registration
from notebookapi.dependencies.views import InclusionView
from notebookapi.editing import Owner
from notebookapi.exceptions import InvalidInclusion


class HostMount(Host):
    """All of a host, served by another application. Tools read the path of every route."""

    path = ""


class PlainVerbs:
    """What registers applications and endpoints that are not path operations."""

    @property
    def prefix(self) -> str:
        """What the paths declared here begin with."""
        raise NotImplementedError  # the router knows

    def add_registration(self, route: BaseRoute) -> None:
        """Register a route that is made already."""
        raise NotImplementedError  # the router does

    def mount(self, path: str, app: ASGIApp, name: str | None = None) -> None:
        """Serve another ASGI application under `path`."""
        check_application("mount", path, app)
        self.add_registration(Mount(self.prefix + path, app, name=name))

    def host(self, host: str, app: ASGIApp, name: str | None = None) -> None:
        """Serve another ASGI application at all paths of `host`, such as "{shop}.example.org"."""
        check_application("host", "", app)
        self.add_registration(HostMount(host, app, name=name))

    def add_route(
        self,
        path: str,
        endpoint: Callable[..., Any],
        methods: Collection[str] | None = None,
        name: str | None = None,
        include_in_schema: bool = True,
    ) -> None:
        """Register a plain starlette endpoint: it takes the request and returns a response."""
        check_methods(methods)
        check_endpoint(endpoint, path)
        check_slash("add_route", path)
        self.add_registration(
            Route(path, endpoint, methods=methods, name=name, include_in_schema=include_in_schema)
        )


def registration_of(route: BaseRoute) -> Registration:
    """Return what identifies a route among the others of its owner.

    Raises InvalidInclusion for a kind of route that cannot be served.
    """
    if isinstance(route, InclusionView):
        path = route.inherited.prefix
        label = f"include_router {path}{route.router.prefix}".rstrip()
        return Registration("include", (route.router, path), route, label, route.router)
    if isinstance(route, (Mount, Host)):
        where = route.path if isinstance(route, Mount) else route.host
        label = f"mount {where}" if isinstance(route, Mount) else f"host {where}"
        child = route.app if isinstance(route.app, Owner) else None
        return Registration("mount", (where,), route, label, child)
    if not isinstance(route, (Route, WebSocketRoute, Frontend)):
        raise InvalidInclusion(
            f"{route!r} cannot be registered: only path operations, WebSocket endpoints, plain "
            "routes, mounts, hosts, frontends and included routers are served."
        )
    methods = _methods(route)
    path = getattr(route, "path", "")
    label = " ".join((",".join(methods) or "ANY", path))
    return Registration("route", (methods, path), route, label)


def _methods(route: BaseRoute) -> tuple[str, ...]:
    """Return what tells two routes at one path apart."""
    if isinstance(route, WebSocketRoute):
        return ("WEBSOCKET",)
    if isinstance(route, Frontend):
        return ("FRONTEND",)
    return tuple(sorted(getattr(route, "methods", None) or ()))


def moved(route: Mount | Route | WebSocketRoute, path: str) -> BaseRoute:
    """Return a starlette route at another path, all else about it the same."""
    made = copy(route)
    made.path = path
    inner = path + "/{path:path}" if isinstance(route, Mount) else path
    made.path_regex, made.path_format, made.param_convertors = compile_path(inner)
    return made
