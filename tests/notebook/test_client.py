"""`api.client`, `api.aclient` and their short forms: from the defining cell, from later ones."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Coroutine, Iterator
from typing import Any

import httpx2
import pytest

from notebookapi.notebook.errors import (
    BadArguments,
    NotInstalled,
    SentNotRegistered,
    Stopped,
)

from .conftest import Notebook
from .driver import Kernel

ENDPOINTS = """
import asyncio
from notebookapi import Request, Response
from notebookapi.responses import RedirectResponse, StreamingResponse
ended = asyncio.Event()

@app.post("/echo")
async def echo(request: Request):
    return {"method": request.method, "query": str(request.url.query),
            "body": (await request.body()).decode(), "word": request.headers.get("x-word")}

@app.get("/login")
def login(response: Response):
    response.set_cookie("who", "me")
    return "in"

@app.get("/who")
def who(request: Request): return request.cookies.get("who")

@app.get("/away")
def away(): return RedirectResponse("/who")

@app.get("/forever")
async def forever():
    async def numbers():
        try:
            for number in range(1_000_000):
                yield f"{number}\\n"
                await asyncio.sleep(0.01)
        finally:
            ended.set()
    return StreamingResponse(numbers(), media_type="text/plain")

@app.get("/breathless")
async def breathless():
    async def numbers():
        number = 0
        while True:  # it waits for nothing
            yield f"{(number := number + 1)}\\n"
    return StreamingResponse(numbers(), media_type="text/plain")

@app.get("/short")
async def short():
    async def pieces():
        yield "a"
        raise ValueError("in the middle")
    return StreamingResponse(pieces(), media_type="text/plain")

@app.get("/raises")
async def raises(): raise ValueError("no")

@app.get("/exits")
async def exits(): raise SystemExit

@app.head("/headed")
def headed(): return {"n": 1}
"""

# Each is an expression; a client `c` is at hand.
SENT = {
    "echo": (
        "c.post('/echo', params={'q': 'a b'}, content=b'body', headers={'x-word': 'w'}).json()",
        {"method": "POST", "query": "q=a+b", "body": "body", "word": "w"},
    ),
    "streamed body": (
        "c.post('/echo', content=iter([b'bo', b'dy'])).json()['body']",
        "body",
    ),
    "without a slash": ("c.post('echo').json()['method']", "POST"),
    "absolute": ("c.post(api.url + '/echo').json()['method']", "POST"),
    "kept cookies": ("[c.get('/login').json(), c.get('/who').json()]", ["in", "me"]),
    "no redirect": ("c.get('/away').status_code", 307),
    "redirect": ("c.get('/away', follow_redirects=True).url.path", "/who"),
    "not found": ("c.get('/nowhere').status_code", 404),
    "raises": ("c.get('/raises').status_code", 500),
    "sys.exit": ("[c.get('/exits').status_code, c.get('/who').status_code]", [500, 200]),
    "head": ("(c.head('/headed').status_code, c.head('/headed').content)", (200, b"")),
    "kind": ("isinstance(c, httpx2.Client)", True),
}  # fmt: skip


@pytest.mark.parametrize("cell", ["defining", "later"])
@pytest.mark.parametrize("case", SENT)
def test_client(notebook: Notebook, case: str, cell: str) -> None:
    expression, expected = SENT[case]
    code = f"import httpx2\nc = api.client\nseen = {expression}"
    if cell == "defining":
        assert notebook.run(ENDPOINTS + code, "a").error is None
    else:
        notebook.run(ENDPOINTS, "a")
        assert notebook.run(code, "b").error is None
    assert notebook.shell.user_ns["seen"] == expected


STREAMED = """
lines = []
with api.client.stream("GET", "/forever") as response:
    for line in response.iter_lines():
        lines.append(line)
        if len(lines) == 3: break
