"""A path operation: options, plan and responder, compiled when it is registered."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Mapping
from contextlib import AsyncExitStack
from functools import cached_property
from typing import Any

from pydantic.fields import FieldInfo
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, NoMatchFound, Route, get_name
from starlette.types import Receive, Scope, Send

from notebookapi._options import UNSET, Inherited, RouteSpec
from notebookapi._plan.compile import compile_plan
from notebookapi._plan.execute import Exits, call, solve
from notebookapi._plan.fields import ModelField, make_field
from notebookapi._plan.signature import described, read_signature, unwrapped
from notebookapi._plan.steps import ExecutionPlan
from notebookapi._respond.compile import compile_responder, has_body
from notebookapi._table import Pattern, compile_pattern
from notebookapi.exceptions import (
    EndpointContext,
    InvalidPath,
    InvalidResponse,
    NotebookAPIError,
    RequestValidationError,
)


class APIRoute(Route):
    """One endpoint at one path, for one or more methods.

    path: with the prefix of the router that it was declared on. origin: the route that this is
    the included form of; itself where it is not included.
    """

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        methods: Collection[str] | None = None,
        spec: RouteSpec | None = None,
        strict_content_type: bool = True,
        origin: APIRoute | None = None,
    ) -> None:
        self.path = path
        self.endpoint = endpoint
        self.methods = {method.upper() for method in methods or ("GET",)}
        self.spec = spec or RouteSpec()
        self.origin = origin or self
        self.strict_content_type = strict_content_type
        self.name = self.spec.name or get_name(endpoint)
        self.include_in_schema = self.spec.include_in_schema
        self.pattern = _pattern(path, endpoint)
        self.path_regex = self.pattern.regex
        self.path_format = self.pattern.format
        self.param_convertors = dict(self.pattern.convertors)
        self.plan = self._compiled({})
        self.context = _context(endpoint, self.methods, path)
        returns = read_signature(endpoint).returns
        self.responder = compile_responder(self.spec, returns, endpoint, self.context)
        self.extra_models = _extra_models(self.spec, endpoint)
        self._overridden: tuple[Mapping[Any, Any], ExecutionPlan] | None = None

    def under(self, outer: Inherited) -> APIRoute:
        """Return this route as it is inside an inclusion."""
        strict = self.strict_content_type
        return type(self)(
            outer.prefix + self.path,
            self.endpoint,
            methods=self.methods,
            spec=self.spec.under(outer),
            strict_content_type=strict if outer.strict_content_type is UNSET
            else outer.strict_content_type and strict,
            origin=self.origin,
        )  # fmt: skip

    @cached_property
    def description(self) -> str:
        """As given, else the endpoint's docstring up to a form feed."""
        text = self.spec.description or inspect.cleandoc(self.endpoint.__doc__ or "")
        return text.split("\f")[0].strip()

    @cached_property
    def unique_id(self) -> str:
        """The operationId of the first method."""
        return self.operation_id(min(self.methods))

    def operation_id(self, method: str) -> str:
        """Return the operationId of one method; no two methods share one."""
        make = self.spec.generate_unique_id_function
        if self.spec.operation_id or make is not UNSET:
            given = self.spec.operation_id or make(self)  # type: ignore[operator]  # not UNSET here
            first = len(self.methods) == 1 or method == min(self.methods)
            return given if first else f"{given}_{method.lower()}"
        return f"{generic_id(self)}_{method.lower()}"

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Tell whether this route serves a request; for tools that walk routes."""
        matched, inner = super().matches(scope)
        if matched is not Match.NONE:
            inner["route"] = self
        return matched, inner

    def url_path_for(self, name: str, /, **path_params: Any) -> Any:
        """Return the path for a name and parameters. Raises NoMatchFound for another's."""
        if name != self.name or path_params.keys() != self.param_convertors.keys():
            raise NoMatchFound(name, path_params)
        return super().url_path_for(name, **path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request: the response is sent before request-scoped dependencies are left."""
        if self.methods and scope["method"] not in self.methods:
            await super().handle(scope, receive, send)  # 405, for callers without a table
            return
        request = Request(scope, receive, send)
        answered = False
        async with AsyncExitStack() as stack:
            response = await self._answer(request, stack)
            await response(scope, receive, send)
            answered = True
        if not answered:
            raise NotebookAPIError(
                f"Response not awaited. {described(self.endpoint)} raised an exception and one of "
                "its dependencies with `yield` swallowed it; let it raise the exception again."
            )

    async def _answer(self, request: Request, stack: AsyncExitStack) -> Response:
        plan = self._plan_for(request.scope)
        async with AsyncExitStack() as function_stack:
            solved = await solve(plan, request, Exits(function_stack, stack))
            if solved.errors:
                raise RequestValidationError(
                    solved.errors, body=solved.body, endpoint_ctx=self.context
                )
            returned = await call(plan.endpoint, solved.values)
            return self.responder.respond(returned, solved)
        raise NotebookAPIError(
            f"No response object was returned. {described(self.endpoint)} raised an exception and "
            "one of its dependencies with `yield` swallowed it; let it raise the exception again."
        )

    def _plan_for(self, scope: Scope) -> ExecutionPlan:
        overrides = getattr(scope.get("app"), "dependency_overrides", None)
        if not overrides:
            return self.plan
        known = self._overridden
        if known is None or known[0] != overrides:
            known = (dict(overrides), self._compiled(overrides))
            self._overridden = known
        return known[1]

    def _compiled(self, overrides: Mapping[Any, Any]) -> ExecutionPlan:
        return compile_plan(
            self.endpoint,
            in_path=self.param_convertors.keys(),
            dependencies=self.spec.dependencies or (),
            overrides=overrides,
            strict_content_type=self.strict_content_type,
        )

    # starlette compares routes by what they say; here a route is itself, and can be a key.
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    def __repr__(self) -> str:
        return f"{type(self).__name__}({' '.join(sorted(self.methods))} {self.path}, {self.name})"


def generic_id(route: Any) -> str:
    """Return a route's name and path as an identifier."""
    return re.sub(r"\W", "_", f"{route.name}{route.path_format}")


def _pattern(path: str, endpoint: Callable[..., Any]) -> Pattern:
    try:
        return compile_pattern(path)
    except (ValueError, AssertionError) as error:
        raise InvalidPath(f"{described(endpoint)}: {error}") from error


def _context(endpoint: Callable[..., Any], methods: set[str], path: str) -> EndpointContext:
    context = EndpointContext(
        function=getattr(endpoint, "__name__", repr(endpoint)),
        path=f"{' '.join(sorted(methods))} {path}",
    )
    code = getattr(unwrapped(endpoint), "__code__", None)
    if code is not None:
        context["file"] = code.co_filename
        context["line"] = code.co_firstlineno
    return context


def _extra_models(spec: RouteSpec, endpoint: Callable[..., Any]) -> dict[int | str, ModelField]:
    made: dict[int | str, ModelField] = {}
    for code, declared in (spec.responses or {}).items():
        if not isinstance(declared, dict):
            raise InvalidResponse(
                f"{described(endpoint)}: responses[{code!r}] is {declared!r}; write a dictionary, "
                'such as {"description": "…", "model": Model}.'
            )
        model = declared.get("model")
        if model is None:
            continue
        if str(code).isdigit() and not has_body(int(code)):
            raise InvalidResponse(
                f"{described(endpoint)}: a response with status {code} has no body (RFC 9110, "
                f"section 6.4.1), so {model!r} could never be sent; leave the model out."
            )
        made[code] = make_field(
            "response", model, FieldInfo(), mode="serialization", place=described(endpoint)
        )
    return made
