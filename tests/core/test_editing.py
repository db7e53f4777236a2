"""`edit`: what is staged, what is published, what an error leaves behind."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from notebookapi import APIRouter, NotebookAPI, Response, edit
from notebookapi._table.published import Registration
from notebookapi.editing import Add, Owner, current_draft
from notebookapi.exceptions import EditError, InvalidPath
from notebookapi.routing import APIRoute, registration_of
from notebookapi.testclient import TestClient


# Endpoints run on the loop: a thread for each of thousands of requests would take its time.
def answer(value: object) -> Callable[[], Any]:
    async def endpoint() -> Any:
        return value

    return endpoint


def route(path: str, value: object) -> Registration:
    return registration_of(APIRoute(path, answer(value)))


def last(owner: Owner) -> Registration:
    return owner.declared.placed[-1].registration


def paths(app: NotebookAPI) -> list[str]:
    return [entry.route.path for entry in app.published.table]


def application() -> NotebookAPI:
    return NotebookAPI(openapi_url=None)


def test_changes_are_seen_on_leaving_all_together() -> None:
    app = application()
    before = app.published
    with edit() as draft:
        app.get("/a")(answer(1))
        app.get("/b")(answer(2))
        assert app.published is before
        assert [route.path for route in app.routes] == ["/a", "/b"]  # type: ignore[attr-defined]  # starlette's BaseRoute names none
        assert [entry.route.path for entry in draft.preview(app).table] == ["/a", "/b"]
        assert list(app.openapi()["paths"]) == ["/a", "/b"]
    assert paths(app) == ["/a", "/b"]
    assert app.published.version == before.version + 1


def test_an_exception_publishes_nothing() -> None:
    app, other = application(), application()
    before = app.published, other.published
    with pytest.raises(KeyError), edit():
        app.get("/a")(answer(1))
        other.add_middleware(object)
        raise KeyError
    assert (app.published, other.published) == before
    assert app.routes == []
    assert current_draft() is None


@pytest.mark.filterwarnings("ignore::notebookapi.exceptions.RouteConflictWarning")
def test_what_cannot_be_served_publishes_nothing_of_all() -> None:
    app, other = application(), application()
    router, inner = APIRouter(), APIRouter()
    app.include_router(router, prefix="/{name}")
    other.include_router(router)
    before = app.published, other.published
    with pytest.raises(InvalidPath, match="occurs twice"), edit():
        other.get("/fine")(answer(1))
        router.include_router(inner)
        inner.get("/{name}")(answer(1))
    assert (app.published, other.published) == before
    assert other.routes == [*other.routes]
    assert router.routes == []
    router.get("/x")(answer(1))
    assert paths(app) == ["/{name}/x"]


GONE: list[tuple[str, Callable[[Any, APIRouter, Registration], None]]] = [
    ("cannot be withdrawn", lambda draft, owner, gone: draft.remove(owner, gone)),
    ("cannot be replaced", lambda draft, owner, gone: draft.replace(owner, gone, route("/n", 1))),
]


@pytest.mark.parametrize(("message", "change"), GONE)
def test_what_is_gone_cannot_be_changed(
    message: str, change: Callable[[Any, APIRouter, Registration], None]
) -> None:
    app = application()
    app.get("/a")(answer(1))
    gone = last(app.router)
    with edit() as draft:
        draft.remove(app.router, gone)
    before = app.published
    with pytest.raises(EditError, match=f"GET /a {message}.*not declared on"), edit() as draft:
        app.get("/b")(answer(1))
        change(draft, app.router, gone)
    assert app.published is before


@pytest.mark.parametrize(("message", "change"), GONE)
def test_what_goes_while_an_edit_is_open_is_noticed_when_it_publishes(
    message: str, change: Callable[[Any, APIRouter, Registration], None]
) -> None:
    app = application()
    app.get("/a")(answer(1))
    gone = last(app.router)

    def withdraw() -> None:
        with edit() as draft:
            draft.remove(app.router, gone)

    with pytest.raises(EditError, match=message), edit() as draft:
        app.get("/b")(answer(1))
        change(draft, app.router, gone)
        elsewhere = threading.Thread(target=withdraw)
        elsewhere.start()
        elsewhere.join()
    assert paths(app) == []


def test_an_application_cannot_be_mounted_inside_itself() -> None:
    app, sub = application(), application()
    app.mount("/sub", sub)
    before = app.published
    with pytest.raises(EditError, match="mounted inside itself"):
        sub.mount("/app", app)
    assert (app.published, sub.routes) == (before, [])


@pytest.mark.filterwarnings("ignore::notebookapi.exceptions.RouteConflictWarning")
def test_a_replaced_route_keeps_its_place() -> None:
    app = application()
    app.get("/{a}")(answer("old"))
    old = last(app.router)
    app.get("/static")(answer("behind"))
    client = TestClient(app)
    assert client.get("/static").json() == "old"
    with edit() as draft:
        draft.replace(app.router, old, route("/{b}", "new"))
    assert client.get("/static").json() == "new"
    assert paths(app) == ["/{b}", "/static"]


def test_a_divided_place_stands_behind_what_it_divides() -> None:
    app, router = application(), APIRouter()
    router.get("/inside")(answer(1))
    app.include_router(router)
    app.get("/behind")(answer(1))
    including, behind = app.router.declared.placed
    (inside,) = router.declared.placed
    with edit() as draft:
        # The numbers of a division are anybody's choice, those of places inside too.
        for number in (inside.place[0] + 1, 0, inside.place[0]):
            place = (*including.place, number)
            draft.stage(Add(app.router, route(f"/between/{number}", 1), place))
    between = [path for path in paths(app) if path.startswith("/between")]
    assert paths(app) == ["/inside", *between, "/behind"]
    assert between == sorted(between, key=lambda path: int(path.rsplit("/")[-1]))


@pytest.mark.filterwarnings("ignore::notebookapi.exceptions.RouteConflictWarning")
def test_a_replaced_inclusion_keeps_its_place() -> None:
    app, first, second = application(), APIRouter(), APIRouter()
    first.get("/{a}")(answer("first"))
    second.get("/{a}")(answer("second"))
    app.include_router(first)
    old = last(app.router)
    app.get("/static")(answer("behind"))
    with edit() as draft:
        app.include_router(second)
        new = last(app.router)
        draft.remove(app.router, new)
        draft.replace(app.router, old, new)
    assert TestClient(app).get("/static").json() == "second"


def test_an_inner_edit_hands_its_changes_to_the_outer() -> None:
    app, other = application(), application()
    _ = app.published, other.published
    with edit():
        app.get("/a")(answer(1))
        with edit(app) as inner:
            app.get("/b")(answer(1))
            other.get("/c")(answer(1))  # not the inner one's, but the outer one's
            assert [route.path for route in other.routes] == ["/c"]  # type: ignore[attr-defined]  # as above
            assert len(inner.operations) == 2
        with pytest.raises(KeyError), edit():
            app.get("/dropped")(answer(1))
            raise KeyError
        app.get("/d")(answer(1))
        assert (paths(app), paths(other)) == ([], [])
    assert (paths(app), paths(other)) == (["/a", "/b", "/d"], ["/c"])


def test_an_edit_of_some_leaves_the_others_at_once() -> None:
    app, other = application(), application()
    with edit(app):
        app.get("/a")(answer(1))
        other.get("/b")(answer(1))
        assert (paths(app), paths(other)) == ([], ["/b"])
    assert paths(app) == ["/a"]


def test_threads_do_not_see_what_another_stages() -> None:
    app = application()
    with edit():
        app.get("/staged")(answer(1))
        thread = threading.Thread(target=lambda: app.get("/at-once")(answer(1)))
        thread.start()
        thread.join()
        assert paths(app) == ["/at-once"]
    assert paths(app) == ["/staged", "/at-once"]


@pytest.mark.anyio
async def test_a_task_that_outlives_its_edit_publishes_at_once() -> None:
    app, go_on = application(), asyncio.Event()

    async def later() -> None:
        await go_on.wait()
        app.get("/late")(answer(1))

    with edit():
        task = asyncio.create_task(later())
    go_on.set()
    await task
    assert paths(app) == ["/late"]


def test_edits_of_many_threads_all_arrive() -> None:
    app, routers = application(), [APIRouter() for _ in range(4)]
    for number, router in enumerate(routers):
        app.include_router(router, prefix=f"/{number}")
    _ = app.published

    def register(router: APIRouter) -> None:
        for number in range(25):
            with edit():
                router.get(f"/a{number}")(answer(1))
                app.get(f"{number}".join(("/", f"/{id(router)}")))(answer(1))

    threads = [threading.Thread(target=register, args=(router,)) for router in routers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(app.published.table) == 200
    assert app.published.version == 101


def test_an_unchanged_middleware_keeps_its_instance() -> None:
    made: list[str] = []

    class Counted:
        def __init__(self, app: Any, name: str) -> None:
            made.append(name)
            self.app = app

        async def __call__(self, *connection: Any) -> None:
            await self.app(*connection)

    app = application()
    app.add_middleware(Counted, name="inner")
    app.add_middleware(Counted, name="outer")
    client = TestClient(app)
    client.get("/")
    app.get("/")(answer(1))
    assert client.get("/").json() == 1
    assert made == ["inner", "outer"]
    inner = app.declared.placed[0].registration
    app.add_middleware(Counted, name="outermost")
    assert made == ["inner", "outer", "outermost"]
    with edit() as draft:
        draft.remove(app, inner)
    # What lies outside the one that is gone wraps something else now.
    assert made == ["inner", "outer", "outermost", "outer", "outermost"]
    assert client.get("/").json() == 1


def test_handlers_are_added_to_a_live_application() -> None:
    app = application()
    app.get("/")(failing)
    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/").status_code == 500
    app.add_exception_handler(ZeroDivisionError, lambda request, error: Response(status_code=418))
    assert client.get("/").status_code == 418


def failing() -> None:
    raise ZeroDivisionError