"""
ASTREAMED = """
lines = []
async with api.aclient.stream("GET", "/forever") as response:
    async for line in response.aiter_lines():
        lines.append(line)
        if len(lines) == 3: break
"""


@pytest.mark.parametrize("cell", ["defining", "later"])
@pytest.mark.parametrize("code", [STREAMED, ASTREAMED], ids=["sync", "async"])
def test_stream_that_has_no_end_is_left(notebook: Notebook, code: str, cell: str) -> None:
    wait = "\nawait api.on_server(asyncio.wait_for(ended.wait(), 10))"
    cells = [ENDPOINTS + code + wait] if cell == "defining" else [ENDPOINTS, code + wait]
    for number, each in enumerate(cells):
        assert notebook.run(each, f"cell-{number}").error is None
    assert notebook.shell.user_ns["lines"] == ["0", "1", "2"]
    assert "body not read" in repr(notebook.shell.user_ns["response"])


@pytest.mark.parametrize("cell", ["defining", "later"])
def test_a_stream_that_waits_for_nothing_does_not_keep_the_server(
    notebook: Notebook, cell: str
) -> None:
    code = (
        "with api.client.stream('GET', '/breathless') as response:\n"
        "    first = next(response.iter_lines())\n"
        "seen = [first, api.get('/who').status_code]"
    )
    cells = [ENDPOINTS + code] if cell == "defining" else [ENDPOINTS, code]
    for number, each in enumerate(cells):
        assert notebook.run(each, f"cell-{number}").error is None
    assert notebook.shell.user_ns["seen"] == ["1", 200]


@pytest.mark.parametrize("cell", ["defining", "later"])
def test_body_that_breaks_off_is_an_error(notebook: Notebook, cell: str) -> None:
    send = "api.get('/short')"
    if cell == "later":
        notebook.run(ENDPOINTS, "a")
        error = notebook.run(send, "b").error
    else:
        error = notebook.run(ENDPOINTS + send, "a").error
    assert isinstance(error, httpx2.RemoteProtocolError)


def test_client_follows_the_server(notebook: Notebook, free_port: int) -> None:
    notebook.run(ENDPOINTS, "a")
    client = notebook.session.client
    before = str(client.base_url)
    assert client.get("/login").is_success
    notebook.run(f"%api serve --port {free_port}")
    assert str(client.base_url) == f"http://127.0.0.1:{free_port}/" != before
    assert client.get("/who").json() == "me", "it is the same client, with its cookies"
    assert notebook.session.client is client


@pytest.fixture
def free_port() -> int:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def own_address() -> str:
    """Return the address of this machine in its network; loopback where it is in none."""
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))  # nothing is sent: RFC 5737 keeps that address free
        except OSError:
            return "127.0.0.1"
        return str(asked.getsockname()[0])


def test_own_requests_bring_the_token(notebook: Notebook) -> None:
    """From an address of the network the server asks everybody for it."""
    code = (
        "from notebookapi import Request, WebSocket\n"
        "@app.get('/told')\ndef told(request: Request): return dict(request.headers)\n"
        "@app.websocket('/ws')\nasync def ws(socket: WebSocket): await socket.accept()\n"
    )
    notebook.run(code, "a")
    notebook.run(f"%api serve --host {own_address()}")
    ran = notebook.run(
        "r = [api.get('/told'), await api.aclient.get('/told')]\nwith api.websocket('/ws'): pass"
    )
    assert ran.error is None
    token = notebook.session.token.reveal()
    for response in notebook.shell.user_ns["r"]:
        assert response.status_code == 200
        told = f"{response.text} {response.headers} {response.request.headers!r}"
        assert token not in told, "neither the application nor the response has it"


def test_closed_client_is_made_anew(notebook: Notebook) -> None:
    notebook.run(ENDPOINTS, "a")
    with notebook.session.client as client:
        assert client.get("/login").is_success
    assert notebook.session.client.get("/who").json() is None, "cookies went with the old one"


def test_proxies_of_the_environment_are_not_asked(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    notebook.run(ENDPOINTS + "seen = api.get('/who').status_code", "a")
    notebook.run("more = api.client.get('/who').status_code", "b")
    assert (notebook.shell.user_ns["seen"], notebook.shell.user_ns["more"]) == (200, 200)


def test_errors_say_what_to_do(notebook: Notebook) -> None:
    notebook.run(ENDPOINTS, "a")
    api = notebook.session
    with pytest.raises(BadArguments, match=r"Give the path alone, \"/x\", or send it by httpx2"):
        api.get("https://example.org/x")
    with pytest.raises(BadArguments, match="cannot be set"):
        api.client.base_url = "http://127.0.0.1:1"
    with pytest.raises(SentNotRegistered, match=r"`api` sends requests; write `@app\.post`"):
        api.post("/echo")(lambda: 1)
    with pytest.raises(SentNotRegistered, match=r"write `@app\.get`, with a path, above"):
        api.get(lambda: 1)  # type: ignore[arg-type]  # `@api.get` without a path
    with pytest.raises(SentNotRegistered, match=r"`@app\.websocket\(\"/ws\"\)`"):
        api.websocket("/ws")(lambda: 1)
    api.stop()
    with pytest.raises(Stopped, match="%api serve"):
        api.client.get("/who")


def test_async_client_on_any_loop(notebook: Notebook) -> None:
    notebook.run(ENDPOINTS, "a")
    client = notebook.session.aclient

    async def ask() -> set[int]:
        answers = await asyncio.gather(*(client.get("/who") for _ in range(20)))
        return {each.status_code for each in answers}

    assert [asyncio.run(ask()), asyncio.run(ask())] == [{200}, {200}]


def test_async_client_in_an_endpoint(notebook: Notebook) -> None:
    inner = "@app.get('/inner')\nasync def inner(): return (await api.aclient.get('/who')).json()"
    notebook.run(f"{ENDPOINTS}{inner}\napi.get('/login')", "a")
    assert notebook.get("/inner") is None


HANGS = """
import os, signal, threading
reached, over = threading.Event(), threading.Event()

