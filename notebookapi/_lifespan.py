"""What runs when an application starts up and shuts down."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Literal

from starlette.types import Lifespan

from notebookapi.exceptions import InvalidOption
from notebookapi.types import DecoratedCallable

Event = Literal["startup", "shutdown"]
Handler = Callable[[], Any]


class Events:
    """Functions to call at start-up and shutdown, for programs without a lifespan.

    They are called in the order of their registration.
    """

    def __init__(self, on_startup: Iterable[Handler] = (), on_shutdown: Iterable[Handler] = ()):
        self.startup: list[Handler] = list(on_startup)
        self.shutdown: list[Handler] = list(on_shutdown)

    @asynccontextmanager
    async def lifespan(self, app: Any) -> AsyncIterator[Mapping[str, Any] | None]:
        """Call them around what is inside."""
        for handler in self.startup:
            await _call(handler)
        yield None
        for handler in self.shutdown:
            await _call(handler)


class EventVerbs:
    """What registers such functions, inherited by the application and by APIRouter."""

    @property
    def _events(self) -> Events:
        raise NotImplementedError  # a router's own, those of an application's router

    @property
    def on_startup(self) -> list[Handler]:
        """The functions that are called at start-up, in order."""
        return self._events.startup

    @property
    def on_shutdown(self) -> list[Handler]:
        """The functions that are called at shutdown, in order."""
        return self._events.shutdown

    def add_event_handler(self, event_type: str, func: Handler) -> None:
        """Call `func` at "startup" or "shutdown", unless the application has a lifespan.

        Raises InvalidOption for another event.
        """
        if event_type not in ("startup", "shutdown"):
            raise InvalidOption(
                f'There is no event {event_type!r}; choose "startup" or "shutdown".'
            )
        handlers = self.on_startup if event_type == "startup" else self.on_shutdown
        handlers.append(func)

    def on_event(self, event_type: str) -> Callable[[DecoratedCallable], DecoratedCallable]:
        """Deprecated: call the decorated function at "startup" or "shutdown"."""
        warnings.warn(
            "`on_event` is deprecated: give the application a `lifespan` instead, an async context "
            "manager that starts up before its `yield` and shuts down behind it.",
            DeprecationWarning,
            stacklevel=2,
        )

        def register(function: DecoratedCallable) -> DecoratedCallable:
            self.add_event_handler(event_type, function)
            return function

        return register


@asynccontextmanager
async def entered(
    lifespans: Iterable[Lifespan[Any]], app: Any
) -> AsyncIterator[Mapping[str, Any] | None]:
    """Enter lifespans, the outer ones first, and leave them the other way round.

    Yields what they yield as one mapping, in which the outer ones win; None where none yields any.
    """
    state: dict[str, Any] | None = None
    async with AsyncExitStack() as stack:
        for lifespan in lifespans:
            given = await stack.enter_async_context(lifespan(app))
            if given is not None:
                state = {**given, **(state or {})}
        yield state


async def _call(handler: Handler) -> None:
    result = handler()
    if inspect.isawaitable(result):
        await result
