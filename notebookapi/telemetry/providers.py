"""Who gets what is recorded: providers given to the application, else those of the process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from opentelemetry import _logs, metrics, trace
from opentelemetry._logs import Logger
from opentelemetry.metrics import Histogram, Meter, UpDownCounter
from opentelemetry.trace import Tracer

from notebookapi.telemetry.options import TelemetryOptions

T = TypeVar("T")

SCOPE = "notebookapi"
"""Name of the instrumentation, in everything that is recorded."""
SCHEMA = "https://opentelemetry.io/schemas/1.36.0"

# Semantic conventions, "HTTP metrics": http.server.request.duration, in seconds.
_BOUNDARIES = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)


@dataclass(frozen=True, slots=True, eq=False)
class Meters:
    """What a request is measured with."""

    duration: Histogram
    active: UpDownCounter

    @classmethod
    def of(cls, meter: Meter) -> Meters:
        return cls(
            meter.create_histogram(
                "http.server.request.duration",
                unit="s",
                description="Duration of HTTP server requests.",
                explicit_bucket_boundaries_advisory=_BOUNDARIES,
            ),
            meter.create_up_down_counter(
                "http.server.active_requests",
                unit="{request}",
                description="Number of active HTTP server requests.",
            ),
        )


@dataclass(slots=True, eq=False)
class Providers:
    """Makes tracers, meters and loggers, once for each provider.

    The provider of the process is looked up each time: it may be configured after the application
    is made.
    """

    options: TelemetryOptions
    _made: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    def tracer(self) -> Tracer | None:
        """Return what makes spans; None where nobody gets them."""
        if not self.options.get("tracing", True):
            return None
        provider = self.options.get("tracer_provider") or trace.get_tracer_provider()
        return self._made_by(
            "tracer", provider, lambda: provider.get_tracer(SCOPE, schema_url=SCHEMA)
        )

    def meters(self) -> Meters | None:
        """Return what measures; None where nobody gets it."""
        if not self.options.get("metrics", True):
            return None
        provider = self.options.get("meter_provider") or metrics.get_meter_provider()
        return self._made_by(
            "meters", provider, lambda: Meters.of(provider.get_meter(SCOPE, schema_url=SCHEMA))
        )

    def logger(self) -> Logger | None:
        """Return what emits events; None where nobody gets them."""
        if not self.options.get("logs", True):
            return None
        provider = self.options.get("logger_provider") or _logs.get_logger_provider()
        return self._made_by(
            "logger", provider, lambda: provider.get_logger(SCOPE, schema_url=SCHEMA)
        )

    def _made_by(self, kind: str, provider: object, make: Callable[[], T]) -> T | None:
        if not is_configured(provider):
            return None
        known = self._made.get(kind)
        if known is None or known[0] is not provider:
            known = self._made[kind] = (provider, make())
        made: T = known[1]
        return made


def is_configured(provider: object) -> bool:
    """Tell whether a provider does anything: before one is set, a proxy stands in its place."""
    return not type(provider).__name__.lstrip("_").startswith(("Proxy", "NoOp"))
