"""What stands around the routes of a router: its middleware and its exception handlers."""

from __future__ import annotations

from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from notebookapi._records import record

_HERE = "notebookapi.around"
"""Scope key: what a request goes through between the application and its route."""


class Inside:
    """The inside of one router's chain: goes on to the next router's, and at last to the route.

    A chain is made once for a router and stands around all of its routes, so what is inside it
    differs from request to request.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Go on with a request."""
        around, handle = scope[_HERE]
        here = next(at for at, each in enumerate(around) if each.inside is self)
        rest = around[here + 1 :]
        await (rest[0].app if rest else handle)(scope, receive, send)


@record(frozen=True, slots=True, eq=False)
class Around:
    """The chain of one router.

    app: its outermost part. inside: its innermost.
    links: each instance with what it was made from, innermost first.
    """

    app: ASGIApp
    inside: Inside
    links: tuple[tuple[Any, ASGIApp], ...] = ()


async def through(
    around: tuple[Around, ...], handle: ASGIApp, scope: Scope, receive: Receive, send: Send
) -> None:
    """Let a request go through the chains of routers, the outermost first, and be handled."""
    outside = scope.get(_HERE)
    scope[_HERE] = around, handle
    try:
        await around[0].app(scope, receive, send)
    finally:
        # Middleware further out may go on with the request once more.
        scope[_HERE] = outside
