"""Endpoints that yield: JSON lines, server-sent events, raw chunks."""

import math
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Callable,
    Generator,
    Iterable,
    Iterator,
)
from datetime import date
from functools import partial, wraps
from typing import Annotated, Any

import pytest
from openapi_spec_validator import validate
from pydantic import BaseModel, ConfigDict, ValidationError

from notebookapi import APIRouter, BackgroundTasks, Depends, HTTPException, NotebookAPI, Response
from notebookapi.exceptions import ResponseValidationError
from notebookapi.middleware.gzip import GZipMiddleware
from notebookapi.requests import Request
from notebookapi.responses import (
    EventSourceResponse,
    HTMLResponse,
    JSONResponse,
    StreamingResponse,
)
from notebookapi.sse import ServerSentEvent, format_sse_event
from notebookapi.testclient import TestClient
from tests.core.serving import label, serve

JSONL = "application/jsonl"
SSE = "text/event-stream; charset=utf-8"
EVENTS: dict[str, Any] = {"response_class": EventSourceResponse}
RAW: dict[str, Any] = {"response_class": StreamingResponse}


class Item(BaseModel):
    name: str
    note: str | None = None


class Secret(Item):
    password: str = "secret"


class Endless(BaseModel):
    model_config = ConfigDict(ser_json_inf_nan="strings")
    value: float


async def models() -> AsyncIterable[Item]:
    yield Item(name="a")
    yield Secret(name="b")
    yield {"name": "c"}  # type: ignore[misc]  # what is tested


def models_in_threads() -> Iterable[Item]:
    yield Item(name="a")
    yield Secret(name="b")
    yield {"name": "c"}  # type: ignore[misc]  # what is tested


async def dates() -> AsyncGenerator[date, None]:
    yield date(2026, 11, 24)


def numbers() -> Generator[int, None, None]:
    yield from (1, 2)


def unannotated():  # type: ignore[no-untyped-def]  # what is tested
    yield {"at": date(2026, 11, 24), "tags": {"x"}}
    yield "ä\nb"


async def bare() -> AsyncIterator:  # type: ignore[type-arg]  # what is tested
    yield [1]


def nothing() -> Iterator[int]:
    yield from ()


async def not_finite() -> AsyncIterable[Any]:
    yield math.inf
    yield {"x": [math.nan, 1.5], "text": "NaN"}
    yield Endless(value=math.nan)


async def events() -> AsyncIterable[ServerSentEvent]:
    yield ServerSentEvent(comment="hi")
    yield ServerSentEvent(data={"x": 1}, event="e", id="7", retry=5, comment="c")
    yield ServerSentEvent(raw_data="a\r\nb\rc\nd\u2028e\x0b")
    yield ServerSentEvent(data=0)
    yield ServerSentEvent(data=Endless(value=math.inf))


async def events_among_models() -> AsyncIterable[Item]:
    yield Item(name="a")
    yield ServerSentEvent(event="end")  # type: ignore[misc]  # what is tested


async def text_and_bytes() -> AsyncIterable[str | bytes]:
    yield "ä"
    yield b"\xff"


def _call() -> Iterator[int]:
    yield 1


THREE = b'{"name":"%s","note":null}'
LINES = b"".join(THREE % name + b"\n" for name in (b"a", b"b", b"c"))
THREE_EVENTS = b"".join(b"data: " + THREE % name + b"\n\n" for name in (b"a", b"b", b"c"))

CASES: list[tuple[Callable[..., Any], dict[str, Any], str, bytes]] = [
    (models, {}, JSONL, LINES),
    (models_in_threads, {}, JSONL, LINES),
    (models, {"response_class": JSONResponse}, JSONL, LINES),
    (models, {"response_model_exclude_none": True}, JSONL, LINES.replace(b',"note":null', b"")),
    (models, {"response_model": None}, JSONL, LINES.replace(
        b'"b","note":null', b'"b","note":null,"password":"secret"').replace(
        b'{"name":"c","note":null}', b'{"name": "c"}')),
    (dates, {}, JSONL, b'"2026-11-24"\n'),
    (numbers, {}, JSONL, b"1\n2\n"),
    (numbers, {"response_model": str | int}, JSONL, b"1\n2\n"),
    (numbers, {"response_model": AsyncIterable[float]}, JSONL, b"1.0\n2.0\n"),
    (unannotated, {}, JSONL, '{"at": "2026-11-24", "tags": ["x"]}\n"ä\\nb"\n'.encode()),
    (bare, {}, JSONL, b"[1]\n"),
    (nothing, {}, JSONL, b""),
    (partial(_call), {}, JSONL, b"1\n"),
    (not_finite, {}, JSONL, b'null\n{"x": [null, 1.5], "text": "NaN"}\n{"value":"NaN"}\n'),
    (models, EVENTS, SSE, THREE_EVENTS),
    (models_in_threads, EVENTS, SSE, THREE_EVENTS),
    (events, EVENTS, SSE,
     b": hi\n\n"
     b': c\nevent: e\ndata: {"x": 1}\nid: 7\nretry: 5\n\n'
     b"data: a\ndata: b\ndata: c\ndata: d\xe2\x80\xa8e\x0b\n\n"
     b"data: 0\n\n"
     b'data: {"value":"Infinity"}\n\n'),
    (events_among_models, EVENTS, SSE, b"data: " + THREE % b"a" + b"\n\nevent: end\n\n"),
    (text_and_bytes, RAW, "", b"\xc3\xa4\xff"),
    (numbers, {"response_class": EventSourceResponse}, SSE, b"data: 1\n\ndata: 2\n\n"),
]  # fmt: skip


