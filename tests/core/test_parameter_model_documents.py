"""How the fields of parameter models are documented: one by one."""

from collections.abc import Callable
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from notebookapi import Depends, NotebookAPI, Query
from notebookapi.testclient import TestClient
from tests.core.documents import document, operation
from tests.core.serving import label, serve
from tests.core.test_parameter_models import (
    Aliased,
    Page,
    aliased,
    below,
    by_name,
    cookies,
    from_path,
    heads,
    heads_as_written,
    needed,
    optional,
    page,
)


def parameter(name: str, in_: str, schema: dict[str, Any], required: bool = False) -> Any:
    return {"name": name, "in": in_, "required": required, "schema": schema}


TEXT = {"type": "string"}
LIST = {"type": "array", "items": TEXT, "default": []}
DATE = {"type": "string", "format": "date"}
PAGE: list[tuple[str, dict[str, Any]]] = [
    ("limit", {"type": "integer", "minimum": 1, "default": 10, "title": "Limit"}),
    ("b_c", {**TEXT, "default": "x", "title": "B C"}),
    ("tags", {**LIST, "title": "Tags"}),
]
RANGE: list[tuple[str, dict[str, Any]]] = [
    ("start", {**DATE, "title": "Start"}),
    ("end", {**DATE, "title": "End"}),
]
INTEGER = {"type": "integer"}
TOKEN = {**TEXT, "title": "X Token"}
OTHER = parameter("My-Alias", "header", {**TEXT, "default": "none", "title": "My-Alias"})
DOCUMENTS: list[tuple[Callable[..., Any], list[Any]]] = [
    (page, [parameter(name, "query", schema) for name, schema in PAGE]),
    (cookies, [parameter(name, "cookie", schema) for name, schema in PAGE]),
    (below, [parameter("s", "query", {**TEXT, "default": "", "title": "S"}),
             *(parameter(name, "query", schema) for name, schema in PAGE)]),
    (optional, [*(parameter(name, "query", schema) for name, schema in RANGE),
                parameter("limit", "query", {**INTEGER, "default": 10, "title": "Limit"})]),
    (needed, [parameter(name, "query", schema, True) for name, schema in RANGE]),
    (heads, [parameter("x-token", "header", TOKEN, True),
             parameter("x-tag", "header", {**LIST, "title": "X Tag"}), OTHER]),
    (heads_as_written, [parameter("x_token", "header", TOKEN, True),
                        parameter("x_tag", "header", {**LIST, "title": "X Tag"}), OTHER]),
    (aliased, [parameter("one", "query", {**INTEGER, "title": "One"}, True),
               parameter("bee", "query", {**INTEGER, "default": 0, "title": "Bee"})]),
    (by_name, [parameter("a", "query", {**INTEGER, "title": "A"}, True),
               parameter("b", "query", {**INTEGER, "default": 0, "title": "B"})]),
]  # fmt: skip


@pytest.mark.parametrize(("endpoint", "expected"), DOCUMENTS, ids=label)
def test_document(endpoint: Callable[..., Any], expected: list[Any]) -> None:
    app = NotebookAPI()
    app.get("/")(endpoint)
    assert operation(app)["parameters"] == expected
    assert set(document(app)["components"]["schemas"]) == {"HTTPValidationError", "ValidationError"}


def test_a_path_shows_the_names_in_its_template() -> None:
    app = NotebookAPI()
    app.get("/{country}/{year}")(from_path)
    shown = operation(app, "/{country}/{year}")["parameters"]
    assert [(each["name"], each["required"]) for each in shown] == [
        ("country", True),
        ("year", True),
    ]


class Described(BaseModel):
    a: int = Field(description="an a", deprecated=True, title="The A", examples=[1])
    b: Annotated[str, Query(include_in_schema=False)] = "b"
    c: Annotated[str, Query(openapi_examples={"k": {"value": "v"}})] = "c"
    d: str = Field("d", json_schema_extra={"x-own": 1})


def described(p: Annotated[Described, Query()]) -> Any:
    return p


def test_fields_are_described_one_by_one() -> None:
    app = NotebookAPI()
    app.get("/")(described)
    a, c, d = operation(app)["parameters"]
    assert a == {
        **parameter("a", "query", {**INTEGER, "title": "The A", "description": "an a",
                                   "deprecated": True, "examples": [1]}, True),
        "description": "an a",
        "deprecated": True,
    }  # fmt: skip
    assert (c["name"], c["examples"]) == ("c", {"k": {"value": "v"}})
    assert d["schema"]["x-own"] == 1
    assert serve("/", described, "GET").get("/?a=1&b=z").json()["b"] == "z"


def test_a_hidden_model_is_read_and_not_shown() -> None:
    def read(p: Annotated[Page, Query(include_in_schema=False)]) -> Any:
        return p.limit

    app = NotebookAPI()
    app.get("/")(read)
    assert "parameters" not in operation(app)
    assert TestClient(app).get("/?limit=3").json() == 3


def test_of_two_with_one_name_the_required_one_is_shown() -> None:
    def read(p: Annotated[Aliased, Query()], a: int = 0, one: str = "") -> None: ...

    app = NotebookAPI()
    app.get("/")(read)
    shown = {each["name"]: each["required"] for each in operation(app)["parameters"]}
    assert shown == {"a": False, "one": True, "bee": False}


def test_a_default_stands_where_the_path_lacks_the_name() -> None:
    def user(user_id: int = 7) -> int:
        return user_id

    def read(user_id: Annotated[int, Depends(user)]) -> int:
        return user_id

    app = NotebookAPI()
    app.get("/")(read)
    app.get("/{user_id}")(read)
    client = TestClient(app)
    assert (client.get("/").json(), client.get("/3").json()) == (7, 3)
    shown = document(app)["paths"]
    assert shown["/{user_id}"]["get"]["parameters"][0]["in"] == "path"
    assert shown["/"]["get"]["parameters"][0]["in"] == "query"
