"""Dependency tree -> ExecutionPlan."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from notebookapi import params
from notebookapi._limits import FormLimits
from notebookapi._plan.forms import is_read_as_bytes
from notebookapi._plan.signature import described, read_parameters, unwrapped
from notebookapi._plan.sources import (
    FromDependency,
    FromRequest,
    Injected,
    Protocol,
    Source,
    find_source,
)
from notebookapi._plan.steps import (
    YIELDING,
    Argument,
    BodyPlan,
    ExecutionPlan,
    Flavour,
    FormPlan,
    Requirement,
    Result,
    Special,
    Step,
    Value,
)
from notebookapi.exceptions import DependencyScopeError, InvalidDependency
from notebookapi.params import ParamTypes
from notebookapi.security.base import SecurityBase, SecurityScopes

_Call = Callable[..., Any]
_Scopes = tuple[str, ...]


def compile_plan(
    endpoint: _Call,
    *,
    in_path: Collection[str],
    dependencies: Sequence[params.Depends] = (),
    overrides: Mapping[_Call, _Call] | None = None,
    strict_content_type: bool = True,
    form_limits: FormLimits | None = None,
    before: ExecutionPlan | None = None,
    serves: Protocol = "http",
) -> ExecutionPlan:
    """Compile what a request to an endpoint needs.

    in_path: the names in the path template.
    dependencies: run before the endpoint's own, for their effect.
    overrides: what is called instead of a dependency.
    before: another plan with the same endpoint; what was read of signatures is taken from it.
    serves: what the endpoint is for.
    Raises DeclarationErrors that name the callable and the parameter.
    """
    compiler = _Compiler(in_path, overrides or {}, before.sources if before else {}, serves)
    for depends in dependencies:
        if depends.dependency is None:
            raise InvalidDependency(
                f"{described(endpoint)}: `Depends()` in `dependencies` names no dependency; "
                "write `Depends(function)`."
            )
        compiler.add_dependency(depends)
    # An endpoint that yields is no dependency: none of its own outlives the function.
    compiler.add(endpoint, params.Depends(endpoint, scope="function"))
    return _with_body(compiler, strict_content_type, form_limits or {})


def flavour_of(call: _Call) -> Flavour:
    """Tell how a callable is called, looking through partials, decorators and `__call__`."""
    for candidate in _implementations(call):
        if inspect.isasyncgenfunction(candidate):
            return Flavour.ASYNC_YIELD
        if inspect.isgeneratorfunction(candidate):
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

    def __init__(
        self,
        in_path: Collection[str],
        overrides: Mapping[_Call, _Call],
        known: Mapping[Any, tuple[Source, ...]],
        serves: Protocol,
    ) -> None:
        self.steps: list[Step] = []
        self.sources: dict[Any, tuple[Source, ...]] = {}
        self._in_path = in_path
        self._overrides = overrides
        self._known = known
        self._serves = serves
        self.security: list[Requirement] = []
        self._shared: dict[tuple[_Call, params.Scope, frozenset[str]], int] = {}
        self._use_scopes: set[_Call] = set()
        self._open: list[_Call] = []

    def add_dependency(self, depends: params.Depends, outer: _Scopes = ()) -> int:
        """Add what a `Depends` needs; return the slot of its result.

        outer: the scopes that those ask for who need it.
        """
        original = depends.dependency
        if original is None:  # completed by find_source and compile_plan
            raise InvalidDependency("`Depends()` names no dependency.")
        scopes = _joined(outer, depends)
        if isinstance(original, SecurityBase):
            self.security.append(Requirement(original, scopes))
        if not (depends.use_cache and _is_hashable(original)):
            return self.add(self._override(original), depends, scopes)
        slot = self._shared.get(self._key(original, depends, scopes))
        if slot is None:
            slot = self.add(self._override(original), depends, scopes)
            if self.steps[slot].uses_scopes or isinstance(original, SecurityBase):
                self._use_scopes.add(original)
            self._shared[self._key(original, depends, scopes)] = slot
        return slot

    def _key(
        self, call: _Call, depends: params.Depends, scopes: _Scopes
    ) -> tuple[_Call, params.Scope, frozenset[str]]:
        # Scopes tell results apart only where something below sees them: known after a first one.
        seen = frozenset(scopes if call in self._use_scopes else ())
        return (call, depends.scope or "request", seen)

    def add(self, call: _Call, depends: params.Depends, scopes: _Scopes = ()) -> int:
        """Add a call behind all that it needs; return the slot of its result."""
        if any(call is each for each in self._open):
            ring = " -> ".join(described(each) for each in (*self._open, call))
            raise InvalidDependency(f"A dependency needs itself: {ring}. Break the circle.")
        self._open.append(call)
        sources = self._read(call)
        arguments = sorted((self._argument(each, scopes) for each in sources), key=_rank)
        self._open.pop()
        flavour = flavour_of(call)
        scope = depends.scope or "request"
        needs = tuple(each.slot for each in arguments if isinstance(each, Result))
        if scope == "app":
            self._check_kept(arguments, call)
        self._check_scope(needs, flavour, scope, call)
        slot = len(self.steps)
        self.steps.append(
            Step(
                slot=slot,
                call=call,
                flavour=flavour,
                arguments=tuple(arguments),
                needs=needs,
                scope=scope,
                positional=tuple(each.name for each in sources if each.positional),
                slots=depends.slots,
                uses_scopes=self._uses_scopes(call, arguments),
            )
        )
        return slot

    def _uses_scopes(self, call: _Call, arguments: Iterable[Argument]) -> bool:
        return isinstance(call, SecurityBase) or any(
            self.steps[each.slot].uses_scopes
            if isinstance(each, Result)
            else isinstance(each, Special) and each.kind is SecurityScopes
            for each in arguments
        )

    def _read(self, call: _Call) -> tuple[Source, ...]:
        """Return where a call's parameters come from, compiled once for all plans of a route."""
        parameters = read_parameters(call)
        hashable = _is_hashable(call)
        # What else decides is which of the parameters stand in the path.
        key = (call, *(each.name for each in parameters if each.name in self._in_path))
        if hashable and key in self._known:
            sources = self._known[key]
        else:
            place = described(call)
            found = (find_source(each, self._in_path, place, self._serves) for each in parameters)
            sources = tuple(each for each in found if each is not None)
        if hashable:
            self.sources[key] = sources
        return sources

    def _argument(self, source: Source, scopes: _Scopes) -> Argument:
        match source:
            case FromDependency():
                return Result(source.name, self.add_dependency(source.depends, scopes))
            case FromRequest():
                return _value(source)
            case Injected():
                return Special(source.name, source.kind, scopes)

    def _override(self, call: _Call) -> _Call:
        return self._overrides.get(call, call) if _is_hashable(call) else call

    def _check_kept(self, arguments: Iterable[Argument], call: _Call) -> None:
        for each in arguments:
            if isinstance(each, Result) and self.steps[each.slot].scope == "app":
                continue
            place = f'{described(call)} has the scope "app", and its `{each.name}`'
            if isinstance(each, Result):
                inner = self.steps[each.slot]
                raise DependencyScopeError(
                    f"{place} comes from {described(inner.call)}, which has the scope "
                    f'"{inner.scope}"; give that one `scope="app"` too.'
                )
            raise DependencyScopeError(
                f"{place} comes from a request; it is called once for all of them, and can need "
                'dependencies with the scope "app" only.'
            )
        if not _is_hashable(call):
            raise InvalidDependency(
                f'{described(call)} has the scope "app" and cannot be hashed, so that it cannot be '
                "told from others; give it a `__hash__`, or wrap it in a function."
            )

    def _check_scope(
        self, needs: tuple[int, ...], flavour: Flavour, scope: params.Scope, call: _Call
    ) -> None:
        if flavour not in YIELDING or scope == "function":
            return
        for slot in needs:
            inner = self.steps[slot]
            if inner.flavour in YIELDING and inner.scope == "function":
                raise DependencyScopeError(
                    f'{described(call)} has the scope "request" and needs '
                    f'{described(inner.call)}, which has the scope "function" and is left '
                    "earlier; give both the same scope."
                )


