"""Operations: ids at each level, responses, examples, what is merged, what is left out."""

from datetime import date
from enum import Enum
from http import HTTPStatus
from typing import Annotated, Any

import pytest
from pydantic import AnyUrl, BaseModel

from notebookapi import APIRouter, Body, Depends, Header, NotebookAPI, Path, Query
from notebookapi.routing import APIRoute
from tests.core.documents import components, document, media, operation


class Problem(BaseModel):
    since: date


class Kind(Enum):
    A = "a"


def endpoint() -> None: ...


def query(q: int) -> None: ...


def by(word: str) -> dict[str, Any]:
    return {"generate_unique_id_function": lambda route: f"{word}_{route.name}"}


LEVELS: list[tuple[list[str], str]] = [
    ([], "endpoint_x_get"),
    (["application"], "application_endpoint"),
    (["application", "inclusion"], "inclusion_endpoint"),
    (["application", "inclusion", "router"], "router_endpoint"),
    (["application", "inclusion", "router", "operation"], "operation_endpoint"),
    (["application", "operation"], "operation_endpoint"),
    (["inclusion", "router"], "router_endpoint"),
]


@pytest.mark.parametrize(("levels", "expected"), LEVELS, ids=str)
def test_the_nearest_function_makes_the_operation_id(levels: list[str], expected: str) -> None:
    def at(level: str) -> dict[str, Any]:
        return by(level) if level in levels else {}

    app, router = NotebookAPI(**at("application")), APIRouter(**at("router"))
    router.get("/x", **at("operation"))(endpoint)
    app.include_router(router, **at("inclusion"))
    assert operation(app, "/x")["operationId"] == expected


def test_the_function_sees_the_route_as_it_is_served() -> None:
    seen: list[APIRoute] = []

    def make(route: APIRoute) -> str:
        seen.append(route)
        return f"{route.tags}-{route.path_format}-{route.name}-{sorted(route.methods)}"

    app, router = NotebookAPI(generate_unique_id_function=make), APIRouter(tags=["t"])
    router.get("/x/{a:int}", name="own")(path)
    app.include_router(router, prefix="/p")
    made = operation(app, "/p/x/{a}")
    assert made["operationId"] == "['t']-/p/x/{a}-own-['GET']"
    assert isinstance(seen[0], APIRoute)


def test_an_id_of_an_operations_own_wins_and_names_its_body() -> None:
    app = NotebookAPI(**by("application"))

    @app.post("/", operation_id="given")
    def create(a: Annotated[int, Body()], b: Annotated[int, Body()]) -> int:
        return 1

    made = operation(app, "/", "post")
    assert made["operationId"] == "given"
    assert made["requestBody"]["content"] == media("Body_given")
    # `title` puts a capital at each start of a word.
    schema = made["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema == {"title": "Response Given", "type": "integer"}


MERGED: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ({"x-a": 1}, {}, {"x-a": 1}),
    ({"tags": ["b"]}, {"tags": ["a"]}, {"tags": ["a", "b"]}),
    ({"summary": "own"}, {}, {"summary": "own"}),
    ({"externalDocs": {"url": AnyUrl("https://x.org/")}}, {},
     {"externalDocs": {"url": "https://x.org/"}}),
    ({"x-deep": {"kinds": {Kind.A: (Kind.A, 1)}}}, {}, {"x-deep": {"kinds": {"a": ["a", 1]}}}),
    ({"x-day": Problem(since=date(2026, 1, 2))}, {}, {"x-day": {"since": "2026-01-02"}}),
    ({"security": [{"own": []}]}, {}, {"security": [{"own": []}]}),
    ({"servers": [{"url": "https://files.x.org"}]}, {},
     {"servers": [{"url": "https://files.x.org"}]}),
]  # fmt: skip


@pytest.mark.parametrize(("extra", "options", "expected"), MERGED, ids=str)
def test_openapi_extra(
    extra: dict[str, Any], options: dict[str, Any], expected: dict[str, Any]
) -> None:
    app = NotebookAPI()
    app.get("/", openapi_extra=extra, **options)(endpoint)
    made = operation(app)
    assert {key: made[key] for key in expected} == expected
    assert {"operationId", "responses"} <= made.keys()


def test_openapi_extra_may_describe_a_body_that_the_endpoint_reads_itself() -> None:
    app = NotebookAPI()
    schema = Problem.model_json_schema()
    body = {"required": True, "content": {"application/yaml": {"schema": schema}}}
    app.post("/", openapi_extra={"requestBody": body})(endpoint)
    made = operation(app, "/", "post")
    assert made["requestBody"] == body
    assert list(made["responses"]) == ["200"]


