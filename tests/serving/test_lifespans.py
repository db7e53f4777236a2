"""Lifespans: alone on a loop, and around a server."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from notebookapi.serving import BackgroundServer, Lifespan, LifespanError, ServerStartError

from .conftest import Serve

Steps = list[str]


def recording(
    steps: Steps,
    state: Mapping[str, Any] | None = None,
    *,
    up: BaseException | None = None,
    down: BaseException | None = None,
) -> Starlette:
    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[Mapping[str, Any]]:
        steps.append("up")
        if up is not None:
            raise up
        yield state or {}
        steps.append("down")
        if down is not None:
            raise down

    return Starlette(lifespan=lifespan, routes=[Route("/", read_state)])


async def read_state(request: Request) -> Response:
    """What is in the state; and something is put there, for the next request not to find."""
    seen = {key: repr(value) for key, value in request.state._state.items()}
    request.state.mine = 1
    return JSONResponse(seen)


def test_up_and_down() -> None:
    steps: Steps = []

    async def main() -> None:
        lifespan = Lifespan(recording(steps, {"pool": 7}))
        await lifespan.startup()
        assert lifespan.state == {"pool": 7}
        assert steps == ["up"]
        await lifespan.shutdown()
        await lifespan.shutdown()

    asyncio.run(main())
    assert steps == ["up", "down"]


def test_both_ends_in_one_task() -> None:
    """A task group, or any cancel scope, is left in the task that entered it."""
    ran = asyncio.Event()

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            group.create_task(ran.wait())
            yield

    async def main() -> None:
        lifespan_of_app = Lifespan(Starlette(lifespan=lifespan))
        await asyncio.create_task(lifespan_of_app.startup())
        ran.set()
        await asyncio.create_task(lifespan_of_app.shutdown())

    asyncio.run(main())


async def returns(scope: Scope, receive: Receive, send: Send) -> None:
    return


async def asserts(scope: Scope, receive: Receive, send: Send) -> None:
    assert scope["type"] == "http"


async def reads_then_raises(scope: Scope, receive: Receive, send: Send) -> None:
    message = await receive()
    raise KeyError(message["body"])


@pytest.mark.parametrize("app", [returns, asserts, reads_then_raises])
def test_an_application_that_knows_no_lifespan(app: ASGIApp) -> None:
    async def main() -> None:
        lifespan = Lifespan(app)
        await lifespan.startup()
        assert lifespan.supported is False
        await lifespan.shutdown()

    asyncio.run(main())


def test_unless_it_has_to() -> None:
    with pytest.raises(LifespanError, match="AssertionError"):
        asyncio.run(Lifespan(asserts, required=True).startup())


def unbuildable(app: ASGIApp) -> ASGIApp:
    raise TypeError("not like this")


async def says_failed(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database"})


async def exits(scope: Scope, receive: Receive, send: Send) -> None:
    raise SystemExit(3)


FAILURES: list[tuple[Callable[[], ASGIApp], type[BaseException] | None, str]] = [
    (lambda: recording([], up=ValueError("no disk")), ValueError, "ValueError: no disk"),
    (lambda: recording([], up=SystemExit(3)), SystemExit, "SystemExit: 3"),
    (lambda: says_failed, None, "no database"),
    (lambda: exits, SystemExit, "SystemExit: 3"),
    # Raised before the application has looked at the scope: not "knows no lifespan".
    (lambda: Starlette(middleware=[Middleware(unbuildable)]), TypeError, "not like this"),
]


@pytest.mark.parametrize(("make", "cause", "words"), FAILURES)
def test_a_start_up_that_fails(
    make: Callable[[], ASGIApp], cause: type[BaseException] | None, words: str
) -> None:
    with pytest.raises(LifespanError, match=words) as caught:
        asyncio.run(Lifespan(make()).startup())
    if cause is None:
        assert caught.value.__cause__ is None
    else:
        assert isinstance(caught.value.__cause__, cause)


def test_the_cause_has_the_applications_traceback() -> None:
    with pytest.raises(LifespanError) as caught:
        asyncio.run(Lifespan(recording([], up=ValueError("no disk"))).startup())
    cause = caught.value.__cause__
    assert cause is not None
    traceback = cause.__traceback__
    names = []
    while traceback is not None:
        names.append(traceback.tb_frame.f_code.co_name)
        traceback = traceback.tb_next
    assert names[-1] == "lifespan"


def test_a_shutdown_that_fails() -> None:
    async def main() -> None:
        lifespan = Lifespan(recording([], down=ValueError("already closed")))
        await lifespan.startup()
        await lifespan.shutdown()

    with pytest.raises(LifespanError, match="shutdown failed. ValueError: already closed"):
        asyncio.run(main())


def waiting(steps: Steps, *, at: str) -> Starlette:
    """Its start-up, or its shutdown, goes on for ever."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        try:
            if at == "up":
                await asyncio.Event().wait()
            yield
            await asyncio.Event().wait()
        finally:
            steps.append("cleaned")

    return Starlette(lifespan=lifespan)


