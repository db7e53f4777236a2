"""Plan x request -> Solved: the exact path, home of every rule and error."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from starlette.background import BackgroundTasks
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from notebookapi._plan.body import read_body
from notebookapi._plan.extract import read_from_body, read_value
from notebookapi._plan.fields import ABSENT
from notebookapi._plan.forms import Form
from notebookapi._plan.kept import Kept, KeptValues
from notebookapi._plan.leaving import ShieldedExit
from notebookapi._plan.signature import described
from notebookapi._plan.steps import (
    YIELDING,
    ExecutionPlan,
    Flavour,
    Result,
    Special,
    Step,
    Value,
)
from notebookapi._records import record
from notebookapi.concurrency import contextmanager_in_threadpool, run_in_threadpool
from notebookapi.exceptions import NotebookAPIError
from notebookapi.security.base import SecurityScopes
from notebookapi.types import ErrorDetails

READ = "notebookapi.read"
"""Scope key: what has been read of a request already, by the identity of its value."""
Outcome = tuple[Any, list[ErrorDetails]] | Exception
"""What reading a value came to: the value, or its errors; or the exception that it ended with."""


@dataclass(slots=True, eq=False)
class Solved:
    """What a request came to before its endpoint runs.

    values: the endpoint's keyword arguments. body: the document as parsed, for error handlers.
    response: what the person may set headers, cookies and a status on.
    """

    values: dict[str, Any]
    errors: list[ErrorDetails]
    body: Any
    response: Response
    background: BackgroundTasks | None


@record(frozen=True, slots=True, eq=False)
class Exits:
    """What is left after the endpoint ("function") and after the response ("request")."""

    function: AsyncExitStack
    request: AsyncExitStack


@dataclass(slots=True, eq=False)
class _State:
    request: HTTPConnection
    exits: Exits
    body: Any
    response: Response
    known: Mapping[int, Outcome] = field(default_factory=dict)
    background: BackgroundTasks | None = None
    errors: list[ErrorDetails] = field(default_factory=list)
    results: dict[int, Any] = field(default_factory=dict)
    kept: dict[int, Kept] = field(default_factory=dict)


async def solve(plan: ExecutionPlan, request: HTTPConnection, exits: Exits) -> Solved:
    """Read and validate everything, call the dependencies; the endpoint is left to `call`.

    A dependency with invalid parameters is skipped, and so is all that needs it; the others run.
    """
    body = ABSENT
    if plan.body is not None and isinstance(request, Request):
        body = await read_body(request, plan.body, exits.request)
    state = _State(request, exits, body, blank_response(), request.scope.pop(READ, {}))
    for step in plan.steps[:-1]:
        arguments = _arguments(step, state)
        if arguments is None:
            continue
        if step.scope == "app":
            state.results[step.slot] = await _take(step, arguments, state)
        else:
            state.results[step.slot] = await _call_dependency(step, arguments, exits)
    values = _arguments(plan.endpoint, state)
    document = body.data if isinstance(body, Form) else None if body is ABSENT else body
    return Solved(values or {}, state.errors, document, state.response, state.background)


async def call(step: Step, values: dict[str, Any]) -> Any:
    """Call an endpoint or a dependency, on the loop or in a thread.

    An endpoint that yields gives its generator, which runs while the response is sent.
    """
    bound = _bound(step, values)
    if step.flavour in YIELDING:
        return bound()
    return await bound() if step.flavour is Flavour.ASYNC else await run_in_threadpool(bound)


def blank_response() -> Response:
    """Return the response that a program may set headers, cookies and a status on."""
    response = Response()
    del response.headers["content-length"]
    response.status_code = None  # type: ignore[assignment]  # "not set": the decorator's stands
    return response


def _arguments(step: Step, state: _State) -> dict[str, Any] | None:
    """Return a call's arguments; None where one is invalid or a dependency was skipped."""
    ready = all(slot in state.results for slot in step.needs)
    values: dict[str, Any] = {}
    for argument in step.arguments:
        match argument:
            case Result(name, slot):
                values[name] = state.results.get(slot)
            case Special(name, kind, scopes):
                values[name] = _special(kind, state, scopes)
            case Value():
                value, errors = _read(argument, state)
                values[argument.name] = value
                state.errors.extend(errors)
                ready = ready and not errors
    return values if ready else None


def _read(value: Value, state: _State) -> tuple[Any, list[ErrorDetails]]:
    known = state.known.get(id(value))
    if isinstance(known, Exception):
        raise known
    if known is not None:
        return known
    if value.in_ is None:
        return read_from_body(state.body, value)
    return read_value(state.request, value)


def _special(kind: type, state: _State, scopes: tuple[str, ...]) -> Any:
    if kind is SecurityScopes:
        return SecurityScopes(list(scopes))
    if kind is Response:
        return state.response
    if kind is BackgroundTasks:
        state.background = state.background or BackgroundTasks()
        return state.background
    if issubclass(kind, HTTPConnection):
        return state.request
    raise TypeError(f"{kind!r} cannot be injected into an HTTP request.")


async def _call_dependency(step: Step, values: dict[str, Any], exits: Exits) -> Any:
    stack = exits.function if step.scope == "function" else exits.request
    yields = step.flavour in YIELDING
    if step.slots is not None:
        if not yields:
            async with step.slots.here():
                return await call(step, values)
        await stack.enter_async_context(step.slots.here())
    if not yields:
        return await call(step, values)
    return await stack.enter_async_context(_entered_by(step, values))


async def _take(step: Step, values: dict[str, Any], state: _State) -> Any:
    """Return a value that the application keeps, for as long as the request lasts."""
    keeper: KeptValues | None = getattr(state.request.scope.get("app"), "kept", None)
    if keeper is None:
        raise NotebookAPIError(
            f'{described(step.call)} has the scope "app", but no NotebookAPI application serves '
            "this request; include or mount the router in one."
        )
    yields = step.flavour in YIELDING
    enter = partial(_entered_by if yields else _made_by, step, values)
    needs = tuple(state.kept[slot] for slot in step.needs)
    kept = await keeper.take(step.call, needs, enter, yields=yields)
    state.exits.request.callback(keeper.give_back, kept)
    state.kept[step.slot] = kept
    return kept.ready.result()


@asynccontextmanager
async def _made_by(step: Step, values: dict[str, Any]) -> AsyncIterator[Any]:
    yield await call(step, values)


def _entered_by(step: Step, values: dict[str, Any]) -> AbstractAsyncContextManager[Any]:
    if step.flavour is Flavour.SYNC_YIELD:
        return contextmanager_in_threadpool(_bound(step, values, contextmanager(step.call))())
    return ShieldedExit(_bound(step, values, asynccontextmanager(step.call))())


def _bound(
    step: Step, values: dict[str, Any], function: Callable[..., Any] | None = None
) -> Callable[[], Any]:
    target = function or step.call
    if not step.positional:
        return partial(target, **values)
    first = [values[name] for name in step.positional if name in values]
    rest = {name: value for name, value in values.items() if name not in step.positional}
    return partial(target, *first, **rest)
