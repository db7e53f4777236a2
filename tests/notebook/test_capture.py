"""What endpoints print, log, warn of and display: with their request, in a real kernel."""

from __future__ import annotations

import threading
from typing import Any

import httpx2
import pytest

from .driver import Kernel

SETUP = """
import asyncio, logging, warnings
from IPython.display import HTML, clear_output, display
from notebookapi import BackgroundTasks, Depends, WebSocket
from notebookapi.responses import StreamingResponse
logger = logging.getLogger("mine")
import threading
gate = threading.Event()
@app.get("/open")
def open_gate(): gate.set()
"""

# What is registered at /x, and what its log has: stdout, stderr, log records, displays.
CASES: dict[str, tuple[str, tuple[str, str, list[str], list[str]]]] = {
    "async": ("async def x(): print('a')", ("a\n", "", [], [])),
    "sync": ("def x(): print('s')", ("s\n", "", [], [])),
    "stderr": ("def x(): import sys; print('e', file=sys.stderr)", ("", "e\n", [], [])),
    "dependency": (
        "def x(d: int = Depends(lambda: print('d'))): print('x')", ("d\nx\n", "", [], []),
    ),
    "background": (
        "async def x(tasks: BackgroundTasks): tasks.add_task(print, 'later')",
        ("later\n", "", [], []),
    ),
    "stream": (
        "def x():\n    def parts():\n        print('part')\n        yield b'p'\n"
        "    return StreamingResponse(parts())",
        ("part\n", "", [], []),
    ),
    "log": (
        "def x(): logger.warning('careful, %s', 1); logger.debug('not enabled')",
        ("", "", ["WARNING:mine:careful, 1"], []),
    ),
    "display": (
        "async def x(): display(HTML('<b>1</b>'))",
        ("", "", [], ["<IPython.core.display.HTML object>"]),
    ),
    "update": (
        "def x(): h = display('one', display_id=True); h.update('two')", ("", "", [], ["'two'"]),
    ),
    "clear": ("def x(): display(1); clear_output(); display(2)", ("", "", [], ["2"])),
    "too large": (
        "def x(): display({'text/plain': 'd' * 3_000_000}, raw=True)",
        ("", "", [], ["… a display of 3,000,000 characters, too large to be kept"]),
    ),
    "traceback": (
        "def x():\n    print('before')\n    raise ValueError('no')", ("before\n", "", [], []),
    ),
}  # fmt: skip

LATEST = (
    "(lambda e: (e.stdout, e.stderr, [str(l) for l in e.logs],"
    " [d['text/plain'] for d in e.displays]))(api.log.of(path='/x')[-1])"
)


def url_of(kernel: Kernel) -> str:
    return str(kernel.value("api.url"))


def ask(url: str, path: str) -> httpx2.Response:
    return httpx2.get(f"{url}{path}", trust_env=False, timeout=20)


@pytest.mark.parametrize("name", CASES)
def test_output_is_kept_with_the_request(kernel: Kernel, name: str) -> None:
    source, expected = CASES[name]
    kernel.run(f"{SETUP}\n@app.get('/x')\n{source}", "a")
    url = url_of(kernel)
    # A cell is running, under which a kernel would show it all.
    running = kernel.begin("print('going', flush=True)\ngate.wait(30)", "b")
    kernel.until(running, "going")
    ask(url, "/x")
    ask(url, "/open")
    ran = kernel.ended(running)
    assert (ran.stream, [d for d in ran.displays if "notebookapi" not in d["text/plain"]]) == (
        "going\n", [],
    )  # fmt: skip
    assert kernel.value(LATEST) == expected


def test_warnings_name_the_cell(kernel: Kernel) -> None:
    kernel.run(f"{SETUP}\n@app.get('/x')\ndef x():\n    warnings.warn('old')", "a")
    ask(url_of(kernel), "/x")
    assert kernel.value("api.log[-1].stderr").startswith("Cell In[2], line 13: UserWarning: old\n")


