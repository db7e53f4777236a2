"""What is sent: model, filters, status, headers, errors."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import pytest
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException as StarletteHTTPException

from notebookapi import Depends, NotebookAPI
from notebookapi.exceptions import HTTPException, ResponseValidationError
from notebookapi.requests import Request
from notebookapi.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from notebookapi.testclient import TestClient
from tests.core.serving import label, serve


class Base(BaseModel):
    name: str
    price: float = 1.0
    tax: float | None = None
    other: int = Field(default=0, alias="otherName")


class Secret(Base):
    password: str = "secret"


@dataclass
class Point:
    x: int


BY_NAME = {"response_model_by_alias": False, "response_model_include": {"other"}}
CHOSEN = {"response_class": JSONResponse, "response_model_exclude_unset": True}
WITHOUT_NONE = {"name": "a", "price": 1.0, "otherName": 0}
FULL = {"name": "a", "price": 1.0, "tax": None, "otherName": 0}


def subclass() -> Base:
    return Secret(name="a")


def subclasses() -> list[Base]:
    return [Secret(name="a")]


def as_dictionary() -> Base:
    return {"name": "a", "password": "secret"}  # type: ignore[return-value]  # what is tested


def attributes() -> Base:
    class Row:
        name = "a"
        password = "secret"

    return Row()  # type: ignore[return-value]  # what is tested


def anything() -> Any:
    return Secret(name="a")


def unannotated():  # type: ignore[no-untyped-def]  # what is tested
    return {"point": Point(1), "set": {1}, "path": HTTPStatus.OK}


def nothing() -> None: ...


def infinite() -> dict[str, float]:
    return {"x": float("inf")}


def text() -> str:
    return "text"


RESULTS: list[tuple[Any, dict[str, Any], object]] = [
    (subclass, {}, FULL),
    (subclasses, {}, [FULL]),
    (as_dictionary, {}, FULL),
    (attributes, {}, FULL),
    (anything, {"response_model": Base}, FULL),
    (anything, {}, {**FULL, "password": "secret"}),
    (subclass, {"response_model": None}, {**FULL, "password": "secret"}),
    (unannotated, {}, {"point": {"x": 1}, "set": [1], "path": 200}),
    (nothing, {}, None),
    (infinite, {}, {"x": None}),
    (as_dictionary, {"response_model_exclude_unset": True}, {"name": "a"}),
    (as_dictionary, {"response_model_exclude_defaults": True}, {"name": "a"}),
    (as_dictionary, {"response_model_exclude_none": True}, WITHOUT_NONE),
    (as_dictionary, {"response_model_include": {"name", "tax"}}, {"name": "a", "tax": None}),
    (as_dictionary, {"response_model_exclude": {"tax", "other"}}, {"name": "a", "price": 1.0}),
    (as_dictionary, {"response_model_include": ["name"]}, {"name": "a"}),
    (as_dictionary, BY_NAME, {"other": 0}),
    (as_dictionary, CHOSEN, {"name": "a"}),
]  # fmt: skip


@pytest.mark.parametrize(("endpoint", "options", "expected"), RESULTS, ids=label)
def test_result(endpoint: Callable[..., Any], options: dict[str, Any], expected: object) -> None:
    response = serve("/", endpoint, "GET", **options).get("/")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.json() == expected


def passes_through() -> Response:
    return Response(b"<a/>", 203, {"x-own": "1"}, "application/xml")


def redirect() -> str:
    return "/there"


CLASSES: list[tuple[Any, dict[str, Any], int, str | None, bytes]] = [
    (text, {"response_class": PlainTextResponse}, 200, "text/plain; charset=utf-8", b"text"),
    (text, {"response_class": HTMLResponse}, 200, "text/html; charset=utf-8", b"text"),
    (text, {"status_code": HTTPStatus.CREATED}, 201, "application/json", b'"text"'),
    (passes_through, {"status_code": 201}, 203, "application/xml", b"<a/>"),
    (redirect, {"response_class": RedirectResponse}, 307, None, b""),
    (redirect, {"response_class": RedirectResponse, "status_code": 302}, 302, None, b""),
    (nothing, {"status_code": 204}, 204, "application/json", b""),
    (nothing, {"status_code": 205}, 205, "application/json", b""),
    (nothing, {"status_code": 304, "response_class": Response}, 304, None, b""),
]


@pytest.mark.parametrize(("endpoint", "options", "status", "kind", "body"), CLASSES, ids=label)
def test_response_class_and_status(
    endpoint: Callable[..., Any],
    options: dict[str, Any],
    status: int,
    kind: str | None,
    body: bytes,
) -> None:
    response = serve("/", endpoint, "GET", **options).get("/", follow_redirects=False)
    assert response.status_code == status
    assert response.headers.get("content-type") == kind
    assert response.content == body
    assert response.headers.get("content-length", "0") == str(len(body))


def test_the_injected_response_adds_headers_cookies_and_status() -> None:
    def dependency(response: Response) -> None:
        response.headers["x-dependency"] = "1"
        response.status_code = 202

    def endpoint(response: Response, own: bool = False) -> Any:
        response.set_cookie("a", "1")
        response.headers["x-endpoint"] = "1"
        return PlainTextResponse("own") if own else "merged"

    client = serve("/", endpoint, "GET", status_code=201, dependencies=[Depends(dependency)])
    merged = client.get("/")
    assert merged.status_code == 202
    assert (merged.headers["x-dependency"], merged.headers["x-endpoint"]) == ("1", "1")
    assert merged.headers["set-cookie"].startswith("a=1")
    own = client.get("/?own=1")
    assert (own.status_code, "x-endpoint" in own.headers) == (200, False)


def test_an_injected_status_without_body_empties_it() -> None:
    def endpoint(response: Response) -> dict[str, int]:
        response.status_code = 204
        return {"a": 1}

    response = serve("/", endpoint, "GET").get("/")
    assert (response.status_code, response.content) == (204, b"")


def test_data_that_does_not_fit_is_the_servers_error() -> None:
    def endpoint() -> Base:
        return {"price": "x"}  # type: ignore[return-value]  # what is tested

    client = serve("/items/{a}", endpoint, "GET")
    with pytest.raises(ResponseValidationError) as caught:
        client.get("/items/1")
    error = caught.value
    assert [each["loc"] for each in error.errors()] == [("response", "name"), ("response", "price")]
    assert error.body == {"price": "x"}
    line = endpoint.__code__.co_firstlineno
    assert f'test_responses.py", line {line}, in endpoint\n    GET /items/{{a}}' in str(error)


def test_unhandled_exceptions_and_numbers_that_json_lacks_are_500() -> None:
    app = NotebookAPI()
    app.get("/plain", response_class=JSONResponse, response_model=None)(infinite)

    @app.get("/raises")
    def raises() -> None:
        raise RuntimeError

    client = TestClient(app, raise_server_exceptions=False)
    for path in ("/plain", "/raises"):
        response = client.get(path)
        assert (response.status_code, response.text) == (500, "Internal Server Error")


ERRORS: list[tuple[HTTPException, int, object]] = [
    (HTTPException(404), 404, {"detail": "Not Found"}),
    (HTTPException(404, "gone"), 404, {"detail": "gone"}),
    (HTTPException(400, {"code": 3}), 400, {"detail": {"code": 3}}),
    (HTTPException(401, headers={"www-authenticate": "x"}), 401, {"detail": "Unauthorized"}),
    (HTTPException(204), 204, None),
    (HTTPException(304), 304, None),
]


@pytest.mark.parametrize(("error", "status", "expected"), ERRORS, ids=repr)
def test_http_exceptions(error: HTTPException, status: int, expected: object) -> None:
    def endpoint() -> None:
        raise error

    response = serve("/", endpoint, "GET").get("/")
    assert response.status_code == status
    assert (response.json() if response.content else None) == expected
    for name, value in (error.headers or {}).items():
        assert response.headers[name] == value


def test_handlers_by_class_and_status() -> None:
    app = NotebookAPI()

    @app.exception_handler(HTTPException)
    async def ours(request: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse("ours", error.status_code)

    @app.exception_handler(StarletteHTTPException)
    async def all_of_them(request: Request, error: StarletteHTTPException) -> JSONResponse:
        return JSONResponse("starlette's", error.status_code)

    @app.exception_handler(418)
    async def teapot(request: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse("by status", 418)

    @app.get("/{status}")
    def endpoint(status: int) -> None:
        raise HTTPException(status)

    client = TestClient(app)
    answers = [client.get(path).json() for path in ("/400", "/418", "/a/b")]
    assert answers == ["ours", "by status", "starlette's"]


def test_a_handler_reads_the_body_that_the_endpoint_could_not() -> None:
    from notebookapi.exceptions import RequestValidationError

    app = NotebookAPI()

    @app.exception_handler(RequestValidationError)
    async def handle(request: Request, error: RequestValidationError) -> JSONResponse:
        sent = (await request.body()).decode()
        return JSONResponse([sent, error.body, error.endpoint_ctx["path"]], 422)

    @app.post("/")
    def endpoint(body: Base) -> None: ...

    assert TestClient(app).post("/", json={"a": 1}).json() == ['{"a":1}', {"a": 1}, "POST /"]


def test_a_500_handler_answers_and_the_exception_is_raised_on() -> None:
    app = NotebookAPI()

    @app.exception_handler(Exception)
    def handle(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse(str(error), 500)

    @app.get("/")
    def endpoint() -> None:
        raise RuntimeError("text")

    assert TestClient(app, raise_server_exceptions=False).get("/").json() == "text"
    with pytest.raises(RuntimeError):
        TestClient(app).get("/")
