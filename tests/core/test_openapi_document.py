"""The OpenAPI document: what it says, and that it is one."""

from enum import Enum, IntEnum
from typing import Annotated, Any, Literal

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel, ConfigDict, Field, computed_field

from notebookapi import APIRouter, Body, Cookie, Depends, Header, NotebookAPI, Path, Query
from notebookapi.responses import HTMLResponse, RedirectResponse
from notebookapi.routing import APIRoute


class Kind(Enum):
    A = "a"


class Status(IntEnum):
    OK = 202


class Tag(Enum):
    T = "tag"


class Item(BaseModel):
    """An item.\f Not for readers."""

    name: str
    size: int = 3
    kind: Kind | None = None
    inside: list["Item"] = []


class Area(BaseModel):
    side: float

    @computed_field
    def area(self) -> float:
        return self.side**2


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


class Problem(BaseModel):
    text: str


class Aliased(BaseModel):
    model_config = ConfigDict(populate_by_name=True)
    snake: int = Field(alias="camelCase")


def document(app: NotebookAPI) -> dict[str, Any]:
    made = app.openapi()
    OpenAPIV31SpecValidator(made).validate()
    return made


def operation(app: NotebookAPI, path: str = "/", method: str = "get") -> dict[str, Any]:
    made: dict[str, Any] = document(app)["paths"][path][method]
    return made


def test_the_head_of_the_document() -> None:
    app = NotebookAPI(
        title="T", summary="S", description="D", version="2", terms_of_service="https://x.org/t",
        contact={"name": "N"}, license_info={"name": "MIT", "identifier": "MIT"},
        servers=[{"url": "https://x.org"}], openapi_tags=[{"name": "a"}],
        openapi_external_docs={"url": "https://x.org/d"},
    )  # fmt: skip
    app.get("/")(lambda: None)
    made = document(app)
    assert list(made) == ["openapi", "info", "servers", "paths", "tags", "externalDocs"]
    assert made["openapi"] == "3.1.0"
    assert made["info"] == {
        "title": "T", "summary": "S", "description": "D", "termsOfService": "https://x.org/t",
        "contact": {"name": "N"}, "license": {"name": "MIT", "identifier": "MIT"}, "version": "2",
    }  # fmt: skip


def test_an_operation_in_words() -> None:
    app = NotebookAPI()

    @app.get("/{a:int}", tags=[Tag.T, "plain"], status_code=Status.OK, deprecated=True)
    def read_one_thing(a: int) -> None:
        """Read it.

        In full.
        \f
        Not for readers.
        """

    made = operation(app, "/{a}")
    assert made["summary"] == "Read One Thing"
    assert made["description"] == "Read it.\n\nIn full."
    assert made["operationId"] == "read_one_thing__a__get"
    assert (made["tags"], made["deprecated"]) == (["tag", "plain"], True)
    assert list(made["responses"]) == ["202", "422"]


def test_parameters() -> None:
    app = NotebookAPI()

    def dependency(q: int, shared: int = 1) -> None: ...

    @app.get("/{p}")
    def endpoint(
        p: Annotated[int, Path(ge=1, description="which")],
        needed: Annotated[None, Depends(dependency)],
        shared: int,
        x_token: Annotated[list[str], Header()],
        hidden: Annotated[int, Query(include_in_schema=False)] = 0,
        old: Annotated[Kind | None, Query(deprecated=True, alias="oldName")] = None,
        session: Annotated[str, Cookie(openapi_examples={"one": {"value": "x"}})] = "d",
    ) -> None: ...

    assert operation(app, "/{p}")["parameters"] == [
        {
            "name": "p", "in": "path", "required": True, "description": "which",
            "schema": {"type": "integer", "minimum": 1, "description": "which", "title": "P"},
        },
        {
            "name": "shared", "in": "query", "required": True,
            "schema": {"type": "integer", "title": "Shared"},
        },
        {
            "name": "oldName", "in": "query", "required": False, "deprecated": True,
            "schema": {
                "anyOf": [{"$ref": "#/components/schemas/Kind"}, {"type": "null"}],
                "title": "Oldname", "deprecated": True,
            },
        },
        {
            "name": "q", "in": "query", "required": True,
            "schema": {"type": "integer", "title": "Q"},
        },
        {
            "name": "x-token", "in": "header", "required": True,
            "schema": {"type": "array", "items": {"type": "string"}, "title": "X-Token"},
        },
        {
            "name": "session", "in": "cookie", "required": False,
            "examples": {"one": {"value": "x"}},
            "schema": {"type": "string", "default": "d", "title": "Session"},
        },
    ]  # fmt: skip


