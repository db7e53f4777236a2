"""Behind a Jupyter proxy and directly, at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx2
import pytest
from starlette.types import Message, Receive, Scope, Send
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from notebookapi.notebook.server.access import Access
from notebookapi.notebook.server.guard import guarded
from notebookapi.notebook.server.proxy import below_prefix

from .conftest import Notebook
from .driver import Kernel
from .jupyter import BASE, Jupyter

PREFIX = "/user/ada/proxy/8000"
LOGIN = "username-localhost-8888=ada"
FORWARDED = {"x-forwarded-prefix": PREFIX}


def seen(
    headers: dict[str, str],
    *,
    client: str = "127.0.0.1",
    kind: str = "http",
    path: str = "/items",
    has_root_path: bool = False,
) -> Scope:
    """Return the scope that the application sees."""
    found: list[Scope] = []
    scope = {
        "type": kind, "method": "GET", "path": path, "raw_path": path.encode(), "root_path": "",
        "query_string": b"", "client": (client, 1), "server": ("127.0.0.1", 8000),
        "scheme": "http" if kind == "http" else "ws", "extensions": {},
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        found.append(scope)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        pytest.fail(f"refused: {message}")

    access = Access(environment={})
    app = below_prefix(application, lambda: has_root_path)
    anyio.run(guarded(app, access), scope, receive, send)
    return found[0]


# (headers beside Host, root_path, path)
PREFIXES: list[tuple[dict[str, str], str, str]] = [
    ({}, "", "/items"),
    (FORWARDED, PREFIX, f"{PREFIX}/items"),
    ({"x-forwarded-prefix": f"{PREFIX}/"}, PREFIX, f"{PREFIX}/items"),
    ({"x-forwarded-context": PREFIX}, PREFIX, f"{PREFIX}/items"),
    ({**FORWARDED, "x-forwarded-context": "/other"}, PREFIX, f"{PREFIX}/items"),
    ({"x-forwarded-prefix": "/user/a%40b"}, "/user/a%40b", "/user/a%40b/items"),
    ({"x-forwarded-prefix": "//evil.example"}, "", "/items"),
    ({"x-forwarded-prefix": "/a//evil.example"}, "", "/items"),
    ({"x-forwarded-prefix": "https://evil.example/"}, "", "/items"),
    ({"x-forwarded-prefix": "/\\evil.example"}, "", "/items"),
    ({"x-forwarded-prefix": "/a/../../b"}, "", "/items"),
    ({"x-forwarded-prefix": "/a?b"}, "", "/items"),
    ({"x-forwarded-prefix": '/"><script>'}, "", "/items"),
    ({"x-forwarded-prefix": "/a, /b"}, "", "/items"),
    ({"x-forwarded-prefix": "a"}, "", "/items"),
    ({"x-forwarded-prefix": "/"}, "", "/items"),
    ({"x-script-name": "/a"}, "", "/items"),
]  # fmt: skip


@pytest.mark.parametrize(("headers", "root_path", "path"), PREFIXES, ids=str)
def test_prefix(headers: dict[str, str], root_path: str, path: str) -> None:
    scope = seen({"host": "localhost:8888", **headers})
    assert (scope["root_path"], scope["path"], scope["raw_path"]) == (
        root_path,
        path,
        path.encode(),
    )


def test_a_path_that_has_its_prefix_keeps_it_once() -> None:
    told = {"host": "localhost:8888", "x-forwarded-prefix": "/user/ada/proxy/absolute/8000"}
    path = "/user/ada/proxy/absolute/8000/items"
    scope = seen(told, path=path)
    assert (scope["root_path"], scope["path"]) == (told["x-forwarded-prefix"], path)


def test_an_application_with_a_root_path_of_its_own_keeps_it() -> None:
    scope = seen({"host": "localhost:8888", **FORWARDED}, has_root_path=True)
    assert (scope["root_path"], scope["path"]) == ("", "/items")


def test_encryption_is_believed_with_the_prefix_only() -> None:
    told = {"host": "localhost:8888", "x-forwarded-proto": "https,http"}
    assert seen({**told, **FORWARDED})["scheme"] == "https"
    assert seen(told)["scheme"] == "http"


def test_other_computers_are_not_believed() -> None:
    told = {"host": "localhost:8888", **FORWARDED, "x-forwarded-proto": "https"}
    scope = seen(told, client="192.0.2.7")
    assert (scope["root_path"], scope["path"], scope["scheme"]) == ("", "/items", "http")


# (headers, what the application sees of Cookie, of Authorization)
CREDENTIALS: list[tuple[dict[str, str], str | None, str | None]] = [
    ({"cookie": "a=1; _xsrf=2"}, "a=1; _xsrf=2", None),
    ({"cookie": f"a=1; _xsrf=2; {LOGIN}; b=3"}, "a=1; b=3", None),
    ({"cookie": f"{LOGIN}; a=1"}, "a=1", None),
    ({"cookie": LOGIN}, None, None),
    ({"cookie": "jupyterhub-user-ada=x; jupyterhub-session-id=y; a=1"}, "a=1", None),
    ({"cookie": "notebookapi-8000=x; notebookapi-9000=y; a=1"}, "a=1", None),
    ({"cookie": "username=ada; my-username-x=1"}, "username=ada; my-username-x=1", None),
    ({"cookie": "a=1; _xsrf=2", **FORWARDED}, "a=1", None),
    ({"authorization": "token abc"}, None, "token abc"),
    ({"authorization": "token abc", **FORWARDED}, None, None),
    ({"authorization": "Token abc", **FORWARDED}, None, None),
    ({"authorization": "Bearer abc", **FORWARDED}, None, "Bearer abc"),
    ({"authorization": "Basic dG9rZW4=", **FORWARDED}, None, "Basic dG9rZW4="),
]


@pytest.mark.parametrize(("headers", "cookie", "authorization"), CREDENTIALS, ids=str)
def test_credentials_of_jupyter(
    headers: dict[str, str], cookie: str | None, authorization: str | None
) -> None:
    told = dict(seen({"host": "localhost:8888", **headers})["headers"])
    assert told.get(b"cookie") == (cookie.encode() if cookie is not None else None)
    assert told.get(b"authorization") == (authorization.encode() if authorization else None)


def test_a_websocket_passed_on_comes_without_a_prefix() -> None:
    told = {"host": "localhost:8888", "authorization": "token abc", "cookie": "_xsrf=1; a=1"}
    assert dict(seen(told, kind="websocket")["headers"]) == {
        b"host": b"localhost:8888", b"cookie": b"a=1",
    }  # fmt: skip
    direct = {**told, "host": "localhost:8000"}
    assert b"authorization" in dict(seen(direct, kind="websocket")["headers"])


# --- with a real one

CELL = """
from notebookapi import APIRouter, Request, WebSocket
router = APIRouter(prefix="/things")
@router.get("/{name}")
def thing(name: str, request: Request):
    return {"url": str(request.url_for("thing", name="lamp")), "headers": dict(request.headers)}
