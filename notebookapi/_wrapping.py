"""Middleware and exception handlers: declared on an application or a router, and put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from starlette._exception_handler import wrap_app_handling_exceptions
from starlette.exceptions import HTTPException, WebSocketException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from notebookapi._live import LiveDict, LiveList, declare_instead
from notebookapi._table.around import Around, Inside, through
from notebookapi._table.published import Declared, Registration
from notebookapi.editing import Owner
from notebookapi.exceptions import (
    DeclarationError,
    InvalidOption,
    RequestValidationError,
    WebSocketRequestValidationError,
)
from notebookapi.types import DecoratedCallable

Link = tuple[Any, ASGIApp]
"""An instance behind what it was made from: equal keys make equal instances."""
Make = Callable[[ASGIApp], ASGIApp]


class WrappingVerbs(Owner):
    """What stands around requests: for all of an application, or for the routes of a router."""

    _standing: tuple[Declared | None, Around | None] = (None, None)

    def add_middleware(self, middleware_class: Any, *args: Any, **kwargs: Any) -> None:
        """Wrap the requests that are answered here; the last added is the outermost.

        On a router these are the requests that match one of its routes, or of those included.
        """
        self._register(middleware_registration(Middleware(middleware_class, *args, **kwargs)))

    def middleware(self, middleware_type: str) -> Callable[[DecoratedCallable], DecoratedCallable]:
        """Wrap the requests that are answered here in `async def (request, call_next)`."""
        if middleware_type != "http":
            raise DeclarationError(
                f'`middleware({middleware_type!r})` is not known; the only kind is "http".'
            )

        def register(function: DecoratedCallable) -> DecoratedCallable:
            from starlette.middleware.base import BaseHTTPMiddleware

            self.add_middleware(BaseHTTPMiddleware, dispatch=function)
            return function

        return register

    def add_exception_handler(self, key: Any, handler: Callable[..., Any]) -> None:
        """Answer exceptions of a class, or responses of a status, with `handler`.

        On a router: what its routes raise, and those included. The nearest handler answers.
        """
        self._register(handler_registration(key, handler))

    def exception_handler(self, key: Any) -> Callable[[DecoratedCallable], DecoratedCallable]:
        """Answer exceptions of a class, or responses of a status, with the decorated function."""

        def register(function: DecoratedCallable) -> DecoratedCallable:
            self.add_exception_handler(key, function)
            return function

        return register

    async def surround(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request go through what is declared here; for routers that serve by themselves."""
        declared = self.declared
        if self._standing[0] is not declared:
            self._standing = (declared, chain_of(declared, self._standing[1]))
        chain = self._standing[1]
        await (through((chain,), app, scope, receive, send) if chain else app(scope, receive, send))

    @property
    def exception_handlers(self) -> dict[Any, Callable[..., Any]]:
        """The handlers by class or status; changing the mapping changes what is declared."""
        return LiveDict(self._declared_handlers, self._declare_handlers)

    @exception_handlers.setter
    def exception_handlers(self, handlers: Mapping[Any, Callable[..., Any]]) -> None:
        self._declare_handlers(handlers)

    def _declared_handlers(self) -> dict[Any, Callable[..., Any]]:
        return dict(each.registration.value for each in self.declared.of("exception_handler"))

    def _declare_handlers(self, handlers: Mapping[Any, Callable[..., Any]]) -> None:
        known = [each.registration for each in self.declared.of("exception_handler")]
        kept = [each for each in known if handlers.get(each.value[0]) is each.value[1]]
        there = [each.value[0] for each in kept]
        new = [handler_registration(*each) for each in handlers.items() if each[0] not in there]
        declare_instead(self, known, [*kept, *new])

    @property
    def user_middleware(self) -> list[Middleware]:
        """The middleware, the outermost first; changing the list changes what is declared."""
        return LiveList(self._declared_middleware, self._declare_middleware)

    @user_middleware.setter
    def user_middleware(self, middleware: Sequence[Middleware]) -> None:
        self._declare_middleware(middleware)

    def _declared_middleware(self) -> list[Middleware]:
        return [each.registration.value for each in self.declared.of("middleware")][::-1]

    def _declare_middleware(self, middleware: Sequence[Middleware]) -> None:
        known = {id(e.registration.value): e.registration for e in self.declared.of("middleware")}
        wanted = [known.get(id(each)) or middleware_registration(each) for each in middleware]
        declare_instead(self, list(known.values()), wanted[::-1])


