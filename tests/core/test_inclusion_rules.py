"""Routers: what is merged, what is seen of the tree, rule by rule."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from starlette.routing import BaseRoute

from notebookapi import APIRouter, Depends, NotebookAPI, Response
from notebookapi.requests import Request
from notebookapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from notebookapi.routing import APIRoute, Route, iter_route_contexts
from notebookapi.testclient import TestClient


def answer(value: object = 1) -> Callable[[], Any]:
    def endpoint() -> Any:
        return value

    return endpoint


class First(JSONResponse): ...


class Second(JSONResponse): ...


def make_id(word: str) -> Callable[[APIRoute], str]:
    return lambda route: f"{word}-{route.name}"


MERGED: list[tuple[dict[str, Any], Mapping[str, Any]]] = [
    # levels that give it, with what; what the operation has in the end
    ({"application": 1}, {"tags": None, "id": "1-endpoint", "class": First}),
    ({"application": 1, "inclusion": 2}, {"tags": ["2"], "id": "2-endpoint", "class": Second}),
    ({"inclusion": 1, "router": 2}, {"tags": ["1", "2"], "id": "2-endpoint", "class": Second}),
    ({"router": 1, "operation": 2}, {"tags": ["1", "2"], "id": "2-endpoint", "class": Second}),
    ({"operation": 1}, {"tags": ["1"], "id": "1-endpoint", "class": First}),
    ({"inclusion": 1, "operation": 2}, {"tags": ["1", "2"], "id": "2-endpoint", "class": Second}),
]


@pytest.mark.parametrize(("levels", "expected"), MERGED, ids=str)
def test_what_the_levels_give_is_merged(levels: dict[str, int], expected: dict[str, Any]) -> None:
    classes = {1: First, 2: Second}

    def given(level: str, class_name: str) -> dict[str, Any]:
        number = levels.get(level)
        if number is None:
            return {}
        options = {
            class_name: classes[number],
            "generate_unique_id_function": make_id(str(number)),
            "responses": {400 + number: {"description": level}, 499: {"description": level}},
        }
        return options if level == "application" else {**options, "tags": [str(number)]}

    app = NotebookAPI(**given("application", "default_response_class"))
    router = APIRouter(**given("router", "default_response_class"))
    router.get("/", **given("operation", "response_class"))(answer())
    app.include_router(router, **given("inclusion", "default_response_class"))
    (served,) = (each.route for each in app.published.table if isinstance(each.route, APIRoute))
    operation = app.openapi()["paths"]["/"]["get"]
    assert (operation.get("tags"), operation["operationId"]) == (expected["tags"], expected["id"])
    assert served.responder.response_class is expected["class"]
    responses = operation["responses"]
    assert {f"{400 + number}" for number in levels.values()} <= set(responses)
    order = ["application", "inclusion", "router", "operation"]
    assert responses["499"]["description"] == max(levels, key=order.index)


@pytest.mark.parametrize("level", ["application", "inclusion", "router", "operation"])
@pytest.mark.parametrize("option", [{"deprecated": True}, {"include_in_schema": False}], ids=str)
def test_deprecated_and_hidden_at_any_level(level: str, option: dict[str, bool]) -> None:
    def given(name: str) -> dict[str, Any]:
        return option if level == name else {}

    app = NotebookAPI(**given("application"))
    router = APIRouter(**given("router"))
    router.get("/", **given("operation"))(answer())
    app.include_router(router, **given("inclusion"))
    paths = app.openapi()["paths"]
    if "deprecated" in option:
        assert paths["/"]["get"]["deprecated"] is True
    else:
        assert paths == {}
    assert TestClient(app).get("/").json() == 1


def test_a_router_included_with_other_settings_each_time() -> None:
    log: list[str] = []
    app, router = NotebookAPI(), APIRouter(prefix="/r", tags=["own"])
    router.get("/")(answer("text"))
    for name in ("a", "b"):
        app.include_router(
            router,
            prefix=f"/{name}",
            tags=[name],
            dependencies=[Depends(lambda name=name: log.append(name))],
            default_response_class=HTMLResponse if name == "b" else JSONResponse,
        )
    client = TestClient(app)
    kinds = [client.get(f"/{name}/r/").headers["content-type"] for name in ("a", "b")]
    assert (log, kinds) == (["a", "b"], ["application/json", "text/html; charset=utf-8"])
    paths = app.openapi()["paths"]
    assert [paths[f"/{name}/r/"]["get"]["tags"] for name in ("a", "b")] == [
        ["a", "own"], ["b", "own"],
    ]  # fmt: skip
    assert router.routes[0].tags == ["own"]  # type: ignore[attr-defined]  # an APIRoute; unchanged


def test_the_tree_of_routes_has_a_path_everywhere_and_a_flat_view() -> None:
    app, outer, inner = NotebookAPI(), APIRouter(prefix="/outer"), APIRouter()
    inner.get("/x")(answer())
    inner.websocket("/ws")(answer())
    outer.include_router(inner, prefix="/inner")
    app.include_router(outer, prefix="/v1")
    app.mount("/m", PlainTextResponse("m"))
    app.add_route("/plain", answer())

    def walk(routes: list[BaseRoute]) -> list[str]:
        found = []
        for route in routes:
            found.append(route.path)  # type: ignore[attr-defined]  # what is tested
            found += walk(getattr(route, "routes", None) or [])
        return found

    assert "/v1" in walk(app.routes)
    assert "/v1/outer/inner/x" in walk(app.routes)
    flat = {each.path: each for each in iter_route_contexts(app.routes)}
    assert {
        "/openapi.json",
        "/docs",
        "/v1/outer/inner/x",
        "/v1/outer/inner/ws",
        "/m",
        "/plain",
    } <= (set(flat))
    context = flat["/v1/outer/inner/x"]
    assert (context.path_format, context.name, context.methods, context.endpoint) == (
        "/v1/outer/inner/x", "endpoint", {"GET"}, inner.routes[0].endpoint,  # type: ignore[attr-defined]  # an APIRoute
    )  # fmt: skip
    assert context.original_route is inner.routes[0]
    scope = {"type": "http", "method": "GET", "path": "/v1/outer/inner/x"}
    assert [path for path, each in flat.items() if each.matches(dict(scope))[0].value == 2] == [
        "/v1/outer/inner/x"
    ]
    assert [each.path for each in iter_route_contexts(app.routes)] == [
        each.path for each in iter_route_contexts(app.routes)
    ]
    # What walks the list, matches and takes the path of what matched, sees it too.
    (found,) = (r for r in app.routes if r.matches(dict(scope))[0].value == 2)
    assert found.path == "/v1"  # type: ignore[attr-defined]  # what is tested


def test_a_route_class_serves_what_its_router_declares_only() -> None:
    class Marked(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Any]:
            handler = super().get_route_handler()

            async def marked(request: Request) -> Response:
                response = await handler(request)
                response.headers["x-marked"] = "yes"
                return response

            return marked

    app, marked, plain = NotebookAPI(), APIRouter(route_class=Marked), APIRouter()
    marked.get("/marked")(answer())
    plain.get("/plain")(answer())
    marked.include_router(plain)
    app.include_router(marked)
    client = TestClient(app)
    assert client.get("/marked").headers.get("x-marked") == "yes"
    assert "x-marked" not in client.get("/plain").headers


def test_plain_routes_beside_operations_are_not_documented() -> None:
    async def plain(request: Request) -> PlainTextResponse:
        return PlainTextResponse("plain")

    app = NotebookAPI(routes=[Route("/plain", plain)])
    assert TestClient(app).get("/plain").text == "plain"
    assert app.openapi()["paths"] == {}
