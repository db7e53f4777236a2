"""Start, stop, ports, limits: a server in a thread, asked over real sockets."""

import asyncio
import concurrent.futures
import contextlib
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from notebookapi.serving import (
    BackgroundServer,
    CoroutineExit,
    PortInUse,
    ServerNotRunning,
    ServerStartError,
    ServingError,
)

from .conftest import Serve


async def hello(request: Request) -> Response:
    return PlainTextResponse("hello")


HELLO = Starlette(routes=[Route("/", hello)])


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_serves_from_a_daemon_thread(serve: Serve, client: httpx2.Client) -> None:
    threads = []

    async def endpoint(request: Request) -> Response:
        threads.append(threading.current_thread())
        return PlainTextResponse("hello")

    server = serve(Starlette(routes=[Route("/", endpoint)]))
    assert server.running
    assert server.url == f"http://127.0.0.1:{server.port}"
    assert client.get(server.url).text == "hello"
    assert threads[0] is not threading.current_thread()
    assert threads[0].daemon


def test_stops_and_starts_on_the_same_port(serve: Serve, client: httpx2.Client) -> None:
    server = serve(HELLO)
    port = server.port
    for _ in range(3):
        assert client.get(server.url).text == "hello"
        server.stop()
        assert not server.running
        # At once, and also with the client's connection in FIN-WAIT.
        assert not accepts(port)
        server.start()
        assert server.port == port


def test_start_and_stop_are_idempotent(serve: Serve) -> None:
    server = serve(HELLO)
    thread_count = threading.active_count()
    server.start()
    assert threading.active_count() == thread_count
    server.stop()
    server.stop()
    assert not server.running


def test_stop_before_start() -> None:
    BackgroundServer(HELLO).stop()


def test_stopping_leaves_no_thread(serve: Serve) -> None:
    before = set(threading.enumerate())
    server = serve(HELLO)
    started = set(threading.enumerate()) - before
    server.stop()
    for thread in started:
        thread.join(5)
        assert not thread.is_alive()


def test_two_servers(serve: Serve, client: httpx2.Client) -> None:
    first, second = serve(HELLO), serve(HELLO)
    assert first.port != second.port
    first.stop()
    assert client.get(second.url).text == "hello"


def test_many_requests_at_once(serve: Serve, client: httpx2.Client) -> None:
    server = serve(HELLO)
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: client.get(server.url).status_code, range(100)))
    assert answers == [200] * 100


def test_a_taken_port(serve: Serve, client: httpx2.Client) -> None:
    first = serve(HELLO)
    threads = threading.active_count()
    second = BackgroundServer(HELLO, port=first.port)
    with pytest.raises(PortInUse) as caught:
        second.start()
    assert caught.value.port == first.port
    for words in (str(first.port), "in use", "another port", "port 0"):
        assert words in str(caught.value)
    assert not second.running
    assert threading.active_count() == threads
    assert client.get(first.url).text == "hello"
    first.stop()
    second.start()
    assert client.get(second.url).text == "hello"
    second.stop()


def test_a_taken_port_with_fallback(serve: Serve, client: httpx2.Client) -> None:
    first = serve(HELLO)
    second = serve(HELLO, port=first.port, fallback=True)
    assert second.port_was_taken
    assert second.notice is not None
    assert str(first.port) in second.notice and str(second.port) in second.notice
    assert client.get(second.url).text == "hello"
    wanted = first.port
    first.stop()
    second.stop()
    second.start()
    assert second.port == wanted
    assert not second.port_was_taken


@pytest.mark.parametrize(
    ("host", "port", "words"),
    [
        ("192.0.2.1", 0, ["192.0.2.1", "not an address of this computer", "127.0.0.1"]),
        ("127.0.0.1", 70000, ["70000", "does not exist", "1024 to 65535"]),
    ],
)
def test_an_address_that_cannot_be_bound(host: str, port: int, words: list[str]) -> None:
    threads = threading.active_count()
    server = BackgroundServer(HELLO, host=host, port=port)
    with pytest.raises(ServerStartError) as caught:
        server.start()
    for word in words:
        assert word in str(caught.value)
    assert threading.active_count() == threads
    server.stop()


def test_small_answers_do_not_wait_for_acknowledgements(
    serve: Serve, client: httpx2.Client
) -> None:
    server = serve(HELLO)
    client.get(server.url)

    async def read_options() -> list[int]:
        life = server._life
        assert life is not None and life._engine is not None
        sockets = [
            connection.transport.get_extra_info("socket")
            for connection in life._engine.server_state.connections
        ]
        return [each.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) for each in sockets]

    options = server.run(read_options(), timeout=5)
    assert options and all(options)