def test_what_a_program_gave_stays_as_it_was() -> None:
    extra: dict[str, Any] = {"x-a": {"b": []}}
    responses: dict[int | str, Any] = {404: {"content": {"text/plain": {}}}}
    app = NotebookAPI(servers=[{"url": "/a"}], contact={"name": "n"})
    app.get("/", openapi_extra=extra, responses=responses)(endpoint)
    made = document(app)
    made["paths"]["/"]["get"]["x-a"]["b"].append(1)
    made["paths"]["/"]["get"]["responses"]["404"]["content"].clear()
    made["servers"][0]["url"] = "/b"
    made["info"]["contact"]["name"] = "m"
    assert extra == {"x-a": {"b": []}}
    assert responses == {404: {"content": {"text/plain": {}}}}
    assert (app.servers, app.contact) == ([{"url": "/a"}], {"name": "n"})


LINK = {"self": {"operationId": "endpoint__get", "parameters": {"q": "$response.body#/q"}}}
HEADER = {"X-Rate": {"schema": {"type": "integer"}}}
OLD = Problem(since=date(2026, 1, 2))
RESPONSES: list[tuple[int | str, dict[str, Any], str, dict[str, Any]]] = [
    (404, {"model": Problem}, "404", {"description": "Not Found", "content": media("Problem")}),
    ("404", {"description": "d"}, "404", {"description": "d"}),
    (HTTPStatus.CONFLICT, {}, "409", {"description": "Conflict"}),
    ("4xx", {}, "4XX", {"description": "Client Error"}),
    ("1XX", {}, "1XX", {"description": "Information"}),
    ("2XX", {}, "2XX", {"description": "Success"}),
    ("3XX", {}, "3XX", {"description": "Redirection"}),
    ("5XX", {"model": Problem}, "5XX",
     {"description": "Server Error", "content": media("Problem")}),
    ("default", {}, "default", {"description": "Default Response"}),
    ("DEFAULT", {}, "default", {"description": "Default Response"}),
    (599, {}, "599", {"description": "Additional Response"}),
    (404, {"links": LINK, "headers": HEADER}, "404",
     {"description": "Not Found", "links": LINK, "headers": HEADER}),
    (404, {"model": Problem, "content": {"application/json": {"example": OLD}}},
     "404", {"description": "Not Found", "content": {"application/json": {
         **media("Problem")["application/json"], "example": {"since": "2026-01-02"}}}}),
    (404, {"model": list[Problem]}, "404", {"description": "Not Found", "content": {
        "application/json": {"schema": {
            "title": "Response 404 Endpoint  Get", "type": "array",
            "items": {"$ref": "#/components/schemas/Problem"}}}}}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "declared", "key", "expected"), RESPONSES, ids=str)
def test_response(
    code: int | str, declared: dict[str, Any], key: str, expected: dict[str, Any]
) -> None:
    app = NotebookAPI()
    app.get("/", responses={code: declared})(endpoint)
    assert operation(app)["responses"][key] == expected


def test_responses_of_all_levels_and_the_operation_wins() -> None:
    def saying(word: str, *codes: int) -> dict[int | str, dict[str, Any]]:
        return {code: {"description": word} for code in codes}

    app = NotebookAPI(responses=saying("application", 401, 402, 403, 404))
    router = APIRouter(responses=saying("router", 403, 404))
    router.get("/", responses=saying("operation", 404))(endpoint)
    app.include_router(router, responses=saying("inclusion", 402, 403, 404))
    made = operation(app)["responses"]
    del made["200"]
    assert {code: response["description"] for code, response in made.items()} == {
        "401": "application", "402": "inclusion", "403": "router", "404": "operation",
    }  # fmt: skip


def header(x: Annotated[int, Header()]) -> None: ...


def path(a: int) -> None: ...


def hidden(q: Annotated[int, Query(include_in_schema=False)] = 1) -> None: ...


def body(a: Annotated[int, Body()]) -> None: ...


def below(found: Annotated[None, Depends(query)]) -> None: ...


@pytest.mark.parametrize(
    ("function", "expected"),
    [(endpoint, False), (query, True), (header, True), (path, True), (hidden, True), (body, True),
     (below, True)],
)  # fmt: skip
def test_a_422_is_described_where_something_is_read(function: Any, expected: bool) -> None:
    app = NotebookAPI()
    app.post("/{a}" if function is path else "/")(function)
    (item,) = document(app)["paths"].values()
    assert ("422" in item["post"]["responses"]) is expected
    assert ("HTTPValidationError" in components(app)) is expected