app.include_router(router)
@app.post("/items/")
def create(item: dict): return item
@app.get("/old")
def old(request: Request):
    from starlette.responses import RedirectResponse
    return RedirectResponse(request.url_for("thing", name="lamp"))
@app.websocket("/ws")
async def ws(socket: WebSocket):
    await socket.accept()
    await socket.send_json({"headers": dict(socket.headers)})
    await socket.send_text(await socket.receive_text())
"""


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    made = Jupyter(tmp_path_factory.mktemp("jupyter"))
    yield made
    made.stop()


@pytest.fixture
def served(notebook: Notebook, jupyter: Jupyter) -> Iterator[tuple[httpx2.Client, httpx2.Client]]:
    """Yield a client that goes by way of Jupyter, and one that goes directly."""
    assert notebook.run(CELL).error is None
    port = urlsplit(notebook.session.url).port or 0
    login = {"Authorization": f"token {jupyter.token}"}
    with (
        httpx2.Client(base_url=jupyter.proxied(port), headers=login, trust_env=False) as proxied,
        httpx2.Client(base_url=notebook.session.url, trust_env=False) as direct,
    ):
        yield proxied, direct


@pytest.mark.slow
def test_both_ways_at_the_same_time(served: tuple[httpx2.Client, httpx2.Client]) -> None:
    for _ in range(2):
        for client in served:
            base = str(client.base_url).rstrip("/")
            path = urlsplit(base).path
            told: Any = client.get("/things/x").json()
            assert told["url"] == f"{base}/things/lamp"
            assert "authorization" not in told["headers"]
            document = client.get("/openapi.json").json()
            assert document.get("servers") == ([{"url": path}] if path else None)
            page = client.get("/docs").text
            assert f"'{path}/openapi.json'" in page
            asset = page.partition('<script src="')[2].partition('"')[0]
            assert asset.startswith(f"{path}/docs/assets/")
            found = client.get(f"{base.removesuffix(path)}{asset}")
            assert (found.status_code, "javascript" in found.headers["content-type"]) == (200, True)
            created = client.post("/items/", json={"a": 1})
            assert (created.status_code, created.json()) == (200, {"a": 1})
            moved = client.get("/old", follow_redirects=True)
            assert str(moved.url) == f"{base}/things/lamp"
            slash = client.post("/items", json={"b": 2}, follow_redirects=True)
            assert (slash.json(), str(slash.url)) == ({"b": 2}, f"{base}/items/")


@pytest.mark.slow
def test_jupyters_own_cookies_stay_with_jupyter(
    notebook: Notebook, jupyter: Jupyter, served: tuple[httpx2.Client, httpx2.Client]
) -> None:
    proxied, _ = served
    with httpx2.Client(trust_env=False) as browser:
        browser.get(f"{jupyter.url}{BASE}api/status?token={jupyter.token}")
        names = sorted(cookie.name.partition("-")[0] for cookie in browser.cookies.jar)
        assert "username" in names, "Jupyter has logged the browser in"
        browser.cookies.set("mine", "1", domain="127.0.0.1")
        told = browser.get(f"{proxied.base_url}things/x").json()
    assert told["headers"]["cookie"] == "mine=1"
    assert all(jupyter.token not in repr(entry) for entry in notebook.session.log)


@pytest.mark.slow
@pytest.mark.parametrize("is_foreign", [False, True])
def test_websockets_by_way_of_jupyter(
    served: tuple[httpx2.Client, httpx2.Client], jupyter: Jupyter, is_foreign: bool
) -> None:
    proxied, _ = served
    url = f"{proxied.base_url}ws".replace("http", "ws", 1)
    origin = "http://evil.example" if is_foreign else jupyter.url
    told = {"Authorization": f"token {jupyter.token}", "Origin": origin}
    if is_foreign:
        # Jupyter trusts its own token; what it passes on is judged here.
        with (
            pytest.raises(ConnectionClosed),
            connect(url, additional_headers=told, proxy=None) as socket,
        ):
            socket.recv(10)
        return
    with connect(url, additional_headers=told, proxy=None) as socket:
        assert jupyter.token not in str(socket.recv(10))
        socket.send("hello")
        assert socket.recv(10) == "hello"


@pytest.mark.slow
def test_without_jupyters_login_nothing_is_reached(
    served: tuple[httpx2.Client, httpx2.Client],
) -> None:
    proxied, _ = served
    answer = httpx2.get(f"{proxied.base_url}things/x", trust_env=False)
    assert answer.status_code == 302
    assert "login" in answer.headers["location"]


# --- what a page says over the comm


def say(kernel: Kernel, comm: str, content: dict[str, Any]) -> None:
    """Send what a page of a widget would, and wait until the kernel has heard it."""
    data = {"method": "custom", "content": content}
    message = kernel.client.session.msg("comm_msg", {"comm_id": comm, "data": data})
    kernel.client.shell_channel.send(message)
    kernel.ended(message["header"]["msg_id"])


def test_a_page_tells_the_name_that_it_was_opened_under(kernel: Kernel) -> None:
    kind = "application/vnd.jupyter.widget-view+json"
    shown = kernel.run("@app.get('/x')\ndef x(): return 1\n%api docs").displays
    view: Any = next(each[kind] for each in shown if kind in each)
    comm = view["model_id"]
    url = kernel.value("api.url")
    told = {"Host": "hub.example:8443"}
    with httpx2.Client(base_url=url, trust_env=False) as client:
        assert client.get("/x", headers=told).status_code == 421
        say(kernel, comm, {"type": "hello", "id": "1", "host": "hub.example:8443"})
        assert client.get("/x", headers=told).json() == 1
        say(kernel, comm, {"type": "hello", "id": "2", "host": "*"})
        say(kernel, comm, {"type": "hello", "id": "3"})
        assert client.get("/x", headers={"Host": "evil.example"}).status_code == 421