def _joined(outer: _Scopes, depends: params.Depends) -> _Scopes:
    """Return the scopes of those who need it, then those of its own."""
    own = depends.scopes if isinstance(depends, params.Security) else ()
    return (*outer, *(each for each in own if each not in outer))


_ORDER = (ParamTypes.path, ParamTypes.query, ParamTypes.header, ParamTypes.cookie, None)


def _rank(argument: Argument) -> int:
    """Errors are told in this order, whatever that of the parameters is."""
    return _ORDER.index(argument.in_) if isinstance(argument, Value) else -1


def _is_hashable(call: _Call) -> bool:
    try:
        hash(call)
    except TypeError:
        return False
    return True


def _value(source: FromRequest) -> Value:
    return Value(
        source.name,
        source.field,
        source.info.in_,
        names=source.names,
        group=source.group,
        as_bytes=is_read_as_bytes(source.field.annotation),
    )


def _with_body(
    compiler: _Compiler, strict_content_type: bool, form_limits: FormLimits
) -> ExecutionPlan:
    """Decide whether the body is one value or an object of several."""
    steps = tuple(compiler.steps)
    values = _unique(
        argument
        for step in (steps[-1], *steps[:-1])
        for argument in step.arguments
        if isinstance(argument, Value) and argument.in_ is None
    )
    if not values:
        return ExecutionPlan(steps, None, compiler.sources, tuple(compiler.security))
    embedded = len(values) > 1 or _is_embedded(values[0])
    if not embedded:
        steps = tuple(_whole(step) for step in steps)
        values = (replace(values[0], whole=True),)
    form = _form(values, form_limits)
    body = BodyPlan(values, embedded, strict_content_type, form)
    return ExecutionPlan(steps, body, compiler.sources, tuple(compiler.security))


def _is_embedded(only: Value) -> bool:
    """Tell whether a value is a key of the body, though it is the only one."""
    if only.group is not None:
        return only.group.optional  # the body may be empty of it
    return only.from_form or getattr(only.field.info, "embed", None) is True


def _form(values: tuple[Value, ...], limits: FormLimits) -> FormPlan | None:
    if not any(value.from_form for value in values):
        return None
    wanted = [name for value in values if value.as_bytes for name in value.names]
    inside = [name for value in values if value.group for name in value.group.as_bytes]
    return FormPlan(limits, tuple(dict.fromkeys([*wanted, *inside])))


def _unique(values: Iterable[Value]) -> tuple[Value, ...]:
    found: list[Value] = []
    for value in values:
        if not any(_is_same(value, other) for other in found):
            found.append(value)
    return tuple(found)


def _is_same(one: Value, other: Value) -> bool:
    """Tell whether two values of the body are read from the same place."""
    if one.group or other.group:
        return one.field.annotation == other.field.annotation and bool(one.group and other.group)
    return one.field.alias == other.field.alias


def _whole(step: Step) -> Step:
    arguments = (
        replace(each, whole=True) if isinstance(each, Value) and each.in_ is None else each
        for each in step.arguments
    )
    return replace(step, arguments=tuple(arguments))
