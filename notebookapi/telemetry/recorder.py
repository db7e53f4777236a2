"""One connection -> a server span, its measurements, and what is told of it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from opentelemetry import context, propagate, trace
from opentelemetry.propagators.textmap import Getter
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from notebookapi.telemetry import attributes
from notebookapi.telemetry.data import KEY, OBSERVER, TelemetryData
from notebookapi.telemetry.observed import Observed
from notebookapi.telemetry.options import TelemetryOptions, configures_itself
from notebookapi.telemetry.providers import Meters, Providers
from notebookapi.telemetry.trouble import Trouble


@dataclass(frozen=True, slots=True, eq=False)
class _Begun:
    """What one connection is recorded with. inside: the context that its span opens."""

    observed: Observed
    meters: Meters | None
    span: Span
    inside: context.Context


class Recorder:
    """What the connections of one application go through."""

    def __init__(self, options: TelemetryOptions) -> None:
        self._options = options
        self._providers = Providers(options)
        self._exclude = options.get("exclude")
        self._trouble = Trouble()

    @asynccontextmanager
    async def lifespan(self, app: Any) -> AsyncIterator[None]:
        """Make exporters for what has no provider yet, if that is asked for; flush them."""
        made = []
        if configures_itself(self._options.get("auto_configure")):
            from notebookapi.telemetry.exporters import configure

            made = configure(self._options)
        yield
        for provider in made:
            await run_in_threadpool(provider.force_flush)  # it waits for the collector

    async def serve(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Let `app` answer, and record it."""
        begun = None
        if scope["type"] != "lifespan":
            with self._trouble.kept_from_requests("begin a recording"):
                begun = self._begun(scope, receive, send)
        if begun is None:
            await app(scope, receive, send)
            return
        scope[OBSERVER] = begun.observed
        answer = _Answer(scope, send)
        token = context.attach(begun.inside)
        try:
            with self._measuring(begun.meters, answer), self._ending(begun, answer):
                await app(scope, receive, answer.send)
        finally:
            context.detach(token)

    def _begun(self, scope: Scope, receive: Receive, send: Send) -> _Begun | None:
        """Return what a connection is recorded with; None where it is not."""
        if self._is_left_out(scope):
            return None
        tracer, meters = self._providers.tracer(), self._providers.meters()
        logger = self._providers.logger()
        if tracer is None and meters is None and logger is None:
            return None
        data = _data(scope, receive, send)
        nested = tracer if self._options.get("operation_spans", True) else None
        observed = Observed(nested, logger, data, self._trouble)
        span, inside = _started(tracer, scope, data)
        return _Begun(observed, meters, span, inside)

    def _is_left_out(self, scope: Scope) -> bool:
        if OBSERVER in scope:  # of an application inside another the outer records
            return True
        if self._exclude is not None and self._exclude(scope):
            return True
        return _is_recorded_already(scope)

    @contextmanager
    def _measuring(self, meters: Meters | None, answer: _Answer) -> Iterator[None]:
        """Count a request while it is active, and record how long its answer took."""
        if meters is None or answer.scope["type"] != "http":
            yield
            return
        kept = self._trouble.kept_from_requests
        said = attributes.measured(answer.scope)
        failure: BaseException | None = None
        began = time.perf_counter()
        with kept("count a request"):
            meters.active.add(1, said)
        try:
            yield
        except BaseException as error:
            failure = error
            raise
        finally:
            with kept("count a request"):
                meters.active.add(-1, said)
            with kept("measure a request"):
                if version := answer.scope.get("http_version"):
                    said["network.protocol.version"] = version
                said.update(_outcome(answer, failure))
                meters.duration.record((answer.ended or time.perf_counter()) - began, said)

    @contextmanager
    def _ending(self, begun: _Begun, answer: _Answer) -> Iterator[None]:
        """End a server span with what came of the request."""
        failure: BaseException | None = None
        try:
            yield
        except BaseException as error:
            failure = error
            raise
        finally:
            with self._trouble.kept_from_requests("end a span"):
                _end(begun.span, answer, failure)
            if isinstance(failure, Exception):
                begun.observed.failed(failure)