MANY = """
import asyncio
arrived = 0
@app.get('/many/{n}')
async def many(n: int):
    global arrived
    arrived += 1
    for turn in range(20):
        print(n, turn)
        await asyncio.sleep(0)
        await asyncio.to_thread(print, n, 'thread', turn)
"""


def test_four_requests_and_a_printing_cell_stay_separate(kernel: Kernel) -> None:
    kernel.run(MANY, "a")
    url = url_of(kernel)
    running = kernel.begin(
        "import time\nprint('going', flush=True)\nfor turn in range(10**9):\n"
        "    print('cell', turn)\n    time.sleep(0.001)\n    if arrived == 4 and turn > 50 and "
        "len([e for e in api.journal.entries() if not e.is_open]) == 4: break",
        "b",
    )
    kernel.until(running, "going")
    threads = [threading.Thread(target=ask, args=(url, f"/many/{n}")) for n in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    lines = kernel.ended(running).stream.splitlines()
    assert lines == ["going", *(f"cell {turn}" for turn in range(len(lines) - 1))]
    printed: dict[str, str] = kernel.value("{e.path: e.stdout for e in api.log}")
    for n in range(4):
        expected = "".join(f"{n} {turn}\n{n} thread {turn}\n" for turn in range(20))
        assert printed[f"/many/{n}"] == expected


def test_output_appears_in_the_cell_that_asked(kernel: Kernel) -> None:
    kernel.run(
        f"{SETUP}\n@app.get('/x')\ndef x():\n    print('printed')\n    logger.warning('careful')\n"
        "    display(HTML('<b>1</b>'))\n    return 1\n",
        "a",
    )
    for source in ("api.get('/x')", "@app.get('/y')\ndef y(): ...\napi.get('/x')"):
        ran = kernel.run(source, "b")
        assert ran.stream == "printed\nWARNING:mine:careful\n"
        assert "<b>1</b>" in [each.get("text/html") for each in ran.displays]
        assert "200 OK" in ran.result["text/plain"]


def test_input_in_an_endpoint_is_refused(kernel: Kernel) -> None:
    kernel.run("@app.get('/x')\ndef x(): return input('?')", "a")
    assert ask(url_of(kernel), "/x").status_code == 500
    # `api` waits until the failure is noted, which is after the answer is there.
    ran = kernel.run("api.get('/x')", "b")
    assert "`input()` cannot ask anybody while a request is answered" in ran.result["text/plain"]
    assert "Declare what is to be given as a parameter" in kernel.value("api.log[-1].failure")


def test_streams_are_as_before_after_unloading(kernel: Kernel) -> None:
    look = "import sys, logging, builtins; type(type(sys.stdout).__dict__['write']).__name__"
    assert kernel.run(look, "a").result["text/plain"] == "'_Write'"
    kernel.run("%unload_ext notebookapi", "b")
    assert kernel.run(look, "a").result["text/plain"] == "'function'"
    assert kernel.run("print('still')", "c").stream == "still\n"


def test_a_websocket_has_its_output(kernel: Kernel) -> None:
    from websockets.sync.client import connect

    kernel.run(
        f"{SETUP}\n@app.websocket('/live')\nasync def live(socket: WebSocket):\n"
        "    await socket.accept()\n    print('hello')\n    await socket.send_text('hi')\n"
        "    await socket.close()",
        "a",
    )
    with connect(url_of(kernel).replace("http", "ws") + "/live") as socket:
        assert socket.recv() == "hi"
    entry: Any = kernel.value("(lambda e: (e.method, e.status, e.stdout, e.bytes))(api.log[-1])")
    assert entry == ("WEBSOCKET", 101, "hello\n", 2)


def test_an_example_that_is_sent_again_prints_nowhere(kernel: Kernel) -> None:
    source = "@app.get('/x')\ndef x():\n    print('asked')\n    return {}"
    kernel.run(source.format(1), "a")
    kernel.run("api.get('/x')", "b")
    kernel.run("%api examples save one", "c")
    ran = kernel.run(source.format(2), "a")
    assert "Example one changed: $: 1 → 2" in ran.card
    assert ran.stream == ""