@app.get("/hang")
async def hang():
    reached.set()
    await asyncio.sleep(3600)

@app.get("/streams")
async def streams():
    async def pieces():
        yield "a"
        await hang()
    return StreamingResponse(pieces())

def interrupt():
    reached.wait(10)
    while not over.is_set():
        # Python misses one that comes just before it begins to read from a socket: press again.
        os.kill(os.getpid(), signal.SIGINT)
        over.wait(5)
"""


@pytest.mark.parametrize("path", ["/hang", "/streams"])
@pytest.mark.parametrize("staged", ["", "@app.get('/more')\ndef more(): ...\n"])
def test_interrupt_ends_the_wait(kernel: Kernel, path: str, staged: str) -> None:
    kernel.run(ENDPOINTS + HANGS, "a")
    send = (
        f"{staged}threading.Thread(target=interrupt).start()\n"
        f"try: api.get({path!r})\nfinally: over.set()"
    )
    assert kernel.run(send, "b").error == f"KeyboardInterrupt: GET {path} was not waited for"
    assert kernel.run("api.get('/who').status_code", "d").result["text/plain"] == "200"


def test_request_of_a_cell_that_fails_is_not_published(notebook: Notebook) -> None:
    notebook.run("@app.get('/x')\ndef x(): return 1", "a")
    code = "@app.get('/x')\ndef x(): return 2\nseen = [api.get('/x').json()]\n"
    outside = "import httpx2\nseen.append(httpx2.get(api.url + '/x', trust_env=False).json())\n1/0"
    notebook.run(code + outside, "a")
    assert notebook.shell.user_ns["seen"] == [2, 1]
    assert notebook.get("/x") == 1


def test_last_request_can_be_kept(notebook: Notebook) -> None:
    notebook.run(ENDPOINTS, "a")
    notebook.session.client.get("/who")
    assert notebook.session.examples.save("who").path == "/who"
    notebook.run("r = await api.aclient.get('/login')", "b")
    assert notebook.session.examples.save("login").path == "/login"


MISSING = {
    "httpx2": "api.client",
    "websockets.asyncio.client": "with api.websocket('/ws'): pass",
}


@pytest.mark.parametrize("library", MISSING)
def test_missing_library_is_named_with_the_cure(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    notebook.run("@app.get('/x')\ndef x(): ...", "a")
    monkeypatch.setitem(sys.modules, library, None)
    if library == "httpx2":  # what needs it is not loaded yet
        monkeypatch.delitem(sys.modules, "notebookapi.notebook.sending.clients", raising=False)
    error = notebook.run(MISSING[library], "b").error
    assert isinstance(error, NotInstalled)
    name = library.partition(".")[0]
    assert str(error) == (
        f"{name} is not installed, and this needs it. "
        'Run `%pip install "notebookapi[notebook]"`, then try again.'
    )


# --- where there is no socket


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Python as in a browser, as far as the package asks; `run_sync` stands for Pyodide's."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def run_sync(coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(10)

    module: Any = type(sys)("pyodide.ffi")
    module.run_sync = run_sync
    monkeypatch.setitem(sys.modules, "pyodide", type(sys)("pyodide"))
    monkeypatch.setitem(sys.modules, "pyodide.ffi", module)
    monkeypatch.setattr(sys, "platform", "emscripten")
    yield
    monkeypatch.undo()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


ECHO = """
from notebookapi import WebSocket
@app.websocket("/ws")
async def ws(socket: WebSocket):
    await socket.accept()
    await socket.send_text((await socket.receive_text()).upper())
