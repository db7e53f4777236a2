"""ASGI: which route a request goes to, and what is answered where there is none."""

from __future__ import annotations

from functools import partial

from starlette._utils import get_route_path
from starlette.datastructures import URL
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match, Mount
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

from notebookapi._table.around import through
from notebookapi._table.automatic import allowed_methods, answer_head
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
    is_websocket = scope["type"] == "websocket"
    table = published.websockets if is_websocket else published.table
    match = table.find("" if is_websocket else scope["method"], path)
    if match is not None:
        await _serve(published, match, scope, receive, send)
    elif is_websocket:
        await WebSocketClose()(scope, receive, send)
    elif methods := published.table.methods_at(path):
        await _answer_other_method(published, methods, path, scope, receive, send)
    else:
        await _answer_other_path(published, path, scope, receive, send)


async def _serve(
    published: Published, match: RouteMatch, scope: Scope, receive: Receive, send: Send
) -> None:
    entry = match.entry
    _enter(scope, match)
    around = published.around and published.around.get(entry.order)
    if around:
        await through(around, entry.route.handle, scope, receive, send)
    else:
        await entry.route.handle(scope, receive, send)


async def _answer_other_method(
    published: Published,
    methods: frozenset[str],
    path: str,
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    """Answer a method that no route serves at a path that some serve."""
    method = scope["method"]
    allowed = allowed_methods(methods, head=published.auto_head, options=published.auto_options)
    if method == "HEAD" and published.auto_head and "GET" in methods:
        match = published.table.find("GET", path)
        if match is not None:
            await answer_head(partial(_serve, published, match), scope, receive, send)
            return
    if method == "OPTIONS" and published.auto_options:
        await Response(status_code=204, headers={"Allow": allowed})(scope, receive, send)
        return
    # RFC 9110, section 15.5.6: a 405 names the methods that the target supports.
    raise HTTPException(405, headers={"Allow": allowed})


async def _answer_other_path(
    published: Published, path: str, scope: Scope, receive: Receive, send: Send
) -> None:
    """Answer where no route stands: by the path with or without a slash, by a frontend."""
    if published.redirect_slashes and _answers_with_other_slash(published, scope["method"], path):
        await RedirectResponse(_other_slash(scope))(scope, receive, send)
        return
    for entry in published.frontends:
        path_params = entry.route.path_params(path)
        if path_params is not None:
            await _serve(published, RouteMatch(entry, path_params), scope, receive, send)
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
