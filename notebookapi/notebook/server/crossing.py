"""From a cell to the server's loop: coroutines that run there, and what belongs to which loop."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.server.server import Server

T = TypeVar("T")


def on_server(server: Server, coroutine: Coroutine[Any, Any, T]) -> Awaitable[T]:
    """Run a coroutine on the server's loop, with this context; cancelling the wait cancels it.

    Raises BadArguments for what is no coroutine, Stopped where the person has stopped the server,
    ServingError where it does not start.
    """
    if not inspect.iscoroutine(coroutine):
        raise BadArguments(_what_to_write(coroutine))
    try:
        server.wanted()
        submitted = server.submit(coroutine)
    except BaseException:
        coroutine.close()
        raise
    return asyncio.wrap_future(submitted)


def _what_to_write(value: object) -> str:
    name = getattr(value, "__name__", "")
    if inspect.iscoroutinefunction(value):
        return f"`on_server` takes a coroutine: call the function, `await api.on_server({name}())`."
    if inspect.isgenerator(value) or inspect.isasyncgen(value):
        return (
            f"`on_server` takes a coroutine, and `{name}` is a generator. Go through it in an "
            "`async def` function, and hand that one's coroutine over."
        )
    if callable(value):
        return (
            f"`on_server` takes a coroutine, and `{name or repr(value)}` is a plain function. "
            "Call it here, or make it `async def` and hand its coroutine over."
        )
    return (
        f"`on_server` takes a coroutine, such as `await api.on_server(connect())`; it was given "
        f"a {type(value).__qualname__}."
    )