def test_too_many_connections_are_answered_503(serve: Serve) -> None:
    server = serve(HELLO, limit_concurrency=2)
    clients = [httpx2.Client(trust_env=False) for _ in range(3)]
    try:
        assert [each.get(server.url).status_code for each in clients] == [200, 200, 503]
    finally:
        for each in clients:
            each.close()


# Stopping with requests open


class Slow:
    """An application whose request waits to be released."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.release = asyncio.Event()
        self.outcome: list[str] = []
        self.app = Starlette(routes=[Route("/", self.wait), Route("/stream", self.stream)])

    async def wait(self, request: Request) -> Response:
        self.entered.set()
        try:
            await self.release.wait()
        except asyncio.CancelledError:
            self.outcome.append("cancelled")
            raise
        return PlainTextResponse("waited")

    async def stream(self, request: Request) -> Response:
        return StreamingResponse(self.events(), media_type="text/event-stream")

    async def events(self) -> AsyncIterator[str]:
        try:
            while True:
                yield "data: 1\n\n"
                await asyncio.sleep(0.001)
        finally:
            self.outcome.append("closed")


def test_a_request_in_flight_may_finish_within_the_grace(
    serve: Serve, client: httpx2.Client
) -> None:
    slow = Slow()
    server = serve(slow.app)
    loop = server.loop
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answer = pool.submit(client.get, server.url)
        assert slow.entered.wait(5)
        stop = pool.submit(server.stop, 10)
        until(lambda: not accepts(server.port))
        loop.call_soon_threadsafe(slow.release.set)
        assert answer.result(5).text == "waited"
        stop.result(5)
    assert slow.outcome == []


def until(condition: Callable[[], bool]) -> None:
    """Ask again and again; what a client sees of a server has no event to wait for."""
    pause = threading.Event()
    for _ in range(1000):
        if condition():
            return
        pause.wait(0.005)
    raise AssertionError("it never came")


def test_a_request_beyond_the_grace_is_answered_503(serve: Serve, client: httpx2.Client) -> None:
    slow = Slow()
    server = serve(slow.app)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        answer = pool.submit(client.get, server.url)
        assert slow.entered.wait(5)
        server.stop(0.05)
        assert not server.running
        assert answer.result(5).status_code == 503
    assert slow.outcome == ["cancelled"]
    assert not accepts(server.port)


def test_an_open_stream_is_cut(
    serve: Serve, client: httpx2.Client, caplog: pytest.LogCaptureFixture
) -> None:
    slow = Slow()
    server = serve(slow.app)
    with client.stream("GET", server.url + "/stream") as response:
        lines = response.iter_lines()
        assert next(lines) == "data: 1"
        server.stop(0.05)
        assert slow.outcome == ["closed"]
        # Cut, not ended: the client can tell that more was to come.
        with pytest.raises(httpx2.TransportError):
            list(lines)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_worker_thread_does_not_hold_the_stop(serve: Serve, client: httpx2.Client) -> None:
    entered, release = threading.Event(), threading.Event()
    left = threading.Event()

    def endpoint(request: Request) -> Response:
        entered.set()
        release.wait(30)
        left.set()
        return PlainTextResponse("too late")

    server = serve(Starlette(routes=[Route("/", endpoint)]))
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        answer = pool.submit(client.get, server.url)
        assert entered.wait(5)
        server.stop(0)
        assert not left.is_set()
        assert not accepts(server.port)
        assert answer.result(5).status_code == 503
        release.set()
    assert left.wait(5)


def test_an_open_websocket_is_told(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    async def endpoint(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("open")
        async for _ in websocket.iter_text():
            raise AssertionError("nobody sends anything")

    server = serve(Starlette(routes=[WebSocketRoute("/", endpoint)]))
    with connect(f"ws://127.0.0.1:{server.port}/", proxy=None) as websocket:
        assert websocket.recv(timeout=5) == "open"
        server.stop()
        with pytest.raises(ConnectionClosed) as caught:
            websocket.recv(timeout=5)
    # "Service restart": a client may try again.
    assert caught.value.rcvd is not None and caught.value.rcvd.code == 1012
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_stop_from_the_servers_own_thread(serve: Serve, client: httpx2.Client) -> None:
    async def endpoint(request: Request) -> Response:
        server.stop()
        return PlainTextResponse("stopping")

    server = serve(Starlette(routes=[Route("/", endpoint)]))
    assert client.get(server.url).text == "stopping"
    server.start()
    assert server.running


def test_a_blocked_loop_does_not_block_the_stop_for_ever(
    serve: Serve, client: httpx2.Client, caplog: pytest.LogCaptureFixture
) -> None:
    entered, release = threading.Event(), threading.Event()

    async def endpoint(request: Request) -> Response:
        entered.set()
        release.wait(30)  # Blocks the loop, as a mistaken endpoint does.
        return PlainTextResponse("")

    server = serve(Starlette(routes=[Route("/", endpoint)]))
    life = server._life
    assert life is not None
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        answer = pool.submit(client.get, server.url)
        assert entered.wait(5)
        server.stop(0)
        assert "blocks the loop" in caplog.text
        other = serve(HELLO, port=server.port)
        with httpx2.Client(trust_env=False) as another:
            assert another.get(other.url).text == "hello"
        release.set()
        answer.exception(5)
    assert life.ended.wait(5)


# Running coroutines on the server's loop


def test_run_and_submit(serve: Serve) -> None:
    server = serve(HELLO)

    async def which() -> tuple[threading.Thread, asyncio.AbstractEventLoop]:
        return threading.current_thread(), asyncio.get_running_loop()

    thread, loop = server.run(which())
    assert thread is not threading.current_thread()
    assert loop is server.loop
    assert server.submit(which()).result(5) == (thread, loop)


async def raise_(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (ValueError("mine"), ValueError),
        (SystemExit(1), CoroutineExit),
        (KeyboardInterrupt(), CoroutineExit),
    ],
)
def test_run_raises(
    serve: Serve, client: httpx2.Client, raised: BaseException, expected: type[Exception]
) -> None:
    ends: list[object] = []
    server = serve(HELLO, on_end=ends.append)
    with pytest.raises(expected):
        server.run(raise_(raised))
    assert client.get(server.url).text == "hello"
    assert ends == []


def test_run_after_its_timeout_cancels(serve: Serve) -> None:
    server = serve(HELLO)
    cancelled = threading.Event()

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    with pytest.raises(TimeoutError):
        server.run(forever(), timeout=0.01)
    assert cancelled.wait(5)


def test_an_interrupt_ends_a_run_and_not_the_server(serve: Serve, client: httpx2.Client) -> None:
    server = serve(HELLO)
    cancelled = threading.Event()

    async def forever() -> None:
        try:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    with pytest.raises(KeyboardInterrupt):
        server.run(forever())
    assert cancelled.wait(5)
    assert client.get(server.url).text == "hello"


def test_an_interrupt_while_starting_leaves_nothing(
    loop_factory: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    steps = []

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        try:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            await asyncio.Event().wait()
            yield
        finally:
            steps.append("cleaned")

    server = BackgroundServer(Starlette(lifespan=lifespan), loop_factory=loop_factory)
    with pytest.raises(KeyboardInterrupt):
        server.start()
    assert steps == ["cleaned"]
    assert not server.running
    assert not accepts(server.port)


def test_the_end_of_the_server_ends_a_run(serve: Serve) -> None:
    server = serve(HELLO)
    entered = threading.Event()

    async def forever() -> None:
        entered.set()
        await asyncio.Event().wait()

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        run = pool.submit(server.run, forever())
        assert entered.wait(5)
        server.stop()
        with pytest.raises(ServerNotRunning, match="cancelled"):
            run.result(5)


def test_run_without_a_server() -> None:
    server = BackgroundServer(HELLO)
    with pytest.raises(ServerNotRunning, match=r"Call start\(\) first"):
        server.run(raise_(ValueError()))
    with pytest.raises(ServerNotRunning):
        _ = server.loop


def test_run_on_the_servers_own_thread(serve: Serve) -> None:
    server = serve(HELLO)

    async def mistaken() -> None:
        server.run(raise_(ValueError()))

    with pytest.raises(ServingError, match="Await the coroutine"):
        server.run(mistaken())


# The rest of the process


def test_switch_interval_while_serving(serve: Serve) -> None:
    before = sys.getswitchinterval()
    first, second = serve(HELLO), serve(HELLO)
    assert sys.getswitchinterval() == pytest.approx(0.0005)
    first.stop()
    assert sys.getswitchinterval() == pytest.approx(0.0005)
    second.stop()
    assert sys.getswitchinterval() == pytest.approx(before)


def test_a_switch_interval_set_meanwhile_stays(serve: Serve) -> None:
    before = sys.getswitchinterval()
    server = serve(HELLO)
    try:
        sys.setswitchinterval(0.003)
        server.stop()
        assert sys.getswitchinterval() == pytest.approx(0.003)
    finally:
        sys.setswitchinterval(before)


async def plain(scope: Scope, receive: Receive, send: Send) -> None:
    """Knows HTTP only, and says so by raising."""
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


def test_an_application_without_lifespan(serve: Serve, client: httpx2.Client) -> None:
    assert client.get(serve(plain).url).status_code == 204


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", "http://127.0.0.1:8123"),
        ("0.0.0.0", "http://127.0.0.1:8123"),
        ("::1", "http://[::1]:8123"),
        ("localhost", "http://localhost:8123"),
    ],
)
def test_url(host: str, expected: str) -> None:
    assert BackgroundServer(HELLO, host=host, port=8123).url == expected