def _started(
    tracer: Tracer | None, scope: Scope, data: TelemetryData
) -> tuple[Span, context.Context]:
    """Return a server span, inside the trace of the caller, and the context that it opens."""
    outside = context.set_value(KEY, data, propagate.extract(scope, getter=_HEADERS))
    if tracer is None:
        return trace.INVALID_SPAN, outside
    name = attributes.method_of(scope).replace("_OTHER", "HTTP")
    span = tracer.start_span(name, outside, SpanKind.SERVER, attributes.described(scope))
    return span, trace.set_span_in_context(span, outside)


class _Answer:
    """What is sent: which status, and when the last of it."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.scope = scope
        self.status: int | None = None
        self.ended: float | None = None
        self._mounted_under = scope.get("root_path", "")
        self._send = send

    @property
    def route(self) -> str | None:
        return attributes.route_of(self.scope, self._mounted_under)

    async def send(self, message: Message) -> None:
        kind = message["type"]
        if kind in ("http.response.start", "websocket.http.response.start"):
            self.status = message["status"]
        elif kind == "websocket.accept":
            self.status = 101
        elif kind == "websocket.close" and self.status is None:
            self.status = 403  # ASGI: a connection that is closed before it is accepted
        await self._send(message)
        if kind == "http.response.body" and not message.get("more_body"):
            self.ended = time.perf_counter()


def _end(span: Span, answer: _Answer, failure: BaseException | None) -> None:
    try:
        if failure is not None:
            span.record_exception(failure)
        outcome = _outcome(answer, failure)
        span.set_attributes(outcome)
        if route := outcome.get("http.route"):
            span.update_name(f"{attributes.method_of(answer.scope)} {route}")
        if "error.type" in outcome:
            span.set_status(Status(StatusCode.ERROR, str(failure) if failure else None))
    finally:
        span.end()


def _outcome(answer: _Answer, failure: BaseException | None) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if answer.status is not None:
        made["http.response.status_code"] = answer.status
    if answer.route is not None:
        made["http.route"] = answer.route
    if failure is not None:
        made["error.type"] = type(failure).__qualname__
    elif answer.status is not None and answer.status >= 500:
        made["error.type"] = str(answer.status)
    return made


def _data(scope: Scope, receive: Receive, send: Send) -> TelemetryData:
    if scope["type"] == "websocket":
        return TelemetryData(websocket=WebSocket(scope, receive, send))
    return TelemetryData(request=Request(scope, receive, send))


def _is_recorded_already(scope: Scope) -> bool:
    """Tell whether an instrumentation of another makes the server span of this connection."""
    app = scope["app"]
    if getattr(app, "_is_instrumented_by_opentelemetry", False):
        return True
    if any(getattr(each.cls, "__name__", "") == _THEIRS for each in app.user_middleware):
        return True
    current = trace.get_current_span()
    return current.is_recording() and getattr(current, "kind", None) is SpanKind.SERVER


_THEIRS = "OpenTelemetryMiddleware"
"""Of opentelemetry-instrumentation-asgi, and of starlette."""


class _Headers(Getter[Mapping[str, Any]]):
    """Reads what a caller says of its trace from the headers of a connection."""

    def get(self, carrier: Mapping[str, Any], key: str) -> list[str] | None:
        wanted = key.lower().encode("latin-1")
        found = [v.decode("latin-1") for k, v in carrier.get("headers", ()) if k.lower() == wanted]
        return found or None

    def keys(self, carrier: Mapping[str, Any]) -> list[str]:
        return [key.decode("latin-1") for key, _ in carrier.get("headers", ())]


_HEADERS = _Headers()
