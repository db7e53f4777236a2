"""Dependencies: caching, order, exits and limits, rule by rule."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import anyio
import anyio.to_thread
import pytest
from pydantic import BaseModel

from notebookapi import (
    APIRouter,
    BackgroundTasks,
    Cookie,
    Depends,
    Header,
    NotebookAPI,
    Path,
    Response,
    Security,
)
from notebookapi.exceptions import DependencyScopeError
from notebookapi.testclient import TestClient
from tests.core.serving import ask

Log = list[str]


def test_declarations_can_be_compared_hashed_and_kept() -> None:
    def one() -> None: ...

    def two() -> None: ...

    assert Depends(one) == Depends(one, use_cache=True)
    assert len({Depends(one), Depends(one), Depends(two), Depends(one, use_cache=False)}) == 3
    assert Security(one, ["a", "b"]) == Security(one, scopes=("a", "b"))
    assert hash(Security(one, ["a"])) != hash(Security(one, ["b"]))
    assert Depends(one, scope="function") != Depends(one)


@pytest.mark.parametrize("level", ["decorator", "router", "inclusion", "application"])
def test_use_cache_false_holds_at_every_level(level: str) -> None:
    calls: Log = []

    def dependency() -> int:
        calls.append("call")
        return len(calls)

    fresh = [Depends(dependency, use_cache=False)]

    def given(name: str) -> list[Any]:
        return fresh if level == name else []

    app = NotebookAPI(dependencies=given("application"))
    router = APIRouter(dependencies=given("router"))

    @router.get("/", dependencies=given("decorator"))
    def endpoint(value: Annotated[int, Depends(dependency)]) -> int:
        return value

    app.include_router(router, dependencies=given("inclusion"))
    # The endpoint's own asks for a shared result: one that is run for itself is not shared.
    assert TestClient(app).get("/").json() == 2
    assert len(calls) == 2


def test_use_cache_false_twice_at_the_decorator() -> None:
    calls: Log = []
    fresh = Depends(lambda: calls.append("call"), use_cache=False)
    app = NotebookAPI()
    app.get("/", dependencies=[fresh, fresh])(lambda: 1)
    TestClient(app).get("/")
    assert len(calls) == 2


def test_errors_are_told_in_order_dependencies_first() -> None:
    class Model(BaseModel):
        n: int

    def inner(deep: int) -> None: ...

    def outer(shallow: int, below: Annotated[None, Depends(inner)]) -> None: ...

    app = NotebookAPI()

    @app.post("/{p}")
    def endpoint(
        body: Model,
        c: Annotated[int, Cookie()],
        h: Annotated[int, Header()],
        q: int,
        p: Annotated[int, Path()],
        d: Annotated[None, Depends(outer)],
    ) -> None: ...

    errors = TestClient(app).post("/x", json={}).json()["detail"]
    assert [each["loc"] for each in errors] == [
        ["query", "deep"], ["query", "shallow"], ["path", "p"], ["query", "q"], ["header", "h"],
        ["cookie", "c"], ["body", "n"],
    ]  # fmt: skip


@pytest.mark.parametrize("yields", [True, False])
def test_a_shared_dependency_runs_before_all_that_need_it(yields: bool) -> None:
    log: Log = []

    def base() -> Iterator[None]:
        log.append("base")
        yield

    def left(value: Annotated[None, Depends(base)]) -> None:
        log.append("left")

    def right(value: Annotated[None, Depends(base)]) -> None:
        log.append("right")

    def plain() -> None:
        log.append("base")

    app = NotebookAPI(dependencies=[Depends(right)])
    if not yields:
        app.dependency_overrides[base] = plain

    @app.get("/")
    def endpoint(a: Annotated[None, Depends(left)], b: Annotated[None, Depends(right)]) -> None: ...

    TestClient(app).get("/")
    assert log == ["base", "right", "left"]


def sync_managed(log: Log) -> Callable[[], Iterator[str]]:
    def dependency() -> Iterator[str]:
        log.append(threading.current_thread().name)
        try:
            yield ""
        finally:
            log.append(threading.current_thread().name)

    return dependency


@pytest.mark.anyio
@pytest.mark.parametrize("scope", ["function", "request"])
async def test_sync_generators_enter_and_leave_in_threads(scope: Any) -> None:
    log: Log = []
    app = NotebookAPI()

    @app.get("/", dependencies=[Depends(sync_managed(log), scope=scope)])
    async def endpoint() -> str:
        return threading.current_thread().name

    _, _, loop_thread = await ask(app, "/")
    assert len(log) == 2
    assert loop_thread not in log


@pytest.mark.anyio
async def test_leaving_a_sync_generator_is_not_cancelled() -> None:
    leaving, go_on, log = asyncio.Event(), threading.Event(), list[str]()
    loop = asyncio.get_running_loop()

    def dependency() -> Iterator[None]:
        yield
        loop.call_soon_threadsafe(leaving.set)
        go_on.wait(10)
        log.append("left")

    app = NotebookAPI()

    @app.get("/", dependencies=[Depends(dependency)])
    async def endpoint() -> None: ...

    async with anyio.create_task_group() as group:
        group.start_soon(ask, app, "/")
        await leaving.wait()
        group.cancel_scope.cancel()
        go_on.set()
    assert log == ["left"]


def test_a_function_scope_ends_before_the_response_is_sent_also_when_the_endpoint_raises() -> None:
    log: Log = []

    def dependency() -> Iterator[None]:
        try:
            yield
        finally:
            log.append("left")

    app = NotebookAPI()

    @app.exception_handler(KeyError)
    def handle(request: Any, error: KeyError) -> Response:
        log.append("answered")
        return Response(status_code=418)

    @app.get("/", dependencies=[Depends(dependency, scope="function")])
    def endpoint(tasks: BackgroundTasks) -> None:
        tasks.add_task(log.append, "never")
        raise KeyError

    assert TestClient(app).get("/").status_code == 418
    assert log == ["left", "answered"]


def function_scoped() -> Iterator[int]:
    yield 1


def plain_between(value: Annotated[int, Depends(function_scoped, scope="function")]) -> int:
    return value


def test_a_plain_dependency_may_need_a_function_scoped_one() -> None:
    app = NotebookAPI()

    @app.get("/")
    def endpoint(value: Annotated[int, Depends(plain_between)]) -> int:
        return value

    assert TestClient(app).get("/").json() == 1


@pytest.mark.parametrize("where", ["decorator", "router", "inclusion"])
def test_a_scope_that_does_not_fit_is_told_at_declaration(where: str) -> None:
    def outlives(
        value: Annotated[int, Depends(function_scoped, scope="function")],
    ) -> Iterator[int]:
        yield value

    given = [Depends(outlives)]
    app, router = NotebookAPI(), APIRouter(dependencies=given if where == "router" else [])
    with pytest.raises(DependencyScopeError, match="give both the same scope"):
        router.get("/", dependencies=given if where == "decorator" else [])(lambda: 1)
        app.include_router(router, dependencies=given if where == "inclusion" else [])


def test_dependencies_in_class_attributes() -> None:
    class Settings:
        def read(self, q: str = "-") -> str:
            return f"settings {q}"

        @staticmethod
        def fixed() -> str:
            return "fixed"

        @classmethod
        def named(cls, q: str = "-") -> str:
            return f"{cls.__name__} {q}"

    class Needs:
        settings = Settings()
        read = Depends(settings.read)
        fixed = Depends(Settings.fixed)
        named = Depends(Settings.named)

    app = NotebookAPI()

    @app.get("/")
    def endpoint(
        a: str = Needs.read,
        b: str = Needs.fixed,
        c: str = Needs.named,
    ) -> list[str]:
        return [a, b, c]

    assert TestClient(app).get("/?q=x").json() == ["settings x", "fixed", "Settings x"]


def test_overrides_apply_at_every_level_and_to_what_is_below() -> None:
    def low() -> str:
        return "low"

    def high(value: Annotated[str, Depends(low)]) -> str:
        return f"high {value}"

    calls: Log = []
    app = NotebookAPI(dependencies=[Depends(lambda: calls.append("never"))])
    guard = app.router.dependencies[0].dependency
    router = APIRouter()

    @router.get("/")
    def endpoint(value: Annotated[str, Depends(high)]) -> str:
        return value

    app.include_router(router)
    client = TestClient(app)
    assert guard is not None
    app.dependency_overrides[guard] = lambda: None
    app.dependency_overrides[low] = lambda: "replaced"
    assert client.get("/").json() == "high replaced"
    app.dependency_overrides[high] = lambda q="-": f"over {q}"
    assert client.get("/?q=x").json() == "over x"
    assert calls == []
