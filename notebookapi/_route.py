"""A path operation: options, plan and responder, compiled when it is registered."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

from pydantic.fields import FieldInfo
from starlette._exception_handler import wrap_app_handling_exceptions
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, NoMatchFound, Route, get_name
from starlette.types import Receive, Scope, Send

from notebookapi._checks import check_endpoint, check_methods
from notebookapi._itself import Itself
from notebookapi._limits import Limited
from notebookapi._options import NAMES, UNSET, Inherited, RouteOptions, RouteSpec, Unset
from notebookapi._plan.compile import compile_plan
from notebookapi._plan.execute import Exits, call, solve
from notebookapi._plan.fields import ModelField, make_field
from notebookapi._plan.overrides import Overrides
from notebookapi._plan.signature import described, read_returns, swallowed, unwrapped
from notebookapi._plan.steps import YIELDING, ExecutionPlan
from notebookapi._respond.compile import Responder, compile_responder, defined, has_body
from notebookapi._respond.handlers import EXITS, Handler, request_response
from notebookapi._respond.observing import observed_response, observer_of
from notebookapi._respond.paths import TwoPaths
from notebookapi._respond.raises import check_raises
from notebookapi._table import Pattern, compile_pattern
from notebookapi.dependencies.views import OperationView
from notebookapi.exceptions import (
    EndpointContext,
    InvalidPath,
    InvalidResponse,
    NotebookAPIError,
    RequestValidationError,
)
from notebookapi.params import Depends

if TYPE_CHECKING:
    from notebookapi._respond.stream import Streamer


class APIRoute(Itself, TwoPaths, OperationView, Route):
    """One endpoint at one path, for one or more methods.

    The options are attributes too (`route.tags`, `route.operation_id` …); those that the OpenAPI
    document shows may be assigned before it is made.
    """

    methods: set[str]
    origin: APIRoute
    responder: Responder | Streamer

    # Read from `spec`, see `_option`.
    status_code: int | None
    tags: list[str | Enum] | None
    dependencies: Sequence[Depends]
    summary: str | None
    response_description: str
    responses: dict[int | str, dict[str, Any]]
    deprecated: bool | None
    operation_id: str | None
    response_class: type[Response] | Unset
    openapi_extra: dict[str, Any] | None

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        methods: Collection[str] | None = None,
        spec: RouteSpec | None = None,
        strict_content_type: bool | Unset = UNSET,
        origin: APIRoute | None = None,
        **options: Unpack[RouteOptions],
    ) -> None:
        """Compile an operation.

        path: with the prefix of the router that it is declared on.
        spec: the options, complete; given instead of them by routers.
        origin: the route that this is the included form of.
        Raises DeclarationErrors.
        """
        check_methods(methods)
        check_endpoint(endpoint, path)
        self.path = path
        self.endpoint = endpoint
        self.methods = {str(method).upper() for method in methods or ("GET",)}
        self.spec = spec or RouteSpec(**options)
        self.origin = origin or self
        self.strict_content_type = strict_content_type
        self.name = self.spec.name or get_name(endpoint)
        # An empty path waits for the prefix of an inclusion; the name of a webhook and the URL of
        # a callback have no slash in front, and are not served.
        missing = "" if path.startswith("/") else "/"
        self.pattern = pattern_of(missing + path, endpoint)
        self.path_format = self.pattern.format.removeprefix(missing)
        self.param_convertors = dict(self.pattern.convertors)
        self.context = endpoint_context(endpoint, self.methods, path)
        self.plan = self._compiled({}, origin.plan if origin else None)
        self.responder = (
            origin.responder.under(self.spec, self.context) if origin else self._made_responder()
        )
        self.extra_models = _extra_models(self.spec, endpoint)
        check_raises(self.spec.raises or (), endpoint)
        limit = self.spec.max_body_size
        self._limited = None if limit is None else Limited(self._unlimited, limit)
        self.assigned_app = None
        if type(self).get_route_handler is not APIRoute.get_route_handler:
            self.assigned_app = request_response(self.get_route_handler())
        if origin:
            self.is_form_of(origin)

    def under(self, outer: Inherited) -> APIRoute:
        """Return this route as it is inside an inclusion."""
        strict = self.strict_content_type
        return type(self)(
            outer.prefix + self.path,
            self.endpoint,
            methods=self.methods,
            spec=self.spec.under(outer),
            strict_content_type=outer.strict_content_type if strict is UNSET else strict,
            origin=self.origin,
        )

    @property
    def original_route(self) -> APIRoute:
        """The route as it was declared; itself where it is not included."""
        return self.origin

    @cached_property
    def path_regex(self) -> re.Pattern[str]:  # type: ignore[override]  # starlette's is a plain attribute
        """Compiled on first use: the table does without it."""
        return self.pattern.regex

    @property
    def description(self) -> str:
        """As given, else the endpoint's docstring up to a form feed."""
        text = self.spec.description or inspect.cleandoc(self.endpoint.__doc__ or "")
        return text.split("\f")[0].strip()

    @description.setter
    def description(self, text: str | None) -> None:
        self.spec = replace(self.spec, description=text)

    @property
    def unique_id(self) -> str:
        """The operationId of the first method."""
        return self.id_for(min(self.methods))

    def id_for(self, method: str) -> str:
        """Return the operationId of one method; no two methods share one."""
        make = self.spec.generate_unique_id_function
        given = self.spec.operation_id
        if given is None and make is not UNSET:
            given = make(self)
        if given is None:
            return f"{generic_id(self)}_{method.lower()}"
        return given if method == min(self.methods) else f"{given}_{method.lower()}"

    def get_route_handler(self) -> Handler:
        """Return what answers a request; to be overridden, and called by who overrides it."""

        async def answer(request: Request) -> Response:
            return await self._answer(request, request.scope[EXITS])

        return answer

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

    def handle(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        """Answer a request: the response is sent before request-scoped dependencies are left.

        Like those below, it returns a coroutine and is none: each one costs every request.
        """
        if scope["method"] not in self.methods:
            return Route.handle(self, scope, receive, send)  # 405, for callers without a table
        answer: Any = self._limited or self.assigned_app or self._path_for(scope)
        coroutine: Coroutine[Any, Any, None] = answer(scope, receive, send)
        return coroutine

    def _unlimited(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        answer: Any = self.assigned_app or self._path_for(scope)
        coroutine: Coroutine[Any, Any, None] = answer(scope, receive, send)
        return coroutine

    def _serve(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        coroutine: Coroutine[Any, Any, None] = self._path_for(scope)(scope, receive, send)
        return coroutine

    async def _serve_exactly(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)

        async def respond(scope: Scope, receive: Receive, send: Send) -> None:
            answered = False
            async with AsyncExitStack() as stack:
                response = await self._answer(request, stack)
                await response(scope, receive, send)
                answered = True
            if not answered:
                raise NotebookAPIError(f"Response not awaited. {swallowed(self.endpoint)}")

        # Handlers get the very request that was read from, so that they can see its body.
        await wrap_app_handling_exceptions(respond, request)(scope, receive, send)

    async def _answer(self, request: Request, stack: AsyncExitStack) -> Response:
        plan, observer = self._plan_for(request.scope), observer_of(request.scope)
        async with AsyncExitStack() as function_stack:
            with observer.stage("dependencies"):
                solved = await solve(plan, request, Exits(function_stack, stack))
            observer.solved(solved)
            if solved.errors:
                raise RequestValidationError(
                    solved.errors, body=solved.body, endpoint_ctx=self.context
                )
            with observer.stage("endpoint", self.endpoint):
                returned = await call(plan.endpoint, solved.values)
            with observer.stage("serialization"):
                return observed_response(observer, self.responder.respond(returned, solved))
        raise NotebookAPIError(f"No response object was returned. {swallowed(self.endpoint)}")

    def _made_responder(self) -> Responder | Streamer:
        returns = read_returns(self.endpoint)
        if self.plan.endpoint.flavour not in YIELDING:
            return compile_responder(self.spec, returns, self.endpoint, self.context)
        from notebookapi._respond.stream import compile_streamer  # loaded where something streams

        return compile_streamer(self.spec, returns, self.endpoint, self.context)

    def _compiled(self, overrides: Overrides, before: ExecutionPlan | None) -> ExecutionPlan:
        return compile_plan(
            self.endpoint,
            in_path=self.param_convertors.keys(),
            dependencies=self.spec.dependencies or (),
            overrides=overrides,
            strict_content_type=self.strict_content_type is not False,
            form_limits=self.spec.form_limits,
            before=before,
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({' '.join(sorted(self.methods))} {self.path}, {self.name})"


def _option(name: str) -> Any:
    """Return a property that shows an option of `RouteSpec`, and changes it where it is set."""

    def get(route: APIRoute) -> Any:
        return getattr(route.spec, name)

    def set_(route: APIRoute, value: Any) -> None:
        route.spec = replace(route.spec, **{name: value})

    return property(get, set_, doc=f"The option `{name}`.")


for _name in NAMES:
    if _name not in ("name", "description", "response_model"):
        setattr(APIRoute, _name, _option(_name))


def generic_id(route: Any) -> str:
    """Return a route's name and path as an identifier."""
    return re.sub(r"\W", "_", f"{route.name}{route.path_format}")


def pattern_of(path: str, endpoint: Callable[..., Any]) -> Pattern:
    """Return a path template, compiled. Raises InvalidPath that names the endpoint."""
    try:
        return compile_pattern(path)
    except (ValueError, AssertionError) as error:
        raise InvalidPath(f"{described(endpoint)}: {error}") from error


def endpoint_context(endpoint: Callable[..., Any], methods: set[str], path: str) -> EndpointContext:
    """Return where an endpoint stands, for errors about its requests."""
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
            "response",
            defined(model, endpoint),
            FieldInfo(),
            mode="serialization",
            place=described(endpoint),
        )
    return made
