# No `from __future__ import annotations` here: `help(NotebookAPI)` shows these annotations.
"""What a program may say about its telemetry, and when there is any."""

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Protocol, TypedDict, cast

from starlette.types import ASGIApp, Receive, Scope, Send

from notebookapi.exceptions import InvalidOption, NotebookAPIError

if TYPE_CHECKING:
    from opentelemetry._logs import LoggerProvider
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider


class MissingTelemetry(NotebookAPIError, ImportError):
    """Telemetry was asked for, and what it needs is not installed."""


class TelemetryOptions(TypedDict, total=False):
    """The `telemetry` of an application."""

    tracer_provider: "TracerProvider | None"
    """Gets the spans. Default: that of the process, where one is configured."""
    meter_provider: "MeterProvider | None"
    """Gets the metrics. Default: as for spans."""
    logger_provider: "LoggerProvider | None"
    """Gets the log events. Default: as for spans."""
    tracing: bool
    """Make spans. Default: True."""
    metrics: bool
    """Measure requests. Default: True."""
    logs: bool
    """Emit events for invalid requests and unhandled exceptions. Default: True."""
    operation_spans: bool
    """Make spans inside of the server's: dependencies, endpoint, serialization, background tasks.
    Default: True."""
    auto_configure: bool | None
    """At start-up, send what has no provider yet to an OTLP collector, as OTEL_EXPORTER_OTLP_…
    say. Default: whether NOTEBOOKAPI_OTEL_AUTO_CONFIGURE, or FASTAPI_OTEL_AUTO_CONFIGURE, is
    "true"."""
    exclude: Callable[[Scope], bool] | None
    """Tells of a connection whether to leave it out. Default: none is."""


class Telemetry(Protocol):
    """What an application lets its connections go through."""

    async def serve(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Let `app` answer, and record it."""
        ...

    def lifespan(self, app: Any) -> AbstractAsyncContextManager[None]:
        """Configure what is sent where, if that is asked for, and at the end send the rest."""
        ...


_SWITCHES = ("tracing", "metrics", "logs")


def telemetry_of(options: TelemetryOptions | None) -> Telemetry | None:
    """Return what an application with these options goes through; None: nothing.

    options: None where nothing was said. Telemetry is then on where the program, or one of its
    libraries, has loaded OpenTelemetry, or where the environment asks for it.
    Raises InvalidOption for an unknown key, MissingTelemetry without OpenTelemetry.
    """
    if options is None:
        if "opentelemetry.trace" not in sys.modules and not configures_itself(None):
            return None
        options = {}
    _check(options)
    if not any(options.get(switch, True) for switch in _SWITCHES):
        return None
    try:
        from notebookapi.telemetry.recorder import Recorder
    except ImportError as error:
        raise MissingTelemetry(
            f'`telemetry` needs OpenTelemetry ({error}). Run: pip install "notebookapi[telemetry]"'
        ) from error
    return Recorder(options)


def configures_itself(asked: bool | None) -> bool:
    """Tell whether exporters are to be made at start-up."""
    if asked is not None:
        return asked
    names = ("NOTEBOOKAPI_OTEL_AUTO_CONFIGURE", "FASTAPI_OTEL_AUTO_CONFIGURE")
    said = next((os.environ[name] for name in names if name in os.environ), "")
    return said.strip().lower() == "true"


def _check(options: TelemetryOptions) -> None:
    if not isinstance(cast(Any, options), Mapping):
        raise InvalidOption(f"`telemetry={options!r}`: give a dictionary, such as {{}}.")
    known = TelemetryOptions.__annotations__
    for name in options:
        if name not in known:
            import difflib  # only mistakes need it

            near = difflib.get_close_matches(name, known, n=1)
            cure = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(known)}."
            raise InvalidOption(f"`telemetry` has no key {name!r}; {cure}")
