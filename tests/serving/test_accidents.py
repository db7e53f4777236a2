"""What would end an ordinary server: sys.exit, interrupts, stopped loops, cancelled tasks."""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from notebookapi.serving import ServerEnd, ServerStartError

from .conftest import Serve


class Ends:
    """The callback's calls; each can be waited for."""

    def __init__(self) -> None:
        self.all: list[ServerEnd] = []
        self._more = threading.Condition()

    def __call__(self, end: ServerEnd) -> None:
        with self._more:
            self.all.append(end)
            self._more.notify_all()

    def wait_for(self, count: int) -> None:
        with self._more:
            assert self._more.wait_for(lambda: len(self.all) >= count, 5)


def application(accident: Callable[[], Awaitable[None]]) -> Starlette:
    async def hello(request: Request) -> Response:
        return PlainTextResponse("hello")

    async def endpoint(request: Request) -> Response:
        await accident()
        return PlainTextResponse("done")

    return Starlette(routes=[Route("/", hello), Route("/accident", endpoint)])


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()], ids=repr)
def test_in_an_endpoint_it_is_an_answer_of_500(
    serve: Serve, client: httpx2.Client, error: BaseException
) -> None:
    async def accident() -> None:
        raise error

    ends = Ends()
    server = serve(application(accident), on_end=ends)
    assert client.get(server.url + "/accident").status_code == 500
    assert client.get(server.url).text == "hello"
    assert ends.all == []


def spawn(make: Callable[[], BaseException]) -> Callable[[], Awaitable[None]]:
    async def in_task() -> None:
        raise make()

    async def accident() -> None:
        task = asyncio.get_running_loop().create_task(in_task())
        await asyncio.wait({task})

    return accident


def call_soon(make: Callable[[], BaseException]) -> Callable[[], Awaitable[None]]:
    def in_callback() -> None:
        raise make()

    async def accident() -> None:
        asyncio.get_running_loop().call_soon(in_callback)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    return accident


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, MemoryError])
def test_where_a_connection_is_accepted_the_next_ones_are_too(
    serve: Serve,
    client: httpx2.Client,
    monkeypatch: pytest.MonkeyPatch,
    error: type[BaseException],
) -> None:
    ends = Ends()
    server = serve(application(stop_loop), on_end=ends)
    make, failed = HttpToolsProtocol.__init__, threading.Event()

    def fail_once(self: HttpToolsProtocol, *args: object, **options: object) -> None:
        if not failed.is_set():
            failed.set()
            raise error
        make(self, *args, **options)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(HttpToolsProtocol, "__init__", fail_once)
    with pytest.raises(httpx2.TransportError):
        client.get(server.url)
    assert client.get(server.url).text == "hello"
    assert failed.is_set()
    if error is not MemoryError:  # which the loop tells of, and goes on
        ends.wait_for(1)


async def stop_loop() -> None:
    asyncio.get_running_loop().stop()


async def cancel_all() -> None:
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()


ACCIDENTS = [
    (spawn(SystemExit), SystemExit),
    (spawn(KeyboardInterrupt), KeyboardInterrupt),
    (call_soon(SystemExit), SystemExit),
    (stop_loop, RuntimeError),
    (cancel_all, asyncio.CancelledError),
]


@pytest.mark.parametrize(
    ("accident", "reason"),
    ACCIDENTS,
    ids=["exit in task", "interrupt in task", "exit in callback", "loop.stop", "cancel all"],
)
def test_on_the_loop_it_goes_on_and_tells(
    serve: Serve,
    client: httpx2.Client,
    accident: Callable[[], Awaitable[None]],
    reason: type[BaseException],
) -> None:
    ends = Ends()
    server = serve(application(accident), on_end=ends)
    port = server.port
    try:
        client.get(server.url + "/accident")
    except httpx2.TransportError:
        # Cancelling everything may cut the connection, too.
        assert reason is asyncio.CancelledError
    ends.wait_for(1)
    assert client.get(server.url).text == "hello"
    assert (server.running, server.port) == (True, port)
    (end,) = ends.all
    assert isinstance(end.reason, reason)
    assert end.restarted
    server.stop()
    assert not server.running


def test_other_requests_do_not_notice(serve: Serve, client: httpx2.Client) -> None:
    entered, release = threading.Event(), threading.Event()

    async def wait(request: Request) -> Response:
        entered.set()
        await asyncio.to_thread(release.wait, 5)
        return PlainTextResponse("waited")

    app = application(spawn(SystemExit))
    app.router.routes.append(Route("/wait", wait))
    ends = Ends()
    server = serve(app, on_end=ends)
    answers: list[str] = []
    thread = threading.Thread(target=lambda: answers.append(client.get(server.url + "/wait").text))
    thread.start()
    assert entered.wait(5)
    assert client.get(server.url + "/accident").text == "done"
    ends.wait_for(1)
    release.set()
    thread.join(5)
    assert answers == ["waited"]


def test_a_websocket_endpoint_that_exits(serve: Serve, client: httpx2.Client) -> None:
    from websockets.exceptions import ConnectionClosed
    from websockets.sync.client import connect

    async def endpoint(websocket: WebSocket) -> None:
        await websocket.accept()
        raise SystemExit(3)

    app = application(stop_loop)
    app.router.routes.append(WebSocketRoute("/ws", endpoint))
    ends = Ends()
    server = serve(app, on_end=ends)
    with connect(f"ws://127.0.0.1:{server.port}/ws", proxy=None) as websocket:
        with pytest.raises(ConnectionClosed):
            websocket.recv(timeout=5)
    assert client.get(server.url).text == "hello"
    assert ends.all == []


def test_after_too_many_it_is_given_up(serve: Serve, client: httpx2.Client) -> None:
    ends = Ends()
    server = serve(application(spawn(SystemExit)), on_end=ends)
    life = server._life
    assert life is not None
    for number in range(1, 11):
        client.get(server.url + "/accident")
        ends.wait_for(number)
    assert server.running
    # Whether the answer is out before the connection is dropped, is a matter of luck.
    with contextlib.suppress(httpx2.TransportError):
        client.get(server.url + "/accident")
    ends.wait_for(11)
    assert [end.restarted for end in ends.all] == [True] * 10 + [False]
    assert life.ended.wait(5)
    assert isinstance(life.error, ServerStartError)
    server.start()
    assert client.get(server.url).text == "hello"


def test_a_callback_that_fails_is_logged(
    serve: Serve, client: httpx2.Client, caplog: pytest.LogCaptureFixture
) -> None:
    called = threading.Event()

    def on_end(end: ServerEnd) -> None:
        called.set()
        raise ValueError("the callback's own")

    server = serve(application(spawn(SystemExit)), on_end=on_end)
    client.get(server.url + "/accident")
    assert called.wait(5)
    assert client.get(server.url).text == "hello"
    assert "the callback's own" in caplog.text


def test_without_a_callback_it_is_logged(
    serve: Serve, client: httpx2.Client, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(application(spawn(SystemExit)))
    client.get(server.url + "/accident")
    assert client.get(server.url).text == "hello"
    assert "SystemExit(); it goes on" in caplog.text
