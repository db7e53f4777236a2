"""Mistakes in declarations: each is told when it is made, with place, value and cure."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Annotated, Any

import pytest
from pydantic import AliasPath, BaseModel, Field
from starlette.routing import BaseRoute
from starlette.websockets import WebSocket

from notebookapi import APIRouter, Body, Depends, NotebookAPI, Path, Query, Response
from notebookapi.exceptions import (
    DependencyScopeError,
    InvalidConcurrency,
    InvalidDependency,
    InvalidInclusion,
    InvalidOption,
    InvalidParameter,
    InvalidPath,
    InvalidResponse,
    NotebookAPIError,
)
from notebookapi.requests import Request
from notebookapi.responses import HTMLResponse, JSONResponse
from notebookapi.testclient import TestClient
from tests.core.serving import label


class Item(BaseModel):
    name: str


class Plain: ...


def default_in_annotated(q: Annotated[int, Query(default=3)]) -> None: ...


def two_markers(q: Annotated[int, Query()] = Body()) -> None: ...


def two_depends(q: Annotated[int, Depends(Plain)] = Depends(Plain)) -> None: ...


def default_in_path_marker(item_id: int = Path(3)) -> None: ...


def query_for_path(item_id: Annotated[int, Query()]) -> None: ...


def list_in_path(item_id: list[int]) -> None: ...


def models_in_query(q: Annotated[list[Item], Query()]) -> None: ...


def dict_in_query(q: Annotated[dict[str, int], Query()]) -> None: ...


def plain_class(q: Plain) -> None: ...


def unknown_name(q: "Nowhere") -> None:  # type: ignore[name-defined]  # noqa: F821  # what is tested
    ...


def broken_annotation(q: Any) -> None: ...


broken_annotation.__annotations__["q"] = "1 +"


def field_as_default(q: int = Field(3)) -> None: ...


def alias_path(q: Annotated[int, Query(validation_alias=AliasPath("a", 0))]) -> None: ...


def default_and_factory(q: Annotated[int, Query(default_factory=int)] = 3) -> None: ...


def depends_on_nothing(q: Any = Depends()) -> None: ...


def web_socket(socket: WebSocket) -> None: ...


def needs_itself(q: Any = None) -> None: ...


needs_itself.__defaults__ = (Depends(needs_itself),)


def function_scoped() -> Iterator[int]:
    yield 1


def request_scoped(
    inner: Annotated[int, Depends(function_scoped, scope="function")],
) -> Iterator[int]:
    yield inner


def outlives(q: Annotated[int, Depends(request_scoped)]) -> None: ...


ENDPOINTS = [
    (default_in_annotated, InvalidParameter, "`q: Annotated[…] = 3`"),
    (two_markers, InvalidParameter, "`Query` in its annotation and `Body` as its default"),
    (two_depends, InvalidParameter, "`Depends` in its annotation and `Depends` as its default"),
    (default_in_path_marker, InvalidParameter, "default (3) could never be used"),
    (query_for_path, InvalidParameter, "cannot be read from Query"),
    (list_in_path, InvalidParameter, "`item_id` is part of the path"),
    (models_in_query, InvalidParameter, "Use `Body()`"),
    (dict_in_query, InvalidParameter, "Use `Body()`"),
    (plain_class, InvalidParameter, "not a type that pydantic can validate"),
    (unknown_name, InvalidParameter, "'Nowhere' of `q` names something that is not defined"),
    (broken_annotation, InvalidParameter, "'1 +' cannot be evaluated"),
    (field_as_default, InvalidParameter, "write `Query(…)`"),
    (alias_path, InvalidParameter, "names only"),
    (default_and_factory, InvalidParameter, "keep one of them"),
    (depends_on_nothing, InvalidParameter, "`Depends(function)`"),
    (web_socket, InvalidParameter, "take the Request"),
    (needs_itself, InvalidDependency, "Break the circle"),
    (outlives, DependencyScopeError, "give both the same scope"),
]  # fmt: skip


@pytest.mark.parametrize(("endpoint", "error", "message"), ENDPOINTS, ids=label)
def test_parameter(
    endpoint: Callable[..., Any], error: type[NotebookAPIError], message: str
) -> None:
    app = NotebookAPI()
    with pytest.raises(error) as caught:
        app.get("/items/{item_id}")(endpoint)
    assert message in str(caught.value)
    assert app.published.table.find("GET", "/items/3") is None


def test_an_error_names_the_function_with_file_and_line() -> None:
    line = default_in_path_marker.__code__.co_firstlineno
    with pytest.raises(
        InvalidParameter,
        match=rf"default_in_path_marker \(.*{__name__.split('.')[-1]}.py:{line}\): `item_id`",
    ):
        NotebookAPI().get("/{item_id}")(default_in_path_marker)


def plain_result() -> Plain:
    raise NotImplementedError


def response_or_item() -> Response | Item:
    raise NotImplementedError


def nothing() -> None: ...


def item() -> Item:
    raise NotImplementedError


def generator() -> Iterator[int]:
    yield 1


async def async_generator() -> AsyncIterator[int]:
    yield 1


def not_yet() -> "NotYet":  # type: ignore[name-defined]  # noqa: F821  # the mistake
    raise NotImplementedError


RESPONSES: list[tuple[Any, dict[str, Any], str]] = [
    (not_yet, {}, "is `NotYet`, which is not defined. Define or import it before the endpoint"),
    (nothing, {"response_model": "Nope"}, "is `Nope`, which is not defined"),
    (nothing, {"response_model": list["Nope"]}, "is `Nope`, which is not defined"),  # type: ignore[name-defined]  # noqa: F821  # the mistake
    (nothing, {"responses": {404: {"model": "Nope"}}}, "is `Nope`, which is not defined"),
    (generator, {"response_model": "Nope"}, "is `Nope`, which is not defined"),
    (plain_result, {}, "cannot be the type of a response"),
    (nothing, {"response_model": Plain}, "cannot be the type of a response"),
    (response_or_item, {}, "pass `response_model=None`"),
    (item, {"status_code": 204}, "status 204 has no body"),
    (nothing, {"status_code": 304, "response_model": int}, "status 304 has no body"),
    (nothing, {"responses": {204: {"model": Item}}}, "status 204 has no body"),
    (nothing, {"responses": {404: Item}}, "write a dictionary"),
    (generator, {"response_class": HTMLResponse}, "HTMLResponse, cannot stream"),
    (async_generator, {"status_code": 204}, "status 204 has no body"),
]


@pytest.mark.parametrize(("endpoint", "options", "message"), RESPONSES, ids=label)
def test_response(endpoint: Callable[..., Any], options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidResponse, match=message):
        NotebookAPI().get("/", **options)(endpoint)


def test_a_response_model_may_be_written_as_text() -> None:
    app = NotebookAPI()
    options: dict[str, Any] = {
        "response_model": "list[Item]",
        "responses": {404: {"model": "Item"}},
    }
    app.get("/", **options)(nothing)
    described = app.openapi()["paths"]["/"]["get"]["responses"]
    reference = {"$ref": "#/components/schemas/Item"}
    assert described["200"]["content"]["application/json"]["schema"]["items"] == reference
    assert described["404"]["content"]["application/json"]["schema"] == reference


def include_itself() -> None:
    router = APIRouter()
    router.include_router(router)


def include_a_ring() -> None:
    one, two = APIRouter(), APIRouter()
    one.include_router(two)
    two.include_router(one)


def include_a_clash() -> None:
    router = APIRouter()
    router.get("/{name}")(nothing)
    NotebookAPI().include_router(router, prefix="/{name}")


def include_nothing() -> None:
    router = APIRouter()
    router.get("")(nothing)
    NotebookAPI().include_router(router)


def include_empty() -> None:
    router = APIRouter()
    router.routes.append(BaseRoute())


def query_under_prefix() -> None:
    router = APIRouter()
    router.get("/x")(query_for_path)
    NotebookAPI().include_router(router, prefix="/{item_id}")


MISTAKES: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: NotebookAPI().get("items"), InvalidPath, "must start with a slash: '/items'"),
    (lambda: NotebookAPI().get("/{a}/{a}"), InvalidPath, "occurs twice"),
    (lambda: NotebookAPI().get("/{a:nonsense}"), InvalidPath, "unknown convertor 'nonsense'"),
    (lambda: APIRouter(prefix="x"), InvalidPath, "must start with a slash"),
    (lambda: APIRouter(prefix="/x/"), InvalidPath, "and end without one: '/x'"),
    (lambda: NotebookAPI().include_router(APIRouter(), prefix="/x/"), InvalidPath, "end without"),
    (lambda: NotebookAPI().include_router(NotebookAPI()), InvalidInclusion, "with `mount`"),  # type: ignore[arg-type]  # what is tested
    (lambda: NotebookAPI().get("/", respones_model=int), InvalidOption, "mean `response_model`"),  # type: ignore[call-arg]  # what is tested
    (lambda: NotebookAPI().get("/", zzz=int), InvalidOption, "lists the options"),  # type: ignore[call-arg]  # what is tested
    (lambda: NotebookAPI(zzz=1), TypeError, "zzz"),  # type: ignore[call-arg]  # what is tested
    (lambda: Query(mim_length=3), InvalidOption, "did you mean `min_length`"),  # type: ignore[call-arg]  # what is tested
    (lambda: Depends("x"), InvalidDependency, "without calling it"),  # type: ignore[arg-type]  # what is tested
    (lambda: Depends(nothing, scope="session"), InvalidDependency, '"request" or "app"'),  # type: ignore[arg-type]  # what is tested
    (lambda: Depends(nothing, max_concurrency=0), InvalidConcurrency, "from 1 up"),
    (lambda: Depends(nothing, max_concurrency=True), InvalidConcurrency, "from 1 up"),
    (lambda: NotebookAPI(dependencies=[Depends()]).get("/"), InvalidDependency, "names no"),
    (lambda: NotebookAPI().middleware("ftp"), AssertionError, 'the only kind is "http"'),
    (include_itself, InvalidInclusion, "cannot be included in itself"),
    (include_a_ring, InvalidInclusion, "through another router"),
    (include_a_clash, InvalidPath, "occurs twice"),
    (include_nothing, InvalidPath, "are both empty"),
    (lambda: NotebookAPI().get(""), InvalidPath, "the path is empty"),
    (include_empty, InvalidInclusion, "cannot be registered"),
    (query_under_prefix, InvalidParameter, "cannot be read from Query"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "error", "message"), MISTAKES, ids=label)
def test_mistake(make: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        made = make()
        if callable(made):
            made(nothing)
    assert message in str(caught.value)
    assert isinstance(caught.value, (AssertionError, TypeError))


def test_a_dependency_for_web_sockets_too_keeps_its_default_here() -> None:
    def dependency(request: Request, socket: WebSocket | None = None) -> bool:
        return socket is None and request.method == "GET"

    def endpoint(alone: Annotated[bool, Depends(dependency)]) -> bool:
        return alone

    app = NotebookAPI()
    app.get("/")(endpoint)
    assert TestClient(app).get("/").json() is True


def test_a_response_class_needs_no_model() -> None:
    def endpoint() -> JSONResponse:
        return JSONResponse({})

    app = NotebookAPI()
    app.get("/")(endpoint)
    answer = app.openapi()["paths"]["/"]["get"]["responses"]["200"]
    assert answer["content"] == {"application/json": {"schema": {}}}
