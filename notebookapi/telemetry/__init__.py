"""Spans, metrics and log events of an application, through OpenTelemetry.

    app = NotebookAPI(telemetry={"tracer_provider": provider})

Nothing is recorded unless a provider is configured, here or for the whole process. OpenTelemetry
itself is imported when an application uses it, and not before.
"""

from notebookapi.telemetry.data import TelemetryData as TelemetryData
from notebookapi.telemetry.data import get_telemetry_data as get_telemetry_data
from notebookapi.telemetry.options import MissingTelemetry as MissingTelemetry
from notebookapi.telemetry.options import TelemetryOptions as TelemetryOptions

__all__ = ["MissingTelemetry", "TelemetryData", "TelemetryOptions", "get_telemetry_data"]
