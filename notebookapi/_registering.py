"""Routes as they are registered on a router."""

from __future__ import annotations

from copy import copy

from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute, compile_path

from notebookapi._frontend import Frontend
from notebookapi._table.published import Registration
from notebookapi.dependencies.views import InclusionView
from notebookapi.editing import Owner
from notebookapi.exceptions import InvalidInclusion


def registration_of(route: BaseRoute) -> Registration:
    """Return what identifies a route among the others of its owner.

    Raises InvalidInclusion for a kind of route that cannot be served.
    """
    if isinstance(route, InclusionView):
        path = route.inherited.prefix
        label = f"include_router {path}{route.router.prefix}".rstrip()
        return Registration("include", (route.router, path), route, label, route.router)
    if not isinstance(route, (Mount, Route, WebSocketRoute, Frontend)):
        raise InvalidInclusion(
            f"{route!r} cannot be registered: only path operations, WebSocket endpoints, plain "
            "routes, mounts, frontends and included routers are served."
        )
    if isinstance(route, Mount):
        child = route.app if isinstance(route.app, Owner) else None
        return Registration("mount", (route.path,), route, f"mount {route.path}", child)
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