"""


def test_without_sockets_all_is_in_process(bare: Notebook, browser: None) -> None:
    bare.load()
    first = "seen = [api.post('/echo', content='x').json()['body']]\n"
    ran = bare.run(ENDPOINTS + ECHO + first, "a")
    assert (ran.error, "There are no sockets here" in ran.card) == (None, True)
    code = (
        "seen += [api.client.post('/echo', content='y').json()['body']]\n"
        "seen += [(await api.aclient.post('/echo', content='z')).json()['body']]\n"
        "with api.websocket('/ws') as ws:\n"
        "    ws.send_text('w')\n"
        "    seen += [ws.receive_text()]\n"
        "async with api.websocket('/ws') as ws:\n"
        "    await ws.send_text('v')\n"
        "    seen += [await ws.receive_text()]\n"
    )
    assert bare.run(code, "b").error is None
    assert bare.shell.user_ns["seen"] == ["x", "y", "z", "W", "V"]
    assert bare.session.server.url is None, "no server was started"


# --- in a real kernel


def test_client_in_a_real_kernel(kernel: Kernel) -> None:
    send = (
        "def sync(): return api.client.get('/login').json()\n"
        "async def later(): return (await api.aclient.get('/login')).json()\n"
        "print(sync(), await later())\n"
    )
    first = kernel.run(ENDPOINTS + send, "a")
    assert (first.error, first.stream) == ("", "in in\n")
    assert kernel.run(send, "b").stream == "in in\n"
    shown = kernel.run("await api.aclient.get('/raises')", "c").shown
    assert "500 Internal Server Error · GET /raises" in shown
    assert "in raises" in shown and "ValueError: no" in shown


PRINTS = """
@app.get("/prints")
async def prints():
    print("endpoint")
    return 1
"""


@pytest.mark.parametrize("code", ["api.client.get('/prints')", "await api.aclient.get('/prints')"])
def test_what_an_endpoint_prints_appears_with_the_response(kernel: Kernel, code: str) -> None:
    first = kernel.run(PRINTS + code, "a")
    second = kernel.run(code, "b")
    assert (first.stream, second.stream) == ("endpoint\n", "endpoint\n")
