"""How large a body may be, how many parts a form may have, and which bodies are JSON."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any

import pytest
from pydantic import BaseModel
from starlette.requests import Request

from notebookapi import APIRouter, Body, Depends, Form, NotebookAPI, UploadFile
from notebookapi.exceptions import InvalidLimit
from notebookapi.testclient import TestClient
from tests.core.serving import label, serve

JSON = {"content-type": "application/json"}


def streamed(size: int) -> Iterator[bytes]:
    """Yield a JSON text of `size` bytes, in two parts: its length is not announced."""
    yield b'"'
    yield b"x" * (size - 2) + b'"'


def echo(text: Annotated[str, Body()]) -> int:
    return len(text) + 2


def app_of_all(**options: Any) -> TestClient:
    """Return a client of operations at every level that may have a limit."""
    app = NotebookAPI(**options.get("app", {}))
    router = APIRouter(**options.get("router", {}))
    router.post("/of-router")(echo)
    router.post("/own", **options.get("operation", {}))(echo)
    app.post("/of-app")(echo)
    app.include_router(router, **options.get("include", {}))
    return TestClient(app)


def most(size: int) -> dict[str, Any]:
    return {"max_body_size": size}


LEVELS: list[tuple[dict[str, Any], str, int | None]] = [
    ({}, "/own", None),
    ({"app": most(20)}, "/of-app", 20),
    ({"app": most(20)}, "/own", 20),
    ({"app": most(20), "include": most(30)}, "/of-router", 30),
    ({"app": most(20), "include": most(30)}, "/of-app", 20),
    ({"app": most(20), "include": most(30), "router": most(10)}, "/of-router", 10),
    ({"app": most(20), "include": most(30), "router": most(40)}, "/own", 40),
    ({"app": most(20), "include": most(30), "router": most(10), "operation": most(50)}, "/own", 50),
    ({"app": most(50), "operation": most(20)}, "/own", 20),
    ({"include": most(20)}, "/own", 20),
    ({"app": most(2)}, "/of-app", 2),
    ({"app": {"max_body_size": None}, "router": {"max_body_size": None}}, "/own", None),
]


@pytest.mark.parametrize(("options", "path", "limit"), LEVELS, ids=label)
def test_the_nearest_limit_counts(options: dict[str, Any], path: str, limit: int | None) -> None:
    client = app_of_all(**options)
    assert client.post(path, content=streamed(limit or 5000), headers=JSON).status_code == 200
    if limit is None:
        return
    over = client.post(path, content=streamed(limit + 1), headers=JSON)
    assert (over.status_code, over.json()) == (413, {"detail": "Content Too Large"})
    announced = client.post(path, content=b"x" * (limit + 1), headers=JSON)
    assert (announced.status_code, announced.text) == (413, "Content Too Large")
    assert announced.headers["content-type"] == "text/plain; charset=utf-8"


def test_a_limit_of_nothing_lets_nothing_through() -> None:
    client = serve("/", lambda: "ran", max_body_size=0)
    assert client.post("/").json() == "ran"
    assert client.post("/", content=b"x").status_code == 413


def test_an_announced_body_is_refused_before_anything_runs() -> None:
    ran: list[str] = []

    def dependency() -> None:
        ran.append("dependency")

    def endpoint(_: Annotated[None, Depends(dependency)]) -> None:
        ran.append("endpoint")

    client = serve("/", endpoint, max_body_size=3)
    assert client.post("/", content=b"xxxx").status_code == 413
    assert ran == []
    assert client.post("/", content=b"xxx").status_code == 200
    assert ran == ["dependency", "endpoint"]


def test_a_length_that_is_not_a_number_is_counted() -> None:
    client = serve("/", echo, max_body_size=3)
    answer = client.post("/", content=b'"xx"', headers={**JSON, "content-length": "many"})
    assert (answer.status_code, answer.json()) == (413, {"detail": "Content Too Large"})


def test_a_body_that_the_endpoint_reads_itself_is_limited_too() -> None:
    async def read(request: Request) -> int:
        return len(await request.body())

    client = serve("/", read, max_body_size=5)
    assert client.post("/", content=streamed(5)).json() == 5
    assert client.post("/", content=streamed(6)).status_code == 413


def upload(f: UploadFile) -> int | None:
    return f.size


def test_an_upload_is_limited_as_it_comes() -> None:
    client = serve("/", upload, max_body_size=1000)
    assert client.post("/", files={"f": b"x" * 500}).json() == 500
    assert client.post("/", files={"f": b"x" * 5000}).status_code == 413


def test_middleware_reads_by_the_limit_of_the_application() -> None:
    app = NotebookAPI(max_body_size=20)
    read: list[int] = []

    @app.middleware("http")
    async def measure(request: Request, call_next: Callable[..., Any]) -> Any:
        read.append(len(await request.body()))
        return await call_next(request)

    app.post("/", max_body_size=100)(echo)
    client = TestClient(app)
    assert client.post("/", content=streamed(20), headers=JSON).status_code == 200
    for content in (streamed(50), b"x" * 50):
        answer = client.post("/", content=content, headers=JSON)
        assert (answer.status_code, answer.text) == (413, "Content Too Large")
    assert read == [20]


def test_a_path_that_is_not_there_is_limited_as_the_application() -> None:
    client = TestClient(NotebookAPI(max_body_size=3))
    assert client.post("/none", content=b"xxxx").status_code == 413
    assert client.post("/none", content=b"xxx").status_code == 404


def field(a: Annotated[str, Form()]) -> int:
    return len(a)


def fields(count: int, size: int = 1) -> dict[str, str]:
    return {"a": "x" * size, **{f"k{number}": "v" for number in range(count - 1)}}


def forms_app(**options: Any) -> TestClient:
    app = NotebookAPI(**options.get("app", {}))
    router = APIRouter(**options.get("router", {}))
    router.post("/", **options.get("operation", {}))(field)
    app.include_router(router, **options.get("include", {}))
    return TestClient(app)


def limits(**each: int) -> dict[str, Any]:
    return {"form_limits": each}


TOO_MANY = "Too many fields. Maximum number of fields is 2."
FORMS: list[tuple[dict[str, Any], dict[str, str], str | None]] = [
    ({}, fields(1000), None),
    ({}, fields(1001), "Too many fields. Maximum number of fields is 1000."),
    ({"app": limits(max_fields=2)}, fields(2), None),
    ({"app": limits(max_fields=2)}, fields(3), TOO_MANY),
    ({"app": limits(max_fields=9), "include": limits(max_fields=2)}, fields(3), TOO_MANY),
    ({"include": limits(max_fields=9), "router": limits(max_fields=2)}, fields(3), TOO_MANY),
    ({"router": limits(max_fields=9), "operation": limits(max_fields=2)}, fields(3), TOO_MANY),
    ({"router": limits(max_fields=2), "operation": {"form_limits": None}}, fields(3), TOO_MANY),
    ({"router": limits(max_fields=2), "operation": limits(max_part_size=9)}, fields(3), TOO_MANY),
    ({"router": limits(max_fields=2), "operation": limits(max_part_size=1024)}, fields(1, 1023),
     None),
    ({"router": limits(max_fields=2), "operation": limits(max_part_size=1024)}, fields(1, 1025),
     "exceeded maximum size of 1KB."),
    ({"operation": limits(max_fields=0)}, fields(1),
     "Too many fields. Maximum number of fields is 0."),
]  # fmt: skip


@pytest.mark.parametrize("multipart", [False, True])
@pytest.mark.parametrize(("options", "sent", "refusal"), FORMS, ids=lambda value: str(value)[:60])
def test_forms(
    options: dict[str, Any], sent: dict[str, str], refusal: str | None, multipart: bool
) -> None:
    parts = {name: (None, value) for name, value in sent.items()}
    client = forms_app(**options)
    answer = client.post("/", files=parts) if multipart else client.post("/", data=sent)
    if refusal is None:
        assert answer.json() == len(sent["a"])
    else:
        assert answer.status_code == 400
        assert answer.json()["detail"].endswith(refusal)


def test_files_are_counted_by_themselves() -> None:
    client = serve("/", upload, form_limits={"max_files": 1, "max_fields": 0, "max_part_size": 0})
    assert client.post("/", files=[("f", b"x" * 5000)]).json() == 5000
    answer = client.post("/", files=[("f", b"x"), ("g", b"x")])
    assert answer.status_code == 400
    assert answer.json() == {"detail": "Too many files. Maximum number of files is 1."}


def test_a_form_that_the_endpoint_reads_itself_is_not_limited() -> None:
    async def read(request: Request) -> int:
        async with request.form() as form:
            return len(form)

    client = serve("/", read, form_limits={"max_fields": 1})
    assert client.post("/", data=fields(3)).json() == 3


NOT_LIMITS: list[dict[str, Any]] = [
    {"max_body_size": -1},
    {"max_body_size": True},
    {"max_body_size": 1.0},
    {"max_body_size": "1"},
    {"form_limits": {"max_fields": -1}},
    {"form_limits": {"max_files": True}},
    {"form_limits": {"max_part_size": 1.0}},
    {"form_limits": {"max_fields": None}},
    {"form_limits": {"max_field": 1}},
    {"form_limits": []},
]
PLACES: list[Callable[..., Any]] = [
    lambda **options: NotebookAPI(**options),
    lambda **options: APIRouter(**options),
    lambda **options: NotebookAPI().include_router(APIRouter(), **options),
    lambda **options: APIRouter().include_router(APIRouter(), **options),
    lambda **options: NotebookAPI().post("/", **options)(echo),
]


@pytest.mark.parametrize("place", PLACES, ids=["app", "router", "include", "nested", "operation"])
@pytest.mark.parametrize("options", NOT_LIMITS, ids=str)
def test_what_is_not_a_limit_is_refused(place: Callable[..., Any], options: dict[str, Any]) -> None:
    (name,) = options
    with pytest.raises(InvalidLimit, match=name):
        place(**options)
    with pytest.raises(ValueError, match=name):
        place(**options)


class Item(BaseModel):
    a: int


def model(item: Item) -> Any:
    return item


def raw(data: Annotated[bytes, Body(media_type="text/plain")]) -> Any:
    return data.decode()


CONTENT_TYPES: list[tuple[Callable[..., Any], bool, str | None, int]] = [
    (model, True, "application/json", 200),
    (model, True, "Application/Geo+JSON; charset=utf-8", 200),
    (model, True, "application/json-seq", 422),
    (model, True, "text/plain", 422),
    (model, True, None, 422),
    (model, False, None, 200),
    (model, False, "text/plain", 422),
    (raw, True, "text/plain", 200),
    (raw, True, None, 200),
    (raw, True, "application/json", 422),
]


@pytest.mark.parametrize(("endpoint", "strict", "kind", "status"), CONTENT_TYPES, ids=label)
def test_content_type(
    endpoint: Callable[..., Any], strict: bool, kind: str | None, status: int
) -> None:
    app = NotebookAPI(strict_content_type=strict)
    app.post("/")(endpoint)
    headers = {"content-type": kind} if kind else {}
    assert TestClient(app).post("/", content=b'{"a": 1}', headers=headers).status_code == status


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"\xff", 400), (b"[" * 100_000, 400), (b'{"a":', 422)],
    ids=["not UTF-8", "too deep", "cut off"],
)
def test_what_cannot_be_read(content: bytes, status: int) -> None:
    answer = serve("/", model).post("/", content=content, headers=JSON)
    assert answer.status_code == status
    if status == 400:
        assert answer.json() == {"detail": "There was an error parsing the body"}
    else:
        assert answer.json()["detail"] == [
            {
                "type": "json_invalid",
                "loc": ["body", 5],
                "msg": "JSON decode error",
                "input": {},
                "ctx": {"error": "Expecting value"},
            }
        ]


def test_a_form_without_a_boundary_is_told_so() -> None:
    answer = serve("/", field).post(
        "/", content=b"x", headers={"content-type": "multipart/form-data"}
    )
    assert (answer.status_code, answer.json()) == (
        400,
        {"detail": "Missing boundary in multipart."},
    )


HUGE = [b"9" * 5000, b"9" * 19, b"0" * 5000 + b"21"]


@pytest.mark.parametrize("announced", HUGE, ids=len)
@pytest.mark.parametrize("options", [{"app": most(20)}, {"operation": most(20)}], ids=label)
def test_a_length_of_any_length_is_read(announced: bytes, options: dict[str, Any]) -> None:
    client = app_of_all(**options)
    answer = client.post("/own", content=b'"x"', headers={"content-length": announced.decode()})
    assert answer.status_code == 413


def test_zeros_in_front_of_a_length_mean_nothing() -> None:
    client = app_of_all(app=most(20))
    headers = {**JSON, "content-length": "0" * 5000 + "3"}
    assert client.post("/own", content=b'"x"', headers=headers).json() == 3
