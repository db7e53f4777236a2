"""Providers that keep in memory what they get."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from notebookapi.telemetry import TelemetryOptions


@dataclass(slots=True, eq=False)
class Recording:
    """Gets everything that an application with these `options` records."""

    _spans: InMemorySpanExporter = field(default_factory=InMemorySpanExporter)
    _metrics: InMemoryMetricReader = field(default_factory=InMemoryMetricReader)
    _events: InMemoryLogRecordExporter = field(default_factory=InMemoryLogRecordExporter)
    tracer_provider: TracerProvider = field(init=False)
    meter_provider: MeterProvider = field(init=False)
    logger_provider: LoggerProvider = field(init=False)

    def __post_init__(self) -> None:
        self.tracer_provider = TracerProvider(shutdown_on_exit=False)
        self.tracer_provider.add_span_processor(SimpleSpanProcessor(self._spans))
        self.meter_provider = MeterProvider([self._metrics], shutdown_on_exit=False)
        self.logger_provider = LoggerProvider(shutdown_on_exit=False)
        self.logger_provider.add_log_record_processor(SimpleLogRecordProcessor(self._events))

    def options(self, **more: Any) -> TelemetryOptions:
        made = TelemetryOptions(
            tracer_provider=self.tracer_provider,
            meter_provider=self.meter_provider,
            logger_provider=self.logger_provider,
        )
        made.update(more)  # type: ignore[typeddict-item]  # what the tests give
        return made

    @property
    def spans(self) -> list[ReadableSpan]:
        """What has ended, in that order."""
        return list(self._spans.get_finished_spans())

    @property
    def server(self) -> ReadableSpan:
        """The only server span."""
        (span,) = (span for span in self.spans if span.kind is SpanKind.SERVER)
        return span

    @property
    def stages(self) -> list[str]:
        """Names of the other spans, in the order of their ends."""
        return [span.name for span in self.spans if span.kind is not SpanKind.SERVER]

    @property
    def events(self) -> list[tuple[str | None, Mapping[str, Any]]]:
        """What has been logged: name and attributes."""
        logs = self._events.get_finished_logs()
        return [(each.log_record.event_name, each.log_record.attributes or {}) for each in logs]

    @property
    def points(self) -> dict[str, list[Any]]:
        """Data points by the name of their metric."""
        data = self._metrics.get_metrics_data()
        found: dict[str, list[Any]] = {}
        for resource in data.resource_metrics if data else ():
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    found.setdefault(metric.name, []).extend(metric.data.data_points)
        return found


def said(span: ReadableSpan, *names: str) -> dict[str, Any]:
    """Return some attributes of a span; those it has not are None."""
    attributes = span.attributes or {}
    return {name: attributes.get(name) for name in names}


Endpoint = Callable[..., Any]
