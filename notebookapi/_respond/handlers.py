"""A handler of a program's own -> an ASGI application."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, Protocol, TypeVar

from starlette._exception_handler import wrap_app_handling_exceptions
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from notebookapi._plan.signature import swallowed
from notebookapi.exceptions import NotebookAPIError

EXITS = "notebookapi.exits"
"""Scope key: what is left after the response, where a handler of a program's own answers."""

Handler = Callable[[Request], Awaitable[Response]]


def request_response(handler: Handler) -> ASGIApp:
    """Return an application that answers by a handler, such as `get_route_handler` returns.

    Dependencies and uploads are left after the response, as for any path operation.
    """

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)

        async def respond(scope: Scope, receive: Receive, send: Send) -> None:
            answered = False
            async with AsyncExitStack() as stack:
                request.scope[EXITS] = stack
                response = await handler(request)
                await response(scope, receive, send)
                answered = True
            if not answered:
                endpoint = request.scope.get("endpoint", handler)
                raise NotebookAPIError(f"Response not awaited. {swallowed(endpoint)}")

        # Handlers get the very request that was read from, so that they can see its body.
        await wrap_app_handling_exceptions(respond, request)(scope, receive, send)

    return app


class Operation(Protocol):
    """What is read of a path operation here, and assigned to it."""

    endpoint: Callable[..., Any]
    assigned_app: ASGIApp | None

    @property
    def dependant(self) -> Any: ...

    def get_route_handler(self) -> Handler: ...

    def read_again(self) -> None: ...


AnOperation = TypeVar("AnOperation", bound=Operation)


def get_request_handler(*, dependant: Any, route: Operation) -> Handler:
    """Return what answers requests for a path operation.

    Tools that trace requests put a function of theirs in this one's place in
    `notebookapi.routing`. It may put another `call` into `dependant`, calls this one with the same
    keywords, and wraps what it gets.
    """
    if dependant.call is not route.endpoint:
        route.endpoint = dependant.call
        route.read_again()
    return route.get_route_handler()


def handled_by(make: Callable[..., Handler], route: AnOperation) -> AnOperation:
    """Let a route be answered by what `make` returns, if that is not `get_request_handler`."""
    if make is not get_request_handler:
        route.assigned_app = request_response(make(dependant=route.dependant, route=route))
    return route
