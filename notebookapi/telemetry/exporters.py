"""Sends what is recorded to a collector, as the environment says (OTEL_EXPORTER_OTLP_…)."""

from __future__ import annotations

from typing import Any

from opentelemetry import _logs, metrics, trace

from notebookapi.telemetry.options import MissingTelemetry, TelemetryOptions
from notebookapi.telemetry.providers import is_configured


def configure(options: TelemetryOptions) -> list[Any]:
    """Make a provider, for the process, of each signal that has none; return those made.

    Raises MissingTelemetry without the SDK or its OTLP exporters.
    """
    try:
        return [
            make()
            for name, current, make in (
                ("tracing", _given(options, "tracer_provider", trace.get_tracer_provider), _traces),
                ("metrics", _given(options, "meter_provider", metrics.get_meter_provider), _meters),
                ("logs", _given(options, "logger_provider", _logs.get_logger_provider), _events),
            )
            if options.get(name, True) and not is_configured(current)
        ]
    except ImportError as error:
        raise MissingTelemetry(
            f"Exporting telemetry needs OpenTelemetry's SDK and its OTLP exporters ({error}). "
            'Run: pip install "notebookapi[telemetry]"'
        ) from error


def _given(options: TelemetryOptions, name: str, of_process: Any) -> Any:
    return options.get(name) or of_process()


def _traces() -> Any:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return provider


def _meters() -> Any:
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

    provider = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter())])
    metrics.set_meter_provider(provider)
    return provider


def _events() -> Any:
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor

    provider = LoggerProvider()
    provider.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    _logs.set_logger_provider(provider)
    return provider
