"""Errors in their documented forms: `raises`, and problem details (RFC 9457)."""

from typing import Annotated, Any

import pytest
from pydantic import BaseModel

from notebookapi import APIRouter, Body, Header, HTTPException, NotebookAPI
from notebookapi.exceptions import InvalidError
from notebookapi.responses import JSONResponse
from notebookapi.testclient import TestClient


class NoItem(HTTPException):
    status_code = 404
    detail = "There is no such item."


class NoUser(HTTPException):
    """Nobody has that name.

    More about it.
    """

    status_code = 404
    headers = {"X-Reason": "user"}


class Busy(HTTPException):
    status_code = 503
    headers = {"Retry-After": "3"}


class NotChanged(HTTPException):
    status_code = 304


class Invalid(HTTPException):
    status_code = 422
    detail = {"why": "because"}


def test_a_class_says_status_detail_and_headers() -> None:
    app = NotebookAPI()

    @app.get("/class")
    def as_class() -> None:
        raise NoItem

    @app.get("/called")
    def called() -> None:
        raise NoUser(detail="Who?", headers={"x-other": "1"})

    @app.get("/headers")
    def headers() -> None:
        raise Busy

    client = TestClient(app)
    response = client.get("/class")
    assert (response.status_code, response.json()) == (404, {"detail": "There is no such item."})
    response = client.get("/called")
    assert (response.status_code, response.json()) == (404, {"detail": "Who?"})
    assert "x-reason" not in response.headers
    response = client.get("/headers")
    assert response.json() == {"detail": "Service Unavailable"}
    assert response.headers["retry-after"] == "3"


def responses_of(app: NotebookAPI, path: str = "/") -> dict[str, Any]:
    found: dict[str, Any] = app.openapi()["paths"][path]["get"]["responses"]
    return found


HTTP_ERROR = {"$ref": "#/components/schemas/HTTPError"}


def test_errors_are_documented_and_those_of_one_status_combined() -> None:
    app = NotebookAPI()
    app.get("/", raises=[NoItem, NoUser, Busy, NotChanged])(lambda: 1)
    responses = responses_of(app)
    assert list(responses) == ["200", "404", "503", "304"]
    assert responses["404"] == {
        "description": "There is no such item.\n\nNobody has that name.",
        "content": {
            "application/json": {
                "schema": HTTP_ERROR,
                "examples": {
                    "NoItem": {
                        "summary": "There is no such item.",
                        "value": {"detail": "There is no such item."},
                    },
                    "NoUser": {
                        "summary": "Nobody has that name.",
                        "value": {"detail": "Not Found"},
                    },
                },
            }
        },
        "headers": {"X-Reason": {"schema": {"type": "string"}}},
    }
    assert responses["503"]["description"] == "Service Unavailable"
    assert responses["304"] == {"description": "Not Modified"}
    assert app.openapi()["components"]["schemas"]["HTTPError"]["required"] == ["detail"]


def test_applications_inclusions_routers_and_operations_add_theirs() -> None:
    app = NotebookAPI(raises=[Busy])
    router = APIRouter(raises=[NoItem])
    router.get("/", raises=[NoItem, NotChanged])(lambda: 1)
    app.include_router(router, raises=[NoUser])
    responses = responses_of(app)
    assert list(responses) == ["200", "503", "404", "304"]
    examples = responses["404"]["content"]["application/json"]["examples"]
    assert list(examples) == ["NoUser", "NoItem"]


class Message(BaseModel):
    message: str


