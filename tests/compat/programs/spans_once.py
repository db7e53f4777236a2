"""opentelemetry-instrumentation-{fastapi,asgi}: the application's own telemetry keeps out of it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from notebookapi import NotebookAPI
from notebookapi.testclient import TestClient

EXPORTER = InMemorySpanExporter()


@pytest.fixture(scope="module", autouse=True)
def provider_of_the_process() -> None:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(EXPORTER))
    trace.set_tracer_provider(provider)


@pytest.fixture(autouse=True)
def empty() -> Iterator[None]:
    yield
    EXPORTER.clear()


def as_it_is(app: NotebookAPI) -> Any:
    return app


def instrumented(app: NotebookAPI) -> Any:
    FastAPIInstrumentor.instrument_app(app)
    return app


def with_middleware(app: NotebookAPI) -> Any:
    app.add_middleware(OpenTelemetryMiddleware)
    return app


INSTRUMENTS: list[tuple[Callable[[NotebookAPI], Any], str]] = [
    (as_it_is, "notebookapi"),
    (instrumented, "opentelemetry.instrumentation.fastapi"),
    (with_middleware, "opentelemetry.instrumentation.asgi"),
    (OpenTelemetryMiddleware, "opentelemetry.instrumentation.asgi"),
]


@pytest.mark.parametrize(("instrument", "who"), INSTRUMENTS)
def test_one_server_span(instrument: Callable[[NotebookAPI], Any], who: str) -> None:
    app = NotebookAPI()
    app.get("/items/{item_id}")(lambda item_id: item_id)
    assert TestClient(instrument(app)).get("/items/1").json() == "1"
    spans = EXPORTER.get_finished_spans()
    servers = [span for span in spans if span.kind is SpanKind.SERVER]
    scopes = [span.instrumentation_scope for span in servers]
    assert [scope.name for scope in scopes if scope is not None] == [who]
