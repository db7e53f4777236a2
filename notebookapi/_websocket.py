"""A WebSocket endpoint: its plan, compiled when it is registered, and its sessions."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from functools import cached_property
from typing import Any, Protocol, cast

from starlette._exception_handler import wrap_app_handling_exceptions
from starlette.routing import BaseRoute, WebSocketRoute, get_name
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from notebookapi._itself import Itself
from notebookapi._options import Inherited
from notebookapi._paths import check_path, joined
from notebookapi._plan.compile import compile_plan, flavour_of
from notebookapi._plan.execute import Exits, call, solve
from notebookapi._plan.overrides import Overridable, Overrides
from notebookapi._plan.signature import described
from notebookapi._plan.steps import YIELDING, ExecutionPlan
from notebookapi._respond.observing import observer_of
from notebookapi._route import endpoint_context, pattern_of
from notebookapi.exceptions import (
    InvalidParameter,
    InvalidResponse,
    WebSocketRequestValidationError,
)
from notebookapi.params import Depends
from notebookapi.types import DecoratedCallable


class APIWebSocketRoute(Itself, Overridable, WebSocketRoute):
    """One endpoint for WebSocket connections to one path."""

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        name: str | None = None,
        dependencies: Sequence[Depends] | None = None,
        origin: APIWebSocketRoute | None = None,
    ) -> None:
        """Compile an endpoint.

        path: with the prefix of the router that it is declared on.
        dependencies: run before the endpoint's own, for their effect.
        origin: the route that this is the included form of.
        Raises DeclarationErrors.
        """
        if flavour_of(endpoint) in YIELDING:
            raise InvalidResponse(
                f"{described(endpoint)} has a `yield`, which means nothing to a WebSocket; send "
                "with `await websocket.send_text(…)` or its like."
            )
        self.path = path
        self.endpoint = endpoint
        self.name = name or get_name(endpoint)
        self.dependencies = list(dependencies or ())
        self.origin = origin or self
        # An empty path waits for the prefix of an inclusion.
        self.pattern = pattern_of(path or "/", endpoint)
        self.path_format = self.pattern.format if path else ""
        self.param_convertors = dict(self.pattern.convertors)
        self.context = endpoint_context(endpoint, {"WEBSOCKET"}, path)
        self.plan = self._compiled({}, origin.plan if origin else None)
        self.app = self._session

    def under(self, outer: Inherited) -> APIWebSocketRoute:
        """Return this route as it is inside an inclusion."""
        return type(self)(
            outer.prefix + self.path,
            self.endpoint,
            name=self.name,
            dependencies=[*outer.dependencies, *self.dependencies],
            origin=self.origin,
        )

    @property
    def original_route(self) -> APIWebSocketRoute:
        """The route as it was declared; itself where it is not included."""
        return self.origin

    @cached_property
    def path_regex(self) -> re.Pattern[str]:  # type: ignore[override]  # starlette's is a plain attribute
        """Compiled on first use: the table does without it."""
        return self.pattern.regex

    async def _session(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the endpoint; yield dependencies are left when it has returned."""
        websocket = WebSocket(scope, receive, send)

        async def run(scope: Scope, receive: Receive, send: Send) -> None:
            plan, observer = self._plan_for(scope), observer_of(scope)
            async with AsyncExitStack() as stack, AsyncExitStack() as function_stack:
                with observer.stage("dependencies"):
                    solved = await solve(plan, websocket, Exits(function_stack, stack))
                observer.solved(solved)
                if solved.errors:
                    raise WebSocketRequestValidationError(solved.errors, endpoint_ctx=self.context)
                with observer.stage("endpoint", self.endpoint):
                    await call(plan.endpoint, solved.values)
                if solved.background is not None:
                    await solved.background()

        await wrap_app_handling_exceptions(run, websocket)(scope, receive, send)

    def _compiled(self, overrides: Overrides, before: ExecutionPlan | None) -> ExecutionPlan:
        plan = compile_plan(
            self.endpoint,
            in_path=self.param_convertors.keys(),
            dependencies=self.dependencies,
            overrides=overrides,
            before=before,
            serves="websocket",
        )
        if plan.body is not None:
            raise InvalidParameter(
                f"{described(self.endpoint)}: `{plan.body.values[0].name}` is read from the body, "
                "which a WebSocket connection has not; take it from the path, the query, a header "
                "or a cookie, or from what the client sends."
            )
        return plan

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.path}, {self.name})"


class Declaring(Protocol):
    """What declares routes: a router."""

    @property
    def inherited(self) -> Inherited: ...

    def add_registration(self, route: BaseRoute) -> None: ...


class WebSocketVerbs:
    """Decorators for WebSocket endpoints, inherited by the application and by APIRouter."""

    @property
    def _declaring(self) -> Declaring:
        raise NotImplementedError  # a router itself, an application's router

    def add_api_websocket_route(
        self,
        path: str,
        endpoint: Callable[..., Any],
        name: str | None = None,
        *,
        dependencies: Sequence[Depends] | None = None,
    ) -> None:
        """Register `endpoint` for WebSocket connections to `path`.

        Raises DeclarationErrors that say what cannot be served and why.
        """
        router, here = self._declaring, cast(Any, self)
        if router is not here:  # an application, whose paths get no prefix any more
            check_path(path, endpoint)
        outer = router.inherited
        router.add_registration(
            APIWebSocketRoute(
                joined(outer.prefix, path, endpoint),
                endpoint,
                name=name,
                dependencies=[*outer.dependencies, *(dependencies or ())],
            )
        )

    def websocket(
        self,
        path: str,
        name: str | None = None,
        *,
        dependencies: Sequence[Depends] | None = None,
    ) -> Callable[[DecoratedCallable], DecoratedCallable]:
        """Register the decorated function for WebSocket connections to `path`.

        name: for `url_path_for`; the function's own where none is given.
        dependencies: run before the endpoint's own, for their effect.
        """

        def register(endpoint: DecoratedCallable) -> DecoratedCallable:
            self.add_api_websocket_route(path, endpoint, name, dependencies=dependencies)
            return endpoint

        return register

    def add_websocket_route(
        self, path: str, endpoint: Callable[..., Any], name: str | None = None
    ) -> None:
        """Register a plain starlette endpoint, which takes the WebSocket and nothing else."""
        path = self._declaring.inherited.prefix + path
        self._declaring.add_registration(WebSocketRoute(path, endpoint, name=name))

    def websocket_route(
        self, path: str, name: str | None = None
    ) -> Callable[[DecoratedCallable], DecoratedCallable]:
        """Register the decorated plain starlette endpoint for WebSocket connections to `path`."""

        def register(endpoint: DecoratedCallable) -> DecoratedCallable:
            self.add_websocket_route(path, endpoint, name)
            return endpoint

        return register
