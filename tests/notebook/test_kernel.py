"""In a real kernel, over the Jupyter protocol with cell ids: what only a kernel can show."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from .conftest import StartKernel
from .driver import Kernel

X1 = "@app.get('/x')\ndef x(): return 1\n"
X2 = "@app.get('/x')\ndef x(): return 2\n"
KEPT = "GET /x not registered; GET /x of its last good run still serves."


def served(kernel: Kernel, path: str) -> object:
    """Return what another program gets; the status where it is an error."""
    response = httpx2.get(kernel.value("api.url") + path, trust_env=False, timeout=10)
    return response.json() if response.is_success else response.status_code


def test_first_minute(kernel: Kernel) -> None:
    source = (
        "from pydantic import BaseModel\nclass Item(BaseModel):\n    name: str\n    price: float\n"
        "ITEMS = {}\n@app.post('/items/{item_id}', status_code=201)\n"
        "def create(item_id: int, item: Item) -> Item:\n"
        "    ITEMS[item_id] = item\n    return item\n"
    )
    ran = kernel.run(source, "c2")
    url = kernel.value("api.url")
    assert ran.card == f"+ POST /items/{{item_id}}; serving at {url}"
    assert "<script" not in ran.displays[0]["text/html"]
    response = httpx2.post(f"{url}/items/1", json={"name": "a", "price": 2}, trust_env=False)
    assert (response.status_code, response.json()) == (201, {"name": "a", "price": 2.0})
    assert kernel.run(source, "c2").displays == ran.displays, "unchanged, so equal bytes"


def test_card_comes_back_after_a_restart(start_kernel: StartKernel, tmp_path: Path) -> None:
    environment = {"JPY_SESSION_NAME": str(tmp_path / "notebook.ipynb")}
    cards = []
    for _ in range(2):
        own = start_kernel(environment)
        own.run("%load_ext notebookapi", "load")
        cards.append(own.run(X1, "x").displays)
        own.stop()
    assert cards[0] == cards[1], "the port is the notebook's"


def test_two_kernels_of_one_notebook(start_kernel: StartKernel, tmp_path: Path) -> None:
    environment = {"JPY_SESSION_NAME": str(tmp_path / "notebook.ipynb")}
    kernels = [start_kernel(environment), start_kernel(environment)]
    cards = []
    for kernel in kernels:
        kernel.run("%load_ext notebookapi")
        cards.append(kernel.run(X1, "x").card)
    assert "is in use by another program, perhaps another notebook" in cards[1]
    assert "is in use" not in cards[0]
    assert [served(kernel, "/x") for kernel in kernels] == [1, 1]


LIFESPAN = """
from contextlib import asynccontextmanager
from pathlib import Path
from notebookapi import NotebookAPI
@asynccontextmanager
async def lifespan(app):
    yield
    Path("ended").write_text("in order")
app = NotebookAPI(lifespan=lifespan)
@app.get("/slow")
async def slow():
    import asyncio
    await asyncio.sleep(3600)
