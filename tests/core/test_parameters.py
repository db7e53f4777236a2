"""Where parameters are read from, and what a value that does not fit is answered with."""

from collections import deque
from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any
from uuid import NAMESPACE_DNS, UUID

import pytest
from pydantic import AfterValidator, AliasChoices, Field, Json

from notebookapi import Cookie, Header, Path, Query
from tests.core.serving import label, serve


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


def path_int(v: int) -> Any:
    return v


def path_uuid(v: UUID) -> Any:
    return v


def path_enum(v: Colour) -> Any:
    return v


def path_annotated(v: Annotated[int, Path(ge=3)]) -> Any:
    return v


def path_alias(text: Annotated[str, Path(alias="v")]) -> Any:
    return text


PATHS = [
    (path_int, "/3", 200, 3),
    (path_int, "/x", 422, "int_parsing"),
    (path_uuid, f"/{NAMESPACE_DNS}", 200, str(NAMESPACE_DNS)),
    (path_enum, "/blue", 200, "blue"),
    (path_enum, "/green", 422, "enum"),
    (path_annotated, "/3", 200, 3),
    (path_annotated, "/2", 422, "greater_than_equal"),
    (path_alias, "/a%20b", 200, "a b"),
]  # fmt: skip


@pytest.mark.parametrize(("endpoint", "path", "status", "expected"), PATHS, ids=label)
def test_path(endpoint: Callable[..., Any], path: str, status: int, expected: object) -> None:
    answer = serve("/{v}", endpoint).post(path)
    assert answer.status_code == status
    assert answer.json() == expected or answer.json()["detail"][0]["type"] == expected


def scalar(q: int) -> Any:
    return q


def default(q: int = 7) -> Any:
    return q


def nullable(q: int | None) -> Any:
    return q


def nullable_default(q: int | None = None) -> Any:
    return q


def unannotated(q) -> Any:  # type: ignore[no-untyped-def]  # what is tested
    return q


def decimal(q: Decimal) -> Any:
    return str(q)


def several(q: Annotated[list[int], Query()]) -> Any:
    return q


def several_or_none(q: Annotated[list[int] | None, Query()] = None) -> Any:
    return q


def unique(q: Annotated[set[str], Query()]) -> Any:
    return sorted(q)


def pair(q: Annotated[tuple[int, str], Query()]) -> Any:
    return q


def queue(q: Annotated[deque[int], Query()]) -> Any:
    return q


def bounded(q: Annotated[str, Query(min_length=2, max_length=3, pattern="^a")]) -> Any:
    return q


def aliased(q: Annotated[str, Query(alias="item-query")]) -> Any:
    return q


def choices(q: Annotated[str, Query(validation_alias=AliasChoices("new", "old"))]) -> Any:
    return q


def made(q: Annotated[list[str], Query(default_factory=lambda: ["x"])]) -> Any:
    return q


def validated(q: Annotated[str, AfterValidator(str.upper)]) -> Any:
    return q


def constrained(q: Annotated[int, Field(gt=3)] = 5) -> Any:
    return q


def json_text(q: Annotated[Json[list[int]], Query()]) -> Any:
    return q


def boolean(q: bool) -> Any:
    return q


def by_default(q: Any = Query("fixed")) -> Any:
    return q


def validated_default(q: Annotated[int, Query(validate_default=True)] = "9") -> Any:  # type: ignore[assignment]  # what is tested
    return q


QUERIES = [
    (scalar, "?q=3", 200, 3),
    (scalar, "", 422, "missing"),
    (scalar, "?q=", 422, "int_parsing"),
    (scalar, "?q=1&q=2", 200, 2),
    (default, "", 200, 7),
    (nullable, "", 422, "missing"),
    (nullable_default, "", 200, None),
    (nullable_default, "?q=null", 422, "int_parsing"),
    (unannotated, "?q=text", 200, "text"),
    (decimal, "?q=1.50", 200, "1.50"),
    (several, "?q=1&q=2", 200, [1, 2]),
    (several, "", 422, "missing"),
    (several, "?q=1&q=b", 422, "int_parsing"),
    (several_or_none, "", 200, None),
    (several_or_none, "?q=4", 200, [4]),
    (unique, "?q=b&q=a&q=b", 200, ["a", "b"]),
    (pair, "?q=1&q=a", 200, [1, "a"]),
    (queue, "?q=1&q=2", 200, [1, 2]),
    (bounded, "?q=ab", 200, "ab"),
    (bounded, "?q=a", 422, "string_too_short"),
    (bounded, "?q=abcd", 422, "string_too_long"),
    (bounded, "?q=bb", 422, "string_pattern_mismatch"),
    (aliased, "?item-query=a", 200, "a"),
    (aliased, "?q=a", 422, "missing"),
    (choices, "?old=1&new=2", 200, "2"),
    (choices, "?old=1", 200, "1"),
    (made, "", 200, ["x"]),
    (validated, "?q=a", 200, "A"),
    (constrained, "", 200, 5),
    (constrained, "?q=3", 422, "greater_than"),
    (json_text, "?q=[1,2]", 200, [1, 2]),
    (json_text, "?q=[", 422, "json_invalid"),
    (boolean, "?q=yes", 200, True),
    (by_default, "", 200, "fixed"),
    (validated_default, "", 200, 9),
]


@pytest.mark.parametrize(("endpoint", "query", "status", "expected"), QUERIES, ids=label)
def test_query(endpoint: Callable[..., Any], query: str, status: int, expected: object) -> None:
    answer = serve("/", endpoint).post("/" + query)
    assert answer.status_code == status
    shown = answer.json() if status == 200 else answer.json()["detail"][0]["type"]
    assert shown == expected


def test_a_mutable_default_is_not_shared_between_requests() -> None:
    def grow(q: Annotated[list[str], Query()] = []) -> list[str]:  # noqa: B006  # what is tested
        q.append("x")
        return q

    client = serve("/", grow)
    assert [client.post("/").json(), client.post("/").json()] == [["x"], ["x"]]


def header(x_token: Annotated[str, Header()]) -> Any:
    return x_token


def raw_header(x_token: Annotated[str, Header(convert_underscores=False)]) -> Any:
    return x_token


def headers(x_token: Annotated[list[str], Header()]) -> Any:
    return x_token


def cookie(session: Annotated[int, Cookie()] = 0) -> Any:
    return session


HEADERS = [
    (header, [("X-Token", "a")], 200, "a"),
    (header, [("x_token", "a")], 422, [["header", "x-token"]]),
    (raw_header, [("x_token", "a")], 200, "a"),
    (headers, [("x-token", "a"), ("X-Token", "b")], 200, ["a", "b"]),
    (cookie, [("cookie", "session=5; other=1")], 200, 5),
    (cookie, [], 200, 0),
    (cookie, [("cookie", "session=x")], 422, [["cookie", "session"]]),
]


@pytest.mark.parametrize(("endpoint", "sent", "status", "expected"), HEADERS, ids=label)
def test_header_and_cookie(
    endpoint: Callable[..., Any], sent: list[tuple[str, str]], status: int, expected: object
) -> None:
    answer = serve("/", endpoint).post("/", headers=sent)
    assert answer.status_code == status
    shown = answer.json() if status == 200 else [e["loc"] for e in answer.json()["detail"]]
    assert shown == expected