def middleware_registration(middleware: Middleware) -> Registration:
    """Return what identifies a middleware among the others of its owner."""
    if not isinstance(middleware, Middleware):
        raise InvalidOption(
            f"{middleware!r} is no middleware; give `Middleware(Class, option=…)`, or call "
            "`add_middleware(Class, option=…)`."
        )
    if not callable(middleware.cls):
        raise InvalidOption(
            f"`add_middleware` was given {middleware.cls!r}; give it the class, and its options "
            "behind it: `add_middleware(Class, option=…)`."
        )
    function = middleware.kwargs.get("dispatch") or middleware.cls
    name = getattr(function, "__qualname__", repr(function))
    return Registration("middleware", (name,), middleware, f"middleware {name}")


def handler_registration(key: Any, handler: Callable[..., Any]) -> Registration:
    """Return what identifies an exception handler among the others of its owner."""
    if not (isinstance(key, int) or (isinstance(key, type) and issubclass(key, BaseException))):
        raise InvalidOption(
            f"An exception handler was given the key {key!r}; give it a class of exceptions or a "
            "status."
        )
    if not callable(handler):
        raise InvalidOption(f"The exception handler {handler!r} cannot be called.")
    label = f"exception_handler {getattr(key, '__name__', key)}"
    identity = (getattr(key, "__qualname__", key),)
    return Registration("exception_handler", identity, (key, handler), label)


def linked(
    innermost: ASGIApp, wanted: Iterable[tuple[Any, Make]], before: Sequence[Link]
) -> tuple[ASGIApp, tuple[Link, ...]]:
    """Return a chain and its links, the innermost first.

    An instance of `before` is kept where neither it nor anything inside it changed.
    """
    links: list[Link] = []
    app, old, keep = innermost, iter(before), True
    for key, make in wanted:
        old_key, old_app = next(old, (None, None))
        keep = keep and old_app is not None and old_key == key
        app = old_app if keep and old_app is not None else make(app)
        links.append((key, app))
    return app, tuple(links)


def middleware_links(declared: Declared) -> Iterator[tuple[Any, Make]]:
    """Yield what the declared middleware adds to a chain, innermost first."""
    for placed in declared.of("middleware"):
        yield placed.registration, _wrapping(placed.registration.value)


def _wrapping(middleware: Middleware) -> Make:
    return lambda app: middleware.cls(app, *middleware.args, **middleware.kwargs)


def chain_of(declared: Declared, before: Around | None) -> Around | None:
    """Return the chain around the routes of one router; None where it declares nothing for it."""
    wanted = list(_wanted(declared))
    if not wanted:
        return None
    inside = before.inside if before else Inside()
    app, links = linked(inside, wanted, before.links if before else ())
    return Around(app, inside, links)


def _wanted(declared: Declared) -> Iterator[tuple[Any, Make]]:
    registered = tuple(each.registration for each in declared.of("exception_handler"))
    if registered:
        handlers = dict(each.value for each in registered)
        yield ("exceptions", registered), lambda app: RouterHandlers(app, handlers)
    yield from middleware_links(declared)


# What is answered where a program has no handler. A router's handler for every Exception leaves
# these to whoever is further out, as an application's does.
_ANSWERED_ANYWAY = (
    HTTPException,
    RequestValidationError,
    WebSocketException,
    WebSocketRequestValidationError,
)
_HANDLERS = "starlette.exception_handlers"


class RouterHandlers:
    """Answers what the routes of a router raise; what it has no handler for goes further out."""

    def __init__(self, app: ASGIApp, handlers: Mapping[Any, Callable[..., Any]]) -> None:
        """handlers: by class or status."""
        self.app = app
        by_class: dict[Any, Any] = {k: h for k, h in handlers.items() if not isinstance(k, int)}
        failure = by_class.pop(Exception, None) or handlers.get(500)
        if failure is not None:
            unanswered = dict.fromkeys(_ANSWERED_ANYWAY)
            by_class = {Exception: failure, **unanswered, **by_class}
        by_status = {k: h for k, h in handlers.items() if isinstance(k, int) and k != 500}
        self._handlers = by_class, by_status

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request, and what it raises."""
        further_out = scope.get(_HANDLERS, ({}, {}))
        scope[_HANDLERS] = self._handlers
        is_http = scope["type"] == "http"
        connection = Request(scope, receive, send) if is_http else WebSocket(scope, receive, send)
        try:
            await wrap_app_handling_exceptions(self.app, connection)(scope, receive, send)
        finally:
            scope[_HANDLERS] = further_out
