"""Routes that are never reached: one warning for each, and a document of what serves."""

import warnings
from collections.abc import Callable
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from notebookapi import APIRouter, NotebookAPI, edit
from notebookapi.exceptions import RouteConflictWarning
from notebookapi.testclient import TestClient


def first() -> str:
    return "first"


def second() -> str:
    return "second"


def place(function: Callable[..., Any]) -> str:
    return f"{function.__qualname__} ({__file__}:{function.__code__.co_firstlineno})"


def publish(app: NotebookAPI) -> list[str]:
    """Return the warnings that publishing gives."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        _ = app.published
    assert all(each.category is RouteConflictWarning for each in caught)
    return [str(each.message) for each in caught]


# Each with what is declared first, what second, and whether the second is never reached.
PAIRS: list[tuple[str, str, bool]] = [
    ("GET /a", "GET /a", True),
    ("GET /{a}", "GET /{b}", True),
    ("GET /{a}/x", "GET /{b}/x", True),
    ("GET /{a:int}", "GET /{b:int}", True),
    ("GET /{a}", "GET /{b:int}", True),
    ("GET /{a:float}", "GET /{b:int}", True),
    ("GET /{a}", "GET /{b:uuid}", True),
    ("GET /users/{id}", "GET /users/me", True),
    ("GET /{a:int}", "GET /7", True),
    ("GET /{rest:path}", "GET /a/{b}/c", True),
    ("GET /x/{rest:path}", "GET /x/{b:path}", True),
    ("GET,POST /a", "POST,PUT /a", True),
    ("GET /v{a}.json", "GET /v{b}.json", True),
    ("GET /users/me", "GET /users/{id}", False),
    ("GET /{a:int}", "GET /{b}", False),
    ("GET /{a:int}", "GET /{b:float}", False),
    ("GET /{a:int}", "GET /x", False),
    ("GET /{a:uuid}", "GET /{b:int}", False),
    ("GET /{a}/x", "GET /{b}/{c}", False),
    ("GET /{a}/x", "GET /y/{c}", False),
    ("GET /{a}", "GET /{b}/", False),
    ("GET /{a}", "GET /", False),
    ("GET /{a}", "GET /{b:path}", False),
    ("GET /a/b", "GET /{b:path}", False),
    ("GET /x/{rest:path}", "GET /x", False),
    ("GET /a", "POST /a", False),
    ("GET /a", "GET /b", False),
    ("GET /v{a}.json", "GET /v{b}.xml", False),
    ("GET /v{a}.json", "GET /{b}", False),
]


def declare(owner: Any, text: str, endpoint: Callable[..., Any]) -> None:
    methods, path = text.split()
    owner.add_api_route(path, endpoint, methods=methods.split(","))


@pytest.mark.parametrize(("one", "other", "conflicts"), PAIRS)
def test_on_one_application(one: str, other: str, conflicts: bool) -> None:
    app = NotebookAPI(openapi_url=None)
    declare(app, one, first)
    if conflicts:
        with pytest.warns(RouteConflictWarning) as caught:
            declare(app, other, second)
        (warning,) = caught
        assert warning.filename == __file__
        text = str(warning.message)
        assert place(first) in text
        assert place(second) in text
    else:
        declare(app, other, second)
    assert publish(app) == []  # once
    methods = "GET" if "GET" in other else "POST"
    documented = app.openapi()["paths"].get(app.routes[-1].path_format, {})  # type: ignore[attr-defined]  # an APIRoute
    shown = documented.get(methods.lower(), {}).get("summary")
    assert shown == ("Second" if not conflicts else shown if shown != "Second" else None)


@pytest.mark.parametrize(("one", "other", "conflicts"), PAIRS)
def test_on_two_routers(one: str, other: str, conflicts: bool) -> None:
    app, early, late = NotebookAPI(openapi_url=None), APIRouter(prefix="/p"), APIRouter()
    declare(early, one, first)
    declare(late, other, second)
    app.include_router(early)
    app.include_router(late, prefix="/p")
    found = publish(app)
    assert len(found) == conflicts
    assert all(place(first) in text and place(second) in text for text in found)
    # The other way round, and declared while it serves:
    live = NotebookAPI(openapi_url=None)
    early, late = APIRouter(), APIRouter()
    live.include_router(early)
    live.include_router(late)
    assert publish(live) == []
    declare(late, other, second)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        declare(early, one, first)
    assert len(caught) == conflicts


def test_the_document_has_what_serves() -> None:
    app = NotebookAPI()
    with pytest.warns(RouteConflictWarning, match="GET, POST /items/{other}"):
        declare(app, "GET,POST /items/{item}", first)
        declare(app, "GET,POST,PUT /items/{other}", second)
    paths = app.openapi()["paths"]
    assert {path: set(item) for path, item in paths.items()} == {
        "/items/{item}": {"get", "post"}, "/items/{other}": {"put"},
    }  # fmt: skip


def test_one_warning_for_a_route_that_several_hide() -> None:
    app = NotebookAPI(openapi_url=None)
    with pytest.warns(RouteConflictWarning) as caught:
        for endpoint in (first, first, second):
            declare(app, "GET /a", endpoint)
    assert len(caught) == 2  # the second and the third, both for the first
    assert publish(app) == []
    with edit() as draft:  # the first goes: the second serves, and hides the third
        draft.remove(app.router, app.router.declared.placed[0].registration)
    assert app.openapi()["paths"]["/a"]["get"]["summary"] == "First"
    with edit() as draft:
        draft.remove(app.router, app.router.declared.placed[0].registration)
    assert app.openapi()["paths"]["/a"]["get"]["summary"] == "Second"


def test_replacing_a_route_inside_an_edit_is_no_conflict() -> None:
    app = NotebookAPI(openapi_url=None)
    declare(app, "GET /a", first)
    _ = app.published
    with edit() as draft:
        old = app.router.declared.placed[0].registration
        declare(app, "GET /a", second)
        draft.remove(app.router, old)
    assert TestClient(app).get("/a").json() == "second"


def test_a_router_included_twice_at_one_place_is_not_told_of() -> None:
    app, router = NotebookAPI(openapi_url=None), APIRouter()
    declare(router, "GET /a", first)
    app.include_router(router)
    app.include_router(router)
    assert publish(app) == []
    assert list(app.openapi()["paths"]) == ["/a"]


def test_plain_routes_and_web_sockets() -> None:
    async def plain(request: Request) -> PlainTextResponse:
        return PlainTextResponse("plain")

    app = NotebookAPI(openapi_url=None)
    app.add_route("/a", plain)
    declare(app, "GET /a", second)
    app.websocket("/a")(second)
    app.mount("/m", PlainTextResponse("mounted"))
    declare(app, "GET /m/x", second)
    (text,) = publish(app)
    assert "plain" in text
    assert "second" in text


def test_a_warning_that_is_an_error_publishes_nothing() -> None:
    app = NotebookAPI(openapi_url=None)
    declare(app, "GET /a", first)
    before = app.published
    with pytest.raises(RouteConflictWarning):
        declare(app, "GET /a", second)
    assert app.published is before
    assert len(app.routes) == 1
