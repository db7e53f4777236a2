"""Who records: the application, an instrumentation of another, or nobody yet."""

from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import SpanKind

from notebookapi import NotebookAPI
from notebookapi.testclient import TestClient
from tests.telemetry.recording import Recording


@pytest.fixture
def recording() -> Recording:
    return Recording()


class OpenTelemetryMiddleware:
    """Named as those of opentelemetry-instrumentation-asgi and starlette are."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


def instrumented(app: NotebookAPI, recording: Recording) -> Any:
    app._is_instrumented_by_opentelemetry = True  # type: ignore[attr-defined]  # as their instrumentor does
    return app


def with_middleware(app: NotebookAPI, recording: Recording) -> Any:
    app.add_middleware(OpenTelemetryMiddleware)
    return app


def inside_a_server_span(app: NotebookAPI, recording: Recording) -> Any:
    tracer = recording.tracer_provider.get_tracer("theirs")

    async def traced(scope: Any, receive: Any, send: Any) -> None:
        with tracer.start_as_current_span("theirs", kind=SpanKind.SERVER):
            await app(scope, receive, send)

    return traced


@pytest.mark.parametrize("instrument", [instrumented, with_middleware, inside_a_server_span])
def test_nothing_is_recorded_twice(
    recording: Recording, instrument: Callable[[NotebookAPI, Recording], Any]
) -> None:
    app = NotebookAPI(telemetry=recording.options())
    app.get("/")(lambda: None)
    client = TestClient(instrument(app, recording))
    assert client.get("/").status_code == 200
    assert [span.name for span in recording.spans] in ([], ["theirs"])
    assert recording.points == {}


def test_a_client_span_around_the_request_does_not_count(recording: Recording) -> None:
    app = NotebookAPI(telemetry=recording.options())
    app.get("/")(lambda: None)
    tracer = recording.tracer_provider.get_tracer("theirs")

    async def called(scope: Any, receive: Any, send: Any) -> None:
        with tracer.start_as_current_span("call", kind=SpanKind.CLIENT):
            await app(scope, receive, send)

    TestClient(called).get("/")
    assert recording.server.name == "GET /"


@pytest.mark.parametrize("said_nothing", [True, False])
def test_the_provider_of_the_process_is_used(
    recording: Recording, monkeypatch: pytest.MonkeyPatch, said_nothing: bool
) -> None:
    app = NotebookAPI() if said_nothing else NotebookAPI(telemetry={})
    app.get("/")(lambda: None)
    client = TestClient(app)
    client.get("/")
    assert recording.spans == []
    provider: TracerProvider = recording.tracer_provider
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)  # configured later
    client.get("/")
    assert recording.server.name == "GET /"
