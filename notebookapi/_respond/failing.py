"""What is done about an exception where no middleware of starlette's stands around."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette._utils import is_async_callable
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from notebookapi._plan.raw import Noting

HANDLERS = "starlette.exception_handlers"
"""Scope key: the handlers of a request, by class and by status."""
Handlers = tuple[Mapping[Any, Callable[..., Any]], Mapping[int, Callable[..., Any]]]


def handler_of(error: Exception, handlers: Handlers) -> Callable[..., Any] | None:
    """Return the handler of an exception: for its status, else for the nearest class."""
    by_class, by_status = handlers
    if isinstance(error, HTTPException) and error.status_code in by_status:
        return by_status[error.status_code]
    return next((by_class[kind] for kind in type(error).__mro__ if kind in by_class), None)


async def answer_failure(
    error: Exception,
    request: Request,
    started: bool | Noting,
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    """Answer by the handler of an exception. Raises the exception where there is none.

    started: whether a response has begun.
    """
    handler = handler_of(error, scope.get(HANDLERS) or ({}, {}))
    if handler is None:
        raise error
    begun = started if isinstance(started, bool) else started.started
    if begun:
        raise RuntimeError("Caught handled exception, but response already started.") from error
    if is_async_callable(handler):
        response = await handler(request, error)
    else:
        response = await run_in_threadpool(handler, request, error)
    if response is not None:
        await response(scope, receive, send)
    # An exception that is raised again and again would keep the traces of all requests.
    error.__traceback__ = None


async def answer_alone(
    error: Exception,
    request: Request,
    started: bool | Noting,
    scope: Scope,
    receive: Receive,
    send: Send,
    frame: Any = None,
) -> None:
    """Answer an exception of a generated function.

    frame: what answers where no handler does, if nothing stands around the function.
    Raises what no handler answers, when the frame has answered it by 500.
    """
    noting = started if isinstance(started, Noting) else Noting(send)
    noting.started = noting.started or started is True
    try:
        await answer_failure(error, request, noting, scope, receive, noting)
    except Exception as failure:
        if frame is None:
            raise
        await frame.answer(failure, scope, receive, noting)


def alone(exact: ASGIApp) -> Callable[..., Awaitable[None]]:
    """Return the exact path for generated functions to hand over to, with the frame around it."""

    async def answer(scope: Scope, receive: Receive, send: Send, frame: Any = None) -> None:
        if frame is None:
            await exact(scope, receive, send)
            return
        noting = Noting(send)
        try:
            await exact(scope, receive, noting)
        except Exception as failure:
            await frame.answer(failure, scope, receive, noting)

    return answer