@app.get("/x")
def x(): return 1
"""


def test_end_of_the_kernel(start_kernel: StartKernel, tmp_path: Path) -> None:
    kernel = start_kernel(cwd=str(tmp_path))
    kernel.run("%load_ext notebookapi")
    kernel.run(LIFESPAN, "a")
    host, _, port = kernel.value("api.url").removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as busy:
        busy.sendall(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert served(kernel, "/x") == 1
        assert kernel.stop() < 5, "Jupyter kills after five seconds"
    assert (tmp_path / "ended").read_text() == "in order"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, int(port)))


INTERRUPTED = {
    "a loop": "print('going', flush=True)\nwhile True: pass",
    "a wait": "import time\nprint('going', flush=True)\ntime.sleep(3600)",
    "an await": "import asyncio\nprint('going', flush=True)\nawait asyncio.sleep(3600)",
    "a request": "@app.get('/hang')\nasync def hang():\n    import asyncio\n"
    "    await asyncio.sleep(3600)\nprint('going', flush=True)\napi.get('/hang')",
}


@pytest.mark.parametrize("what", INTERRUPTED)
def test_interrupt(kernel: Kernel, what: str) -> None:
    kernel.run(X1, "a")
    url = kernel.value("api.url")
    run = kernel.begin(X2 + INTERRUPTED[what], "a")
    kernel.until(run, "going")
    # It answers while the cell is busy, by what was before.
    assert httpx2.get(f"{url}/x", trust_env=False, timeout=10).json() == 1
    kernel.manager.interrupt_kernel()
    # The kernel's loop sees the signal when something else happens to it: a front end's message.
    kernel.client.kernel_info()
    ran = kernel.ended(run)
    assert ran.error.partition(":")[0] in ("KeyboardInterrupt", "CancelledError")
    assert ran.card.startswith("Cell 3 did not end well; GET /x")
    assert ran.card.endswith("; GET /x of its last good run still serves.")
    assert served(kernel, "/x") == 1


def test_control_channel_interrupt(kernel: Kernel) -> None:
    kernel.run(X1, "a")
    run = kernel.begin(X2 + "print('going', flush=True)\nimport time\ntime.sleep(3600)", "a")
    kernel.until(run, "going")
    kernel.control("interrupt_request")
    assert kernel.ended(run).card == f"Cell 3 did not end well; {KEPT}"


def test_late_task_publishes_at_once(kernel: Kernel) -> None:
    kernel.run(
        "import asyncio\ngate = asyncio.Event()\n"
        "async def late():\n    await gate.wait()\n"
        "    @app.get('/late')\n    def f(): return 1\n"
        "task = asyncio.create_task(late())",
        "a",
    )
    assert served(kernel, "/late") == 404
    ran = kernel.run("gate.set()\nawait task\nawait asyncio.sleep(0)\n1/0", "b")
    assert (ran.card, served(kernel, "/late")) == ("", 1)


def test_task_of_the_running_cell_is_the_cells(kernel: Kernel) -> None:
    source = (
        "import asyncio\nasync def register():\n    app.get('/x')(lambda: 1)\n"
        "await asyncio.gather(register(), asyncio.to_thread(app.get('/y'), lambda: 2))\n"
    )
    assert kernel.run(source, "a").card.startswith("+ GET /x, + GET /y")
    assert kernel.run(source + "1/0", "a").error.startswith("ZeroDivisionError")
    assert (served(kernel, "/x"), served(kernel, "/y")) == (1, 2)
    assert kernel.run("pass", "a").card == "- GET /x, - GET /y"


@pytest.fixture
def subshell(kernel: Kernel) -> Iterator[str]:
    made = str(kernel.control("create_subshell_request")["subshell_id"])
    yield made
    message = kernel.client.session.msg("delete_subshell_request", {"subshell_id": made})
    kernel.client.control_channel.send(message)
    kernel.client.control_channel.get_msg(timeout=10)


def test_cells_on_subshells_end_in_any_order(kernel: Kernel, subshell: str) -> None:
    kernel.run("import threading\ngate = threading.Event()", "gate")
    slow = kernel.begin(X1 + "print('going', flush=True)\ngate.wait(30)\n", "slow")
    kernel.until(slow, "going")
    ran = kernel.ended(
        kernel.begin("@app.get('/y')\ndef y(): return 2\n", "quick", subshell=subshell)
    )
    assert ran.card.startswith("+ GET /y")
    failed = kernel.ended(
        kernel.begin("@app.get('/z')\ndef z(): ...\ngate.set()\n1/0", "bad", subshell=subshell)
    )
    assert failed.error.startswith("ZeroDivisionError")
    assert kernel.ended(slow).card.startswith("+ GET /x")
    assert [served(kernel, path) for path in ("/x", "/y", "/z")] == [1, 2, 404]


BUSY = {
    "sync": "@app.get('/x')\ndef x(): return 1\n",
    "async": "@app.get('/x')\nasync def x(): return 1\n",
}


@pytest.mark.parametrize("kind", BUSY)
def test_answers_while_a_cell_is_busy(kernel: Kernel, kind: str) -> None:
    kernel.run(
        "go_on = True\n@app.get('/stop')\ndef stop():\n    global go_on\n    go_on = False\n"
    )
    kernel.run(BUSY[kind], "x")
    url = kernel.value("api.url")
    run = kernel.begin("print('going', flush=True)\nwhile go_on: pass", "busy")
    kernel.until(run, "going")
    assert httpx2.get(f"{url}/x", trust_env=False, timeout=10).json() == 1
    assert httpx2.get(f"{url}/stop", trust_env=False, timeout=10).status_code == 200
    assert kernel.ended(run).error == ""


GATE = """
import threading
gate = threading.Event()
@app.get("/open")
def open_gate(): gate.set()
"""


def wait_at_the_gate(kernel: Kernel) -> str:
    """Begin a cell that has nothing to do with requests, and ends with `open_gate`."""
    kernel.run(GATE, "gate")
    run = kernel.begin("print('going', flush=True)\ngate.wait(30)\nNone", "waiting")
    kernel.until(run, "going")
    return run


def open_gate(url: str) -> None:
    assert httpx2.get(f"{url}/open", trust_env=False, timeout=10).is_success


FAILS = """
@app.get("/fails")
def fails():
    found = {}
    return found["name"]
