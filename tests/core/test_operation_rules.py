"""Path operations and routers: paths, options, names and merging, rule by rule."""

import asyncio
import http
import sys
import textwrap
from collections.abc import Callable
from enum import Enum, IntEnum
from types import ModuleType
from typing import Annotated, Any
from uuid import UUID

import pytest

from notebookapi import APIRouter, Body, Depends, NotebookAPI
from notebookapi.testclient import TestClient


def answer(value: object = 1) -> Callable[[], Any]:
    def endpoint() -> Any:
        return value

    return endpoint


CONVERTORS: list[tuple[str, Any, str, int, object]] = [
    ("/{v:int}", int, "/7", 200, 7),
    ("/{v:int}", int, "/x", 404, None),
    ("/{v:int}", int, "/-7", 404, None),
    ("/{v:float}", float, "/7.5", 200, 7.5),
    ("/{v:float}", float, "/7", 200, 7.0),
    ("/{v:str}", str, "/a%20b", 200, "a b"),
    ("/{v}", str, "/a%2Fb", 404, None),  # the server has decoded it to two segments
    ("/{v:path}", str, "/a/b/c", 200, "a/b/c"),
    ("/{v:path}", str, "/", 200, ""),
    ("/{v:uuid}", UUID, "/1c27ddd1-d7a3-4d7d-9d5b-5a0a4bd8b6a4", 200,
     "1c27ddd1-d7a3-4d7d-9d5b-5a0a4bd8b6a4"),
    ("/{v:uuid}", UUID, "/1c27", 404, None),
    ("/f/{v}.json", str, "/f/x.json", 200, "x"),
]  # fmt: skip


@pytest.mark.parametrize(("template", "kind", "path", "status", "expected"), CONVERTORS, ids=str)
def test_convertors(template: str, kind: Any, path: str, status: int, expected: object) -> None:
    def endpoint(v: Any) -> Any:
        return v

    endpoint.__annotations__ = {"v": kind}
    app = NotebookAPI(openapi_url=None)
    app.get(template)(endpoint)
    response = TestClient(app).get(path)
    assert response.status_code == status
    if status == 200:
        assert response.json() == expected
    assert list(app.openapi()["paths"]) == [app.router.routes[0].path_format]  # type: ignore[attr-defined]  # an APIRoute
    assert ":" not in next(iter(app.openapi()["paths"]))


def documented(docstring: str | None) -> Any:
    endpoint = answer()
    endpoint.__doc__ = docstring
    return endpoint


DESCRIPTIONS: list[tuple[str | None, dict[str, Any], str | None]] = [
    (None, {}, None),
    ("One line.", {}, "One line."),
    ("Title.\n\n    Indented\n      more.\n    ", {}, "Title.\n\nIndented\n  more."),
    ("Shown.\f\n    Not shown.", {}, "Shown."),
    ("Doc.", {"description": "Given."}, "Given."),
    ("Doc.", {"description": "Given.\fNot shown."}, "Given."),
]


@pytest.mark.parametrize(("docstring", "options", "expected"), DESCRIPTIONS, ids=repr)
def test_description(docstring: str | None, options: Any, expected: str | None) -> None:
    app = NotebookAPI()
    app.get("/", **options)(documented(docstring))
    operation = app.openapi()["paths"]["/"]["get"]
    assert operation.get("description") == expected
    assert operation["summary"] == "Endpoint"


class Tag(Enum):
    ITEMS = "items"
    USERS = "users"


class Status(IntEnum):
    MADE = 201


def test_enum_tags_and_int_enum_statuses() -> None:
    app = NotebookAPI()
    router = APIRouter(tags=[Tag.ITEMS])
    router.get("/", tags=[Tag.USERS, "plain"], status_code=Status.MADE)(answer())
    router.get("/http", status_code=http.HTTPStatus.ACCEPTED)(answer())
    app.include_router(router)
    paths = app.openapi()["paths"]
    assert paths["/"]["get"]["tags"] == ["items", "users", "plain"]
    assert list(paths["/"]["get"]["responses"]) == ["201"]
    client = TestClient(app)
    assert [client.get(path).status_code for path in ("/", "/http")] == [201, 202]


def test_query_and_other_methods_have_no_request_body_in_the_document() -> None:
    app = NotebookAPI()

    @app.api_route("/", methods=["QUERY", "REPORT", "POST"])
    def search(terms: Annotated[list[str], Body()]) -> list[str]:
        return terms

    item = app.openapi()["paths"]["/"]
    assert {method for method in item if "requestBody" in item[method]} == {"post"}
    client = TestClient(app)
    for method in ("QUERY", "REPORT", "POST"):
        assert client.request(method, "/", json=["a"]).json() == ["a"]


