"""ASGI: which route a request goes to, and what is answered where there is none."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial
from typing import Any

from starlette._utils import get_route_path
from starlette.datastructures import URL
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Host, Match, Mount
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

from notebookapi._table.around import through
from notebookapi._table.automatic import allowed_methods, answer_head
from notebookapi._table.published import Published
from notebookapi._table.table import RouteMatch, toggled, values_in
from notebookapi._table.tree import Entry


async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve a request by what its application published when it arrived."""
    published: Published = scope["notebookapi"].published
    if scope["type"] == "lifespan":
        await scope["app"].run_lifespan(scope, receive, send)
        return
    if scope["type"] == "http":
        await dispatched(scope, receive, send)
        return
    scope.setdefault("router", published)
    match = published.websockets.find("", get_route_path(scope))
    if published.hosts:
        match = _of_host(published, match, scope)
    if match is not None:
        await _served(published, match, scope, receive, send)
    else:
        await WebSocketClose()(scope, receive, send)


def dispatched(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
    """Return what serves an HTTP request, to be awaited.

    Not a coroutine itself: each one costs every request.
    """
    published: Published = scope["notebookapi"].published
    # Of applications inside one another the outermost counts: it knows the whole path.
    if "router" not in scope:
        scope["router"] = published
    path = get_route_path(scope) if scope.get("root_path") else scope["path"]
    entry = published.table.entry_for(scope["method"], path)
    if published.hosts:
        found = RouteMatch(entry, values_in(entry, path)) if entry is not None else None
        match = _of_host(published, found, scope)
        if match is not None:
            return _served(published, match, scope, receive, send)
    if entry is not None:
        return _entered(published, entry, values_in(entry, path), scope, receive, send)
    if methods := published.table.methods_at(path):
        return _answer_other_method(published, methods, path, scope, receive, send)
    return _answer_other_path(published, path, scope, receive, send)


def _of_host(published: Published, match: RouteMatch | None, scope: Scope) -> RouteMatch | None:
    """Return what serves the host of a request, if that stands before what serves its path."""
    for entry in published.hosts:
        if match is not None and match.entry.order < entry.order:
            break
        if entry.route.matches(scope)[0] is Match.FULL:
            return RouteMatch(entry, {})
    return match


def _served(
    published: Published, match: RouteMatch, scope: Scope, receive: Receive, send: Send
) -> Awaitable[None]:
    return _entered(published, match.entry, match.path_params, scope, receive, send)


def _entered(
    published: Published,
    entry: Entry,
    path_params: dict[str, Any],
    scope: Scope,
    receive: Receive,
    send: Send,
) -> Awaitable[None]:
    route = entry.route
    enter(scope, route, path_params)
    if published.around:
        around = published.around.get(entry.order)
        if around:
            return through(around, route.handle, scope, receive, send)
    served: Awaitable[None] = route.handle(scope, receive, send)
    return served


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
            enter(scope, match.entry.route, match.path_params)
            await answer_head(partial(_served, published, match), scope, receive, send)
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
            await _served(published, RouteMatch(entry, path_params), scope, receive, send)
            return
    if published.default is not None:
        await published.default(scope, receive, send)
        return
    raise HTTPException(404)


def enter(scope: Scope, route: Any, path_params: dict[str, Any]) -> None:
    """Put into the scope what was found for a request."""
    if isinstance(route, (Mount, Host)):  # it rewrites root_path for the application inside
        matched, inner = route.matches(scope)
        if matched is Match.FULL:
            scope.update(inner)
        return
    outer = scope.get("path_params")
    scope["path_params"] = {**outer, **path_params} if outer else path_params
    scope["endpoint"] = route.endpoint
    scope["route"] = route


def _answers_with_other_slash(published: Published, method: str, path: str) -> bool:
    if path == "/":
        return False
    other = toggled(path)
    table = published.table
    return bool(table.methods_at(other)) or table.find(method, other) is not None


def _other_slash(scope: Scope) -> str:
    return str(URL(scope={**scope, "path": toggled(scope["path"])}))
