"""Measurements and log events, and what is known of a request meanwhile."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry.context import Context
from opentelemetry.sdk.trace import Span, SpanProcessor

from notebookapi import NotebookAPI
from notebookapi.responses import StreamingResponse
from notebookapi.telemetry import TelemetryData, get_telemetry_data
from notebookapi.testclient import TestClient
from notebookapi.websockets import WebSocket
from tests.telemetry.recording import Recording


@pytest.fixture
def recording() -> Recording:
    return Recording()


def broken() -> None:
    raise KeyError("where")


def test_the_duration_of_requests(recording: Recording) -> None:
    app = NotebookAPI(telemetry=recording.options())
    app.get("/items/{a}")(lambda a: a)
    app.get("/broken")(broken)
    client = TestClient(app, raise_server_exceptions=False)
    for path in ("/items/1", "/items/2", "/broken", "/none"):
        client.get(path)
    points = recording.points["http.server.request.duration"]
    measured = {point.attributes.get("http.route"): point for point in points}
    assert {route: point.count for route, point in measured.items()} == {
        "/items/{a}": 2, "/broken": 1, None: 1,
    }  # fmt: skip
    attributes = dict(measured["/broken"].attributes)
    assert attributes.pop("network.protocol.version", "1.1") == "1.1"
    assert attributes == {
        "http.request.method": "GET",
        "url.scheme": "http",
        "http.route": "/broken",
        "http.response.status_code": 500,
        "error.type": "KeyError",
    }
    assert tuple(measured["/broken"].explicit_bounds) == (
        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
    )  # fmt: skip
    assert 0 < measured["/items/{a}"].sum < 60


def test_active_requests(recording: Recording) -> None:
    app = NotebookAPI(telemetry=recording.options())
    seen: list[list[int]] = []

    def active() -> list[int]:
        return [point.value for point in recording.points["http.server.active_requests"]]

    @app.get("/")
    def endpoint() -> None:
        seen.append(active())

    app.get("/broken")(broken)
    client = TestClient(app, raise_server_exceptions=False)
    client.get("/")
    client.get("/broken")
    assert (seen, active()) == ([[1]], [0])


def test_a_streamed_answer_lasts_until_its_end(recording: Recording) -> None:
    app = NotebookAPI(telemetry=recording.options())
    counts: list[int] = []

    @app.get("/")
    def endpoint() -> StreamingResponse:
        def parts() -> Any:
            counts.append(len(recording.points.get("http.server.request.duration", ())))
            yield b"a"

        return StreamingResponse(parts())

    assert TestClient(app).get("/").content == b"a"
    assert counts == [0]
    assert len(recording.points["http.server.request.duration"]) == 1


def test_websockets_are_not_measured(recording: Recording) -> None:
    app = NotebookAPI(telemetry=recording.options())

    @app.websocket("/")
    async def endpoint(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.close()

    with TestClient(app).websocket_connect("/"):
        pass
    assert recording.points == {}


def test_an_invalid_request_is_told_without_what_was_sent(recording: Recording) -> None:
    app = NotebookAPI(telemetry=recording.options())

    @app.post("/{a}")
    def endpoint(a: int, q: int) -> None: ...

    TestClient(app).post("/secret?q=private")
    ((name, attributes),) = recording.events
    assert name == "notebookapi.request.invalid"
    assert json.loads(attributes["validation.errors"]) == [
        {"type": "int_parsing", "loc": ["path", "a"]},
        {"type": "int_parsing", "loc": ["query", "q"]},
    ]
    assert (attributes["http.route"], attributes["url.path"]) == ("/{a}", "/secret")
    assert "private" not in str(attributes)


def test_an_unhandled_exception_is_told(recording: Recording) -> None:
    app = NotebookAPI(telemetry=recording.options())
    app.get("/")(broken)
    TestClient(app, raise_server_exceptions=False).get("/")
    ((name, attributes),) = recording.events
    assert name == "notebookapi.request.exception"
    assert (attributes["exception.type"], attributes["exception.message"]) == (
        "KeyError",
        "'where'",
    )
    assert "in broken" in attributes["exception.stacktrace"]


def test_a_handled_exception_is_not(recording: Recording) -> None:
    app = NotebookAPI(telemetry=recording.options())
    app.get("/")(broken)

    @app.exception_handler(KeyError)
    async def handle(request: Any, error: KeyError) -> StreamingResponse:
        return StreamingResponse([b"handled"])

    assert TestClient(app).get("/").content == b"handled"
    assert recording.events == []


SWITCHES: list[tuple[dict[str, Any], tuple[bool, bool, bool]]] = [
    ({}, (True, True, True)),
    ({"tracing": False}, (False, True, True)),
    ({"metrics": False}, (True, False, True)),
    ({"logs": False}, (True, True, False)),
    ({"tracing": False, "metrics": False, "logs": False}, (False, False, False)),
    ({"exclude": lambda scope: True}, (False, False, False)),
]


@pytest.mark.parametrize(("options", "expected"), SWITCHES, ids=str)
def test_each_signal_alone(
    recording: Recording, options: dict[str, Any], expected: tuple[bool, bool, bool]
) -> None:
    app = NotebookAPI(telemetry=recording.options(**options))
    app.get("/")(broken)
    assert TestClient(app, raise_server_exceptions=False).get("/").status_code == 500
    found = (bool(recording.spans), bool(recording.points), bool(recording.events))
    assert found == expected


class Reads(SpanProcessor):
    """Writes down what is known of a request when its spans begin."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Any]] = []

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        data = get_telemetry_data(parent_context)
        self.seen.append((span.name, data and self.read(data)))

    @staticmethod
    def read(data: TelemetryData) -> Any:
        path = data.request.url.path if data.request else None
        return path, data.websocket is not None, data.body, dict(data.values), list(data.errors)


def test_the_data_of_a_request(recording: Recording) -> None:
    reads = Reads()
    recording.tracer_provider.add_span_processor(reads)
    app = NotebookAPI(telemetry=recording.options())

    @app.post("/{a}")
    def endpoint(a: int, item: dict[str, int]) -> None:
        data = get_telemetry_data()
        assert data is not None and data.values["a"] == 1

    client = TestClient(app)
    client.post("/1", json={"x": 2})
    nothing: Any = ("/1", False, None, {}, [])
    solved: Any = ("/1", False, {"x": 2}, {"a": 1, "item": {"x": 2}}, [])
    assert reads.seen == [
        ("POST", nothing), ("dependencies", nothing), ("endpoint", solved),
        ("serialization", solved),
    ]  # fmt: skip


def test_the_data_of_an_invalid_request(recording: Recording) -> None:
    found: list[TelemetryData | None] = []
    app = NotebookAPI(telemetry=recording.options())

    @app.middleware("http")
    async def note(request: Any, call_next: Callable[..., Any]) -> Any:
        response = await call_next(request)
        found.append(get_telemetry_data())
        return response

    @app.get("/")
    def endpoint(q: int) -> None: ...

    TestClient(app).get("/?q=x")
    (data,) = found
    assert data is not None
    assert [each["loc"] for each in data.errors] == [("query", "q")]


def test_there_is_no_data_outside_of_a_request() -> None:
    assert get_telemetry_data() is None
    assert get_telemetry_data(Context()) is None
