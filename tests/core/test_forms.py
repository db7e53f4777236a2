"""Fields, models and unions of models that are read from a form."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Annotated, Any, Literal

import pytest
from pydantic import AliasChoices, BaseModel, ConfigDict, Discriminator, Field, Json, RootModel, Tag

from notebookapi import Body, Depends, Form, NotebookAPI, param_functions, params
from notebookapi.exceptions import MissingMultipart
from tests.core.serving import label, serve

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


class Profile(BaseModel):
    name: str
    nick_name: str = "none"
    tags: list[str] = []


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    a: int = 0


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    a: int = 0


class Person(BaseModel):
    kind: Literal["person"]
    name: str


class Company(BaseModel):
    kind: Literal["company"]
    seats: list[int] = []


class Boat(BaseModel):
    length: int


class Car(BaseModel):
    wheels: int


@dataclass
class Point:
    x: int


def text(a: Annotated[str, Form()]) -> Any:
    return a


def number(a: Annotated[int, Form()]) -> Any:
    return a


def defaulted(a: Annotated[str, Form()] = "d") -> Any:
    return a


def non_annotated(a: str = Form("d", min_length=2)) -> Any:
    return a


def nullable(a: Annotated[str | None, Form()] = None) -> Any:
    return a


def several(a: Annotated[list[int], Form()]) -> Any:
    return a


def several_defaulted(a: Annotated[list[str], Form()] = ["d"]) -> Any:  # noqa: B006  # copied
    return a


def pair(a: Annotated[int, Form()], b: Annotated[str, Form(alias="bee")]) -> Any:
    return [a, b]


def as_json(a: Annotated[Json[list[int]], Form()]) -> Any:
    return a


def model_as_json(a: Annotated[Json[Profile], Form()]) -> Any:
    return a.name


def choices(a: Annotated[int, Form(validation_alias=AliasChoices("one", "two"))]) -> Any:
    return a


def data_class(a: Annotated[Point, Form()]) -> Any:
    return a


FIELDS: list[tuple[Callable[..., Any], dict[str, Any], int, Any]] = [
    (text, {"a": "x"}, 200, "x"),
    (text, {"a": ""}, 422, [["missing", ["body", "a"], None]]),
    (text, {}, 422, [["missing", ["body", "a"], None]]),
    (text, {"a": ["x", "y"]}, 200, "y"),
    (number, {"a": "1"}, 200, 1),
    (number, {"a": "x"}, 422, [["int_parsing", ["body", "a"], "x"]]),
    (defaulted, {"a": "x"}, 200, "x"),
    (defaulted, {"a": ""}, 200, "d"),
    (defaulted, {}, 200, "d"),
    (non_annotated, {}, 200, "d"),
    (non_annotated, {"a": "x"}, 422, [["string_too_short", ["body", "a"], "x"]]),
    (nullable, {"a": ""}, 200, None),
    (several, {"a": ["1", "2"]}, 200, [1, 2]),
    (several, {"a": "1"}, 200, [1]),
    (several, {"a": ["1", ""]}, 422, [["int_parsing", ["body", "a", 1], ""]]),
    (several, {}, 422, [["missing", ["body", "a"], None]]),
    (several_defaulted, {}, 200, ["d"]),
    (several_defaulted, {"a": ""}, 200, [""]),
    (pair, {"a": "1", "bee": "2"}, 200, [1, "2"]),
    (pair, {"a": "", "b": "2"}, 422, [["missing", ["body", "a"], None],
                                      ["missing", ["body", "bee"], None]]),
    (as_json, {"a": "[1, 2]"}, 200, [1, 2]),
    (as_json, {"a": "x"}, 422, [["json_invalid", ["body", "a"], "x"]]),
    (model_as_json, {"a": '{"name": "x"}'}, 200, "x"),
    (choices, {"two": "2"}, 200, 2),
    (choices, {"two": "2", "one": "1"}, 200, 1),
    (choices, {"two": "2", "one": ""}, 200, 2),
    (choices, {"two": "x"}, 422, [["int_parsing", ["body", "two"], "x"]]),
    (choices, {"a": "1"}, 422, [["missing", ["body", "one"], None]]),
    (data_class, {"x": "1"}, 422, [["missing", ["body", "a"], None]]),
]  # fmt: skip


def shown(answer: Any) -> Any:
    """Return the answer, or type, place and input of each error."""
    if answer.status_code == 200:
        return answer.json()
    return [[e["type"], e["loc"], e["input"]] for e in answer.json()["detail"]]


@pytest.mark.parametrize("encoding", [URLENCODED, MULTIPART])
@pytest.mark.parametrize(("endpoint", "sent", "status", "expected"), FIELDS, ids=label)
def test_field(
    endpoint: Callable[..., Any], sent: dict[str, Any], status: int, expected: Any, encoding: str
) -> None:
    client = serve("/", endpoint)
    if encoding == URLENCODED:
        answer = client.post("/", data=sent)
    else:
        parts = [(k, (None, one)) for k, v in sent.items() for one in ([v] if v == str(v) else v)]
        answer = client.post("/", files=parts)
    assert (answer.status_code, shown(answer)) == (status, expected)


@pytest.mark.parametrize("sent", [{"json": {"a": "x"}}, {"content": b"a=x"}, {}], ids=str)
def test_what_is_not_a_form_is_an_empty_one(sent: dict[str, Any]) -> None:
    answer = serve("/", text).post("/", **sent)
    assert shown(answer) == [["missing", ["body", "a"], None]]


def one(p: Annotated[Profile, Form()]) -> Any:
    return p


def closed(p: Annotated[Closed, Form()]) -> Any:
    return p


def opened(p: Annotated[Open, Form()]) -> Any:
    return p


def closed_beside(p: Annotated[Closed, Form()], t: Annotated[str, Form()] = "") -> Any:
    return [p, t]


def opened_beside(p: Annotated[Open, Form()], t: Annotated[str, Form()] = "") -> Any:
    return [p, t]


def two(p: Annotated[Profile, Form()], q: Annotated[Boat, Form()]) -> Any:
    return [p.name, q.length]


def depending(p: Annotated[Profile, Depends(one)], q: Annotated[Boat, Form()]) -> Any:
    return [p.name, q.length]


def optional(t: Annotated[str, Form()], p: Annotated[Profile | None, Form()] = None) -> Any:
    return [t, p and p.name]


def optional_alone(p: Annotated[Profile | None, Form()] = None) -> Any:
    return p and p.name


def needed(p: Annotated[Profile | None, Form()]) -> Any:
    return p and p.name


def union(p: Annotated[Boat | Car, Form()]) -> Any:
    return p


def union_or_none(t: Annotated[str, Form()], p: Annotated[Boat | Car | None, Form()] = None) -> Any:
    return [t, p]


def told_apart(p: Annotated[Person | Company, Form(discriminator="kind")]) -> Any:
    return p


def told_apart_or_none(
    p: Annotated[Person | Company | None, Form(discriminator="kind")] = None,
) -> Any:
    return p


def told_apart_inside(
    p: Annotated[Annotated[Person | Company, Field(discriminator="kind")] | None, Form()] = None,
) -> Any:
    return p


def by_function(
    p: Annotated[
        Annotated[Boat, Tag("boat")] | Annotated[Car, Tag("car")],
        Form(discriminator=Discriminator(lambda sent: "boat" if "length" in sent else "car")),
    ],
) -> Any:
    return p


def anything(p: Annotated[RootModel[dict[str, int]], Form()]) -> Any:
    return p


PLAIN = {"name": "x", "nick_name": "none", "tags": []}
MODELS: list[tuple[Callable[..., Any], dict[str, Any], int, Any]] = [
    (one, {"name": "x"}, 200, PLAIN),
    (one, {"name": "x", "tags": ["1", "2"]}, 200, {**PLAIN, "tags": ["1", "2"]}),
    (one, {"name": "x", "tags": ""}, 200, {**PLAIN, "tags": [""]}),
    (one, {"name": ["x", "y"], "unknown": "1"}, 200, {**PLAIN, "name": "y"}),
    (one, {"name": "", "nick_name": ""}, 422, [["missing", ["body", "name"], {}]]),
    (one, {"tags": "1"}, 422, [["missing", ["body", "name"], {"tags": ["1"]}]]),
    (closed, {}, 200, {"a": 0}),
    (closed, {"a": ""}, 200, {"a": 0}),
    (closed, {"a": "1", "z": "2"}, 422, [["extra_forbidden", ["body", "z"], "2"]]),
    (closed, {"z": ["2", "3"]}, 422, [["extra_forbidden", ["body", "z"], ["2", "3"]]]),
    (closed_beside, {"a": "1", "t": "2"}, 422, [["extra_forbidden", ["body", "t"], "2"]]),
    (opened, {"z": ["1", "2"], "e": ""}, 200, {"a": 0, "z": ["1", "2"], "e": ""}),
    (opened_beside, {"t": "1"}, 200, [{"a": 0, "t": "1"}, "1"]),
    (two, {"name": "x", "length": "3"}, 200, ["x", 3]),
    (two, {}, 422, [["missing", ["body", "name"], {}], ["missing", ["body", "length"], {}]]),
    (depending, {"name": "x", "length": "3"}, 200, ["x", 3]),
    (optional, {"t": "1"}, 200, ["1", None]),
    (optional, {"t": "1", "name": "x"}, 200, ["1", "x"]),
    (optional, {"t": "1", "name": ""}, 422, [["missing", ["body", "name"], {"t": "1"}]]),
    (optional, {"t": "1", "nick_name": "x"}, 422,
     [["missing", ["body", "name"], {"nick_name": "x", "t": "1"}]]),
    (optional_alone, {}, 200, None),
    (optional_alone, {"unknown": "1"}, 200, None),
    (optional_alone, {"name": "x"}, 200, "x"),
    (needed, {}, 422, [["missing", ["body"], None]]),
    (union, {"length": "1"}, 200, {"length": 1}),
    (union, {"wheels": "4"}, 200, {"wheels": 4}),
    (union, {"wheels": ""}, 422, [["missing", ["body", "Boat", "length"], {"wheels": ""}],
                                  ["missing", ["body", "Car", "wheels"], {}]]),
    (union_or_none, {"t": "1"}, 200, ["1", None]),
    (union_or_none, {"t": "1", "wheels": "4"}, 200, ["1", {"wheels": 4}]),
    (told_apart, {"kind": "person", "name": "x"}, 200, {"kind": "person", "name": "x"}),
    (told_apart, {"kind": "company", "seats": "3"}, 200, {"kind": "company", "seats": [3]}),
    (told_apart, {"kind": "person"}, 422,
     [["missing", ["body", "person", "name"], {"kind": "person"}]]),
    (told_apart, {"kind": "x"}, 422, [["union_tag_invalid", ["body"], {"kind": "x"}]]),
    (told_apart, {}, 422, [["union_tag_not_found", ["body"], {}]]),
    (told_apart_or_none, {}, 200, None),
    (told_apart_or_none, {"kind": "company"}, 200, {"kind": "company", "seats": []}),
    (told_apart_inside, {}, 200, None),
    (told_apart_inside, {"kind": "company"}, 200, {"kind": "company", "seats": []}),
    (by_function, {"length": "1"}, 200, {"length": 1}),
    (by_function, {"wheels": "4"}, 200, {"wheels": 4}),
    (anything, {"a": "1", "b": "2"}, 200, {"a": 1, "b": 2}),
]  # fmt: skip


@pytest.mark.parametrize(("endpoint", "sent", "status", "expected"), MODELS, ids=label)
def test_model(
    endpoint: Callable[..., Any], sent: dict[str, Any], status: int, expected: Any
) -> None:
    answer = serve("/", endpoint).post("/", data=sent)
    assert (answer.status_code, shown(answer)) == (status, expected)


def body_and_form(a: Annotated[int, Body()], b: Annotated[int, Form()]) -> Any:
    return a + b


def test_a_body_beside_a_form_is_one_of_its_fields() -> None:
    assert serve("/", body_and_form).post("/", data={"a": "1", "b": "2"}).json() == 3
    assert serve("/", body_and_form).post("/", json={"a": 1, "b": 2}).status_code == 422


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "OPTIONS", "TRACE"])
def test_a_form_comes_with_any_method(method: str) -> None:
    assert serve("/", text, method).request(method, "/", data={"a": "x"}).json() == "x"


@pytest.mark.parametrize(
    ("there", "message"),
    [((), "pip install python-multipart"), (("multipart",), "another package: remove it first")],
)
def test_without_its_parser_a_form_is_refused_when_it_is_declared(
    there: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("python_multipart", "multipart"):
        module = ModuleType(name)
        module.__spec__ = ModuleSpec(name, None)
        # None in `sys.modules`: as if it were not installed.
        monkeypatch.setitem(sys.modules, name, module if name in there else None)
    app = NotebookAPI()
    with pytest.raises(MissingMultipart, match=message):
        app.post("/")(text)
    assert issubclass(MissingMultipart, ImportError)
    monkeypatch.undo()
    app.post("/")(text)


def test_a_form_is_a_body_and_a_file_is_a_form() -> None:
    form, file = param_functions.Form(title="x"), param_functions.File()
    assert isinstance(form, params.Body) and isinstance(file, params.Form)
    assert (form.media_type, file.media_type, form.title) == (URLENCODED, MULTIPART, "x")
