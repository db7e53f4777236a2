"""Publishing on many owners at once: all of it or nothing, and what was served before is let go."""

import asyncio
import threading
import warnings
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount, NoMatchFound
from starlette.types import ASGIApp, Receive, Scope, Send

from notebookapi import APIRouter, Depends, NotebookAPI, Request, edit
from notebookapi._table.published import Placed, Published, Registration, next_place
from notebookapi.editing import Add, Owner, publish
from notebookapi.exceptions import EditError, InvalidInclusion, InvalidPath, RouteConflictWarning
from notebookapi.routing import APIRoute, registration_of
from notebookapi.testclient import TestClient
from tests.core.asgi import Connection
from tests.core.serving import ask, label


def answer(value: object) -> Callable[[], Any]:
    async def endpoint() -> Any:
        return value

    return endpoint


def in_a_thread(function: Callable[[], Any]) -> None:
    """Call a function where no `edit` of this thread is seen, and wait for it."""
    thread = threading.Thread(target=function)
    thread.start()
    thread.join()


def test_what_cannot_be_served_in_a_mounted_router_is_told_before_anything_is_published() -> None:
    app, outer, inner = NotebookAPI(), APIRouter(), APIRouter()
    app.get("/a", dependencies=[Depends(answer(1), scope="app")])(answer("a"))
    outer.include_router(inner)
    app.mount("/m", outer)
    client = TestClient(app)
    assert client.get("/a").json() == "a"
    with pytest.raises(InvalidPath), edit():
        app.get("/new")(answer("new"))
        inner.get("")(answer("neither prefix nor path"))
    assert client.get("/new").status_code == 404
    app.get("/later")(answer("later"))
    assert client.get("/later").json() == "later"
    assert client.get("/m/x").status_code == 404


def test_two_edits_cannot_publish_a_circle_of_inclusions() -> None:
    first, second, app = APIRouter(prefix="/1"), APIRouter(prefix="/2"), NotebookAPI()
    first.get("/x")(answer("x"))
    app.include_router(first)
    client = TestClient(app)
    with pytest.raises(InvalidInclusion, match="included in itself"), edit():
        first.include_router(second)
        in_a_thread(lambda: second.include_router(first))
    assert client.get("/1/x").json() == "x"
    assert client.get("/1/2/1/x").status_code == 404
    assert client.get("/2/1/x").status_code == 404
    first.get("/y")(answer("y"))
    assert client.get("/1/y").json() == "y"


@pytest.mark.parametrize("has_targets", [False, True], ids=["all", "targets"])
def test_an_edit_that_cannot_be_handed_to_the_outer_one_leaves_it_as_it_was(
    has_targets: bool,
) -> None:
    app, other = NotebookAPI(openapi_url=None), NotebookAPI(openapi_url=None)
    targets = [other] if has_targets else []
    app.get("/old")(answer("old"))
    old = app.router.declared.placed[-1].registration
    with edit() as outermost, edit(*targets) as outer:
        app.get("/first")(answer("first"))
        with pytest.raises(EditError, match="cannot be withdrawn"), edit() as inner:
            app.get("/half")(answer("half"))
            other.get("/half")(answer("half"))
            inner.remove(app.router, old)
            (outermost if has_targets else outer).remove(app.router, old)
        app.get("/last")(answer("last"))
    served = [entry.route.path for each in (app, other) for entry in each.published.table]
    assert served == ["/first", "/last"]


def route(path: str, value: object) -> Registration:
    return registration_of(APIRoute(path, answer(value)))


def test_a_request_waiting_inside_sees_nothing_of_an_edit_in_a_mounted_router() -> None:
    asyncio.run(_ask_while_everything_is_replaced())


async def _ask_while_everything_is_replaced() -> None:
    app, mounted, included, deeper = NotebookAPI(), APIRouter(), APIRouter(), APIRouter()
    owners: list[Owner] = [app.router, mounted, included, deeper]
    old = [route("/v", 0) for _ in owners]
    for owner, registration in zip(owners, old, strict=True):
        owner._register(registration)
    mounted.include_router(included, prefix="/in")
    mounted.mount("/deeper", deeper)
    app.mount("/m", mounted)
    arrived, go_on = asyncio.Semaphore(0), asyncio.Event()

    class Waiting:
        def __init__(self, app: ASGIApp) -> None:
            self.app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            if not go_on.is_set():
                arrived.release()
                await go_on.wait()
            await self.app(scope, receive, send)

    app.add_middleware(Waiting)
    paths = ["/v", "/m/v", "/m/in/v", "/m/deeper/v"]
    async with asyncio.timeout(10):
        waiting = [asyncio.ensure_future(ask(app, path)) for path in paths]
        for _ in paths:
            await arrived.acquire()
        with edit() as draft:
            for owner, registration in zip(owners, old, strict=True):
                draft.replace(owner, registration, route("/v", 1))
            mounted.add_middleware(Refusing)
        go_on.set()
        assert [(await each)[2] for each in waiting] == [0, 0, 0, 0]
        assert [(await ask(app, path))[2] for path in paths] == [1, "no", "no", "no"]


