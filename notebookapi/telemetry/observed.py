"""The inside of one request: a span for each stage, an event for what is wrong with it."""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry import context
from opentelemetry._logs import Logger, LogRecord, SeverityNumber
from opentelemetry.trace import Span, Status, StatusCode, Tracer, set_span_in_context
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException

from notebookapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from notebookapi.telemetry.data import TelemetryData
from notebookapi.telemetry.trouble import Trouble


class Observed:
    """What a path operation tells while it answers; see `_respond.observing.Observer`."""

    def __init__(
        self, tracer: Tracer | None, logger: Logger | None, data: TelemetryData, trouble: Trouble
    ) -> None:
        """tracer: makes the spans of the stages; None: there are none."""
        self._tracer = tracer
        self._logger = logger
        self._data = data
        self._trouble = trouble

    @contextmanager
    def stage(self, name: str, function: Callable[..., Any] | None = None) -> Iterator[None]:
        """Make a span for what is done inside. function: what is called there."""
        span = None
        if self._tracer is not None:
            said = {"code.function.name": _name(function)} if function is not None else None
            with self._trouble.kept_from_requests("begin a span"):
                span = self._tracer.start_span(name, attributes=said)
        if span is None:
            yield
            return
        token = context.attach(set_span_in_context(span))
        failure: Exception | None = None
        try:
            yield
        except Exception as error:
            failure = error
            raise
        finally:
            context.detach(token)
            with self._trouble.kept_from_requests("end a span"):
                _end(span, failure)

    def solved(self, solved: Any) -> None:
        """Keep what a request came to; its errors are told."""
        data = self._data
        data.body, data.values, data.errors = solved.body, solved.values, solved.errors
        if not solved.errors:
            return
        # What was sent may be private: it is told which part is wrong, and how.
        errors = [{"type": each["type"], "loc": each["loc"]} for each in solved.errors]
        self._emit(
            "notebookapi.request.invalid",
            SeverityNumber.WARN,
            f"{len(errors)} validation error(s)",
            {"validation.errors": json.dumps(errors, default=str)},
        )

    def failed(self, error: Exception) -> None:
        """Tell of an exception that no handler answered."""
        self._emit(
            "notebookapi.request.exception",
            SeverityNumber.ERROR,
            f"{type(error).__qualname__}: {error}",
            {
                "exception.type": type(error).__qualname__,
                "exception.message": str(error),
                "exception.stacktrace": "".join(traceback.format_exception(error)),
            },
        )

    def background(self, task: BackgroundTask) -> BackgroundTask:
        """Return a background task, or several, with a span for each."""
        return BackgroundTask(self._run, task)

    async def _run(self, task: BackgroundTask) -> None:
        # Read now: what runs behind the endpoint may have added some.
        for each in getattr(task, "tasks", (task,)):
            with self.stage("background_task", each.func):
                await each()

    def _emit(
        self, event: str, severity: SeverityNumber, body: str, attributes: dict[str, Any]
    ) -> None:
        if self._logger is None:
            return
        with self._trouble.kept_from_requests("emit an event"):
            self._logger.emit(
                LogRecord(
                    timestamp=time.time_ns(),
                    severity_number=severity,
                    severity_text=severity.name,
                    body=body,
                    attributes={**attributes, **self._where()},
                    event_name=event,
                )
            )

    def _where(self) -> dict[str, Any]:
        connection = self._data.request or self._data.websocket
        scope = connection.scope if connection is not None else {}
        route = getattr(scope.get("route"), "path_format", None)
        said = {"url.path": scope.get("path"), "http.route": route}
        return {key: value for key, value in said.items() if value is not None}


def _end(span: Span, failure: Exception | None) -> None:
    try:
        if failure is not None and _is_failure(failure):
            span.record_exception(failure)
            span.set_status(Status(StatusCode.ERROR, str(failure)))
            span.set_attribute("error.type", type(failure).__qualname__)
    finally:
        span.end()


def _name(function: Callable[..., Any]) -> str:
    module = getattr(function, "__module__", None) or ""
    name = getattr(function, "__qualname__", None) or type(function).__qualname__
    return f"{module}.{name}".lstrip(".")


def _is_failure(error: Exception) -> bool:
    """Tell whether an exception is the server's fault, not an answer that tells of the client's."""
    if isinstance(error, HTTPException):
        return error.status_code >= 500
    return not isinstance(error, (RequestValidationError, WebSocketRequestValidationError))
