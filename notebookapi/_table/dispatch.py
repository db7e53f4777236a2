"""ASGI: which route a request goes to, and what is answered where there is none."""

from __future__ import annotations

from starlette._utils import get_route_path
from starlette.datastructures import URL
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse
from starlette.routing import Match, Mount
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

from notebookapi._table.published import Published
from notebookapi._table.table import RouteMatch


async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve a request by what its application published when it arrived."""
    published: Published = scope["notebookapi"].published
    if scope["type"] == "lifespan":
        await scope["app"].run_lifespan(scope, receive, send)
        return
    # Of applications inside one another the outermost counts: it knows the whole path.
    scope.setdefault("router", published)
    path = get_route_path(scope)
    if scope["type"] == "websocket":
        await WebSocketClose()(scope, receive, send)
        return
    match = published.table.find(scope["method"], path)
    if match is not None:
        _enter(scope, match)
        await match.entry.route.handle(scope, receive, send)
        return
    methods = published.table.methods_at(path)
    if methods:
        # RFC 9110, section 15.5.6: a 405 names the methods that the target supports.
        raise HTTPException(405, headers={"Allow": ", ".join(sorted(methods))})
    if published.redirect_slashes and _answers_with_other_slash(published, scope["method"], path):
        await RedirectResponse(_other_slash(scope))(scope, receive, send)
        return
    raise HTTPException(404)


def _enter(scope: Scope, match: RouteMatch) -> None:
    route = match.entry.route
    if isinstance(route, Mount):  # it rewrites root_path for the application inside
        matched, inner = route.matches(scope)
        if matched is Match.FULL:
            scope.update(inner)
        return
    scope["path_params"] = {**scope.get("path_params", {}), **match.path_params}
    scope["endpoint"] = route.endpoint
    scope["route"] = route


def _answers_with_other_slash(published: Published, method: str, path: str) -> bool:
    if path == "/":
        return False
    other = _toggled(path)
    table = published.table
    return bool(table.methods_at(other)) or table.find(method, other) is not None


def _other_slash(scope: Scope) -> str:
    return str(URL(scope={**scope, "path": _toggled(scope["path"])}))


def _toggled(path: str) -> str:
    return path.rstrip("/") if path.endswith("/") else path + "/"
