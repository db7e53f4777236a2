"""Spans: one for each connection, those of its stages inside, in the trace of the caller."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Annotated, Any

import pytest
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode
from starlette.background import BackgroundTask

from notebookapi import APIRouter, BackgroundTasks, Depends, HTTPException, NotebookAPI, edit
from notebookapi.requests import Request
from notebookapi.responses import PlainTextResponse, Response
from notebookapi.telemetry.attributes import redacted
from notebookapi.testclient import TestClient
from notebookapi.websockets import WebSocket
from tests.telemetry.recording import Recording, said


@pytest.fixture
def recording() -> Recording:
    return Recording()


def test_the_spans_of_a_request(recording: Recording) -> None:
    app = NotebookAPI(telemetry=recording.options())
    current: list[str] = []

    def note() -> None:
        current.append(getattr(trace.get_current_span(), "name", ""))

    async def dependency() -> AsyncIterator[int]:
        note()
        yield 1

    @app.get("/items/{item_id:int}")
    def read_item(item_id: int, found: Annotated[int, Depends(dependency)]) -> int:
        note()  # in a thread
        return item_id + found

    assert TestClient(app).get("/items/1").json() == 2
    server = recording.server
    assert (server.name, server.kind) == ("GET /items/{item_id}", SpanKind.SERVER)
    assert recording.stages == ["dependencies", "endpoint", "serialization"]
    assert {span.parent.span_id for span in recording.spans if span.parent} == {
        server.context.span_id
    }
    assert server.parent is None
    assert current == ["dependencies", "endpoint"]
    endpoint = recording.spans[1]
    name = f"{__name__}.test_the_spans_of_a_request.<locals>.read_item"
    assert said(endpoint, "code.function.name") == {"code.function.name": name}


def test_what_a_server_span_says(recording: Recording) -> None:
    app = NotebookAPI(telemetry=recording.options())
    app.post("/items", status_code=201)(lambda: None)
    client = TestClient(app, base_url="https://shop.example:8443", client=("10.1.2.3", 5555))
    headers = {"user-agent": "tester/1"}
    client.post("/items?q=a&sig=secret&X-Amz-Signature=more", headers=headers)
    attributes = dict(recording.server.attributes or {})
    assert attributes.pop("network.protocol.version", "1.1") == "1.1"
    assert attributes == {
        "http.request.method": "POST",
        "http.response.status_code": 201,
        "http.route": "/items",
        "url.scheme": "https",
        "url.path": "/items",
        "url.query": "q=a&sig=REDACTED&X-Amz-Signature=REDACTED",
        "server.address": "shop.example",
        "server.port": 8443,
        "client.address": "10.1.2.3",
        "network.peer.address": "10.1.2.3",
        "network.peer.port": 5555,
        "user_agent.original": "tester/1",
    }
    assert recording.server.status.status_code is StatusCode.UNSET


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ""),
        ("a=1&b=2", "a=1&b=2"),
        ("AWSAccessKeyId=x&Expires=1", "AWSAccessKeyId=REDACTED&Expires=1"),
        ("Signature=y&X-Amz-Credential=z", "Signature=REDACTED&X-Amz-Credential=REDACTED"),
        ("x-goog-signature=z", "x-goog-signature=REDACTED"),
        ("%73ig=z", "%73ig=REDACTED"),
        ("sig", "sig"),
        ("design=1", "design=1"),
    ],
)  # fmt: skip
def test_signatures_are_not_recorded(query: str, expected: str) -> None:
    assert redacted(query) == expected


def test_the_trace_of_the_caller_is_continued(recording: Recording) -> None:
    app = NotebookAPI(telemetry=recording.options())
    app.get("/")(lambda: None)
    ids = f"{'a' * 32}-{'b' * 16}"
    TestClient(app).get("/", headers={"traceparent": f"00-{ids}-01"})
    parent = recording.server.parent
    assert parent is not None
    assert (f"{parent.trace_id:x}-{parent.span_id:x}", parent.is_remote) == (ids, True)
    assert {span.context.trace_id for span in recording.spans} == {parent.trace_id}


class Broken(Exception):
    """Nobody handles it."""


def fine() -> None: ...


def missing() -> None:
    raise HTTPException(404)


def unavailable() -> None:
    raise HTTPException(503)


def broken() -> None:
    raise Broken("badly")


OUTCOMES: list[tuple[Any, str, str, int, str | None, list[str]]] = [
    (fine, "/", "GET /", 200, None, ["dependencies", "endpoint", "serialization"]),
    (missing, "/", "GET /", 404, None, ["dependencies", "endpoint"]),
    (unavailable, "/", "GET /", 503, "503", ["dependencies", "endpoint"]),
    (broken, "/", "GET /", 500, "Broken", ["dependencies", "endpoint"]),
    (fine, "/none", "GET", 404, None, []),
]


@pytest.mark.parametrize(
    ("endpoint", "path", "name", "status", "error", "stages"), OUTCOMES, ids=str
)
def test_outcome(
    recording: Recording, endpoint: Callable[[], None], path: str, name: str, status: int,
    error: str | None, stages: list[str],
) -> None:  # fmt: skip
    app = NotebookAPI(telemetry=recording.options())
    app.get("/")(endpoint)
    response = TestClient(app, raise_server_exceptions=False).get(path)
    server = recording.server
    assert (response.status_code, server.name, recording.stages) == (status, name, stages)
    assert said(server, "http.response.status_code", "error.type") == {
        "http.response.status_code": status, "error.type": error,
    }  # fmt: skip
    assert (server.status.status_code is StatusCode.ERROR) is (error is not None)
    assert [event.name for event in server.events] == (["exception"] if error == "Broken" else [])
    # An answer about the client's mistake is no failure of the endpoint.
    failed = [span.name for span in recording.spans[:-1] if not span.status.is_ok]
    assert failed == (["endpoint"] if status >= 500 else [])


def test_an_invalid_request_ends_behind_its_dependencies(recording: Recording) -> None:
    app = NotebookAPI(telemetry=recording.options())

    @app.get("/")
    def endpoint(q: int) -> None: ...

    assert TestClient(app).get("/?q=x").status_code == 422
    assert recording.stages == ["dependencies"]
    assert recording.server.status.status_code is StatusCode.UNSET


@pytest.mark.parametrize(("method", "name"), [("GET", "GET"), ("BREW", "HTTP")])
def test_a_method_that_is_not_in_the_standard(recording: Recording, method: str, name: str) -> None:
    app = NotebookAPI(telemetry=recording.options())
    TestClient(app).request(method, "/")
    assert recording.server.name == name
    expected = {"http.request.method": "_OTHER", "http.request.method_original": "BREW"}
    if method == "BREW":
        assert said(recording.server, *expected) == expected


def test_background_tasks(recording: Recording) -> None:
    app = NotebookAPI(telemetry=recording.options())
    done: list[str] = []

    def dependency(tasks: BackgroundTasks) -> Iterator[None]:
        yield
        tasks.add_task(done.append, "late")

    async def slow() -> None:
        done.append(getattr(trace.get_current_span(), "name", ""))

    @app.get("/", dependencies=[Depends(dependency, scope="function")])
    def endpoint(tasks: BackgroundTasks) -> str:
        tasks.add_task(slow)
        return "x"

    TestClient(app).get("/")
    assert done == ["background_task", "late"]
    assert recording.stages == [
        "dependencies", "endpoint", "serialization", "background_task", "background_task",
    ]  # fmt: skip


def test_a_background_task_that_fails(recording: Recording) -> None:
    app = NotebookAPI(telemetry=recording.options())

    @app.get("/")
    def endpoint(tasks: BackgroundTasks) -> None:
        tasks.add_task(broken)

    with pytest.raises(Broken):
        TestClient(app).get("/")
    *_, task, server = recording.spans
    assert (task.name, task.status.status_code) == ("background_task", StatusCode.ERROR)
    assert said(server, "error.type", "http.response.status_code") == {
        "error.type": "Broken", "http.response.status_code": 200,
    }  # fmt: skip


def test_a_response_that_is_returned_each_time(recording: Recording) -> None:
    app = NotebookAPI(telemetry=recording.options())
    done: list[int] = []
    kept = PlainTextResponse("kept", background=BackgroundTask(done.append, 1))
    task = kept.background
    app.get("/")(lambda: kept)
    client = TestClient(app)
    assert [client.get("/").text for _ in range(3)] == ["kept"] * 3
    assert done == [1, 1, 1]
    assert recording.stages.count("background_task") == 3
    assert kept.background is task


def test_a_stream(recording: Recording) -> None:
    app = NotebookAPI(telemetry=recording.options())

    @app.get("/")
    async def endpoint() -> AsyncIterator[int]:
        yield 1
        yield 2

    assert TestClient(app).get("/").text.split() == ["1", "2"]
    assert recording.stages == ["dependencies", "endpoint", "serialization"]


SWITCHES: list[tuple[dict[str, Any], list[str]]] = [
    ({"operation_spans": False}, ["GET /"]),
    ({"tracing": False}, []),
    ({"exclude": lambda scope: scope["path"] == "/"}, []),
    ({"exclude": lambda scope: False}, ["dependencies", "endpoint", "serialization", "GET /"]),
]


@pytest.mark.parametrize(("options", "names"), SWITCHES, ids=str)
def test_switches(recording: Recording, options: dict[str, Any], names: list[str]) -> None:
    app = NotebookAPI(telemetry=recording.options(**options))
    app.get("/")(lambda: None)
    assert TestClient(app).get("/").status_code == 200
    assert [span.name for span in recording.spans] == names


def test_included_and_mounted_routes_are_named_by_their_whole_template(
    recording: Recording,
) -> None:
    app, inner = (NotebookAPI(telemetry=recording.options()) for _ in range(2))
    router = APIRouter(prefix="/r")
    for owner in (router, inner):
        owner.get("/{a}")(lambda a: a)
    app.include_router(router, prefix="/p")
    app.mount("/sub", inner)
    client = TestClient(app, root_path="/proxy")
    assert client.get("/proxy/p/r/1").json() == client.get("/proxy/sub/1").json() == "1"
    servers = [span.name for span in recording.spans if span.kind is SpanKind.SERVER]
    assert servers == ["GET /p/r/{a}", "GET /sub/{a}"]


def test_what_is_swapped_while_it_serves_is_recorded(recording: Recording) -> None:
    app = NotebookAPI(telemetry=recording.options())
    app.get("/")(lambda: 1)
    client = TestClient(app)
    client.get("/")
    with edit(app) as draft:
        (old,) = (
            e.registration for e in app.router.declared.placed if e.registration.label == "GET /"
        )
        draft.remove(app.router, old)
        app.get("/{new}")(lambda new: new)
    client.get("/2")
    servers = [span.name for span in recording.spans if span.kind is SpanKind.SERVER]
    assert servers == ["GET /", "GET /{new}"]


def test_middleware_runs_inside_the_server_span(recording: Recording) -> None:
    app = NotebookAPI(telemetry=recording.options())
    seen: list[Any] = []

    @app.middleware("http")
    async def note(request: Request, call_next: Callable[..., Any]) -> Response:
        seen.append(trace.get_current_span().get_span_context().span_id)
        response: Response = await call_next(request)
        return response

    app.get("/")(lambda: None)
    TestClient(app).get("/")
    assert seen == [recording.server.context.span_id]
    assert {span.parent.span_id for span in recording.spans if span.parent} == set(seen)


def test_overridden_dependencies_are_recorded(recording: Recording) -> None:
    def real() -> int:
        return 1

    app = NotebookAPI(telemetry=recording.options())
    app.dependency_overrides[real] = lambda: 2

    @app.get("/")
    def endpoint(a: Annotated[int, Depends(real)]) -> int:
        return a

    assert TestClient(app).get("/").json() == 2
    assert recording.stages == ["dependencies", "endpoint", "serialization"]


def test_a_websocket(recording: Recording) -> None:
    app = NotebookAPI(telemetry=recording.options())

    @app.websocket("/ws/{a}")
    async def endpoint(websocket: WebSocket, a: int) -> None:
        await websocket.accept()
        await websocket.send_json(a)
        await websocket.close()

    with TestClient(app).websocket_connect("/ws/1") as session:
        assert session.receive_json() == 1
    assert recording.server.name == "GET /ws/{a}"
    assert recording.stages == ["dependencies", "endpoint"]
    assert said(recording.server, "http.response.status_code", "url.scheme") == {
        "http.response.status_code": 101, "url.scheme": "http",
    }  # fmt: skip


def test_a_refused_websocket(recording: Recording) -> None:
    app = NotebookAPI(telemetry=recording.options())
    from notebookapi.websockets import WebSocketDisconnect

    with pytest.raises(WebSocketDisconnect), TestClient(app).websocket_connect("/none"):
        pass
    assert (recording.server.name, recording.stages) == ("GET", [])
    assert said(recording.server, "http.response.status_code") == {"http.response.status_code": 403}
