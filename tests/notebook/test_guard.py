"""Who may talk to the server, asked through a real socket."""

from __future__ import annotations

import http.client
from collections.abc import Iterator

import pytest
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from notebookapi.notebook.server.guard import guarded
from notebookapi.serving import BackgroundServer

from .conftest import Notebook

SOURCE = """
@app.get("/x")
def x(): return 1
@app.post("/x")
def change(): return 2
"""
CORS = """
from starlette.middleware.cors import CORSMiddleware
app.add_middleware(CORSMiddleware, allow_origins=["https://friend.example", "*"])
"""
OWN = "http://127.0.0.1:PORT"

# (method, headers, whether it is served); PORT stands for the server's.
CASES = [
    ("GET", {}, True),
    ("GET", {"Host": "localhost:PORT"}, True),
    ("GET", {"Host": "LOCALHOST"}, True),
    ("GET", {"Host": "[::1]:PORT"}, True),
    ("GET", {"Host": "evil.example"}, False),
    ("GET", {"Host": "127.0.0.1.evil.example:PORT"}, False),
    ("GET", {"Host": "localhost.evil.example"}, False),
    ("GET", {"Host": ""}, False),
    ("GET", {"Host": "["}, False),
    ("GET", {"Host": "evil.example@127.0.0.1"}, False),
    ("GET", {"Host": "a:b@localhost:PORT"}, False),
    ("GET", {"Host": "localhost:abc"}, False),
    ("GET", {"Host": "localhost/evil"}, False),
    ("GET", {"Host": "localhost#x"}, False),
    ("GET", {"Host": "localhost, evil.example"}, False),
    ("GET", {"Host": "localhost."}, False),
    ("POST", {"Host": "localhost:PORT", "Origin": "https://localhost:PORT"}, False),
    ("POST", {"Host": "localhost:PORT", "Origin": "http://localhost:PORT/x"}, False),
    ("GET", {"X-Forwarded-Host": "evil.example"}, True),
    ("GET", {"Origin": "https://evil.example"}, True),
    ("GET", {"Sec-Fetch-Site": "cross-site"}, True),
    ("POST", {}, True),
    ("POST", {"Origin": OWN, "Sec-Fetch-Site": "same-origin"}, True),
    ("POST", {"Host": "localhost:PORT", "Origin": "http://localhost:PORT"}, True),
    ("POST", {"Sec-Fetch-Site": "none"}, True),
    ("POST", {"Origin": "https://evil.example"}, False),
    ("POST", {"Origin": "http://127.0.0.1:1"}, False),
    ("POST", {"Origin": "http://localhost:PORT"}, False),
    ("POST", {"Origin": "null"}, False),
    ("POST", {"Sec-Fetch-Site": "cross-site"}, False),
    ("POST", {"Sec-Fetch-Site": "same-site"}, False),
    ("POST", {"Host": "evil.example", "Origin": "http://evil.example"}, False),
    ("POST", {"Origin": "https://friend.example", "Sec-Fetch-Site": "cross-site"}, False),
]


def sent(notebook: Notebook, method: str, headers: dict[str, str]) -> int:
    host, _, port = notebook.session.url.removeprefix("http://").partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    connection.putrequest(method, "/x", skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value.replace("PORT", port))
    connection.endheaders()
    response = connection.getresponse()
    body = response.read()
    connection.close()
    assert response.status != 403 or body.count(b"\n") == 1, "one line says why"
    return response.status


@pytest.mark.parametrize(("method", "headers", "is_served"), CASES, ids=str)
def test_guard(notebook: Notebook, method: str, headers: dict[str, str], is_served: bool) -> None:
    notebook.run(SOURCE)
    assert sent(notebook, method, headers) == (200 if is_served else 403)


def test_origins_of_the_applications_own_middleware(notebook: Notebook) -> None:
    notebook.run(SOURCE + CORS)
    friend = {"Origin": "https://friend.example", "Sec-Fetch-Site": "cross-site"}
    assert sent(notebook, "POST", friend) == 200
    assert sent(notebook, "POST", {"Origin": "https://evil.example"}) == 403
    assert sent(notebook, "POST", {**friend, "Host": "evil.example"}) == 403


WEBSOCKETS = [
    ({}, True),
    ({"Origin": OWN}, True),
    ({"Origin": "https://evil.example"}, False),
    ({"Origin": "null"}, False),
    ({"Sec-Fetch-Site": "cross-site"}, False),
]


@pytest.fixture(scope="module")
def talking() -> Iterator[str]:
    """Yield the URL of a guarded WebSocket."""

    async def talk(scope: Scope, receive: Receive, send: Send) -> None:
        websocket = WebSocket(scope, receive, send)
        await websocket.accept()
        await websocket.send_text("hello")
        await websocket.close()

    server = BackgroundServer(guarded(talk), lifespan=False)
    server.start()
    yield server.url.replace("http:", "ws:")
    server.stop()


@pytest.mark.parametrize(("headers", "is_served"), WEBSOCKETS, ids=str)
def test_websocket(talking: str, headers: dict[str, str], is_served: bool) -> None:
    port = talking.rpartition(":")[2]
    headers = {name: value.replace("PORT", port) for name, value in headers.items()}
    if is_served:
        with connect(talking, additional_headers=headers, proxy=None) as socket:
            assert socket.recv(timeout=10) == "hello"
        return
    with pytest.raises(InvalidStatus) as refused:
        connect(talking, additional_headers=headers, proxy=None)
    assert refused.value.response.status_code == 403
