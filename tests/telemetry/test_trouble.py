"""Nothing that goes wrong while a request is recorded reaches the request."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry.context import Context
from opentelemetry.sdk._logs import LogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from starlette.types import Receive, Scope, Send

from notebookapi import NotebookAPI, Request
from notebookapi.responses import JSONResponse
from notebookapi.telemetry.attributes import described
from notebookapi.testclient import TestClient
from tests.telemetry.recording import Recording, said

HOSTS: list[tuple[bytes, dict[str, Any]]] = [
    (b"shop:8080", {"server.address": "shop", "server.port": 8080}),
    (b"[::1]:8080", {"server.address": "::1", "server.port": 8080}),
    (b"[::1]", {"server.address": "::1"}),
    ("shop:²".encode("latin-1"), {"server.address": "shop:²"}),
    (b"shop:" + b"9" * 5000, {"server.address": "shop:" + "9" * 5000}),
    (b":", {"server.address": ":"}),
]


@pytest.mark.parametrize(("host", "expected"), HOSTS, ids=lambda each: str(each)[:30])
def test_any_host_header_is_served(host: bytes, expected: dict[str, Any]) -> None:
    recording = Recording()
    app = NotebookAPI(telemetry=recording.options())
    app.get("/")(lambda: 1)

    async def sent(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "headers": [(b"host", host)]}, receive, send)  # byte by byte

    assert TestClient(sent).get("/").json() == 1
    told = said(recording.server, "server.address", "server.port")
    assert {key: value for key, value in told.items() if value is not None} == expected


def raising(*args: Any, **kwargs: Any) -> Any:
    raise LookupError("of the recording")


class AtStart(SpanProcessor):
    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        raising()


class AtEnd(SpanProcessor):
    def on_end(self, span: ReadableSpan) -> None:
        raising()


class AtEvents(LogRecordProcessor):
    on_emit = raising

    def shutdown(self) -> None: ...

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return True


class Unmeasured:
    """A meter provider whose instruments fail."""

    def get_meter(self, *args: Any, **kwargs: Any) -> Any:
        meter = MeterProvider(shutdown_on_exit=False).get_meter("unmeasured")

        class Instrument:
            add = record = staticmethod(raising)

        class Meter(type(meter)):  # type: ignore[misc]  # whatever class it has
            def __init__(self) -> None: ...

            create_histogram = create_up_down_counter = lambda self, *args, **kwargs: Instrument()

        return Meter()


def tracing(processor: SpanProcessor) -> dict[str, Any]:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(processor)
    return {"tracer_provider": provider}


def events() -> dict[str, Any]:
    recording = Recording()
    recording.logger_provider.add_log_record_processor(AtEvents())
    return {"logger_provider": recording.logger_provider}


BROKEN: list[tuple[Callable[[], dict[str, Any]], set[str]]] = [
    (lambda: {"exclude": raising}, {"begin a recording"}),
    (lambda: tracing(AtStart()), {"begin a recording"}),
    (lambda: tracing(AtEnd()), {"end a span"}),
    (lambda: {"meter_provider": Unmeasured()}, {"count a request", "measure a request"}),
    (events, {"emit an event"}),
]


@pytest.mark.parametrize(("options", "expected"), BROKEN, ids=range(len(BROKEN)))
def test_what_recording_raises_is_logged_once(
    options: Callable[[], dict[str, Any]], expected: set[str], caplog: pytest.LogCaptureFixture
) -> None:
    app = NotebookAPI(telemetry=Recording().options(**options()))

    @app.get("/{number}")
    async def read(number: int) -> int:
        if number == 0:
            raise ZeroDivisionError("of the program")
        return number

    @app.exception_handler(ZeroDivisionError)
    async def answer(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse("undefined", 400)

    client = TestClient(app)
    with caplog.at_level(logging.ERROR, logger="notebookapi"):
        answers = [client.get(path).status_code for path in ("/1", "/2", "/x", "/y", "/0", "/1")]
    assert answers == [200, 200, 422, 422, 400, 200]
    told = [record.getMessage() for record in caplog.records if record.name == "notebookapi"]
    assert {each.split("Telemetry failed to ")[1].split(". The")[0] for each in told} == expected
    assert len(told) == len(expected)


def test_a_failure_of_the_program_is_still_its_own() -> None:
    app = NotebookAPI(telemetry=Recording().options(**tracing(AtEnd())))

    @app.get("/")
    async def fail() -> None:
        raise ZeroDivisionError("of the program")

    with pytest.raises(ZeroDivisionError, match="of the program"):
        TestClient(app).get("/")


def test_a_port_has_five_digits_at_most() -> None:
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"a:123456")]}
    assert "server.port" not in described(scope)
