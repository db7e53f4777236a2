"""The flat view of a tree of routes, for tools that walk it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from notebookapi._records import record
from notebookapi.dependencies.views import InclusionView


@record(frozen=True, slots=True, eq=False)
class RouteContext:
    """A route as it is served. original_route: as it was declared; route: as it is served."""

    path: str
    path_format: str
    name: str | None
    methods: set[str] | None
    endpoint: Any
    original_route: BaseRoute
    route: BaseRoute

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Tell whether the route serves a request."""
        return self.route.matches(scope)


def iter_route_contexts(routes: Iterable[BaseRoute]) -> Iterator[RouteContext]:
    """Yield the routes that a list of routes comes to, those of included routers among them."""
    for route in routes:
        if isinstance(route, InclusionView):
            yield from iter_route_contexts(route.routes)
            continue
        path = getattr(route, "path", "")
        yield RouteContext(
            path=path,
            path_format=getattr(route, "path_format", path),
            name=getattr(route, "name", None),
            methods=getattr(route, "methods", None),
            endpoint=getattr(route, "endpoint", None) or getattr(route, "app", None),
            original_route=getattr(route, "original_route", route),
            route=route,
        )
