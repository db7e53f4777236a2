"""The application itself: middleware, lifespan, docs pages, signatures, what is read when."""

import inspect
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, get_type_hints

import pytest
from starlette.middleware import Middleware
from starlette.middleware.errors import ServerErrorMiddleware

from notebookapi import APIRouter, NotebookAPI, edit
from notebookapi._options import NAMES, RouteOptions, RouteSpec
from notebookapi.exceptions import NotebookAPIDeprecationWarning
from notebookapi.requests import Request
from notebookapi.responses import Response
from notebookapi.testclient import TestClient


class Marked:
    """Pure ASGI middleware that writes its name before and after."""

    def __init__(self, app: Any, log: list[str], name: str) -> None:
        self.app, self.log, self.name = app, log, name

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.log.append(f"{scope['type']} +{self.name}")
        await self.app(scope, receive, send)
        self.log.append(f"{scope['type']} -{self.name}")


def test_the_last_added_middleware_is_the_outermost() -> None:
    log: list[str] = []
    given = [Middleware(Marked, log, "first"), Middleware(Marked, log, "second")]
    app = NotebookAPI(middleware=given)
    app.add_middleware(Marked, log, "added")

    @app.middleware("http")
    async def decorated(request: Request, call_next: Callable[..., Any]) -> Response:
        log.append("+decorated")
        response: Response = await call_next(request)
        response.headers["x-decorated"] = "1"
        return response

    response = TestClient(app).get("/none")
    assert (response.status_code, response.headers["x-decorated"]) == (404, "1")
    assert log[:4] == ["+decorated", "http +added", "http +first", "http +second"]
    assert [each.cls.__name__ for each in app.user_middleware[1:]] == ["Marked"] * 3  # type: ignore[attr-defined]  # classes have names
    assert isinstance(app.middleware_stack, ServerErrorMiddleware)


def test_lifespans_enter_from_the_outside_and_their_states_are_merged() -> None:
    log: list[str] = []

    def lifespan(name: str, **state: object) -> Any:
        @asynccontextmanager
        async def run(app: NotebookAPI) -> AsyncIterator[dict[str, object]]:
            log.append(f"+{name}")
            yield state
            log.append(f"-{name}")

        return run

    app = NotebookAPI(lifespan=lifespan("app", a=1, shared="app"))
    router = APIRouter(lifespan=lifespan("router", b=2, shared="router"))
    inner = APIRouter(lifespan=lifespan("inner", c=3))
    router.include_router(inner)
    app.include_router(router)
    app.include_router(router, prefix="/again")
    app.add_middleware(Marked, log, "middleware")

    @app.get("/")
    def endpoint(request: Request) -> list[Any]:
        return [request.state.a, request.state.b, request.state.c, request.state.shared]

    with TestClient(app) as client:
        assert client.get("/").json() == [1, 2, 3, "app"]
    assert [entry for entry in log if not entry.startswith("http")] == [
        "lifespan +middleware", "+app", "+router", "+inner", "-inner", "-router", "-app",
        "lifespan -middleware",
    ]  # fmt: skip


def test_docs_pages_load_nothing_from_elsewhere() -> None:
    client = TestClient(NotebookAPI(title="<T&>"))
    for path in ("/docs", "/redoc", "/docs/oauth2-redirect"):
        page = client.get(path)
        assert page.status_code == client.head(path).status_code == 200
        loaded = re.findall(r'(?:src|href)="([^"]*)"', page.text)
        assert all(url.startswith("/docs/assets/") for url in loaded)
        assert "<T&>" not in page.text
        assert "https://" not in page.text.replace("https://swagger.io", "")
    assert client.get("/openapi.json").json()["paths"] == {}


URLS: list[tuple[dict[str, Any], dict[str, int]]] = [
    ({"openapi_url": None}, {"/docs": 404, "/redoc": 404, "/openapi.json": 404}),
    ({"docs_url": None}, {"/docs": 404, "/docs/oauth2-redirect": 404, "/redoc": 200}),
    ({"redoc_url": None}, {"/docs": 200, "/redoc": 404, "/docs/assets/favicon.svg": 200}),
    ({"docs_url": "/d", "openapi_url": "/o"}, {"/d": 200, "/o": 200, "/openapi.json": 404}),
    ({"docs_url": None, "redoc_url": None}, {"/openapi.json": 200, "/docs": 404}),
]


