"""Components: which schemas models of every kind get, and under which names."""

from dataclasses import dataclass
from enum import Enum, IntEnum
from types import new_class
from typing import Annotated, Any, Generic, Literal, TypeVar

import pytest
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    Tag,
    WithJsonSchema,
    computed_field,
)
from pydantic import Discriminator as Discriminated
from typing_extensions import TypedDict  # pydantic wants this one below Python 3.12

from notebookapi import Body, NotebookAPI
from tests.core.documents import REF, components, operation

T = TypeVar("T")


class Colour(Enum):
    """A colour."""

    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1


class Item(BaseModel):
    name: str


class Defaulted(BaseModel):
    """What has a default need not be sent, and is always there in what is written."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)
    size: int = 3


class Renamed(BaseModel):
    value: int = Field(validation_alias="read", serialization_alias="written")


class Square(BaseModel):
    side: float

    @computed_field(description="In square metres.")
    def area(self) -> float:
        return self.side**2


class Page(BaseModel, Generic[T]):
    items: list[T]


class Node(BaseModel):
    value: int
    next: "Node | None"


class Tree(BaseModel):
    branches: list["Branch"]


class Branch(BaseModel):
    trees: list[Tree]


@dataclass
class Point:
    """Where it is."""

    x: int
    label: str | None = None


class Keyed(TypedDict, total=False):
    key: str


class Names(RootModel[list[str]]):
    """All names."""


class Extra(BaseModel):
    model_config = ConfigDict(
        title="In words", json_schema_extra={"examples": [{"colour": "red"}], "x-own": [1]}
    )
    colour: Colour = Field(
        description="Which.", examples=["red"], deprecated=True, json_schema_extra={"x-field": True}
    )
    level: Level
    short: Annotated[str, Field(max_length=3), Field(pattern="^a")]
    nothing: None = None


class Closed(BaseModel):
    """What is said.\f What is not.

    Not this either.
    """

    model_config = ConfigDict(extra="forbid")
    text: str = Field(description="Field.\f Hidden.")


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog", "puppy"]


class Owner(BaseModel):
    pet: Cat | Dog = Field(discriminator="kind")


SCHEMAS: list[tuple[Any, str, dict[str, Any]]] = [
    (Item, "Item", {"title": "Item", "type": "object", "required": ["name"],
                    "properties": {"name": {"title": "Name", "type": "string"}}}),
    (list[Item], "Item", {"title": "Item", "type": "object", "required": ["name"],
                          "properties": {"name": {"title": "Name", "type": "string"}}}),
    (Page[Item], "Page_Item_", {
        "title": "Page[Item]", "type": "object", "required": ["items"],
        "properties": {"items": {
            "title": "Items", "type": "array", "items": {"$ref": f"{REF}Item"}}}}),
    (Page[Page[int]], "Page_Page_int__", {
        "title": "Page[Page[int]]", "type": "object", "required": ["items"],
        "properties": {"items": {
            "title": "Items", "type": "array", "items": {"$ref": f"{REF}Page_int_"}}}}),
    (Node, "Node", {
        "title": "Node", "type": "object", "required": ["value", "next"],
        "properties": {
            "value": {"title": "Value", "type": "integer"},
            "next": {"anyOf": [{"$ref": f"{REF}Node"}, {"type": "null"}]}}}),
    (Tree, "Branch", {
        "title": "Branch", "type": "object", "required": ["trees"],
        "properties": {"trees": {
            "title": "Trees", "type": "array", "items": {"$ref": f"{REF}Tree"}}}}),
    (Colour, "Colour", {"title": "Colour", "description": "A colour.", "type": "string",
                        "enum": ["red", "blue"]}),
    (Level, "Level", {"title": "Level", "type": "integer", "enum": [1]}),
    (Keyed, "Keyed", {"title": "Keyed", "type": "object",
                      "properties": {"key": {"title": "Key", "type": "string"}}}),
    (Names, "Names", {"title": "Names", "description": "All names.", "type": "array",
                      "items": {"type": "string"}}),
    (Closed, "Closed", {
        "title": "Closed", "description": "What is said.", "type": "object", "required": ["text"],
        "additionalProperties": False,
        "properties": {
            "text": {"title": "Text", "type": "string", "description": "Field."}}}),
    (Extra, "Extra", {
        "title": "In words", "type": "object", "examples": [{"colour": "red"}], "x-own": [1],
        "required": ["colour", "level", "short"],
        "properties": {
            "colour": {"$ref": f"{REF}Colour", "description": "Which.", "examples": ["red"],
                       "deprecated": True, "x-field": True},
            "level": {"$ref": f"{REF}Level"},
            "short": {"title": "Short", "type": "string", "maxLength": 3, "pattern": "^a"},
            "nothing": {"title": "Nothing", "type": "null"}}}),
    (Owner, "Owner", {
        "title": "Owner", "type": "object", "required": ["pet"],
        "properties": {"pet": {
            "title": "Pet",
            "oneOf": [{"$ref": f"{REF}Cat"}, {"$ref": f"{REF}Dog"}],
            "discriminator": {"propertyName": "kind", "mapping": {
                "cat": f"{REF}Cat", "dog": f"{REF}Dog", "puppy": f"{REF}Dog"}}}}}),
]  # fmt: skip


@pytest.mark.parametrize(("annotation", "name", "schema"), SCHEMAS, ids=str)
def test_component(annotation: Any, name: str, schema: dict[str, Any]) -> None:
    app = NotebookAPI()

    @app.post("/")
    def endpoint(body: annotation) -> None: ...

    assert components(app)[name] == schema


def test_a_dataclass_is_read_and_written() -> None:
    app = NotebookAPI()

    @app.post("/")
    def endpoint(point: Point) -> None: ...

    assert components(app)["Point"] == {
        "title": "Point", "type": "object", "required": ["x"],
        "properties": {
            "x": {"title": "X", "type": "integer"},
            "label": {"title": "Label", "anyOf": [{"type": "string"}, {"type": "null"}]},
        },
    } | {"description": "Where it is."}  # fmt: skip


def reads_and_writes(model: Any, separate: bool = True, read: Any = None) -> NotebookAPI:
    app = NotebookAPI(separate_input_output_schemas=separate)

    def endpoint(body: Any) -> None: ...

    endpoint.__annotations__["body"] = read or model
    app.post("/", response_model=model)(endpoint)
    return app


class Wrapper(BaseModel):
    square: Square | list[int]


VARIANTS: list[tuple[Any, bool, set[str]]] = [
    (Item, True, {"Item"}),
    (Item, False, {"Item"}),
    (Defaulted, True, {"Defaulted-Input", "Defaulted-Output"}),
    (Defaulted, False, {"Defaulted"}),
    (Renamed, True, {"Renamed-Input", "Renamed-Output"}),
    (list[Defaulted], True, {"Defaulted-Input", "Defaulted-Output"}),
    (Page[Defaulted], True,
     {"Defaulted-Input", "Defaulted-Output", "Page_Defaulted_-Input", "Page_Defaulted_-Output"}),
    (Page[Defaulted], False, {"Defaulted", "Page_Defaulted_"}),
    (Square, True, {"Square-Input", "Square-Output"}),
    # What is computed is only ever written.
    (Square, False, {"Square-Input", "Square-Output"}),
    (Wrapper, False, {"Square-Input", "Square-Output", "Wrapper-Input", "Wrapper-Output"}),
]  # fmt: skip


@pytest.mark.parametrize(("model", "separate", "names"), VARIANTS, ids=str)
def test_two_schemas_only_where_they_differ(model: Any, separate: bool, names: set[str]) -> None:
    made = components(reads_and_writes(model, separate))
    assert set(made) - {"HTTPValidationError", "ValidationError"} == names


def test_what_the_two_schemas_say() -> None:
    made = components(reads_and_writes(Defaulted))
    assert "required" not in made["Defaulted-Input"]
    assert made["Defaulted-Output"]["required"] == ["size"]
    made = components(reads_and_writes(Square))
    assert list(made["Square-Input"]["properties"]) == ["side"]
    assert made["Square-Output"]["properties"]["area"] == {
        "title": "Area", "type": "number", "readOnly": True, "description": "In square metres.",
    }  # fmt: skip


def test_a_model_that_is_only_written_has_one_schema() -> None:
    made = components(reads_and_writes(Defaulted, read=Item))
    assert {"Defaulted", "Item"} <= set(made)
    assert made["Defaulted"]["required"] == ["size"]


def test_models_of_one_name_from_two_modules() -> None:
    def made(module: str, field: type) -> Any:
        space = {"__module__": module, "__annotations__": {"field": field}}
        return new_class("Same", (BaseModel,), exec_body=lambda body: body.update(space))

    app = NotebookAPI()
    app.get("/a", response_model=made("shop.first", int))(lambda: None)
    app.get("/b", response_model=made("shop.second", str))(lambda: None)
    assert set(components(app)) == {"shop__first__Same", "shop__second__Same"}
    for path, name in {"/a": "shop__first__Same", "/b": "shop__second__Same"}.items():
        content = operation(app, path)["responses"]["200"]["content"]
        assert content["application/json"]["schema"] == {"$ref": f"{REF}{name}"}


def kind_of(value: Any) -> str:
    return "cat" if "cat" in value else "dog"


UNIONS: list[tuple[Any, dict[str, Any]]] = [
    (Annotated[Cat | Dog, Body(discriminator="kind")], {
        "title": "Body", "oneOf": [{"$ref": f"{REF}Cat"}, {"$ref": f"{REF}Dog"}],
        "discriminator": {"propertyName": "kind", "mapping": {
            "cat": f"{REF}Cat", "dog": f"{REF}Dog", "puppy": f"{REF}Dog"}}}),
    (Annotated[Cat | Dog, Field(discriminator="kind")], {
        "title": "Body", "oneOf": [{"$ref": f"{REF}Cat"}, {"$ref": f"{REF}Dog"}],
        "discriminator": {"propertyName": "kind", "mapping": {
            "cat": f"{REF}Cat", "dog": f"{REF}Dog", "puppy": f"{REF}Dog"}}}),
    # A function tells them apart: there is no property to name.
    (Annotated[Annotated[Cat, Tag("cat")] | Annotated[Dog, Tag("dog")], Discriminated(kind_of)],
     {"title": "Body", "oneOf": [{"$ref": f"{REF}Cat"}, {"$ref": f"{REF}Dog"}]}),
    (Cat | Dog, {"title": "Body", "anyOf": [{"$ref": f"{REF}Cat"}, {"$ref": f"{REF}Dog"}]}),
    (dict[str, Item], {"title": "Body", "type": "object",
                       "additionalProperties": {"$ref": f"{REF}Item"}}),
    (tuple[int, str], {"title": "Body", "type": "array", "minItems": 2, "maxItems": 2,
                       "prefixItems": [{"type": "integer"}, {"type": "string"}]}),
    (Annotated[list[int], Body(min_length=1, title="Own", description="Some.")],
     {"title": "Own", "description": "Some.", "type": "array", "minItems": 1,
      "items": {"type": "integer"}}),
    (Annotated[Any, WithJsonSchema({"type": "string", "format": "own"}), Body()],
     {"title": "Body", "type": "string", "format": "own"}),
    (Annotated[Item, BeforeValidator(lambda value: value)], {"$ref": f"{REF}Item"}),
]  # fmt: skip


@pytest.mark.parametrize(("annotation", "schema"), UNIONS, ids=str)
def test_schema_of_a_body(annotation: Any, schema: dict[str, Any]) -> None:
    app = NotebookAPI()

    @app.post("/")
    def endpoint(body: annotation) -> None: ...

    content = operation(app, "/", "post")["requestBody"]["content"]
    assert content == {"application/json": {"schema": schema}}