def one(item: Item) -> None: ...


def optional(item: Item | None = None) -> None: ...


def embedded(item: Annotated[Item, Body(embed=True)]) -> None: ...


def two(item: Item, k: Annotated[int, Body(ge=1)] = 1) -> None: ...


def text(data: Annotated[bytes, Body(media_type="application/x-raw")]) -> None: ...


def either(pet: Annotated[Cat | Dog, Body(discriminator="kind")]) -> None: ...


REF = "#/components/schemas/"
BODIES: list[tuple[Any, bool, str, dict[str, Any]]] = [
    (one, True, "application/json", {"$ref": f"{REF}Item"}),
    (optional, False, "application/json",
     {"anyOf": [{"$ref": f"{REF}Item"}, {"type": "null"}], "title": "Item"}),
    (embedded, True, "application/json", {"$ref": f"{REF}Body_embedded__post"}),
    (two, True, "application/json", {"$ref": f"{REF}Body_two__post"}),
    (text, True, "application/x-raw",
     {"type": "string", "contentMediaType": "application/octet-stream", "title": "Data"}),
    (either, True, "application/json", {
        "oneOf": [{"$ref": f"{REF}Cat"}, {"$ref": f"{REF}Dog"}],
        "discriminator": {"propertyName": "kind", "mapping": {
            "cat": f"{REF}Cat", "dog": f"{REF}Dog"}},
        "title": "Pet",
    }),
]  # fmt: skip


@pytest.mark.parametrize(
    ("endpoint", "required", "kind", "schema"), BODIES, ids=lambda v: getattr(v, "__name__", "")
)
def test_request_body(endpoint: Any, required: bool, kind: str, schema: dict[str, Any]) -> None:
    app = NotebookAPI()
    app.post("/")(endpoint)
    body = operation(app, "/", "post")["requestBody"]
    assert body.get("required", False) is required
    assert body["content"] == {kind: {"schema": schema}}


def test_components() -> None:
    app = NotebookAPI()
    app.post("/")(two)
    schemas = document(app)["components"]["schemas"]
    assert sorted(schemas) == [
        "Body_two__post", "HTTPValidationError", "Item", "Kind", "ValidationError",
    ]  # fmt: skip
    assert schemas["Item"]["description"] == "An item."
    assert schemas["Body_two__post"] == {
        "title": "Body_two__post",
        "type": "object",
        "properties": {
            "item": {"$ref": f"{REF}Item"},
            "k": {"type": "integer", "minimum": 1, "default": 1, "title": "K"},
        },
        "required": ["item"],
    }


@pytest.mark.parametrize(
    ("separate", "names"), [(True, {"Item-Input", "Item-Output"}), (False, {"Item"})]
)
def test_a_model_is_read_and_written(separate: bool, names: set[str]) -> None:
    app = NotebookAPI(separate_input_output_schemas=separate)

    @app.post("/")
    def endpoint(item: Item, area: Area, same: Aliased) -> list[Item | Area | Aliased]:
        return []

    schemas = set(document(app)["components"]["schemas"])
    # What is computed is only ever written: there are two schemas in any case.
    assert schemas == {
        "Kind", "Aliased", "Area-Input", "Area-Output", "Body_endpoint__post",
        "HTTPValidationError", "ValidationError", *names,
    } or not separate  # fmt: skip
    assert names <= schemas or not separate


def test_responses() -> None:
    app = NotebookAPI()
    responses: dict[int | str, dict[str, Any]] = {
        404: {"model": Problem},
        "5xx": {"description": "ours"},
        "default": {"model": Problem, "content": {"text/plain": {}}},
        418: {},
        200: {"content": {"image/png": {}}},
        299: {},
    }
    app.get("/", responses=responses, response_description="fine")(item_or_none)
    made = operation(app)["responses"]
    problem = {"application/json": {"schema": {"$ref": f"{REF}Problem"}}}
    assert made == {
        "200": {
            "description": "fine",
            "content": {
                "application/json": {
                    "schema": {
                        "anyOf": [{"$ref": f"{REF}Item"}, {"type": "null"}],
                        "title": "Response Item Or None  Get",
                    }
                },
                "image/png": {},
            },
        },
        "404": {"description": "Not Found", "content": problem},
        "5XX": {"description": "ours"},
        "default": {"description": "Default Response", "content": {**problem, "text/plain": {}}},
        "418": {"description": "I'm a Teapot"},
        "299": {"description": "Additional Response"},
    }