@pytest.mark.parametrize(("options", "expected"), URLS, ids=str)
def test_docs_urls(options: dict[str, Any], expected: dict[str, int]) -> None:
    client = TestClient(NotebookAPI(**options))
    assert {path: client.get(path).status_code for path in expected} == expected


def test_a_root_path_of_the_application_warns_and_is_used() -> None:
    with pytest.warns(NotebookAPIDeprecationWarning, match="uvicorn --root-path"):
        app = NotebookAPI(root_path="/api")
    app.get("/")(lambda: None)
    document = TestClient(app).get("/openapi.json").json()
    assert document["servers"] == [{"url": "/api"}]
    outside = TestClient(NotebookAPI(root_path_in_servers=False), root_path="/api")
    assert "servers" not in outside.get("/openapi.json").json()


@pytest.mark.parametrize("name", ["get", "post", "api_route", "add_api_route"])
@pytest.mark.parametrize("owner", [NotebookAPI(), APIRouter()], ids=["application", "router"])
def test_help_and_signature_list_the_options(owner: Any, name: str) -> None:
    method = getattr(owner, name)
    parameters = inspect.signature(method).parameters
    assert set(NAMES) <= set(parameters)
    assert str(parameters["response_description"]) == (
        "response_description: str = 'Successful Response'"
    )
    assert "ForwardRef" not in str(inspect.signature(method))
    assert method.__doc__


def test_options_for_checkers_and_for_run_time_are_the_same() -> None:
    at_run_time = get_type_hints(RouteSpec)
    assert get_type_hints(RouteOptions) == at_run_time
    assert tuple(at_run_time) == NAMES


def test_an_overridden_add_api_route_sees_every_option() -> None:
    seen: dict[str, Any] = {}

    class Watched(NotebookAPI):
        def add_api_route(self, path: str, endpoint: Any, **options: Any) -> None:
            seen.update(options)
            super().add_api_route(path, endpoint, **options)

    Watched().get("/", tags=["t"])(lambda: None)
    assert set(seen) == {*NAMES, "methods"}
    assert (seen["tags"], seen["response_model_by_alias"]) == (["t"], True)


def test_the_document_is_made_once_per_publication_and_of_what_the_request_is_served_by() -> None:
    app = NotebookAPI()
    first = app.openapi()
    assert app.openapi() is first
    old = app.published
    app.get("/new")(lambda: None)
    assert list(app.openapi()["paths"]) == ["/new"]
    assert TestClient(app.serving(old)).get("/openapi.json").json()["paths"] == {}
    with edit():
        app.get("/staged")(lambda: None)
        assert list(app.openapi()["paths"]) == ["/new", "/staged"]
        assert list(TestClient(app).get("/openapi.json").json()["paths"]) == ["/new"]


def test_openapi_may_be_overridden_or_assigned() -> None:
    app = NotebookAPI()
    app.openapi = lambda: {"own": True}  # type: ignore[method-assign]  # what is tested
    assert TestClient(app).get("/openapi.json").json() == {"own": True}
    other = NotebookAPI()
    other.openapi_schema = {"assigned": True}
    assert TestClient(other).get("/openapi.json").json() == {"assigned": True}


def test_an_application_made_inside_an_edit_that_fails_is_whole() -> None:
    with pytest.raises(KeyError), edit():
        app = NotebookAPI()
        raise KeyError
    assert TestClient(app).get("/docs").status_code == 200


def test_postponed_annotations() -> None:
    source = """
from __future__ import annotations
from typing import TYPE_CHECKING, Annotated
from notebookapi import Body, Depends, NotebookAPI
from notebookapi.testclient import TestClient
from pydantic import BaseModel
if TYPE_CHECKING:
    from nowhere import Session
    from collections.abc import Iterator as Yields
app = NotebookAPI()
class Item(BaseModel):
    name: str
    inside: list[Item] = []
def session() -> Yields[Session]:
    yield 7
@app.post("/{a}")
def endpoint(
    a: int, item: Annotated[list["Item"], Body()], s: Annotated[Session, Depends(session)]
) -> dict[str, Item]:
    return {str(a + s): item[0]}
answer = TestClient(app).post("/1", json=[{"name": "n"}])
assert answer.json() == {"8": {"name": "n", "inside": []}}, answer.text
"""
    subprocess.run([sys.executable, "-W", "error", "-c", source], check=True)
