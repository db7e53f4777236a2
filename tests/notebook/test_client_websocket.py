"""`api.websocket(path)`: in process from the defining cell, over the socket from later ones."""

from __future__ import annotations

from typing import Any

import pytest

from notebookapi import WebSocketDisconnect
from notebookapi.notebook.errors import Disconnected, Refused

from .conftest import Notebook
from .driver import Kernel

ENDPOINTS = """
import asyncio
from notebookapi import Response, WebSocket
from starlette.responses import PlainTextResponse
ends = []
ended = asyncio.Event()

@app.websocket("/echo")
async def echo(ws: WebSocket, q: str = ""):
    print(f"hello {q}")
    await ws.accept(subprotocol=next(iter(ws.scope["subprotocols"]), None))
    while (message := await ws.receive())["type"] != "websocket.disconnect":
        text = message.get("text")
        if text == "who":
            await ws.send_json([q, ws.headers.get("x-word"), ws.cookies.get("who")])
        elif text == "close":
            await ws.send_text("last")
            return await ws.close(4002, "enough")
        elif text == "done":
            await ws.send_text("last")
            return await ws.close()
        elif text == "raise":
            raise ValueError("bad")
        elif text is not None:
            await ws.send_text(text)
        else:
            await ws.send_bytes(message["bytes"])
    ends.append((message["code"], message["reason"]))
    ended.set()

@app.websocket("/refuses")
async def refuses(ws: WebSocket): await ws.close()

@app.websocket("/denies")
async def denies(ws: WebSocket):
    await ws.send_denial_response(PlainTextResponse("go away", 401))

@app.websocket("/raises")
async def raises(ws: WebSocket): 1 / 0

@app.get("/login")
def login(response: Response): response.set_cookie("who", "me")
"""

