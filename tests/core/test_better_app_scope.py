"""`Depends(…, scope="app")`: made once for an application, closed when it shuts down."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Annotated, Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.websockets import WebSocket

from notebookapi import APIRouter, Depends, NotebookAPI
from notebookapi.exceptions import DependencyScopeError, InvalidDependency, NotebookAPIError
from notebookapi.requests import Request
from notebookapi.testclient import TestClient
from tests.core.serving import ask

Log = list[str]


def kinds(log: Log) -> list[tuple[Callable[..., Any], Log]]:
    """Return a dependency of each kind, and what it writes into the log in its life."""

    def plain() -> str:
        log.append("made")
        return "value"

    async def on_loop() -> str:
        log.append("made")
        return "value"

    def in_thread() -> Iterator[str]:
        log.append("made")
        yield "value"
        log.append("closed")

    async def yielding() -> AsyncIterator[str]:
        log.append("made")
        yield "value"
        log.append("closed")

    return [
        (plain, ["made"]),
        (on_loop, ["made"]),
        (in_thread, ["made", "closed"]),
        (yielding, ["made", "closed"]),
    ]


@pytest.mark.parametrize("kind", range(4), ids=["def", "async def", "yield", "async yield"])
def test_made_once_and_closed_at_shutdown(kind: int) -> None:
    log: Log = []
    dependency, life = kinds(log)[kind]
    app = NotebookAPI()

    @app.get("/one")
    def one(value: Annotated[str, Depends(dependency, scope="app")]) -> str:
        return value

    @app.get("/two", dependencies=[Depends(dependency, scope="app")])
    def two() -> int:
        return 2

    with TestClient(app) as client:
        assert log == []
        assert [client.get("/one").json(), client.get("/two").json()] == ["value", 2]
        assert client.get("/one").json() == "value"
        assert log == ["made"]
    assert log == life
    with TestClient(app) as client:  # started again: made anew
        client.get("/one")
    assert log == life * 2


@pytest.mark.parametrize("kind", range(4), ids=["def", "async def", "yield", "async yield"])
def test_what_yields_ends_with_its_event_loop(kind: int) -> None:
    log: Log = []
    dependency, life = kinds(log)[kind]
    app = NotebookAPI()
    app.get("/", dependencies=[Depends(dependency, scope="app")])(lambda: 1)
    client = TestClient(app)  # no lifespan, and an event loop for each request
    for _ in range(2):
        assert client.get("/").json() == 1
    assert log.count("made") == len(life)
    assert log.count("closed") <= log.count("made")


def test_web_sockets_share_it() -> None:
    log: Log = []
    dependency, _ = kinds(log)[3]
    app = NotebookAPI()

    @app.websocket("/")
    async def talk(
        websocket: WebSocket, value: Annotated[str, Depends(dependency, scope="app")]
    ) -> None:
        await websocket.accept()
        await websocket.send_text(value)
        await websocket.close()

    app.get("/", dependencies=[Depends(dependency, scope="app")])(lambda: 1)
    with TestClient(app) as client:
        client.get("/")
        with client.websocket_connect("/") as socket:
            assert socket.receive_text() == "value"
        assert log == ["made"]
    assert log == ["made", "closed"]


def chained(app: NotebookAPI, log: Log) -> None:
    def settings() -> Iterator[Log]:
        log.append("+settings")
        yield log
        log.append("-settings")

    async def engine(
        settings: Annotated[Log, Depends(settings, scope="app")],
    ) -> AsyncIterator[Log]:
        log.append("+engine")
        yield settings
        log.append("-engine")

    def session(engine: Annotated[Log, Depends(engine, scope="app")]) -> Iterator[Log]:
        log.append("+session")
        yield engine
        log.append("-session")

    @app.get("/")
    def endpoint(session: Annotated[Log, Depends(session)]) -> int:
        return len(session)


def test_what_is_needed_is_closed_last() -> None:
    log: Log = []
    app = NotebookAPI()
    chained(app, log)
    with TestClient(app) as client:
        client.get("/")
        client.get("/")
    assert log == [
        "+settings", "+engine", "+session", "-session", "+session", "-session", "-engine",
        "-settings",
    ]  # fmt: skip


@pytest.mark.anyio
async def test_many_first_requests_make_it_once() -> None:
    calls = 0
    arrived, release = asyncio.Event(), asyncio.Event()

    async def slow() -> int:
        nonlocal calls
        calls += 1
        arrived.set()
        await release.wait()
        return calls

    app = NotebookAPI()

    @app.get("/")
    async def endpoint(value: Annotated[int, Depends(slow, scope="app")]) -> int:
        return value

    first = asyncio.ensure_future(ask(app, "/"))
    await arrived.wait()
    others = [asyncio.ensure_future(ask(app, "/")) for _ in range(5)]
    await asyncio.sleep(0)  # they arrive
    first.cancel()  # who gives up leaves the value to the others
    release.set()
    assert [document for _, _, document in await asyncio.gather(*others)] == [1] * 5
    assert (first.cancelled(), calls) == (True, 1)


def test_many_threads_make_it_once() -> None:
    made: Log = []
    barrier = threading.Barrier(4)

    def dependency() -> int:
        made.append("made")
        return len(made)

    app = NotebookAPI()

    @app.get("/")
    def endpoint(value: Annotated[int, Depends(dependency, scope="app")]) -> int:
        return value

    answers: list[int] = []

    def run() -> None:
        with TestClient(app) as client:
            barrier.wait(10)
            answers.append(client.get("/").json())
            barrier.wait(10)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (answers, made) == ([1, 1, 1, 1], ["made"])


def test_failing_to_make_it_is_not_kept() -> None:
    tries: Log = []

    def fails_once() -> str:
        tries.append("try")
        if len(tries) == 1:
            raise ConnectionError
        return "value"

    app = NotebookAPI()

    @app.get("/")
    def endpoint(value: Annotated[str, Depends(fails_once, scope="app")]) -> str:
        return value

    with TestClient(app, raise_server_exceptions=False) as client:
        assert client.get("/").status_code == 500
        assert client.get("/").json() == client.get("/").json() == "value"
    assert len(tries) == 2


def test_an_override_is_made_and_closed_like_the_original() -> None:
    log: Log = []
    ((original, _), *_, (replacement, _)) = kinds(log)
    app = NotebookAPI()

    @app.get("/")
    def endpoint(value: Annotated[str, Depends(original, scope="app")]) -> str:
        return value

    def reads(q: int) -> int:
        return q

    with TestClient(app) as client:
        client.get("/")
        app.dependency_overrides[original] = replacement
        client.get("/")
        client.get("/")
        assert log == ["made", "made"]
        app.dependency_overrides[original] = reads
        with pytest.raises(DependencyScopeError, match="`q` comes from a request"):
            client.get("/")
        app.dependency_overrides.clear()
        assert client.get("/").json() == "value"
    assert log == ["made", "made", "closed"]


def test_applications_have_one_each_and_mounted_routers_share() -> None:
    log: Log = []
    _, _, _, (dependency, _) = kinds(log)
    app, sub, router = NotebookAPI(), NotebookAPI(), APIRouter()
    for owner in (app, sub, router):
        owner.get("/", dependencies=[Depends(dependency, scope="app")])(lambda: 1)
    app.mount("/sub", sub)
    app.mount("/router", router)
    with TestClient(app) as client:
        for path in ("/", "/sub/", "/router/", "/", "/sub/", "/router/"):
            assert client.get(path).json() == 1
        assert log == ["made", "made"]
    assert log == ["made", "made", "closed", "closed"]


def test_it_needs_an_application_of_ours() -> None:
    router = APIRouter()
    router.get("/", dependencies=[Depends(lambda: 1, scope="app")])(lambda: 1)
    with pytest.raises(NotebookAPIError, match="no NotebookAPI application serves"):
        TestClient(Starlette(routes=[Mount("/", router)])).get("/")


def test_an_error_in_closing_is_told_and_the_others_are_closed() -> None:
    log: Log = []

    def first() -> Iterator[None]:
        yield
        log.append("closed")

    def second() -> Iterator[None]:
        yield
        raise ConnectionError("gone")

    app, sub = NotebookAPI(), NotebookAPI()
    for owner in (app, sub):
        needed = [Depends(first, scope="app"), Depends(second, scope="app")]
        owner.get("/", dependencies=needed)(lambda: 1)
    app.mount("/sub", sub)
    with pytest.raises(ConnectionError, match="gone"), TestClient(app) as client:
        client.get("/")
        client.get("/sub/")
    assert log == ["closed", "closed"]


@pytest.mark.anyio
async def test_a_shutdown_that_is_cancelled_goes_on_closing() -> None:
    closing, go_on, closed = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[None]:
        yield
        closing.set()
        await go_on.wait()
        closed.set()

    app = NotebookAPI()
    app.get("/", dependencies=[Depends(slow, scope="app")])(lambda: 1)
    await ask(app, "/")
    shutdown = asyncio.ensure_future(app.kept.close())
    await closing.wait()
    shutdown.cancel()
    go_on.set()
    async with asyncio.timeout(10):
        await closed.wait()


def needs_query(q: int) -> int:
    return q


def needs_request(request: Request) -> None: ...


def inner() -> int:
    return 1


def needs_other_scope(value: Annotated[int, Depends(inner)]) -> int:
    return value


class Unhashable:
    __hash__ = None  # type: ignore[assignment]  # what is tested

    def __call__(self) -> int:
        return 1


MISTAKES: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: Depends(needs_query, scope="app"), DependencyScopeError, "`q` comes from a request"),
    (lambda: Depends(needs_request, scope="app"), DependencyScopeError, "`request` comes from a"),
    (lambda: Depends(needs_other_scope, scope="app"), DependencyScopeError, 'the scope "request"'),
    (lambda: Depends(Unhashable(), scope="app"), InvalidDependency, "cannot be hashed"),
    (lambda: Depends(inner, use_cache=False, scope="app"), InvalidDependency, "leave them out"),
    (lambda: Depends(inner, scope="app", max_concurrency=1), InvalidDependency, "leave them out"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "error", "message"), MISTAKES, ids=lambda each: str(each)[:30])
def test_mistake(make: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        NotebookAPI().get("/", dependencies=[make()])(lambda: 1)