def test_the_errors_components() -> None:
    app = NotebookAPI()
    app.get("/")(query)
    made = components(app)
    assert made["HTTPValidationError"]["properties"]["detail"]["items"] == {
        "$ref": "#/components/schemas/ValidationError"
    }
    error = made["ValidationError"]
    assert list(error["properties"]) == ["loc", "msg", "type", "input", "ctx"]
    assert error["required"] == ["loc", "msg", "type"]


@pytest.mark.parametrize(
    ("template", "schema"),
    [
        ("/{shop_id}", {"type": "string"}),
        ("/{shop_id:int}", {"type": "integer"}),
        ("/{shop_id:float}", {"type": "number"}),
        ("/{shop_id:uuid}", {"type": "string", "format": "uuid"}),
        ("/{shop_id:path}", {"type": "string"}),
    ],
)
def test_a_path_parameter_that_nothing_reads_is_described(
    template: str, schema: dict[str, Any]
) -> None:
    app, router = NotebookAPI(), APIRouter()
    router.get("/x/{a}")(path)
    app.include_router(router, prefix=template)
    first, second = operation(app, "/{shop_id}/x/{a}")["parameters"]
    assert first == {
        "name": "shop_id", "in": "path", "required": True,
        "schema": {**schema, "title": "Shop Id"},
    }  # fmt: skip
    assert second["name"] == "a"


def test_a_path_parameter_that_is_read_and_left_out_stays_out() -> None:
    app = NotebookAPI()

    @app.get("/{a}")
    def endpoint(a: Annotated[int, Path(include_in_schema=False)]) -> None: ...

    assert "parameters" not in app.openapi()["paths"]["/{a}"]["get"]


EXAMPLES = {"one": {"summary": "S", "value": {"since": date(2026, 1, 2)}}}


def test_examples_of_parameters_and_bodies() -> None:
    app = NotebookAPI()

    @app.post("/{p}")
    def create(
        p: Annotated[str, Path(openapi_examples={"a": {"value": "x"}})],
        q: Annotated[str, Query(examples=["in the schema"])],
        h: Annotated[Kind, Header(openapi_examples={"k": {"value": Kind.A}})],
        item: Annotated[Problem, Body(openapi_examples=EXAMPLES)],
    ) -> None: ...

    made = operation(app, "/{p}", "post")
    by_name = {each["name"]: each for each in made["parameters"]}
    assert by_name["p"]["examples"] == {"a": {"value": "x"}}
    assert by_name["q"]["schema"]["examples"] == ["in the schema"]
    assert "examples" not in by_name["q"]
    assert by_name["h"]["examples"] == {"k": {"value": "a"}}
    assert made["requestBody"]["content"]["application/json"]["examples"] == {
        "one": {"summary": "S", "value": {"since": "2026-01-02"}}
    }


def test_a_parameter_that_two_dependencies_read_is_described_once_and_required_wins() -> None:
    def optional(q: int = 1, x_token: Annotated[str, Header()] = "") -> None: ...

    def needed(q: Annotated[int, Query(description="needed")]) -> None: ...

    app = NotebookAPI()
    app.get("/", dependencies=[Depends(optional), Depends(needed), Depends(optional)])(endpoint)
    made = operation(app)["parameters"]
    assert [(each["name"], each["in"], each["required"]) for each in made] == [
        ("q", "query", True), ("x-token", "header", False),
    ]  # fmt: skip
    assert made[0]["description"] == "needed"


@pytest.mark.parametrize("level", ["application", "inclusion", "router", "operation"])
def test_left_out_and_deprecated_at_each_level(level: str) -> None:
    def at(here: str, **options: Any) -> dict[str, Any]:
        return options if here == level else {}

    def made(**options: Any) -> dict[str, Any]:
        app = NotebookAPI(**at("application", **options))
        router = APIRouter(**at("router", **options))
        router.get("/", **at("operation", **options))(endpoint)
        app.include_router(router, **at("inclusion", **options))
        found: dict[str, Any] = document(app)["paths"]
        return found

    assert made(include_in_schema=False) == {}
    assert made(deprecated=True)["/"]["get"]["deprecated"] is True
    assert "deprecated" not in made()["/"]["get"]
