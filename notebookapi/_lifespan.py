"""What runs when an application starts up and shuts down."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import (
    AsyncIterator,
    Callable,
    Iterable,
    Mapping,
    MutableSequence,
    Sequence,
)
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Literal, overload

from starlette.types import Lifespan

from notebookapi._records import record
from notebookapi._table.published import Registration
from notebookapi.editing import Owner, edit
from notebookapi.exceptions import InvalidOption
from notebookapi.types import DecoratedCallable

Event = Literal["startup", "shutdown"]
Handler = Callable[[], Any]


@record(frozen=True, slots=True, eq=False)
class EventHandler:
    """A function and the event that it is called at."""

    event: Event
    call: Handler


def event_registration(event: Event, call: Handler) -> Registration:
    """Return what identifies a handler among the others of its router.

    A function of a module is known by its name, so that its redefinition replaces it; anything
    else (a lambda, a method, what a function made) by itself.
    """
    path = getattr(call, "__qualname__", "")
    is_named = inspect.isfunction(call) and path.isidentifier()
    name = getattr(call, "__name__", None) or repr(call)
    return Registration(
        "event",
        (event, call.__module__, path) if is_named else (event, id(call)),
        EventHandler(event, call),
        f"on_event {event} ({name})",
    )


class Handlers(MutableSequence[Handler]):
    """The handlers of one event, in order. Changing it changes what is declared."""

    def __init__(self, owner: Owner, event: Event) -> None:
        self._owner = owner
        self._event: Event = event

    @property
    def _declared(self) -> list[Registration]:
        every = (each.registration for each in self._owner.declared.of("event"))
        return [each for each in every if each.value.event == self._event]

    @overload
    def __getitem__(self, index: int) -> Handler: ...
    @overload
    def __getitem__(self, index: slice) -> list[Handler]: ...
    def __getitem__(self, index: int | slice) -> Handler | list[Handler]:
        return [each.value.call for each in self._declared][index]

    def __len__(self) -> int:
        return len(self._declared)

    def insert(self, index: int, value: Handler) -> None:
        """Register a handler in front of others, or behind them all."""
        there = self._declared
        if index >= len(there):
            self._owner._register(event_registration(self._event, value))
        else:
            self[:] = [*self[:index], value, *self[index:]]

    def __setitem__(self, index: int | slice, value: Any) -> None:
        wanted = list(self)
        wanted[index] = value
        with edit() as draft:
            for each in self._declared:
                draft.remove(self._owner, each)
            for handler in wanted:
                draft.add(self._owner, event_registration(self._event, handler))

    def __delitem__(self, index: int | slice) -> None:
        found = self._declared[index]
        with edit() as draft:
            for each in [found] if isinstance(found, Registration) else found:
                draft.remove(self._owner, each)

    def __add__(self, others: Iterable[Handler]) -> list[Handler]:
        return [*self, *others]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (list, Handlers)) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # as a list's

    def __repr__(self) -> str:
        return repr(list(self))


class _Run:
    """A start-up that has not been shut down. closes_by: None for what is declared by then."""

    __slots__ = ("closes_by",)

    def __init__(self) -> None:
        self.closes_by: Sequence[Handler] | None = None


class Events:
    """Functions to call at start-up and shutdown, for programs without a lifespan.

    They are called in the order of their registration.
    """

    def __init__(
        self, owner: Owner, on_startup: Iterable[Handler] = (), on_shutdown: Iterable[Handler] = ()
    ) -> None:
        """owner: the router that declares them."""
        self._owner = owner
        self._runs: list[_Run] = []
        self.startup = Handlers(owner, "startup")
        self.shutdown = Handlers(owner, "shutdown")
        for handler in on_startup:
            owner._begin_with(event_registration("startup", handler))
        for handler in on_shutdown:
            owner._begin_with(event_registration("shutdown", handler))

    @asynccontextmanager
    async def lifespan(self, app: Any) -> AsyncIterator[Mapping[str, Any] | None]:
        """Call them around what is inside; what goes wrong in there skips none of the last."""
        run = _Run()
        self._runs.append(run)
        try:
            for handler in self.startup:
                await _call(handler)
            try:
                yield None
            finally:
                for handler in self.shutdown if run.closes_by is None else run.closes_by:
                    await _call(handler)
        finally:
            self._runs.remove(run)

    def settle(self) -> Callable[[], None]:
        """Let what runs now be shut down by what is declared now; return what takes that back.

        For who starts another one in its place: what is declared for that one is not its own.
        """
        declared = [each.registration.value for each in self._owner._declared.of("event")]
        settled = [run for run in self._runs if run.closes_by is None]
        for run in settled:
            run.closes_by = [each.call for each in declared if each.event == "shutdown"]

        def take_back() -> None:
            for run in settled:
                run.closes_by = None

        return take_back


class EventVerbs:
    """What registers such functions, inherited by the application and by APIRouter."""

    @property
    def _events(self) -> Events:
        raise NotImplementedError  # a router's own, those of an application's router

    @property
    def on_startup(self) -> MutableSequence[Handler]:
        """The functions that are called at start-up, in order."""
        return self._events.startup

    @property
    def on_shutdown(self) -> MutableSequence[Handler]:
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