# A block in `with`; what it appends to `seen` is compared.
TALKS: dict[str, tuple[str, str, list[Any]]] = {
    "text": ("'/echo'", "ws.send_text('é'); seen.append(ws.receive_text())", ["é"]),
    "bytes": ("'/echo'", "ws.send_bytes(b'\\xff'); seen.append(ws.receive_bytes())", [b"\xff"]),
    "json": ("'/echo'", "ws.send_json({'a': [1]}); seen.append(ws.receive_json())", [{"a": [1]}]),
    "either": (
        "'/echo'",
        "ws.send_text('a'); ws.send_bytes(b'b'); seen += [ws.receive(), ws.receive()]",
        ["a", b"b"],
    ),
    "query and headers": (
        "'/echo', params={'q': 'a b'}, headers={'x-word': 'w'}",
        "ws.send_text('who'); seen.append(ws.receive_json())",
        [["a b", "w", "me"]],
    ),
    "query in the path": (
        "'/echo?q=x'",
        "ws.send_text('who'); seen.append(ws.receive_json())",
        [["x", None, "me"]],
    ),
    "subprotocol": ("'/echo', subprotocols=['a', 'b']", "seen.append(ws.subprotocol)", ["a"]),
    "iteration ends well": ("'/echo'", "ws.send_text('done'); seen += list(ws)", ["last"]),
    "timeout": (
        "'/echo'",
        "try: ws.receive(timeout=0.01)\n    except TimeoutError: seen.append('late')\n"
        "    ws.send_text('a'); seen.append(ws.receive_text(timeout=10))",
        ["late", "a"],
    ),
    "frame of another kind": (
        "'/echo'",
        "ws.send_bytes(b'b')\n"
        "    try: ws.receive_text()\n"
        "    except Exception as e: seen += [str(e)]\n"
        "    seen.append(ws.receive_bytes())",
        ["The next frame is binary. `receive_bytes()` returns it.", b"b"],
    ),
    "closed with a code": (
        "'/echo'",
        "ws.close(4001, 'bye')\n    import threading\n"
        "    api.server.run(asyncio.wait_for(ended.wait(), 10)); seen += ends",
        [(4001, "bye")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("cell", ["defining", "later"])
@pytest.mark.parametrize("case", TALKS)
def test_talk(notebook: Notebook, case: str, cell: str) -> None:
    arguments, block, expected = TALKS[case]
    code = f"seen = []\napi.get('/login')\nwith api.websocket({arguments}) as ws:\n    {block}\n"
    cells = [ENDPOINTS + code] if cell == "defining" else [ENDPOINTS, code]
    for number, each in enumerate(cells):
        assert notebook.run(each, f"cell-{number}").error is None
    assert notebook.shell.user_ns["seen"] == expected


ENDED = {
    "closed by the endpoint": ("ws.send_text('close'); list(ws)", 4002, "with 4002 (enough)"),
    "failed": ("ws.send_text('raise'); ws.receive()", 1006, "with 1006"),
    "sent after the end": ("ws.send_text('done'); list(ws); ws.send_text('x')", 1000, "with 1000"),
}


@pytest.mark.parametrize("cell", ["defining", "later"])
@pytest.mark.parametrize("case", ENDED)
def test_closed_connection_is_an_error(notebook: Notebook, case: str, cell: str) -> None:
    block, code, message = ENDED[case]
    source = f"with api.websocket('/echo') as ws: {block}"
    if cell == "later":
        notebook.run(ENDPOINTS, "a")
    error = notebook.run(source if cell == "later" else ENDPOINTS + source, "b").error
    assert isinstance(error, Disconnected) and isinstance(error, WebSocketDisconnect)
    assert error.code == code and message in str(error)
    notes = "".join(getattr(error, "__notes__", ()))
    assert ("ValueError: bad" in notes) == (case == "failed"), "what the endpoint raised is told"


REFUSED = {
    "/nowhere": (403, ""),
    "/refuses": (403, ""),
    "/denies": (401, ": go away"),
    "/raises": (500, ": Internal Server Error"),
}


@pytest.mark.parametrize("cell", ["defining", "later"])
@pytest.mark.parametrize("path", REFUSED)
def test_refused_connection_is_an_error(notebook: Notebook, path: str, cell: str) -> None:
    status, said = REFUSED[path]
    source = f"with api.websocket({path!r}) as ws: pass"
    if cell == "later":
        notebook.run(ENDPOINTS, "a")
    error = notebook.run(source if cell == "later" else ENDPOINTS + source, "b").error
    assert isinstance(error, Refused)
    assert (error.status, str(error)) == (
        status,
        f"The WebSocket {path} was refused with {status}{said}",
    )


@pytest.mark.parametrize("staged", ["", "@app.get('/more')\ndef more(): ...\n"])
def test_server_that_stops_has_closed_it(notebook: Notebook, staged: str) -> None:
    notebook.run(ENDPOINTS, "a")
    block = "with api.websocket('/echo') as ws:\n    api.stop()\n    ws.receive()"
    error = notebook.run(staged + block, "b").error
    assert isinstance(error, Disconnected)
    assert (error.code, error.reason) == (1012, "the server ended")


def test_without_a_block_it_says_how(notebook: Notebook) -> None:
    with pytest.raises(AttributeError, match=r"with api\.websocket\(\"/echo\"\) as ws"):
        notebook.session.websocket("/echo").send_text("a")


def test_inside_of_an_async_endpoint(notebook: Notebook) -> None:
    inner = (
        "@app.get('/inner')\nasync def inner():\n"
        "    async with api.websocket('/echo') as ws:\n"
        "        await ws.send_text('a')\n        return await ws.receive_text()\n"
    )
    notebook.run(ENDPOINTS + inner, "a")
    assert notebook.get("/inner") == "a"


USE = """
async with api.websocket("/echo", params={"q": "you"}) as ws:
    await ws.send_text("a")
    print(await ws.receive_text())
    try:
        async with asyncio.timeout(0.01): await ws.receive()
    except TimeoutError: print("late")
    await ws.send_json({"n": 1})
    print(await ws.receive_json())
    await ws.send_bytes(b"b")
    print(await ws.receive_bytes())
    await ws.send_text("done")
    print([frame async for frame in ws])
with api.websocket("/echo") as ws:
    ws.send_text("done")
    print(list(ws))
"""
USED = "a\nlate\n{'n': 1}\nb'b'\n['last']\nhello you\n['last']\nhello \n"


def test_in_a_real_kernel(kernel: Kernel) -> None:
    """What the endpoint printed appears at the end of the block."""
    first = kernel.run(ENDPOINTS + USE, "a")
    second = kernel.run(USE, "b")
    assert [(each.error, each.stream) for each in (first, second)] == [("", USED), ("", USED)]


def test_interrupt_ends_the_wait(kernel: Kernel) -> None:
    kernel.run(ENDPOINTS, "a")
    run = kernel.begin(
        "with api.websocket('/echo') as ws:\n    print('going')\n    ws.receive()", "b"
    )
    kernel.until(run, "going")
    kernel.manager.interrupt_kernel()
    assert kernel.ended(run).error.startswith("KeyboardInterrupt")
    assert kernel.run(USE, "c").stream == USED


FAILS = """
with api.websocket("/echo") as ws:
    ws.send_text("raise")
    ws.receive()"""
TOLD = """Traceback (most recent call last):
  Cell In[2], line 3, in <module>
    ws.receive()
Disconnected: The WebSocket was closed with 1006.
Traceback (most recent call last):
  Cell In[1], line 22, in echo
    raise ValueError("bad")
ValueError: bad"""


def test_error_shows_the_persons_frames_and_what_the_endpoint_raised(
    notebook: Notebook, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook.run(ENDPOINTS, "a")
    notebook.run(FAILS, "b")
    assert TOLD in capsys.readouterr().out