@pytest.mark.parametrize(("endpoint", "options", "content_type", "body"), CASES, ids=label)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_stream(
    endpoint: Callable[..., Any],
    options: dict[str, Any],
    content_type: str,
    body: bytes,
    method: str,
) -> None:
    answer = serve("/", endpoint, method, **options).request(method, "/")
    assert (answer.status_code, answer.headers.get("content-type", "")) == (200, content_type)
    assert answer.content == body


def test_headers_status_and_background() -> None:
    done: list[str] = []

    def prepare(response: Response, tasks: BackgroundTasks) -> None:
        response.headers["x-one"] = "1"
        response.headers["cache-control"] = "private"
        response.status_code = 206
        tasks.add_task(done.append, "task")

    client = serve("/", numbers, status_code=201, dependencies=[Depends(prepare)], **EVENTS)
    answer = client.post("/")
    assert answer.status_code == 206
    assert answer.headers["x-one"] == "1"
    assert answer.headers.get_list("cache-control") == ["private"]
    assert answer.headers["x-accel-buffering"] == "no"
    assert done == ["task"]
    assert serve("/", numbers, status_code=201).post("/").status_code == 201
    assert serve("/", numbers, **EVENTS).post("/").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("scope", ["request", "function"])
def test_dependencies_are_left(scope: Any) -> None:
    seen: list[str] = []

    def resource() -> Iterator[str]:
        seen.append("enter")
        yield "r"
        seen.append("leave")

    async def endpoint(r: Annotated[str, Depends(resource, scope=scope)]) -> AsyncIterable[str]:
        seen.append("item")
        yield r

    assert serve("/", endpoint).post("/").text == '"r"\n'
    ends = {"request": ["item", "leave"], "function": ["leave", "item"]}
    assert seen == ["enter", *ends[scope]]


@pytest.mark.parametrize("options", [{}, EVENTS, RAW], ids=["jsonl", "sse", "raw"])
@pytest.mark.parametrize(
    "error", [KeyError("k"), ExceptionGroup("own", [ValueError(), TypeError()])], ids=repr
)
def test_an_exception_comes_out_as_it_was_raised(options: dict[str, Any], error: Exception) -> None:
    cause = OSError("cause")

    async def endpoint() -> AsyncIterable[str]:
        yield "a"
        raise error from cause

    with pytest.raises(type(error)) as raised:
        serve("/", endpoint, **options).post("/")
    assert raised.value is error
    assert error.__cause__ is cause


@pytest.mark.parametrize("options", [{}, EVENTS], ids=["jsonl", "sse"])
def test_an_item_that_does_not_fit(options: dict[str, Any]) -> None:
    async def endpoint() -> AsyncIterable[Item]:
        yield Item(name="a")
        yield {"nom": "b"}  # type: ignore[misc]  # what is tested

    with pytest.raises(ResponseValidationError) as raised:
        serve("/", endpoint, **options).post("/")
    assert [e["loc"] for e in raised.value.errors()] == [("response", "name")]
    assert "in endpoint\n    POST /" in str(raised.value)


def test_a_decorator_answers_in_the_endpoints_place() -> None:
    @wraps(numbers)
    def refuse() -> Any:
        return JSONResponse("no", 429)

    answer = serve("/", refuse).post("/")
    assert (answer.status_code, answer.json()) == (429, "no")


def test_middleware_around_a_stream() -> None:
    app = NotebookAPI()
    app.get("/", **EVENTS)(numbers)

    @app.middleware("http")
    async def tag(request: Request, call_next: Any) -> Any:
        response = await call_next(request)
        response.headers["x-tag"] = "1"
        return response

    app.add_middleware(GZipMiddleware)
    answer = TestClient(app).get("/")
    assert (answer.headers["x-tag"], answer.text) == ("1", "data: 1\n\ndata: 2\n\n")