class Refusing:
    """Middleware that answers itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await JSONResponse("no")(scope, receive, send)


def test_what_is_staged_on_a_mounted_router_is_not_served_yet() -> None:
    app, mounted = NotebookAPI(), APIRouter()
    app.mount("/m", mounted, name="m")
    mounted.get("/v", name="v")(answer("v"))

    @mounted.get("/address")
    def address(request: Request, name: str) -> str:
        return request.url_for(name).path

    client = TestClient(app)
    with pytest.raises(KeyError), edit():
        mounted.get("/staged", name="staged")(answer("staged"))
        assert client.get("/m/staged").status_code == 404
        assert client.get("/m/address?name=m:v").json() == "/m/v"
        with pytest.raises(NoMatchFound):
            client.get("/m/address?name=m:staged")
        raise KeyError
    assert client.get("/m/v").json() == "v"


def test_what_is_staged_on_a_router_that_another_framework_serves_is_not_served_yet() -> None:
    router = APIRouter()
    app = Starlette(routes=[Mount("/m", router)])
    with edit():
        router.get("/a")(answer("a"))
        asked = Connection(app, "/m/a")
        asyncio.run(asked.run())
        assert asked.start["status"] == 404
    assert asyncio.run(ask(app, "/m/a"))[2] == "a"


def test_a_mounted_router_answers_for_itself_where_it_has_no_route() -> None:
    async def default(scope: Scope, receive: Receive, send: Send) -> None:
        await JSONResponse("default")(scope, receive, send)

    app, plain, special = NotebookAPI(), APIRouter(), APIRouter(default=default)
    plain.get("/a")(answer("a"))
    plain.post("/a")(answer("a"))
    special.redirect_slashes = False
    special.get("/a")(answer("a"))
    app.mount("/plain", plain)
    app.mount("/special", special)
    client = TestClient(app, follow_redirects=False)
    assert client.get("/plain/none").json() == {"detail": "Not Found"}
    assert client.get("/plain/a/").headers["location"].endswith("/plain/a")
    assert client.delete("/plain/a").headers["allow"] == "GET, POST"
    assert client.get("/special/none").json() == "default"
    assert client.get("/special/a/").json() == "default"


def test_a_router_cannot_be_mounted_inside_itself() -> None:
    app, outer, inner = NotebookAPI(), APIRouter(), APIRouter()
    app.mount("/outer", outer)
    outer.mount("/inner", inner)
    client = TestClient(app)
    assert client.get("/outer/inner/x").status_code == 404
    with pytest.raises(EditError, match="mounted inside itself"):
        inner.mount("/again", outer)
    inner.get("/x")(answer("x"))
    assert client.get("/outer/inner/x").json() == "x"


class Diary:
    """Applications that keep what they open; and what was opened and closed, in order."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.closed = asyncio.Semaphore(0)

    def keeping(self, name: str) -> NotebookAPI:
        async def pool() -> AsyncIterator[str]:
            self.log.append(f"+{name}")
            yield name
            self.log.append(f"-{name}")
            self.closed.release()

        app = NotebookAPI(openapi_url=None)

        @app.get("/x")
        async def endpoint(pool: Annotated[str, Depends(pool, scope="app")]) -> str:
            return pool

        return app


def test_what_an_application_keeps_is_closed_when_it_is_mounted_no_more() -> None:
    asyncio.run(_unmount(Diary()))


async def _unmount(diary: Diary) -> None:
    app, outer, router = NotebookAPI(), diary.keeping("outer"), APIRouter()
    outer.mount("/inner", diary.keeping("inner"))
    router.mount("/outer", outer)
    app.mount("/router", router)
    assert [(await ask(app, f"/router/outer{path}/x"))[2] for path in ("", "/inner")] == [
        "outer",
        "inner",
    ]
    router.routes.pop()
    async with asyncio.timeout(10):
        await diary.closed.acquire()
        await diary.closed.acquire()
    assert sorted(diary.log) == ["+inner", "+outer", "-inner", "-outer"]
    router.mount("/outer", outer)
    assert (await ask(app, "/router/outer/x"))[2] == "outer"
    assert diary.log[-1] == "+outer"


def test_what_is_kept_by_an_application_that_is_mounted_elsewhere_too_is_not_closed() -> None:
    diary = Diary()
    app, other, inner = NotebookAPI(), NotebookAPI(), diary.keeping("inner")
    app.mount("/inner", inner)
    other.mount("/inner", inner)
    with TestClient(other) as client:
        assert client.get("/inner/x").json() == "inner"
        assert TestClient(app).get("/none").status_code == 404
        app.routes.pop()
        assert client.get("/inner/x").json() == "inner"
        assert diary.log == ["+inner"]
    assert diary.log == ["+inner", "-inner"]