def test_api_route_serves_get_where_no_method_is_named() -> None:
    app = NotebookAPI()
    app.api_route("/")(answer())
    app.router.add_api_route("/lower", answer(), methods={"get", "post"})
    client = TestClient(app)
    assert client.get("/").json() == client.post("/lower").json() == 1
    assert client.post("/").headers["allow"] == "GET"


def test_several_methods_have_an_operation_id_each_the_same_in_every_process() -> None:
    for methods in (["GET", "POST", "PUT"], ["PUT", "GET", "POST"], {"POST", "PUT", "GET"}):
        app = NotebookAPI()
        app.api_route("/x", methods=methods)(answer())
        app.api_route("/own", methods=methods, operation_id="own")(answer())
        paths = app.openapi()["paths"]
        assert {m: each["operationId"] for m, each in paths["/x"].items()} == {
            "get": "endpoint_x_get", "post": "endpoint_x_post", "put": "endpoint_x_put",
        }  # fmt: skip
        assert {m: each["operationId"] for m, each in paths["/own"].items()} == {
            "get": "own", "post": "own_post", "put": "own_put",
        }  # fmt: skip


def module(name: str, source: str) -> ModuleType:
    """Return a module made of this source."""
    made = ModuleType(name)
    sys.modules[name] = made
    exec(textwrap.dedent(source), vars(made))
    return made


def test_annotations_for_type_checkers_only() -> None:
    made = module("checkers_only", '''
        from __future__ import annotations
        from typing import TYPE_CHECKING, Annotated
        from notebookapi import Depends
        if TYPE_CHECKING:
            from nowhere import Session

        def session():
            return "session"

        def endpoint(session: Annotated[Session, Depends(session)], q: int = 1) -> str:
            return f"{session} {q}"

        def without(session: Session = Depends(session)) -> "str":
            return session
    ''')  # fmt: skip
    app = NotebookAPI()
    app.get("/a")(made.endpoint)
    app.get("/b")(made.without)
    client = TestClient(app)
    assert client.get("/a?q=3").json() == "session 3"
    assert client.get("/b").json() == "session"


if sys.version_info >= (3, 12):

    def test_aliases_of_pep_695() -> None:
        made = module("aliases", '''
            from typing import Annotated
            from pydantic import BaseModel
            from notebookapi import Depends, Query

            class Item(BaseModel):
                name: str

            def dependency(q: str) -> str:
                return q

            type Text = Annotated[str, Depends(dependency)]
            type Limit = Annotated[int, Query(ge=1)]
            type Items = list[Item]

            def endpoint(text: Text, items: Items, limit: Limit = 3) -> Items:
                return items[:limit]
        ''')  # fmt: skip
        app = NotebookAPI()
        app.post("/")(made.endpoint)
        client = TestClient(app)
        assert client.post("/?q=a&limit=1", json=[{"name": "x"}, {"name": "y"}]).json() == [
            {"name": "x"}
        ]
        assert client.post("/?q=a&limit=0", json=[]).status_code == 422


if sys.version_info >= (3, 14):
    # Annotations wait for the names that they need from Python 3.14 on.
    def test_annotations_that_wait_for_later_names() -> None:
        made = module("waiting", '''
            from pydantic import BaseModel

            def endpoint(item: Item) -> Item:
                return item

            class Item(BaseModel):
                name: str
        ''')  # fmt: skip
        app = NotebookAPI()
        app.post("/")(made.endpoint)
        assert TestClient(app).post("/", json={"name": "x"}).json() == {"name": "x"}


def test_a_class_with_strings_for_annotations_inherited_from_another_module() -> None:
    base = module("base_of_classes", '''
        from __future__ import annotations
        from typing import Annotated
        from notebookapi import Header

        class Base:
            def __init__(self, x_tag: Annotated[str, Header()]) -> None:
                self.tag = x_tag
    ''')  # fmt: skip

    class Below(base.Base):  # type: ignore[misc, name-defined]  # made at run time
        pass

    def endpoint(value: Annotated[Any, Depends(Below)]) -> str:
        return str(value.tag)

    app = NotebookAPI()
    app.get("/")(endpoint)
    assert TestClient(app).get("/", headers={"x-tag": "t"}).json() == "t"


def test_async_endpoints_run_on_the_loop_and_others_in_threads() -> None:
    def on_loop() -> bool:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return False
        return True

    app = NotebookAPI()

    @app.get("/async")
    async def coroutine() -> bool:
        return on_loop()

    @app.get("/def")
    def function() -> bool:
        return on_loop()

    client = TestClient(app)
    assert (client.get("/async").json(), client.get("/def").json()) == (True, False)
