"""opentelemetry-instrumentation-fastapi: one server span for a request, named by the template."""

import pytest
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from notebookapi import APIRouter, NotebookAPI
from notebookapi.testclient import TestClient


@pytest.mark.parametrize("path", ["/direct/1", "/router/items/1"])
def test_request_is_a_span(path: str) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    app, router = NotebookAPI(), APIRouter(prefix="/router")

    @app.get("/direct/{item_id}")
    @router.get("/items/{item_id}")
    def read(item_id: int) -> int:
        return item_id

    app.include_router(router)
    FastAPIInstrumentor.instrument_app(app, tracer_provider=provider)
    assert TestClient(app).get(path).json() == 1
    names = [span.name for span in exporter.get_finished_spans()]
    assert names[-1] == f"GET {path.replace('/1', '/{item_id}')}"