def test_a_shutdown_that_takes_too_long() -> None:
    steps: Steps = []

    async def main() -> None:
        lifespan = Lifespan(waiting(steps, at="down"))
        await lifespan.startup()
        await lifespan.shutdown(0.01)

    with pytest.raises(LifespanError, match=r"longer than 0.01 s"):
        asyncio.run(main())
    assert steps == ["cleaned"]


def test_cancelling_the_start_up_cancels_the_application() -> None:
    steps: Steps = []

    async def main() -> None:
        async with asyncio.timeout(0.01):
            await Lifespan(waiting(steps, at="up")).startup()

    with pytest.raises(TimeoutError):
        asyncio.run(main())
    assert steps == ["cleaned"]


def test_one_lifespan_starts_once() -> None:
    async def main() -> None:
        lifespan = Lifespan(recording([]))
        await lifespan.startup()
        try:
            await lifespan.startup()
        finally:
            await lifespan.shutdown()

    with pytest.raises(LifespanError, match="make another one"):
        asyncio.run(main())


# Around a server


def test_a_server_runs_it(serve: Serve, client: httpx2.Client) -> None:
    steps: Steps = []
    server = serve(recording(steps, {"pool": 7}))
    assert steps == ["up"]
    # Each request has a copy of its own.
    assert client.get(server.url).json() == {"pool": "7"}
    assert client.get(server.url).json() == {"pool": "7"}
    server.stop()
    assert steps == ["up", "down"]
    server.start()
    assert steps == ["up", "down", "up"]


def test_a_server_leaves_it_alone_when_told(serve: Serve, client: httpx2.Client) -> None:
    steps: Steps = []
    server = serve(recording(steps, {"pool": 7}), lifespan=False)
    assert client.get(server.url).json() == {}
    server.stop()
    assert steps == []


@pytest.mark.parametrize("error", [ValueError("no disk"), SystemExit(3)], ids=repr)
def test_a_server_whose_application_does_not_start(
    loop_factory: Callable[[], asyncio.AbstractEventLoop], error: BaseException
) -> None:
    threads = set(threading.enumerate())
    steps: Steps = []
    server = BackgroundServer(recording(steps, up=error), loop_factory=loop_factory)
    with pytest.raises(LifespanError) as caught:
        server.start()
    assert caught.value.__cause__ is error
    assert not server.running
    for thread in set(threading.enumerate()) - threads:
        thread.join(5)
    # Nothing is left: the port can be had by another.
    other = BackgroundServer(recording([]), port=server.port, loop_factory=loop_factory)
    other.start()
    other.stop()


def test_a_start_up_that_takes_too_long(
    loop_factory: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    steps: Steps = []
    server = BackgroundServer(waiting(steps, at="up"), loop_factory=loop_factory)
    with pytest.raises(ServerStartError, match=r"within 0.05 s.*longer timeout"):
        server.start(timeout=0.05)
    assert steps == ["cleaned"]
    assert not server.running


def test_a_failing_shutdown_is_logged(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    server = serve(recording([], down=ValueError("already closed")))
    server.stop()
    assert not server.running
    assert "already closed" in caplog.text


def test_the_application_shuts_down_after_the_last_request(
    serve: Serve, client: httpx2.Client
) -> None:
    steps: Steps = []
    entered = threading.Event()

    async def wait(request: Request) -> Response:
        entered.set()
        try:
            await asyncio.Event().wait()
        finally:
            steps.append("request ended")
        return Response()

    app = recording(steps)
    app.router.routes.append(Route("/wait", wait))
    server = serve(app)
    thread = threading.Thread(target=lambda: client.get(server.url + "/wait"))
    thread.start()
    assert entered.wait(5)
    server.stop(0)
    thread.join(5)
    assert steps == ["up", "request ended", "down"]


def test_what_the_lifespan_spawned_lives_until_its_shutdown(serve: Serve) -> None:
    steps: Steps = []
    spawned: list[asyncio.Task[None]] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            steps.append("worker cancelled")
            raise

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        spawned.append(asyncio.create_task(work()))
        yield
        steps.append(f"worker done: {spawned[0].done()}")

    serve(Starlette(lifespan=lifespan)).stop()
    assert steps == ["worker done: False", "worker cancelled"]


def test_startup_runs_on_a_servers_loop(serve: Serve) -> None:
    """As a session does that exchanges applications under one server."""
    steps: Steps = []
    server = serve(recording([]))
    lifespan = Lifespan(recording(steps))
    server.run(lifespan.startup())
    server.run(lifespan.shutdown())
    assert steps == ["up", "down"]