def test_an_error_before_the_first_item_answers() -> None:
    def refuse() -> None:
        raise HTTPException(403)

    answer = serve("/", numbers, dependencies=[Depends(refuse)]).post("/")
    assert (answer.status_code, answer.json()) == (403, {"detail": "Forbidden"})


# --- events


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"data": 1, "raw_data": "1"}, "not both"),
        ({"event": "a\nb"}, "single line"),
        ({"event": "a\rb"}, "single line"),
        ({"id": "a\r\nb"}, "single line"),
        ({"id": "a\0"}, "null character"),
        ({"retry": -1}, "greater than or equal to 0"),
        ({"retry": 1.5}, "valid integer"),
    ],
    ids=str,
)
def test_an_event_that_cannot_be_sent(fields: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        ServerSentEvent(**fields)


@pytest.mark.parametrize(
    ("fields", "written"),
    [
        ({}, b"\n"),
        ({"data_str": ""}, b"data: \n\n"),
        ({"data_str": "a\n"}, b"data: a\ndata: \n\n"),
        ({"comment": "a\nb"}, b": a\n: b\n\n"),
        ({"retry": 0, "id": "", "event": "e"}, b"event: e\nid: \nretry: 0\n\n"),
    ],
    ids=str,
)
def test_format_sse_event(fields: dict[str, Any], written: bytes) -> None:
    assert format_sse_event(**fields) == written


# --- inside inclusions


def test_the_nearest_response_class_streams() -> None:
    inner = APIRouter()
    inner.get("/numbers")(numbers)
    inner.get("/events", **EVENTS)(numbers)
    app = NotebookAPI(default_response_class=EventSourceResponse)
    app.include_router(inner)
    app.include_router(inner, prefix="/raw", default_response_class=StreamingResponse)
    app.include_router(inner, prefix="/json", default_response_class=JSONResponse)
    client = TestClient(app)
    assert client.get("/numbers").headers["content-type"] == SSE
    assert client.get("/json/numbers").text == "1\n2\n"
    assert client.get("/raw/events").headers["content-type"] == SSE
    content = app.openapi()["paths"]["/raw/numbers"]["get"]["responses"]["200"]
    assert content == {"description": "Successful Response"}


def test_an_inclusion_whose_response_class_cannot_stream() -> None:
    inner = APIRouter()
    inner.get("/")(numbers)
    with pytest.raises(AssertionError, match="HTMLResponse, cannot stream"):
        NotebookAPI().include_router(inner, prefix="/x", default_response_class=HTMLResponse)


# --- the document


def event_of(data: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the schema of an event with this schema of its data."""
    return {
        "type": "object",
        "properties": {
            "data": data,
            "event": {"type": "string"},
            "id": {"type": "string"},
            "retry": {"type": "integer", "minimum": 0},
        },
        **more,
    }


class Picture(StreamingResponse):
    media_type = "image/png"


REF = {"$ref": "#/components/schemas/Item"}
NUMBER = {"type": "integer", "title": "Streamitem Numbers  Get"}
DOCUMENTED: list[tuple[Callable[..., Any], dict[str, Any], Any]] = [
    (models, {}, {JSONL: {"itemSchema": REF}}),
    (numbers, {}, {JSONL: {"itemSchema": NUMBER}}),
    (unannotated, {}, {JSONL: {"itemSchema": {}}}),
    (models, {"response_model": None}, {JSONL: {"itemSchema": {}}}),
    (models, EVENTS, {"text/event-stream": {"itemSchema": event_of(
        {"type": "string", "contentMediaType": "application/json", "contentSchema": REF},
        required=["data"])}}),
    (events, EVENTS, {"text/event-stream": {"itemSchema": event_of({"type": "string"})}}),
    (unannotated, EVENTS, {"text/event-stream": {"itemSchema": event_of({"type": "string"})}}),
    (text_and_bytes, RAW, None),
    (text_and_bytes, {"response_class": Picture}, {"image/png": {"schema": {"type": "string"}}}),
]  # fmt: skip


@pytest.mark.parametrize(("endpoint", "options", "content"), DOCUMENTED, ids=label)
def test_document(endpoint: Callable[..., Any], options: dict[str, Any], content: Any) -> None:
    app = NotebookAPI()
    app.get("/", **options)(endpoint)
    document = app.openapi()
    # What describes items is of OpenAPI 3.2; the rest is the same there.
    validate({**document, "openapi": "3.2.0"})
    assert document["paths"]["/"]["get"]["responses"]["200"].get("content") == content
