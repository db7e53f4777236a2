"""Models whose fields are read from the query, headers, cookies and the path one by one."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Generic, Literal, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    ConfigDict,
    Field,
    Json,
    RootModel,
    field_validator,
    model_validator,
)

from notebookapi import Body, Cookie, Depends, Header, NotebookAPI, Path, Query
from notebookapi.exceptions import InvalidParameter
from tests.core.serving import label, serve

T = TypeVar("T")


class Page(BaseModel):
    limit: int = Field(10, ge=1)
    b_c: str = "x"
    tags: list[str] = []


class Range(BaseModel):
    start: date
    end: date


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    a: int = 0


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    a: int = 0


class Aliased(BaseModel):
    a: int = Field(validation_alias=AliasChoices("one", "two"))
    b: int = Field(0, alias="bee")


class ByBoth(Aliased):
    model_config = ConfigDict(populate_by_name=True)


class ByName(Aliased):
    model_config = ConfigDict(validate_by_name=True, validate_by_alias=False)


class Shouting(BaseModel):
    model_config = ConfigDict(alias_generator=str.upper)
    foo: int
    bar_baz: int = 0


class Kinds(BaseModel):
    s: set[int] = set()
    t: tuple[int, int] | None = None
    j: Json[list[int]] = []
    d: Literal["x", "y"] = "x"
    p: int = Field(0, validation_alias=AliasPath("q", 1))


class Generic_(BaseModel, Generic[T]):  # the older spelling, which programs use
    v: T
    w: list[T] = []


class Checked(BaseModel):
    a: int = 1
    b: int = Field(default_factory=lambda data: data["a"] + 1)

    @field_validator("a")
    @classmethod
    def even(cls, a: int) -> int:
        if a % 2:
            raise ValueError("odd")
        return a

    @model_validator(mode="after")
    def ordered(self) -> "Checked":
        if self.a > self.b:
            raise ValueError("a > b")
        return self


def page(p: Annotated[Page, Query()]) -> Any:
    return p


def non_annotated(p: Page = Query()) -> Any:  # what is tested
    return p


def strict(p: Annotated[Page, Query(strict=True)]) -> Any:
    return p


def closed(p: Annotated[Closed, Query()], s: int = 0) -> Any:
    return [p, s]


def opened(p: Annotated[Open, Query()], s: int = 0) -> Any:
    return [p, s]


def two(p: Annotated[Page, Query()], c: Annotated[Closed, Query()]) -> Any:
    return [p.limit, c.a]


def beside(p: Annotated[Page, Query()], o: Annotated[Open, Query()], limit: str = "") -> Any:
    return [p.limit, o.model_extra, limit]


def below(p: Annotated[Page, Depends(page)], s: str = "") -> Any:
    return [p.limit, s]


def optional(p: Annotated[Range | None, Query()] = None, limit: int = 10) -> Any:
    return [p, limit]


def needed(p: Annotated[Range | None, Query()]) -> Any:
    return p


def aliased(p: Annotated[Aliased, Query()]) -> Any:
    return [p.a, p.b]


def by_both(p: Annotated[ByBoth, Query()]) -> Any:
    return [p.a, p.b]


def by_name(p: Annotated[ByName, Query()]) -> Any:
    return [p.a, p.b]


def shouting(p: Annotated[Shouting, Query()]) -> Any:
    return [p.foo, p.bar_baz]


def kinds(p: Annotated[Kinds, Query()]) -> Any:
    return [sorted(p.s), p.t, p.j, p.d, p.p]


def generic(p: Annotated[Generic_[int], Query()]) -> Any:
    return p


def checked(p: Annotated[Checked, Query()]) -> Any:
    return [p.a, p.b]


def mapping(p: Annotated[RootModel[dict[str, int]], Query()]) -> Any:
    return p


INT = "int_parsing"
QUERIES: list[tuple[Callable[..., Any], str, int, Any]] = [
    (page, "", 200, {"limit": 10, "b_c": "x", "tags": []}),
    (page, "limit=3&b_c=y&tags=1&tags=2&z=1", 200, {"limit": 3, "b_c": "y", "tags": ["1", "2"]}),
    (page, "limit=3&limit=4", 200, {"limit": 4, "b_c": "x", "tags": []}),
    (page, "limit=0", 422, [["greater_than_equal", ["query", "limit"], "0"]]),
    (page, "limit=", 422, [[INT, ["query", "limit"], ""]]),
    (non_annotated, "limit=3", 200, {"limit": 3, "b_c": "x", "tags": []}),
    (strict, "limit=3", 200, {"limit": 3, "b_c": "x", "tags": []}),
    (closed, "a=1", 200, [{"a": 1}, 0]),
    (closed, "a=1&s=2", 422, [["extra_forbidden", ["query", "s"], "2"]]),
    (closed, "x=1&x=2", 422, [["extra_forbidden", ["query", "x"], ["1", "2"]]]),
    (opened, "a=1&s=2&x=1&x=2", 200, [{"a": 1, "s": "2", "x": ["1", "2"]}, 2]),
    (two, "a=2", 200, [10, 2]),
    (two, "a=2&limit=3", 422, [["extra_forbidden", ["query", "limit"], "3"]]),
    (beside, "limit=3&z=1", 200, [3, {"limit": "3", "z": "1"}, "3"]),
    (below, "limit=3&s=x", 200, [3, "x"]),
    (below, "limit=x", 422, [[INT, ["query", "limit"], "x"]]),
    (optional, "", 200, [None, 10]),
    (optional, "limit=5&z=1", 200, [None, 5]),
    (optional, "start=2026-01-01&end=2026-01-02", 200,
     [{"start": "2026-01-01", "end": "2026-01-02"}, 10]),
    (optional, "start=2026-01-01", 422,
     [["missing", ["query", "end"], {"start": "2026-01-01"}]]),
    (needed, "", 422, [["missing", ["query"], None]]),
    (aliased, "one=1&two=2&bee=3", 200, [1, 3]),
    (aliased, "two=2&b=3", 200, [2, 0]),
    (aliased, "two=x", 422, [[INT, ["query", "two"], "x"]]),
    (aliased, "a=1", 422, [["missing", ["query", "one"], {"a": "1"}]]),
    (by_both, "a=1&b=3", 200, [1, 3]),
    (by_both, "one=1&b=3&bee=4", 200, [1, 4]),
    (by_both, "a=x", 422, [[INT, ["query", "a"], "x"]]),
    (by_name, "a=1&bee=3", 200, [1, 0]),
    (by_name, "one=1", 422, [["missing", ["query", "a"], {"one": "1"}]]),
    (shouting, "FOO=1&BAR_BAZ=2", 200, [1, 2]),
    (shouting, "foo=1", 422, [["missing", ["query", "FOO"], {"foo": "1"}]]),
    (kinds, "s=2&s=1&s=2&t=3&t=4&j=[5]&d=y&q=6&q=7", 200, [[1, 2], [3, 4], [5], "y", 7]),
    (kinds, "d=z", 422, [["literal_error", ["query", "d"], "z"]]),
    (generic, "v=1&w=2", 200, {"v": 1, "w": [2]}),
    (checked, "a=2", 200, [2, 3]),
    (checked, "a=3&b=5", 422, [["value_error", ["query", "a"], "3"]]),
    (checked, "a=4&b=1", 422, [["value_error", ["query"], {"a": "4", "b": "1"}]]),
    (mapping, "x=1&y=2", 200, {"x": 1, "y": 2}),
]  # fmt: skip


def shown(answer: Any) -> Any:
    """Return the answer, or type, place and input of each error."""
    if answer.status_code == 200:
        return answer.json()
    return [[e["type"], e["loc"], e["input"]] for e in answer.json()["detail"]]


@pytest.mark.parametrize(("endpoint", "query", "status", "expected"), QUERIES, ids=label)
def test_query(endpoint: Callable[..., Any], query: str, status: int, expected: Any) -> None:
    answer = serve("/", endpoint, "GET").get(f"/?{query}")
    assert (answer.status_code, shown(answer)) == (status, expected)


class Heads(BaseModel):
    x_token: str
    x_tag: list[str] = []
    other: str = Field("none", alias="My-Alias")


class HeadsByBoth(Heads):
    model_config = ConfigDict(populate_by_name=True)


class HeadsClosed(Heads):
    model_config = ConfigDict(extra="forbid")


def heads(p: Annotated[Heads, Header()]) -> Any:
    return [p.x_token, p.x_tag, p.other]


def heads_as_written(p: Annotated[Heads, Header(convert_underscores=False)]) -> Any:
    return [p.x_token, p.x_tag, p.other]


def heads_by_both(p: Annotated[HeadsByBoth, Header()]) -> Any:
    return [p.x_token, p.x_tag, p.other]


def heads_closed(p: Annotated[HeadsClosed, Header()]) -> Any:
    return p.x_token


def heads_or_none(p: Annotated[Heads | None, Header()] = None, host: str = Header()) -> Any:
    return [p and p.x_token, host]


Pairs = list[tuple[str, str]]
HEADERS: list[tuple[Callable[..., Any], Pairs, int, Any]] = [
    (heads, [("X-Token", "t"), ("X-Tag", "1"), ("x-tag", "2")], 200, ["t", ["1", "2"], "none"]),
    (heads, [("x-token", "t"), ("x-token", "u")], 200, ["t", [], "none"]),
    (heads, [("x-token", "t"), ("my-alias", "m"), ("other", "o")], 200, ["t", [], "m"]),
    (heads, [("x_token", "t")], 422, ["header", "x-token"]),
    (heads_as_written, [("X_Token", "t")], 200, ["t", [], "none"]),
    (heads_as_written, [("x-token", "t")], 422, ["header", "x_token"]),
    (heads_by_both, [("x-token", "t"), ("other", "o")], 200, ["t", [], "o"]),
    (heads_closed, [("x-token", "t")], 422, ["header", "host"]),
    (heads_or_none, [], 200, [None, "testserver"]),
    (heads_or_none, [("x-token", "t")], 200, ["t", "testserver"]),
    (heads_or_none, [("x-tag", "1")], 422, ["header", "x-token"]),
]  # fmt: skip


@pytest.mark.parametrize(("endpoint", "headers", "status", "expected"), HEADERS, ids=label)
def test_headers(endpoint: Callable[..., Any], headers: Pairs, status: int, expected: Any) -> None:
    answer = serve("/", endpoint, "GET").get("/", headers=headers)
    assert answer.status_code == status
    assert (answer.json() if status == 200 else answer.json()["detail"][0]["loc"]) == expected


def cookies(p: Annotated[Page, Cookie()]) -> Any:
    return p


def cookies_closed(p: Annotated[Closed, Cookie()]) -> Any:
    return p


def cookies_or_none(p: Annotated[Range | None, Cookie()] = None) -> Any:
    return p


COOKIES: list[tuple[Callable[..., Any], str, int, Any]] = [
    (cookies, "limit=3; z=1", 200, {"limit": 3, "b_c": "x", "tags": []}),
    (cookies, "limit=x", 422, [[INT, ["cookie", "limit"], "x"]]),
    (cookies_closed, "z=1", 422, [["extra_forbidden", ["cookie", "z"], "1"]]),
    (cookies_or_none, "z=1", 200, None),
    (cookies_or_none, "start=2026-01-01", 422,
     [["missing", ["cookie", "end"], {"start": "2026-01-01"}]]),
]  # fmt: skip


@pytest.mark.parametrize(("endpoint", "cookie", "status", "expected"), COOKIES, ids=label)
def test_cookies(endpoint: Callable[..., Any], cookie: str, status: int, expected: Any) -> None:
    answer = serve("/", endpoint, "GET").get("/", headers={"cookie": cookie})
    assert (answer.status_code, shown(answer)) == (status, expected)


class Place(BaseModel):
    country: str
    year: int
    q: int = 0


def from_path(p: Annotated[Place, Path()]) -> Any:
    return [p.country, p.year]


def test_path() -> None:
    client = serve("/{country}/{year}", from_path, "GET")
    assert client.get("/uy/1930").json() == ["uy", 1930]
    assert shown(client.get("/uy/x")) == [[INT, ["path", "year"], "x"]]


def test_an_optional_group_has_a_default_of_its_own() -> None:
    start = date(1930, 7, 13)

    def read(
        p: Annotated[Range | None, Query(default_factory=lambda: Range(start=start, end=start))],
    ) -> Any:
        return p

    assert serve("/", read, "GET").get("/").json() == {"start": "1930-07-13", "end": "1930-07-13"}


@given(st.sets(st.sampled_from(["start", "end", "limit", "z"])))
def test_any_name_of_a_group_asks_for_all_of_it(names: set[str]) -> None:
    values = {"start": "2026-01-01", "end": "2026-01-02", "limit": "5", "z": "1"}
    answer = OPTIONAL.get("/", params={name: values[name] for name in names})
    sent = names & {"start", "end"}
    assert answer.status_code == (200 if len(sent) != 1 else 422)
    if answer.status_code == 200:
        assert (answer.json()[0] is None) == (not sent)


OPTIONAL = serve("/", optional, "GET")


def models(p: Annotated[Page | Range, Query()]) -> None: ...


def many(p: Annotated[list[Page], Query()]) -> None: ...


def listed(p: Annotated[RootModel[list[int]], Query()]) -> None: ...


@pytest.mark.parametrize("endpoint", [models, many, listed], ids=label)
def test_what_is_not_one_model_is_refused(endpoint: Callable[..., Any]) -> None:
    with pytest.raises(InvalidParameter, match="cannot be read from it"):
        NotebookAPI().get("/")(endpoint)


def single(a: Annotated[int, Query(validation_alias=AliasChoices("one", "two"))]) -> Any:
    return a


def in_body(
    a: Annotated[int, Body(embed=True, validation_alias=AliasChoices("one", "two"))],
) -> Any:
    return a


def test_an_error_stands_at_the_name_that_was_sent() -> None:
    answer = serve("/", single, "GET").get("/?two=x")
    assert answer.json()["detail"][0]["loc"] == ["query", "two"]
    answer = serve("/", in_body).post("/", json={"two": "x"})
    assert answer.json()["detail"][0]["loc"] == ["body", "two"]
    assert serve("/", in_body).post("/", json={"two": 2, "one": 1}).json() == 1
