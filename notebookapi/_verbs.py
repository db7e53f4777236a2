# No `from __future__ import annotations` here: `help(app.get)` shows these annotations.
"""One decorator for each HTTP method, inherited by the application and by APIRouter."""

from collections.abc import Callable, Collection
from typing import Any, Unpack

from notebookapi._checks import check_decorating
from notebookapi._options import RouteOptions, spells_out
from notebookapi.types import DecoratedCallable


class Verbs:
    """Decorators that register an endpoint and return it unchanged."""

    # mypy lets a decorator take any function only where its type is written out, not by an alias.

    def add_api_route(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        methods: Collection[str] | None = None,
        **options: Unpack[RouteOptions],
    ) -> None:
        """Register `endpoint` at `path` for `methods` (default: GET)."""
        raise NotImplementedError  # each inheriting class registers in its own place

    @spells_out
    def api_route(
        self, path: str, *, methods: Collection[str] | None = None, **options: Unpack[RouteOptions]
    ) -> Callable[[DecoratedCallable], DecoratedCallable]:
        """Register the decorated function for `methods` (default: GET)."""
        check_decorating("api_route" if methods is None else min(methods, default="").lower(), path)

        def register(endpoint: DecoratedCallable) -> DecoratedCallable:
            self.add_api_route(path, endpoint, methods=methods, **options)
            return endpoint

        return register

    @spells_out
    def get(
        self, path: str, **options: Unpack[RouteOptions]
    ) -> Callable[[DecoratedCallable], DecoratedCallable]:
        """Register the decorated function as a GET operation."""
        return self.api_route(path, methods=["GET"], **options)

    @spells_out
    def put(
        self, path: str, **options: Unpack[RouteOptions]
    ) -> Callable[[DecoratedCallable], DecoratedCallable]:
        """Register the decorated function as a PUT operation."""
        return self.api_route(path, methods=["PUT"], **options)

    @spells_out
    def post(
        self, path: str, **options: Unpack[RouteOptions]
    ) -> Callable[[DecoratedCallable], DecoratedCallable]:
        """Register the decorated function as a POST operation."""
        return self.api_route(path, methods=["POST"], **options)

    @spells_out
    def delete(
        self, path: str, **options: Unpack[RouteOptions]
    ) -> Callable[[DecoratedCallable], DecoratedCallable]:
        """Register the decorated function as a DELETE operation."""
        return self.api_route(path, methods=["DELETE"], **options)

    @spells_out
    def options(
        self, path: str, **options: Unpack[RouteOptions]
    ) -> Callable[[DecoratedCallable], DecoratedCallable]:
        """Register the decorated function as an OPTIONS operation."""
        return self.api_route(path, methods=["OPTIONS"], **options)

    @spells_out
    def head(
        self, path: str, **options: Unpack[RouteOptions]
    ) -> Callable[[DecoratedCallable], DecoratedCallable]:
        """Register the decorated function as a HEAD operation."""
        return self.api_route(path, methods=["HEAD"], **options)

    @spells_out
    def patch(
        self, path: str, **options: Unpack[RouteOptions]
    ) -> Callable[[DecoratedCallable], DecoratedCallable]:
        """Register the decorated function as a PATCH operation."""
        return self.api_route(path, methods=["PATCH"], **options)

    @spells_out
    def trace(
        self, path: str, **options: Unpack[RouteOptions]
    ) -> Callable[[DecoratedCallable], DecoratedCallable]:
        """Register the decorated function as a TRACE operation."""
        return self.api_route(path, methods=["TRACE"], **options)
