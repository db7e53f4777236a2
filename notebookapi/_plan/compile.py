"""Dependency tree -> ExecutionPlan."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from notebookapi import params
from notebookapi._plan.signature import Parameter, described, read_signature, unwrapped
from notebookapi._plan.sources import FromDependency, FromRequest, Injected, find_source
from notebookapi._plan.steps import (
    Argument,
    BodyPlan,
    ExecutionPlan,
    Flavour,
    Result,
    Special,
    Step,
    Value,
)
from notebookapi.exceptions import DependencyScopeError, InvalidDependency

_Call = Callable[..., Any]


def compile_plan(
    endpoint: _Call,
    *,
    in_path: Collection[str],
    dependencies: Sequence[params.Depends] = (),
    overrides: Mapping[_Call, _Call] | None = None,
    strict_content_type: bool = True,
) -> ExecutionPlan:
    """Compile what a request to an endpoint needs.

    in_path: the names in the path template.
    dependencies: run before the endpoint's own, for their effect.
    overrides: what is called instead of a dependency.
    Raises DeclarationErrors that name the callable and the parameter.
    """
    compiler = _Compiler(in_path, overrides or {})
    for depends in dependencies:
        if depends.dependency is None:
            raise InvalidDependency(
                f"{described(endpoint)}: `Depends()` in `dependencies` names no dependency; "
                "write `Depends(function)`."
            )
        compiler.add_dependency(depends)
    compiler.add(endpoint, flavour_of(endpoint, endpoint=True), scope="request")
    return _with_body(compiler.steps, strict_content_type)


def flavour_of(call: _Call, *, endpoint: bool = False) -> Flavour:
    """Tell how a callable is called, looking through partials, decorators and `__call__`."""
    for candidate in _implementations(call):
        if inspect.isasyncgenfunction(candidate) and not endpoint:
            return Flavour.ASYNC_YIELD
        if inspect.isgeneratorfunction(candidate) and not endpoint:
            return Flavour.SYNC_YIELD
        if inspect.iscoroutinefunction(candidate):
            return Flavour.ASYNC
    return Flavour.SYNC


def _implementations(call: _Call) -> list[_Call]:
    inner = unwrapped(call)
    found = [call, inner]
    if not inspect.isclass(inner) and not inspect.isroutine(inner):
        found.append(unwrapped(type(inner).__call__))
    return found


class _Compiler:
    """Adds steps depth-first; a shared dependency becomes one step."""

    def __init__(self, in_path: Collection[str], overrides: Mapping[_Call, _Call]) -> None:
        self.steps: list[Step] = []
        self._in_path = in_path
        self._overrides = overrides
        self._shared: dict[tuple[_Call, params.Scope], int] = {}
        self._open: list[_Call] = []

    def add_dependency(self, depends: params.Depends) -> int:
        """Add what a `Depends` needs; return the slot of its result."""
        original = depends.dependency
        if original is None:  # completed by find_source and compile_plan
            raise InvalidDependency("`Depends()` names no dependency.")
        scope = depends.scope or "request"
        key = (original, scope)
        if depends.use_cache and _is_hashable(original) and key in self._shared:
            return self._shared[key]
        call = self._override(original)
        slot = self.add(call, flavour_of(call), scope)
        if depends.use_cache and _is_hashable(original):
            self._shared[key] = slot
        return slot

    def add(self, call: _Call, flavour: Flavour, scope: params.Scope) -> int:
        """Add a call behind all that it needs; return the slot of its result."""
        if call in self._open:
            ring = " -> ".join(described(each) for each in (*self._open, call))
            raise InvalidDependency(f"A dependency needs itself: {ring}. Break the circle.")
        self._open.append(call)
        place = described(call)
        arguments: list[Argument] = []
        positional: list[str] = []
        for parameter in read_signature(call).parameters:
            argument = self._argument(parameter, place)
            if argument is not None:
                arguments.append(argument)
                if parameter.positional:
                    positional.append(parameter.name)
        self._open.pop()
        needs = tuple(each.slot for each in arguments if isinstance(each, Result))
        self._check_scope(needs, flavour, scope, place)
        slot = len(self.steps)
        self.steps.append(
            Step(slot, call, flavour, tuple(arguments), needs, scope, tuple(positional))
        )
        return slot

    def _argument(self, parameter: Parameter, place: str) -> Argument | None:
        match find_source(parameter, self._in_path, place):
            case FromDependency(name, depends):
                return Result(name, self.add_dependency(depends))
            case FromRequest(name, field, info):
                return Value(name, field, info.in_)
            case Injected(name, kind):
                return Special(name, kind)
            case _:
                return None

    def _override(self, call: _Call) -> _Call:
        return self._overrides.get(call, call) if _is_hashable(call) else call

    def _check_scope(
        self, needs: tuple[int, ...], flavour: Flavour, scope: params.Scope, place: str
    ) -> None:
        if flavour not in (Flavour.ASYNC_YIELD, Flavour.SYNC_YIELD) or scope == "function":
            return
        for slot in needs:
            inner = self.steps[slot]
            yields = inner.flavour in (Flavour.ASYNC_YIELD, Flavour.SYNC_YIELD)
            if yields and inner.scope == "function":
                raise DependencyScopeError(
                    f'{place} has the scope "request" and needs {described(inner.call)}, which has '
                    'the scope "function" and is left earlier; give both the same scope.'
                )


def _is_hashable(call: _Call) -> bool:
    try:
        hash(call)
    except TypeError:
        return False
    return True


def _with_body(steps: Sequence[Step], strict_content_type: bool) -> ExecutionPlan:
    """Decide whether the body is one value or an object of several."""
    values = _unique(
        argument
        for step in (steps[-1], *steps[:-1])
        for argument in step.arguments
        if isinstance(argument, Value) and argument.in_ is None
    )
    if not values:
        return ExecutionPlan(tuple(steps), None)
    embedded = len(values) > 1 or getattr(values[0].field.info, "embed", None) is True
    if embedded:
        return ExecutionPlan(tuple(steps), BodyPlan(values, True, strict_content_type))
    whole = tuple(_whole(step) for step in steps)
    alone = (_as_whole(values[0]),)
    return ExecutionPlan(whole, BodyPlan(alone, False, strict_content_type))


def _unique(values: Any) -> tuple[Value, ...]:
    return tuple({value.field.alias: value for value in reversed(list(values))}.values())[::-1]


def _whole(step: Step) -> Step:
    arguments = tuple(
        _as_whole(each) if isinstance(each, Value) and each.in_ is None else each
        for each in step.arguments
    )
    return Step(
        step.slot, step.call, step.flavour, arguments, step.needs, step.scope, step.positional
    )


def _as_whole(value: Value) -> Value:
    return Value(value.name, value.field, None, whole=True)