def test_at_shutdown_what_was_mounted_before_is_closed_too_whatever_fails() -> None:
    diary = Diary()
    app, last = NotebookAPI(), diary.keeping("last")

    async def failing() -> AsyncIterator[None]:
        yield
        raise ConnectionError("gone")

    last.get("/failing", dependencies=[Depends(failing, scope="app")])(answer(1))
    app.mount("/m", diary.keeping("first"))
    with pytest.raises(ConnectionError, match="gone"), TestClient(app) as client:
        assert client.get("/m/x").json() == "first"
        app.routes[-1] = Mount("/m", last)
        assert client.get("/m/x").json() == "last"
        client.get("/m/failing")
    assert sorted(diary.log) == ["+first", "+last", "-first", "-last"]


def test_what_a_preview_has_composed_is_published() -> None:
    app, made = NotebookAPI(), []

    class Counted:
        def __init__(self, app: ASGIApp) -> None:
            made.append(self)
            self.app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await self.app(scope, receive, send)

    app.openapi()
    with edit() as draft:
        app.add_middleware(Counted)
        first = draft.preview(app)
        assert draft.preview(app) is first
        assert list(app.openapi()["paths"]) == []
    assert app.published is first
    assert len(made) == 1


def test_a_preview_shows_what_has_changed_since_the_one_before() -> None:
    app = NotebookAPI(openapi_url=None)

    def paths(published: Published) -> list[str]:
        return [entry.route.path for entry in published.table]

    with edit() as draft:
        app.get("/a")(answer("a"))
        assert paths(draft.preview(app)) == ["/a"]
        app.get("/b")(answer("b"))
        assert paths(draft.preview(app)) == ["/a", "/b"]
        in_a_thread(lambda: app.get("/c")(answer("c")))
        assert paths(draft.preview(app)) == ["/a", "/b", "/c"]
        draft.roll_back(1)
        app.get("/d")(answer("d"))
        assert paths(draft.preview(app)) == ["/a", "/c", "/d"]
        in_a_thread(lambda: app.get("/e")(answer("e")))
    assert paths(app.published) == ["/a", "/c", "/d", "/e"]


def test_a_preview_warns_of_nothing_the_publication_does() -> None:
    app = NotebookAPI()
    app.openapi()
    with pytest.warns(RouteConflictWarning) as told, edit() as draft:
        app.get("/{x}")(answer("x"))
        app.get("/a")(answer("a"))
        draft.preview(app)
        app.openapi()
        assert len(told) == 0
    assert len(told) == 1


def test_a_warning_that_is_an_error_publishes_nothing() -> None:
    app = NotebookAPI()
    client = TestClient(app)
    assert client.get("/b").status_code == 404
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RouteConflictWarning), edit():
            app.get("/{x}")(answer("x"))
            app.get("/a")(answer("a"))
    assert client.get("/b").status_code == 404


def lines(owner: Owner) -> list[Placed]:
    return list(owner.declared.lines)


def swap(routes: list[Any]) -> None:
    routes[1:3] = routes[2:0:-1]


def append(routes: list[Any]) -> None:
    routes.append(APIRoute("/new", answer("new")))


def insert(routes: list[Any]) -> None:
    routes.insert(1, APIRoute("/new", answer("new")))


def insert_first(routes: list[Any]) -> None:
    routes.insert(0, APIRoute("/new", answer("new")))


def replace(routes: list[Any]) -> None:
    routes[2] = APIRoute("/new", answer("new"))


def every_other(routes: list[Any]) -> None:
    routes[:] = routes[::2]


def first_to_the_end(routes: list[Any]) -> None:
    routes[:] = [*routes[1:], routes[0]]


def pop(routes: list[Any]) -> None:
    routes.pop(0)


CHANGES: list[tuple[Callable[[list[Any]], None], str, int]] = [
    # what changes the list, what it comes to, how many stay
    (append, "a b c d new", 4),
    (insert, "a new b c d", 4),
    (insert_first, "new a b c d", 4),
    (replace, "a b new d", 3),
    (every_other, "a c", 2),
    (first_to_the_end, "b c d a", 3),
    (pop, "b c d", 3),
    (swap, "a c b d", 3),
]


@pytest.mark.parametrize(("change", "expected", "staying"), CHANGES, ids=label)
@pytest.mark.parametrize("is_divided", [False, True], ids=["", "in divided places"])
def test_what_stays_in_a_list_of_routes_is_not_declared_anew(
    change: Callable[[list[Any]], None], expected: str, staying: int, is_divided: bool
) -> None:
    app, router = NotebookAPI(openapi_url=None), APIRouter(prefix="/r")
    place = next_place()
    for at, name in enumerate("abcd"):
        where = (*place, at) if is_divided and at else place if is_divided else next_place()
        publish([Add(router, registration_of(APIRoute(f"/{name}", answer(name))), where)])
    app.include_router(router, prefix="/r")
    entries, placed, version = set(app.published.table), lines(router), app.published.version
    change(wanted := list(router.routes))
    for _ in range(2):  # what is said a second time is no change
        router.routes = wanted
        assert [each.registration.value.path[1:] for each in lines(router)] == expected.split()
        assert [e.route.path for e in app.published.table] == [f"/r/{n}" for n in expected.split()]
        assert len(set(placed) & set(lines(router))) == staying
        assert len(entries & set(app.published.table)) == staying
        assert app.published.version == version + 1
