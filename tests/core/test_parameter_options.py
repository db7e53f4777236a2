"""The options that parameters of all kinds share."""

import re
import warnings
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Json

from notebookapi import Body, Cookie, File, Form, Header, NotebookAPI, Path, Query
from notebookapi.exceptions import FastAPIDeprecationWarning, InvalidOption
from tests.core.documents import operation
from tests.core.serving import label, serve

Kind = Callable[..., Any]
ALL: list[Kind] = [Path, Query, Header, Cookie, Body, Form, File]


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]


# annotation, options, what is sent, what comes back or the type of the error
OPTIONS: list[tuple[Any, dict[str, Any], str, Any]] = [
    (int, {"gt": 3}, "v=3", "greater_than"),
    (int, {"ge": 3}, "v=3", 3),
    (int, {"lt": 3}, "v=3", "less_than"),
    (int, {"le": 3}, "v=3", 3),
    (int, {"multiple_of": 2}, "v=3", "multiple_of"),
    (str, {"min_length": 2}, "v=x", "string_too_short"),
    (str, {"max_length": 1}, "v=xx", "string_too_long"),
    (list[int], {"max_length": 1}, "v=1&v=2", "too_long"),
    (str, {"pattern": "^[0-9]$"}, "v=x", "string_pattern_mismatch"),
    (str, {"pattern": re.compile("^[0-9]$")}, "v=1", "1"),
    (int, {"strict": True}, "v=1", "int_type"),
    (int | str, {"union_mode": "left_to_right"}, "v=1", 1),
    (str | int, {"union_mode": "left_to_right"}, "v=1", "1"),
    (float, {"allow_inf_nan": False}, "v=inf", "finite_number"),
    (Decimal, {"max_digits": 2}, "v=123", "decimal_max_digits"),
    (Decimal, {"decimal_places": 1}, "v=1.23", "decimal_max_places"),
    (Json[list[int]], {}, "v=[1]", [1]),
    (Json[list[int]], {}, "v=[", "json_invalid"),
    (Json[list[int]], {"default_factory": lambda: [7]}, "", [7]),
    (int, {"default_factory": lambda: 7}, "", 7),
    (int, {"default_factory": lambda: "x", "validate_default": True}, "", "int_parsing"),
    (int, {"default_factory": lambda: "x"}, "", "x"),
    (int, {"alias": "w"}, "w=1", 1),
    (int, {"alias": "w"}, "v=1", "missing"),
    (int, {"validation_alias": "w"}, "w=1", 1),
    (int, {"alias": "u", "validation_alias": "w"}, "w=1", 1),
    (int, {"alias": "w", "alias_priority": 1, "serialization_alias": "u"}, "w=1", 1),
]


@pytest.mark.parametrize("kind", [Query, Form], ids=label)
@pytest.mark.parametrize(("annotation", "options", "sent", "expected"), OPTIONS, ids=label)
def test_option(
    annotation: Any, options: dict[str, Any], sent: str, expected: Any, kind: Kind
) -> None:
    def read(v: Annotated[annotation, kind(**options)]) -> Any:
        return v

    client = serve("/", read)
    if kind is Query:
        answer = client.post(f"/?{sent}")
    else:
        form = {"content-type": "application/x-www-form-urlencoded"}
        answer = client.post("/", content=sent.encode(), headers=form)
    shown = answer.json()
    assert (shown if answer.status_code == 200 else shown["detail"][0]["type"]) == expected


def test_fail_fast_stops_at_the_first_error() -> None:
    def read(v: Annotated[list[int], Query(fail_fast=True)]) -> None: ...

    assert len(serve("/", read).post("/?v=a&v=b").json()["detail"]) == 1


def test_a_discriminator_tells_bodies_apart() -> None:
    def read(pet: Annotated[Cat | Dog, Body(discriminator="kind")]) -> Any:
        return pet

    client = serve("/", read)
    assert client.post("/", json={"kind": "dog"}).json() == {"kind": "dog"}
    (error,) = client.post("/", json={"kind": "cat"}).json()["detail"]
    assert error["loc"] == ["body", "cat", "lives"]


def documented(kind: Kind, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the document says of a parameter, and its schema."""

    def read(v: Annotated[str, kind(**options)]) -> None: ...

    app = NotebookAPI()
    app.post("/{v}" if kind is Path else "/")(read)
    made = operation(app, "/{v}" if kind is Path else "/", "post")
    if "parameters" in made:
        (parameter,) = made["parameters"]
        return parameter, parameter["schema"]
    ((_, media),) = made["requestBody"]["content"].items()
    schema = media["schema"]
    if "$ref" in schema:
        combined = app.openapi()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        schema = combined["properties"]["v"]
    return media, schema


@pytest.mark.parametrize("kind", ALL, ids=label)
def test_what_the_schema_says(kind: Kind) -> None:
    _, schema = documented(
        kind,
        title="The V",
        description="a v",
        examples=["x"],
        deprecated=True,
        json_schema_extra={"x-own": 1},
    )
    assert schema == {
        "type": "string",
        "title": "The V",
        "description": "a v",
        "examples": ["x"],
        "deprecated": True,
        "x-own": 1,
    }


@pytest.mark.parametrize("kind", ALL, ids=label)
def test_an_extra_may_be_a_function(kind: Kind) -> None:
    _, schema = documented(kind, json_schema_extra=lambda schema: schema.update({"x-own": 2}))
    assert schema["x-own"] == 2


@pytest.mark.parametrize("kind", [Path, Query, Header, Cookie, Body], ids=label)
def test_examples_of_the_document_stand_beside_the_schema(kind: Kind) -> None:
    examples = {"one": {"summary": "One", "value": "1"}}
    beside, schema = documented(kind, openapi_examples=examples)
    assert beside["examples"] == examples
    assert "examples" not in schema


@pytest.mark.parametrize("kind", ALL, ids=label)
def test_old_names_still_work_with_a_warning(kind: Kind) -> None:
    with pytest.warns(FastAPIDeprecationWarning, match="`regex` is deprecated"):
        _, schema = documented(kind, regex="^x$")
    assert schema["pattern"] == "^x$"
    with pytest.warns(FastAPIDeprecationWarning, match="`example` is deprecated"):
        kind(example="x")


@pytest.mark.parametrize("kind", ALL, ids=label)
def test_a_word_that_is_no_option_is_refused(kind: Kind) -> None:
    with pytest.raises(InvalidOption, match="did you mean `min_length`"):
        kind(min_lenght=3)
    with pytest.raises(TypeError):
        kind(anything=3)


@pytest.mark.parametrize("kind", ALL, ids=label)
def test_none_is_as_if_not_said(kind: Kind) -> None:
    with warnings.catch_warnings(action="error"):
        made = kind(title=None, gt=None, alias=None, examples=None, regex=None)
    assert (made.title, made.alias, made.metadata) == (None, None, [])


@pytest.mark.parametrize(
    ("method", "shown"),
    [("GET", True), ("DELETE", True), ("HEAD", True), ("OPTIONS", False), ("TRACE", False)],
)
def test_a_body_is_read_with_any_method_and_shown_where_it_may_be(method: str, shown: bool) -> None:
    def read(cat: Cat) -> Any:
        return cat.lives

    app = NotebookAPI()
    app.api_route("/", methods=[method])(read)
    assert ("requestBody" in operation(app, method=method.lower())) is shown
    answer = serve("/", read, method).request(method, "/", json={"kind": "cat", "lives": 9})
    assert answer.status_code == 200