"""


def test_failure_is_shown_with_its_request_only(kernel: Kernel) -> None:
    ran = kernel.run(FAILS + "api.get('/fails')", "a")
    expected = (
        "Traceback (most recent call last):\n"
        "  Cell In[2], line 4, in fails\n"
        '    return found["name"]\n'
        "KeyError: 'name'"
    )
    assert expected in ran.result["text/plain"]
    assert expected in kernel.run("api.get('/fails')", "b").result["text/plain"]
    url = kernel.value("api.url")
    run = wait_at_the_gate(kernel)
    assert httpx2.get(f"{url}/fails", trust_env=False).status_code == 500
    open_gate(url)
    ended = kernel.ended(run)
    assert (ended.stream, ended.displays) == ("going\n", [])
    assert "KeyError: 'name' (Cell In[2], line 4)" in kernel.run("%api", "c").shown


def test_stream_that_breaks_is_quiet_elsewhere(kernel: Kernel) -> None:
    kernel.run(
        "from notebookapi.responses import StreamingResponse\n"
        "async def parts():\n    yield b'one'\n    raise ValueError('broken')\n"
        "@app.get('/stream')\nasync def stream(): return StreamingResponse(parts())\n"
        "@app.get('/task')\nasync def task():\n    import asyncio\n"
        "    async def fail(): raise ValueError('nobody looks')\n"
        "    asyncio.create_task(fail())\n    await asyncio.sleep(0)\n    return 1\n",
        "a",
    )
    url = kernel.value("api.url")
    run = wait_at_the_gate(kernel)
    with pytest.raises(httpx2.RemoteProtocolError):
        httpx2.get(f"{url}/stream", trust_env=False)
    httpx2.get(f"{url}/task", trust_env=False)
    open_gate(url)
    assert kernel.ended(run).stream == "going\n"


BODIES = {
    "large": ("return 'x' * 3_000_000", "len(response.json())", 3_000_000),
    "stream": (
        "return StreamingResponse((b'%d;' % n for n in range(1000)))",
        "response.text.count(';')",
        1000,
    ),
    "empty": ("return Response(status_code=204)", "response.content", b""),
    "binary": ("return Response(bytes(range(256)))", "response.content == bytes(range(256))", True),
}


@pytest.mark.parametrize("kind", BODIES)
def test_bodies_of_every_kind(kernel: Kernel, kind: str) -> None:
    body, expression, expected = BODIES[kind]
    source = (
        "from notebookapi.responses import Response, StreamingResponse\n"
        f"@app.get('/b')\ndef b(q: int = 0): {body}\n"
        "response = api.get('/b', params={'q': 2}, headers={'x-a': 'b'}, follow_redirects=True)\n"
        "response"
    )
    first = kernel.run(source, "a")
    assert (first.error, kernel.value(expression)) == ("", expected)
    assert len(first.result["text/plain"]) < 5000
    second = kernel.run("response = api.get('/b')\nresponse", "b")
    assert (second.error, kernel.value(expression)) == ("", expected)


def test_request_from_an_async_endpoint_does_not_hang(kernel: Kernel) -> None:
    kernel.run(X1 + "@app.get('/inner')\nasync def inner(): return api.get('/x').json()\n", "a")
    ran = kernel.run("api.get('/inner')", "b")
    assert "WouldWaitForItself: `api` was used in an `async def` endpoint" in ran.shown


def test_deleted_cells(kernel: Kernel) -> None:
    kernel.run(X1, "a")
    assert kernel.run("pass", "b", deletedCells=["a"]).card == (
        "GET /x of cell 2 goes on being served, although the cell was deleted; "
        "`%api forget --deleted` withdraws."
    )
    assert "cell 2, gone" in kernel.run("%api routes", "c", deletedCells=["a"]).shown
    assert served(kernel, "/x") == 1
    assert "Withdrawn: GET /x." in kernel.run("%api forget --deleted", "c").shown
    assert "has no path operations" in kernel.run("%api routes", "c").shown


def test_deleted_cell_gives_back_what_it_had_taken(kernel: Kernel) -> None:
    kernel.run(X1, "a")
    kernel.run(X1.replace("1", "2"), "b")
    kernel.run("pass", "c", deletedCells=["b"])
    kernel.run("%api forget --deleted", "c")
    assert served(kernel, "/x") == 1


def test_reset_leaves_the_server_alone(kernel: Kernel) -> None:
    kernel.run(X1, "a")
    kernel.run("%reset -f", "b")
    assert kernel.run("%api routes", "c").error == ""
    ran = kernel.run("from notebookapi.notebook import session\nsession().get('/x').json()", "d")
    assert ran.result["text/plain"] == "1"


def test_without_ids_as_nbclient_runs(kernel: Kernel) -> None:
    kernel.run("@app.get('/a')\ndef read(): return 1\n")
    ran = kernel.run("@app.get('/b')\ndef read(): return 2\n")
    assert ran.card == "~ GET /a → /b (read)"
    assert (served(kernel, "/a"), served(kernel, "/b")) == (404, 2)


CANARY = "<img src=x onerror=alert(1)>"
HOSTILE = {
    "path": f"@app.get('/{CANARY.replace(' ', '_')}')\ndef x(): ...",
    "name": f"@app.get('/x', name={CANARY!r})\ndef x(): ...",
    "refusal": f"class M:\n    def __init__(self, app): raise ValueError({CANARY!r})\n"
    "app.add_middleware(M)",
    "failure": f"@app.get('/x')\ndef x(): raise ValueError({CANARY!r})\napi.get('/x')",
    "body": f"from notebookapi.responses import HTMLResponse\n@app.get('/x')\n"
    f"def x(): return HTMLResponse({CANARY!r})\napi.get('/x')",
    "routes": f"@app.get('/x', name={CANARY!r})\ndef x(): ...\n"
    "get_ipython().run_cell('%api routes')",
}


@pytest.mark.parametrize("where", HOSTILE)
def test_html_is_escaped(kernel: Kernel, where: str) -> None:
    first = kernel.run(HOSTILE[where], "a")
    again = kernel.run("%api routes", "b")
    state = kernel.run("%api", "c")
    bundles = [*first.displays, first.result, *again.displays, *state.displays]
    pages = [bundle["text/html"] for bundle in bundles if "text/html" in bundle]
    assert any("&lt;img" in page for page in pages)
    assert not any("<img" in page for page in pages)
