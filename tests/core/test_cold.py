"""What an application costs before it answers: what is loaded, made and published, not how fast."""

import subprocess
import sys
from dataclasses import FrozenInstanceError, fields, replace
from pickle import dumps, loads
from typing import Any

import pytest
from starlette.routing import Mount

from notebookapi import APIRouter, NotebookAPI
from notebookapi._records import record
from notebookapi.testclient import TestClient

LATER = """difflib email_validator jinja2 gzip importlib.metadata pydantic.networks
    notebookapi._folder notebookapi._openapi notebookapi._respond.stream notebookapi.compat
    notebookapi.dependencies.models notebookapi.openapi.assets notebookapi.openapi.docs
    notebookapi.openapi.models notebookapi.security.http notebookapi.sse notebookapi.testclient
    starlette.staticfiles"""


def test_import_loads_what_every_application_needs_and_no_more() -> None:
    code = f"import sys, notebookapi; print([m for m in {LATER.split()!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=50)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_what_is_loaded_later_is_there_when_it_is_asked_for() -> None:
    from notebookapi import responses, sse

    assert responses.EventSourceResponse is sse.EventSourceResponse
    with pytest.raises(AttributeError, match="no attribute 'EventResponse'"):
        _ = responses.EventResponse


@pytest.mark.parametrize("is_included", [False, True])
def test_a_new_route_leaves_the_others_as_they_are(is_included: bool) -> None:
    app, router = NotebookAPI(), APIRouter()
    if is_included:
        app.include_router(router, prefix="/inner")
    declaring: Any = router if is_included else app
    prefix = "/inner" if is_included else ""

    def declare(name: str) -> None:
        declaring.add_api_route(f"/{name}/{{number}}", lambda number: name)

    for name in "abc":
        declare(name)
    before = {entry.route.path: entry for entry in app.published.table}
    declare("d")
    after = {entry.route.path: entry for entry in app.published.table}
    assert set(after) - set(before) == {f"{prefix}/d/{{number}}"}
    assert all(after[path] is entry for path, entry in before.items())
    client = TestClient(app)
    for name in "abcd":
        assert client.get(f"{prefix}/{name}/1").json() == name


def test_routes_come_and_go_where_a_router_is_included_twice() -> None:
    app, router = NotebookAPI(), APIRouter()
    app.include_router(router, prefix="/one")
    app.include_router(router, prefix="/two")
    router.add_api_route("/a", lambda: "a")
    client = TestClient(app)
    assert client.get("/two/a").json() == "a"  # published: what follows patches it
    router.add_api_route("/b", lambda: "b")
    assert [client.get(f"/{where}/b").json() for where in ("one", "two")] == ["b", "b"]
    router.routes = [each for each in router.routes if getattr(each, "path", "") != "/a"]
    assert [client.get(f"/{where}/a").status_code for where in ("one", "two")] == [404, 404]
    assert client.get("/one/b").json() == "b"


def test_what_is_mounted_by_a_constructor_is_published_with_it() -> None:
    inner = NotebookAPI()
    outer = NotebookAPI(routes=[Mount("/inner", inner)])
    client = TestClient(outer)
    assert client.get("/inner/late").status_code == 404
    inner.add_api_route("/late", lambda: "here")
    assert client.get("/inner/late").json() == "here"


def test_parameters_that_are_the_same_are_read_once_and_told_apart_by_their_defaults() -> None:
    app = NotebookAPI()

    @app.get("/one")
    def one(limit: int = 1) -> int:
        return limit

    @app.get("/true")
    def true(limit: int = True) -> object:
        return {"limit": repr(limit)}

    @app.get("/same")
    def same(limit: int = 1) -> int:
        return limit

    def source(path: str) -> Any:
        (plan,) = (e.route.plan for e in app.published.table if e.route.path == path)
        return plan.values[0].field

    assert source("/one") is source("/same")
    assert source("/one") is not source("/true")
    client = TestClient(app)
    assert client.get("/one").json() == 1
    assert client.get("/true").json() == {"limit": "True"}


def test_the_members_of_a_union_keep_their_order() -> None:
    app = NotebookAPI()

    @app.get("/text")
    def text(value: str | int) -> dict[str, str]:
        return {"is": type(value).__name__}

    @app.get("/number")
    def number(value: int | str) -> dict[str, str]:
        return {"is": type(value).__name__}

    shown = app.openapi()["paths"]
    kinds = [shown[path]["get"]["parameters"][0]["schema"]["anyOf"] for path in shown]
    assert [[each["type"] for each in kind] for kind in kinds] == [
        ["string", "integer"],
        ["integer", "string"],
    ]


@record(frozen=True, slots=True, eq=False, kw_only=True)
class Sized:
    """A record with what all of them have."""

    name: str
    tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("it has no name")


def test_a_record_is_what_the_standard_library_makes_of_it() -> None:
    one = Sized(name="a")
    assert repr(one) == "Sized(name='a', tags=())"
    assert [each.name for each in fields(one)] == ["name", "tags"]
    other = replace(one, tags=("x",))
    assert (other.name, other.tags) == ("a", ("x",))
    assert one != Sized(name="a")  # by identity
    assert loads(dumps(other)).tags == ("x",)
    with pytest.raises(FrozenInstanceError, match="'name'"):
        setattr(one, "name", "b")  # noqa: B010  # as a variable's name, type checkers refuse it
    with pytest.raises(FrozenInstanceError, match="'name'"):
        delattr(one, "name")


@pytest.mark.parametrize(
    ("given", "error"), [({}, TypeError), ({"name": ""}, ValueError), ({"size": 1}, TypeError)]
)
def test_a_record_is_made_of_its_fields(given: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        Sized(**given)


def test_a_record_of_another_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="frozen, has slots"):
        record(frozen=True, slots=True, eq=True)
