"""Bodies: where they are read from, by media type, and the shape of errors."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, NotRequired

import pytest
from pydantic import BaseModel
from typing_extensions import TypedDict

from notebookapi import Body, Cookie, Header, NotebookAPI, Path
from notebookapi.testclient import TestClient
from tests.core.serving import label, serve


class Item(BaseModel):
    name: str
    price: float = 1.0


@dataclass
class Point:
    x: int
    y: int = 0


class Row(TypedDict):
    a: int
    b: NotRequired[int]


def model(item: Item) -> Any:
    return item


def model_or_none(item: Item | None = None) -> Any:
    return item


def required_or_none(item: Item | None) -> Any:
    return item


def data_class(point: Point) -> Any:
    return point


def typed_dict(row: Row) -> Any:
    return row


def mapping(weights: dict[int, float]) -> Any:
    return weights


def list_inferred(items: list[Item]) -> Any:
    return items


def bare_set(items: set) -> Any:  # type: ignore[type-arg]  # what is tested
    return sorted(items)


def single(k: Annotated[int, Body()]) -> Any:
    return k


def embedded(item: Annotated[Item, Body(embed=True)]) -> Any:
    return item


def two(item: Item, k: Annotated[int, Body()] = 0) -> Any:
    return [item, k]


def raw(data: Annotated[bytes, Body()]) -> Any:
    return data.decode()


A = {"name": "a", "price": 1.0}
BODIES = [
    (model, {"name": "a"}, 200, A),
    (model, {"price": 2}, 422, [["body", "name"]]),
    (model, [], 422, [["body"]]),
    (model, None, 422, [["body"]]),
    (model_or_none, None, 200, None),
    (required_or_none, None, 200, None),
    (data_class, {"x": 1}, 200, {"x": 1, "y": 0}),
    (typed_dict, {"a": 1}, 200, {"a": 1}),
    (mapping, {"1": 2.5}, 200, {"1": 2.5}),
    (mapping, {"x": 2.5}, 422, [["body", "x", "[key]"]]),
    (list_inferred, [{"name": "a"}], 200, [A]),
    (list_inferred, [{"name": "a"}, {}], 422, [["body", 1, "name"]]),
    (bare_set, [2, 1, 2], 200, [1, 2]),
    (single, 3, 200, 3),
    (embedded, {"item": {"name": "a"}}, 200, A),
    (embedded, {"name": "a"}, 422, [["body", "item"]]),
    (two, {"item": {"name": "a"}, "k": 1}, 200, [A, 1]),
    (two, {"item": {"name": "a"}}, 200, [A, 0]),
    (two, {"item": {}, "k": "x"}, 422, [["body", "item", "name"], ["body", "k"]]),
    (two, {"item": None, "k": None}, 422, [["body", "item"], ["body", "k"]]),
    (two, [1], 422, [["body", "item"], ["body", "k"]]),
]


@pytest.mark.parametrize(("endpoint", "sent", "status", "expected"), BODIES, ids=label)
def test_body(endpoint: Callable[..., Any], sent: Any, status: int, expected: object) -> None:
    answer = serve("/", endpoint).post("/", json=sent)
    if sent is None:
        answer = serve("/", endpoint).post(
            "/", content=b"null", headers={"content-type": "application/json"}
        )
    assert answer.status_code == status
    shown = answer.json() if status == 200 else [e["loc"] for e in answer.json()["detail"]]
    assert shown == expected


JSON = "application/json"
MEDIA_TYPES = [
    (model, JSON, b'{"name": "a"}', 200, A),
    (model, "application/vnd.api+json; charset=utf-8", b'{"name": "a"}', 200, A),
    (model, "application/geo+json", b'{"name": "a"}', 200, A),
    (model, "application/json-patch", b'{"name": "a"}', 422, "model_attributes_type"),
    (model, "text/plain", b'{"name": "a"}', 422, "model_attributes_type"),
    (model, None, b'{"name": "a"}', 422, "model_attributes_type"),
    (model, None, b"\xff", 422, "model_attributes_type"),
    (model, JSON, b"", 422, "missing"),
    (model, JSON, b"null", 422, "model_attributes_type"),
    (model, JSON, b"{", 422, "json_invalid"),
    (model, JSON, b"\xff", 400, "There was an error parsing the body"),
    (model, JSON, b"[" * 100_000, 400, "There was an error parsing the body"),
    (model, JSON, b'{"name": NaN}', 422, "string_type"),
    (model, JSON, b'{"name": "a", "price": "\\ud800"}', 422, "string_unicode"),
    (model_or_none, JSON, b"", 200, None),
    (raw, "application/octet-stream", b"abc", 200, "abc"),
]


@pytest.mark.parametrize(("endpoint", "kind", "sent", "status", "expected"), MEDIA_TYPES, ids=label)
def test_body_by_media_type(
    endpoint: Callable[..., Any], kind: str | None, sent: bytes, status: int, expected: object
) -> None:
    headers = {"content-type": kind} if kind else {}
    answer = serve("/", endpoint).post("/", content=sent, headers=headers)
    assert answer.status_code == status
    shown = answer.json() if status == 200 else answer.json()["detail"]
    assert (shown[0]["type"] if status == 422 else shown) == expected


@pytest.mark.parametrize("method", ["GET", "DELETE", "OPTIONS", "QUERY"])
def test_a_body_is_read_whatever_the_method(method: str) -> None:
    answer = serve("/", model, method).request(method, "/", json={"name": "a"})
    assert answer.json() == A


def test_content_type_may_be_missing_where_that_is_allowed() -> None:
    app = NotebookAPI(strict_content_type=False)
    app.post("/")(model)
    assert TestClient(app).post("/", content=b'{"name": "a"}').json() == A


def test_errors_come_by_place_not_by_order_of_the_parameters() -> None:
    def endpoint(
        item: Item,
        c: Annotated[int, Cookie()],
        h: Annotated[int, Header()],
        q: int,
        p: int,
    ) -> None: ...

    answer = serve("/{p}", endpoint).post("/x", json={})
    assert [error["loc"] for error in answer.json()["detail"]] == [
        ["path", "p"], ["query", "q"], ["header", "h"], ["cookie", "c"], ["body", "name"],
    ]  # fmt: skip


def test_shape_of_errors() -> None:
    answer = serve("/{p}", two_kinds).post("/0?q=x", json={"name": 3})
    assert answer.json() == {
        "detail": [
            {
                "type": "greater_than",
                "loc": ["path", "p"],
                "msg": "Input should be greater than 0",
                "input": "0",
                "ctx": {"gt": 0},
            },
            {
                "type": "int_parsing",
                "loc": ["query", "q"],
                "msg": "Input should be a valid integer, unable to parse string as an integer",
                "input": "x",
            },
            {"type": "missing", "loc": ["query", "r"], "msg": "Field required", "input": None},
            {
                "type": "string_type",
                "loc": ["body", "name"],
                "msg": "Input should be a valid string",
                "input": 3,
            },
        ]
    }


def two_kinds(p: Annotated[int, Path(gt=0)], q: int, r: int, item: Item) -> None: ...


def test_malformed_json_is_told_before_everything_else() -> None:
    answer = serve("/{p}", two_kinds).post(
        "/0", content=b'{"name": ]', headers={"content-type": "application/json"}
    )
    assert answer.json() == {
        "detail": [
            {
                "type": "json_invalid",
                "loc": ["body", 9],
                "msg": "JSON decode error",
                "input": {},
                "ctx": {"error": "Expecting value"},
            }
        ]
    }
