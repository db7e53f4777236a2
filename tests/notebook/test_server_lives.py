"""What must not end the server, nor the kernel: accidents, exhaustion, crowds."""

from __future__ import annotations

import ctypes
import logging
import os
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx2
import pytest

from notebookapi.serving import ServerEnd

from .conftest import Notebook

LIMIT = 20  # seconds: far more than is needed


def ask(url: str, path: str) -> httpx2.Response:
    return httpx2.get(url + path, trust_env=False, timeout=LIMIT)


X = "@app.get('/x')\nasync def x(): return 1\n"

ACCIDENTS = {
    "exit": "async def bad(): raise SystemExit(3)",
    "exit in a thread": "def bad(): raise SystemExit(3)",
    "interrupt": "async def bad(): raise KeyboardInterrupt",
    "exit in a task": (
        "async def bad():\n    import asyncio, sys\n    async def t(): sys.exit(3)\n"
        "    await asyncio.wait([asyncio.ensure_future(t())])\n    return 1"
    ),
    "interrupt in a task": (
        "async def bad():\n    import asyncio\n    async def t(): raise KeyboardInterrupt\n"
        "    await asyncio.wait([asyncio.ensure_future(t())])\n    return 1"
    ),
}


@pytest.mark.parametrize("accident", ACCIDENTS)
def test_accidents_in_handlers(notebook: Notebook, accident: str) -> None:
    notebook.run(X, "a")
    notebook.run(f"@app.get('/bad')\n{ACCIDENTS[accident]}", "b")
    url = notebook.session.url
    expected = 200 if "task" in accident else 500
    assert ask(url, "/bad").status_code == expected
    assert ask(url, "/x").json() == 1
    assert notebook.run(X.replace("1", "2"), "a").error is None
    assert ask(url, "/x").json() == 2


def test_death_of_its_thread_is_told_and_mended(notebook: Notebook) -> None:
    notebook.run(X, "a")
    url = notebook.session.url
    (thread,) = [t for t in threading.enumerate() if t.name.startswith("notebookapi-")]
    ident = ctypes.c_ulong(thread.ident or 0)
    told = threading.Event()
    ended = notebook.session.server._ended

    def note(end: ServerEnd) -> None:
        ended(end)
        told.set()

    notebook.session.server._background.on_end = note  # type: ignore[union-attr]  # it runs
    assert ctypes.pythonapi.PyThreadState_SetAsyncExc(ident, ctypes.py_object(SystemExit)) == 1
    notebook.session.server._background.loop.call_soon_threadsafe(id, 1)  # type: ignore[union-attr]  # runs
    assert told.wait(LIMIT), "the thread ran, and met its end"
    assert ask(url, "/x").json() == 1
    assert "The server was ended by SystemExit" in notebook.run(X.replace("1", "2"), "a").card
    assert ask(url, "/x").json() == 2


def test_threads_all_taken(notebook: Notebook) -> None:
    notebook.run(
        X + "import threading\ngo_on, begun = threading.Event(), threading.Semaphore(0)\n"
        "@app.get('/wait')\ndef wait():\n    begun.release()\n    go_on.wait(20)\n    return 1",
        "a",
    )
    url, names = notebook.session.url, notebook.shell.user_ns
    with ThreadPoolExecutor(60) as pool:
        waiting = [pool.submit(ask, url, "/wait") for _ in range(60)]
        for _ in range(40):
            assert names["begun"].acquire(timeout=LIMIT)
        assert ask(url, "/x").json() == 1, "an `async def` endpoint needs no thread"
        notebook.run(X.replace("1", "2"), "b")
        assert ask(url, "/x").json() == 2
        names["go_on"].set()
        assert {each.result().status_code for each in waiting} == {200}


@pytest.fixture
def many_files() -> Iterator[None]:
    """Let this process open as many files as a crowd needs, at both ends of each connection."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 5000
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip(f"The system allows {hard} open files.")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("many_files")
def test_crowd_is_refused_in_order(notebook: Notebook) -> None:
    notebook.run(X, "a")
    host, _, port = notebook.session.url.removeprefix("http://").partition(":")
    request = b"GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with ExitStack() as stack:
        crowd = []
        for _ in range(2000):
            one = stack.enter_context(socket.create_connection((host, int(port)), timeout=LIMIT))
            one.sendall(request)
            crowd.append(one)
        statuses = [one.recv(65536).split(b" ", 2)[1] for one in crowd]
    assert statuses.count(b"200") == 1000
    assert statuses.count(b"503") == 1000
    assert notebook.run(X.replace("1", "2"), "a").error is None
    assert notebook.get("/x") == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_fork_in_a_cell(notebook: Notebook) -> None:
    notebook.run(X, "a")
    url = notebook.session.url
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.close(write)
        os.read(read, 1)  # lives until its parent says so
        os._exit(0)
    os.close(read)
    assert ask(url, "/x").json() == 1
    notebook.run("%api stop")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", int(url.rpartition(":")[2])))
    os.close(write)
    assert os.waitpid(child, 0)[1] == 0


def test_websocket_is_closed_by_a_stop_with_1012(notebook: Notebook) -> None:
    from websockets.exceptions import ConnectionClosed
    from websockets.sync.client import connect

    notebook.run(
        "from notebookapi import WebSocket\n@app.websocket('/ws')\nasync def ws(s: WebSocket):\n"
        "    await s.accept()\n"
        "    async for text in s.iter_text(): await s.send_text('v1 ' + text)",
        "a",
    )
    address = notebook.session.url.replace("http", "ws") + "/ws"
    with connect(address, proxy=None) as socket_:
        socket_.send("one")
        assert socket_.recv(LIMIT) == "v1 one"
        notebook.run("@app.get('/y')\ndef y(): return 1", "b")
        notebook.run("pass", "a")
        socket_.send("two")
        assert socket_.recv(LIMIT) == "v1 two", "it stays on the version that it began with"
        notebook.run("%api stop")
        with pytest.raises(ConnectionClosed) as closed:
            socket_.recv(LIMIT)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("import time\n    time.sleep(1.2)", "kernel busy"),
        (
            "import time\n    end = time.thread_time() + 1.2\n"
            "    while time.thread_time() < end: pass",
            "an `async def` endpoint computed",
        ),
    ],
    ids=["held", "computing"],
)
def test_what_holds_the_loop_is_in_the_log(notebook: Notebook, body: str, said: str) -> None:
    notebook.run(X + f"@app.get('/hold')\nasync def hold():\n    {body}\n    return 1", "a")
    seen, told = [], threading.Event()
    keep = notebook.session.server._log._keep

    def note(record: logging.LogRecord) -> None:
        keep(record)
        seen.append(record.getMessage())
        told.set()

    notebook.session.server._log._keep = note
    assert notebook.get("/hold") == 1
    assert told.wait(LIMIT)
    assert said in seen[0]


def test_address_beyond_loopback_wants_the_token(notebook: Notebook) -> None:
    notebook.run(X, "a")
    assert not notebook.session.server.token_required
    ran = notebook.run("%api serve --host 0.0.0.0")
    assert "Other computers can reach the server at 0.0.0.0." in ran.card
    assert notebook.session.server.token_required
    notebook.run("%api serve --host 127.0.0.1")
    assert not notebook.session.server.token_required
    assert notebook.get("/x") == 1
