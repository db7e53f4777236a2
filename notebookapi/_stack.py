"""The middleware chain of an application, patched rather than rebuilt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from notebookapi._frame import Frame
from notebookapi._table.dispatch import dispatch
from notebookapi._table.published import Declared, Stack
from notebookapi._wrapping import Make, linked, middleware_links
from notebookapi.exception_handlers import (
    http_exception_handler,
    http_problem_handler,
    problem_response,
    request_validation_exception_handler,
    request_validation_problem_handler,
    server_problem_handler,
    websocket_request_validation_exception_handler,
)
from notebookapi.exceptions import RequestValidationError, WebSocketRequestValidationError

_DEFAULTS: Mapping[Any, Any] = {
    StarletteHTTPException: http_exception_handler,
    RequestValidationError: request_validation_exception_handler,
    WebSocketRequestValidationError: websocket_request_validation_exception_handler,
}
_PROBLEMS: Mapping[Any, Any] = {
    **_DEFAULTS,
    StarletteHTTPException: http_problem_handler,
    RequestValidationError: request_validation_problem_handler,
    Exception: server_problem_handler,
}


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
    def handler(self) -> Any:  # type: ignore[override]  # as above
        """What answers where nothing else does, as served now."""
        return getattr(self._served().app, "handler", None)

    @property
    def debug(self) -> bool:  # type: ignore[override]  # as above
        """Whether failures are shown to the client."""
        return bool(getattr(self._served().app, "debug", False))


async def _inside(scope: Scope, receive: Receive, send: Send) -> None:
    _, inner = scope["notebookapi"].published.stack.links[-2]
    await inner(scope, receive, send)


def make_stack(
    declared: Declared,
    before: Stack | None,
    *,
    debug: bool,
    max_body_size: int | None = None,
    problems: bool = False,
) -> Stack:
    """Return the chain around the dispatcher: exceptions, middleware, body limit, server errors.

    max_body_size: in bytes, for middleware that reads the body.
    problems: whether errors that no handler answers are told as RFC 9457 has it.
    An instance of `before` is kept where neither it nor anything inside it changed.
    """
    wanted = _wanted(declared, debug, max_body_size, problems)
    return Stack(*linked(dispatch, wanted, before.links if before else ()))


def _wanted(
    declared: Declared, debug: bool, max_body_size: int | None, problems: bool
) -> Iterator[tuple[Any, Make]]:
    """Yield what the chain is made of, innermost first; equal keys make equal instances."""
    registered = tuple(each.registration for each in declared.of("exception_handler"))
    own = dict(each.value for each in registered)
    handlers = {**(_PROBLEMS if problems else _DEFAULTS), **own}
    failure = handlers.pop(Exception, None)
    if Exception not in own:
        failure = handlers.pop(500, None) or failure
    yield (
        ("exceptions", registered, debug, problems),
        lambda app: ExceptionMiddleware(app, handlers, debug=debug),
    )
    yield from middleware_links(declared)
    if max_body_size is not None:
        # Middleware reads by the application's limit; an operation may have another.
        yield (
            ("body limit", max_body_size, problems),
            lambda app: _body_limit(app, max_body_size, problems),
        )
    yield (
        ("server errors", failure, debug),
        lambda app: _outermost(app, failure, debug),
    )


def _outermost(app: ASGIApp, failure: Any, debug: bool) -> ASGIApp:
    if type(app) is ExceptionMiddleware:
        return Frame(app, handler=failure, debug=debug)
    return ServerErrorMiddleware(app, handler=failure, debug=debug)


def _body_limit(app: ASGIApp, max_body_size: int, problems: bool) -> ASGIApp:
    limit = RequestBodyLimitMiddleware(app, max_body_size)
    return _problem_if_too_large(limit) if problems else limit


def _problem_if_too_large(app: ASGIApp) -> ASGIApp:
    """Return the limit with its own answer, a text, told as RFC 9457 has it."""

    async def translated(scope: Scope, receive: Receive, send: Send) -> None:
        refused = False

        async def translate(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and _is_refusal(message):
                refused = True
                await problem_response(413, None)(scope, receive, send)
            elif not refused:
                await send(message)

        await app(scope, receive, translate)

    return translated


def _is_refusal(message: Message) -> bool:
    kind: bytes = dict(message["headers"]).get(b"content-type", b"")
    return message["status"] == 413 and kind.startswith(b"text/plain")