def item_or_none() -> Item | None:
    return None


def test_responses_of_classes_without_json() -> None:
    app = NotebookAPI()
    app.get("/html", response_class=HTMLResponse)(lambda: "")
    app.get("/there", response_class=RedirectResponse)(lambda: "")
    app.get("/nothing", status_code=204)(lambda: None)
    paths = document(app)["paths"]
    assert {path: paths[path]["get"]["responses"] for path in paths} == {
        "/html": {
            "200": {
                "description": "Successful Response",
                "content": {"text/html": {"schema": {"type": "string"}}},
            }
        },
        "/there": {"307": {"description": "Successful Response"}},
        "/nothing": {"204": {"description": "Successful Response"}},
    }


@pytest.mark.parametrize("declared", [422, "4XX", "default"])
def test_a_declared_422_is_left_alone(declared: int | str) -> None:
    app = NotebookAPI()
    app.get("/", responses={declared: {"description": "own"}})(query)
    made = document(app)
    assert made["paths"]["/"]["get"]["responses"][str(declared)] == {"description": "own"}
    assert "components" not in made


def query(q: int) -> None: ...


def test_operation_ids_of_several_methods_are_unique_and_the_same_every_time() -> None:
    def ids(**options: Any) -> dict[str, str]:
        app = NotebookAPI()
        app.api_route("/a", methods=["PUT", "GET", "POST"], **options)(query)
        return {
            method: made["operationId"] for method, made in document(app)["paths"]["/a"].items()
        }

    assert ids() == {"get": "query_a_get", "post": "query_a_post", "put": "query_a_put"}
    assert ids(operation_id="own") == {"get": "own", "post": "own_post", "put": "own_put"}
    assert ids(generate_unique_id_function=lambda route: route.name) == {
        "get": "query", "post": "query_post", "put": "query_put",
    }  # fmt: skip


def test_a_duplicate_operation_id_warns_and_names_both() -> None:
    app = NotebookAPI()
    app.get("/a", operation_id="same")(query)
    app.get("/b", operation_id="same")(one)
    with pytest.warns(UserWarning, match=r"Operation ID same .*one at /b: query at /a"):
        app.openapi()


def test_options_may_be_assigned_to_a_route() -> None:
    app, router = NotebookAPI(), APIRouter()
    app.get("/a")(query)
    router.get("/b")(query)
    app.include_router(router)
    for route in app.routes:
        if isinstance(route, APIRoute):
            route.operation_id = route.name
            route.description = "Said later."
    assert operation(app, "/a")["operationId"] == "query"
    assert operation(app, "/a")["description"] == "Said later."
    assert operation(app, "/b")["operationId"] == "query_b_get"


def test_openapi_extra_is_merged() -> None:
    app = NotebookAPI()
    extra = {"x-own": 1, "tags": ["more"], "responses": {"200": {"description": "own"}}}
    app.get("/", tags=["t"], openapi_extra=extra)(lambda: None)
    made = operation(app)
    assert (made["x-own"], made["tags"]) == (1, ["t", "more"])
    assert made["responses"]["200"]["description"] == "own"
    assert "content" in made["responses"]["200"]


def test_two_models_of_one_name_keep_apart() -> None:
    def made(field: str) -> type[BaseModel]:
        return type("Same", (BaseModel,), {"__annotations__": {field: int}, "__module__": field})

    app = NotebookAPI()
    app.get("/a", response_model=made("a"))(lambda: None)
    app.get("/b", response_model=made("b"))(lambda: None)
    assert sorted(document(app)["components"]["schemas"]) == ["a__Same", "b__Same"]


def test_the_shadowed_operation_is_not_documented() -> None:
    def first(a: int) -> None: ...

    def second(a: str) -> None: ...

    app = NotebookAPI()
    app.get("/{a:int}")(first)
    app.get("/{a}")(second)
    assert operation(app, "/{a}")["summary"] == "First"
