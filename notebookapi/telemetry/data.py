"""What is known of a request while it is recorded, for processors of spans and logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.websockets import WebSocket

from notebookapi.types import ErrorDetails

KEY = "notebookapi-telemetry-data"
"""Where the data stands in an OpenTelemetry context."""

OBSERVER = "notebookapi.observer"
"""Scope key: who is told of the stages of a request; most requests have nobody."""


@dataclass(slots=True, eq=False)
class TelemetryData:
    """One connection, as far as it is known by now.

    request: None for a WebSocket. websocket: None for a request.
    body: the document as parsed. values: the endpoint's arguments by name. errors: why the
    request is invalid. These are there once the dependencies have run.
    """

    request: Request | None = None
    websocket: WebSocket | None = None
    body: Any = None
    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Sequence[ErrorDetails] = ()


def get_telemetry_data(context: Any = None) -> TelemetryData | None:
    """Return the data of the connection that a context belongs to, or None.

    context: an OpenTelemetry context, such as `parent_context` of `SpanProcessor.on_start`;
    None: the current one.
    """
    from opentelemetry.context import get_value

    data = get_value(KEY, context)
    return data if isinstance(data, TelemetryData) else None