def test_what_is_declared_for_the_same_status_stands() -> None:
    app = NotebookAPI()
    declared: dict[int | str, dict[str, Any]] = {
        404: {"model": Message, "description": "Mine"},
        503: {"headers": {"X-More": {"schema": {"type": "integer"}}}},
    }
    app.get("/", raises=[NoItem, Busy], responses=declared)(lambda: 1)
    responses = responses_of(app)
    assert responses["404"]["description"] == "Mine"
    schema = responses["404"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/Message"}
    assert responses["503"]["description"] == "Service Unavailable"
    assert set(responses["503"]["headers"]) == {"Retry-After", "X-More"}


def test_an_error_422_beside_the_validation_error() -> None:
    def endpoint(q: int) -> None: ...

    app = NotebookAPI()
    app.get("/", raises=[Invalid])(endpoint)
    media = responses_of(app)["422"]["content"]["application/json"]
    validation = {"$ref": "#/components/schemas/HTTPValidationError"}
    assert media["schema"] == {"anyOf": [validation, HTTP_ERROR]}
    assert media["examples"]["Invalid"]["value"] == {"detail": {"why": "because"}}


MISTAKES: list[tuple[Any, str]] = [
    (KeyError, "takes classes of HTTPException"),
    (HTTPException(404), "without calling them"),
    (404, "raises` holds 404"),
    (HTTPException, "does not say its status"),
]


@pytest.mark.parametrize(("raised", "message"), MISTAKES, ids=str)
def test_mistakes_in_raises(raised: Any, message: str) -> None:
    with pytest.raises(InvalidError, match=message):
        NotebookAPI().get("/", raises=[raised])(lambda: 1)


def test_an_error_without_a_status_cannot_be_made() -> None:
    class Nothing(HTTPException): ...

    with pytest.raises(InvalidError, match=r"write `Nothing\(404\)`"):
        Nothing()


# --- problem details


def application(**options: Any) -> NotebookAPI:
    app = NotebookAPI(problem_details=True, **options)

    @app.get("/raise/{kind}")
    def endpoint(kind: str) -> None:
        raise RAISED[kind]

    @app.post("/body", max_body_size=10)
    def body(number: Annotated[int, Body()], x_flag: Annotated[bool, Header()]) -> None: ...

    return app


RAISED: dict[str, Exception] = {
    "text": HTTPException(404, "There is no such item.", headers={"x-own": "1"}),
    "none": HTTPException(403),
    "members": HTTPException(409, {"type": "https://x.org/taken", "detail": "Taken.", "by": "me"}),
    "status": HTTPException(409, {"status": 500}),
    "list": HTTPException(400, ["one", "two"]),
    "own": HTTPException(499, "Closed."),
    "empty": HTTPException(304),
    "failure": ZeroDivisionError("secret"),
}
BLANK = "about:blank"
PROBLEMS: list[tuple[str, int, dict[str, Any] | None]] = [
    ("text", 404, {"type": BLANK, "title": "Not Found", "detail": "There is no such item."}),
    ("none", 403, {"type": BLANK, "title": "Forbidden"}),
    ("members", 409, {"type": "https://x.org/taken", "title": "Conflict", "detail": "Taken.",
                      "by": "me"}),
    ("status", 409, {"type": BLANK, "title": "Conflict"}),
    ("list", 400, {"type": BLANK, "title": "Bad Request", "errors": ["one", "two"]}),
    ("own", 499, {"type": BLANK, "title": "Status 499", "detail": "Closed."}),
    ("empty", 304, None),
    ("failure", 500, {"type": BLANK, "title": "Internal Server Error"}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "status", "expected"), PROBLEMS, ids=str)
def test_exceptions_become_problems(
    kind: str, status: int, expected: dict[str, Any] | None
) -> None:
    client = TestClient(application(), raise_server_exceptions=False)
    response = client.get(f"/raise/{kind}")
    assert response.status_code == status
    if expected is None:
        assert response.content == b""
        return
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {**expected, "status": status}
    assert response.headers.get("x-own") == ("1" if kind == "text" else None)


@pytest.mark.parametrize(
    ("method", "path", "status", "title"),
    [("GET", "/none", 404, "Not Found"), ("DELETE", "/body", 405, "Method Not Allowed")],
)
def test_what_nothing_answers_is_a_problem(method: str, path: str, status: int, title: str) -> None:
    response = TestClient(application()).request(method, path)
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {"type": BLANK, "title": title, "status": status}


def test_an_invalid_request_tells_its_errors() -> None:
    response = TestClient(application()).post("/body", json="x")
    document = response.json()
    assert (response.status_code, response.headers["content-type"]) == (
        422, "application/problem+json",
    )  # fmt: skip
    assert document["status"] == 422
    assert document["detail"] == "2 values do not fit what is asked for."
    assert [each["loc"] for each in document["errors"]] == [["header", "x-flag"], ["body"]]


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize("options", [{}, {"max_body_size": 10}], ids=str)
def test_a_body_that_is_too_large_is_a_problem(announced: bool, options: dict[str, Any]) -> None:
    content: Any = b"1" * 100 if announced else (b"1" * 10 for _ in range(10))
    client = TestClient(application(**options))
    response = client.post("/body", content=content, headers={"x-flag": "1"})
    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["title"] in ("Content Too Large", "Request Entity Too Large")


def test_handlers_of_the_program_stand() -> None:
    app = application()
    app.add_exception_handler(404, lambda request, error: JSONResponse("mine", 404))
    app.add_exception_handler(Exception, lambda request, error: JSONResponse("mine", 500))
    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/none").json() == "mine"
    assert client.get("/raise/failure").json() == "mine"
    assert client.get("/raise/none").json()["title"] == "Forbidden"
    app = application()
    app.add_exception_handler(500, lambda request, error: JSONResponse("by status", 500))
    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/raise/failure").json() == "by status"


def test_problems_are_documented() -> None:
    app = application()
    app.get("/", raises=[NoItem])(lambda: 1)
    document = app.openapi()
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    plain = document["paths"]["/"]["get"]["responses"]
    assert list(plain) == ["200", "404", "default"]
    assert plain["default"] == {"description": "Any other error", "content": problem}
    media = plain["404"]["content"]["application/problem+json"]
    assert media["examples"]["NoItem"]["value"] == {
        "type": BLANK, "title": "Not Found", "status": 404, "detail": "There is no such item.",
    }  # fmt: skip
    body = document["paths"]["/body"]["post"]["responses"]
    assert body["422"]["content"] == {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/ValidationProblem"}}
    }
    assert {"Problem", "ValidationProblem", "ValidationError"} <= set(
        document["components"]["schemas"]
    )
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_without_the_switch_nothing_changes() -> None:
    app = NotebookAPI()
    app.get("/")(lambda: 1)
    assert list(responses_of(app)) == ["200"]
    assert TestClient(app).get("/none").json() == {"detail": "Not Found"}
