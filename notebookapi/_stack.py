"""The middleware chain of an application, patched rather than rebuilt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.middleware import Middleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from notebookapi._table.dispatch import dispatch
from notebookapi._table.published import Declared, Stack
from notebookapi.exception_handlers import (
    http_exception_handler,
    request_validation_exception_handler,
)
from notebookapi.exceptions import RequestValidationError

_DEFAULTS: Mapping[Any, Any] = {
    StarletteHTTPException: http_exception_handler,
    RequestValidationError: request_validation_exception_handler,
}
_Make = Callable[[ASGIApp], ASGIApp]


class LiveStack(ServerErrorMiddleware):
    """The chain of whatever a request is served by.

    It stands for the outermost part of that chain, which tools look for, and take apart, to put
    theirs between: `app` is the rest of the chain.
    """

    def __init__(self, served: Callable[[], Stack]) -> None:
        """served: returns the chain that is served now."""
        self._served = served

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request to the chain that it is served by."""
        await scope["notebookapi"].published.stack.app(scope, receive, send)

    @property
    def app(self) -> ASGIApp:  # type: ignore[override]  # starlette's is a plain attribute
        """The chain without its outermost part."""
        return _inside

    @property
    def handler(self) -> Any:
        """What answers where nothing else does, as served now."""
        return getattr(self._served().app, "handler", None)

    @property
    def debug(self) -> bool:  # type: ignore[override]  # as above
        """Whether failures are shown to the client."""
        return bool(getattr(self._served().app, "debug", False))


async def _inside(scope: Scope, receive: Receive, send: Send) -> None:
    _, inner = scope["notebookapi"].published.stack.links[-2]
    await inner(scope, receive, send)


def make_stack(declared: Declared, before: Stack | None, *, debug: bool) -> Stack:
    """Return the chain around the dispatcher: exceptions, middleware, server errors.

    An instance of `before` is kept where neither it nor anything inside it changed.
    """
    links: list[tuple[Any, ASGIApp]] = []
    app: ASGIApp = dispatch
    old = iter(before.links) if before else iter(())
    keep = True
    for key, make in _wanted(declared, debug):
        old_key, old_app = next(old, (None, None))
        keep = keep and old_app is not None and old_key == key
        app = old_app if keep and old_app is not None else make(app)
        links.append((key, app))
    return Stack(app, tuple(links))


def _wanted(declared: Declared, debug: bool) -> Iterator[tuple[Any, _Make]]:
    """Yield what the chain is made of, innermost first; equal keys make equal instances."""
    registered = tuple(each.registration for each in declared.of("exception_handler"))
    handlers = {**_DEFAULTS, **dict(each.value for each in registered)}
    failure = handlers.pop(Exception, None) or handlers.pop(500, None)
    yield (
        ("exceptions", registered, debug),
        lambda app: ExceptionMiddleware(app, handlers, debug=debug),
    )
    for placed in declared.of("middleware"):
        middleware: Middleware = placed.registration.value
        yield placed.registration, _wrapping(middleware)
    yield (
        ("server errors", failure, debug),
        lambda app: ServerErrorMiddleware(app, handler=failure, debug=debug),
    )


def _wrapping(middleware: Middleware) -> _Make:
    return lambda app: middleware.cls(app, *middleware.args, **middleware.kwargs)
