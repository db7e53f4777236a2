"""Who may talk to the server, asked through a real socket."""

from __future__ import annotations

import http.client
from collections.abc import Iterator

import pytest
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from notebookapi.notebook.server.access import Access
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
app.add_middleware(CORSMiddleware, allow_origins=["https://friend.example", "*", "null"])
"""
OWN = "http://127.0.0.1:PORT"

# (method, headers, status); PORT stands for the server's.
CASES = [
    ("GET", {}, 200),
    ("GET", {"Host": "localhost:PORT"}, 200),
    ("GET", {"Host": "LOCALHOST"}, 200),
    ("GET", {"Host": "[::1]:PORT"}, 200),
    ("GET", {"Host": "evil.example"}, 421),
    ("GET", {"Host": "127.0.0.1.evil.example:PORT"}, 421),
    ("GET", {"Host": "localhost.evil.example"}, 421),
    ("GET", {"Host": ""}, 421),
    ("GET", {"Host": "["}, 421),
    ("GET", {"Host": "evil.example@127.0.0.1"}, 421),
    ("GET", {"Host": "a:b@localhost:PORT"}, 421),
    ("GET", {"Host": "localhost:abc"}, 421),
    ("GET", {"Host": "localhost/evil"}, 421),
    ("GET", {"Host": "localhost#x"}, 421),
    ("GET", {"Host": "localhost, evil.example"}, 421),
    ("GET", {"Host": "localhost."}, 421),
    ("POST", {"Host": "localhost:PORT", "Origin": "https://localhost:PORT"}, 200),
    ("POST", {"Host": "localhost:PORT", "Origin": "http://localhost:PORT/x"}, 403),
    ("GET", {"X-Forwarded-Host": "evil.example"}, 200),
    ("GET", {"Origin": "https://evil.example"}, 200),
    ("GET", {"Sec-Fetch-Site": "cross-site"}, 200),
    ("POST", {}, 200),
    ("POST", {"Origin": OWN, "Sec-Fetch-Site": "same-origin"}, 200),
    ("POST", {"Host": "localhost:PORT", "Origin": "http://localhost:PORT"}, 200),
    ("POST", {"Sec-Fetch-Site": "none"}, 200),
    ("POST", {"Origin": "https://evil.example"}, 403),
    ("POST", {"Origin": "http://127.0.0.1:1"}, 403),
    ("POST", {"Origin": "http://localhost:PORT"}, 403),
    ("POST", {"Origin": "null"}, 403),
    ("POST", {"Sec-Fetch-Site": "cross-site"}, 403),
    ("POST", {"Sec-Fetch-Site": "same-site"}, 403),
    ("POST", {"Host": "evil.example", "Origin": "http://evil.example"}, 421),
    ("POST", {"Origin": "https://friend.example", "Sec-Fetch-Site": "cross-site"}, 403),
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
    assert response.status == 200 or body.count(b"\n") == 1, "one line says why"
    return response.status


@pytest.mark.parametrize(("method", "headers", "status"), CASES, ids=str)
def test_guard(notebook: Notebook, method: str, headers: dict[str, str], status: int) -> None:
    notebook.run(SOURCE)
    assert sent(notebook, method, headers) == status


def test_origins_of_the_applications_own_middleware(notebook: Notebook) -> None:
    notebook.run(SOURCE + CORS)
    friend = {"Origin": "https://friend.example", "Sec-Fetch-Site": "cross-site"}
    assert sent(notebook, "POST", friend) == 200
    assert sent(notebook, "POST", {"Origin": "https://evil.example"}) == 403
    assert sent(notebook, "POST", {"Origin": "null"}) == 403
    assert sent(notebook, "POST", {**friend, "Host": "evil.example"}) == 421


def test_names_and_origins_that_the_person_lets_in(notebook: Notebook) -> None:
    notebook.run(SOURCE)
    ran = notebook.run("%api serve --allow-host Lab.example --allow-origin http://localhost:3000")
    assert ran.error is None
    page = {"Origin": "http://localhost:3000", "Sec-Fetch-Site": "same-site"}
    assert sent(notebook, "GET", {"Host": "lab.example:PORT"}) == 200
    assert sent(notebook, "POST", {"Host": "lab.example", "Origin": "https://lab.example"}) == 200
    assert sent(notebook, "POST", page) == 200
    assert sent(notebook, "GET", {"Host": "other.lab.example"}) == 421
    assert sent(notebook, "POST", {"Origin": "http://localhost:3001"}) == 403


@pytest.mark.parametrize(
    "option",
    [
        "--allow-host *",
        "--allow-host lab.example:8000",
        "--allow-host https://lab.example",
        "--allow-host 'a b'",
        "--allow-origin *",
        "--allow-origin null",
        "--allow-origin lab.example",
        "--allow-origin https://lab.example/x",
    ],
)
def test_what_cannot_be_let_in(notebook: Notebook, option: str) -> None:
    notebook.run(SOURCE)
    ran = notebook.run(f"%api serve {option}")
    assert "give " in str(ran.error)
    access = notebook.session.server.access
    assert (access.hosts, access.origins) == (frozenset(), frozenset())


def test_a_host_is_learnt_from_a_page_and_never_from_a_header(notebook: Notebook) -> None:
    notebook.run(SOURCE)
    for name in ("Host", "X-Forwarded-Host", "Forwarded"):
        sent(notebook, "GET", {name: "hub.example"})
    assert sent(notebook, "GET", {"Host": "hub.example"}) == 421
    notebook.session.server.access.learn_host("hub.example:8443")
    assert sent(notebook, "GET", {"Host": "hub.example"}) == 200
    behind = {"Host": "hub.example:8443", "Origin": "https://hub.example:8443"}
    assert sent(notebook, "POST", behind) == 200
    assert sent(notebook, "POST", {**behind, "Origin": "https://hub.example"}) == 403


@pytest.mark.parametrize(
    "told", ["", "*", "hub.example/x", "a b", "evil@hub.example", "ħub.example"]
)
def test_what_is_no_host_is_not_learnt(told: str) -> None:
    access = Access()
    access.learn_host(told)
    assert not access.hosts


REASONS = [
    ({"Host": "evil.example"}, ["Host 'evil.example'", "--allow-host evil.example"]),
    ({"Host": '"<b>"'}, ["Host '\"<b>\"'", "http://127.0.0.1"]),
    ({"Origin": "https://evil.example"}, ["Origin 'https://evil.example'", "CORSMiddleware"]),
    ({"Origin": "null"}, ["Origin 'null'", "from the notebook"]),
    ({"Sec-Fetch-Site": "cross-site"}, ["Sec-Fetch-Site 'cross-site'", "from the notebook"]),
]


@pytest.mark.parametrize(("headers", "said"), REASONS, ids=str)
def test_the_answer_names_header_value_and_cure(
    notebook: Notebook, headers: dict[str, str], said: list[str]
) -> None:
    notebook.run(SOURCE)
    host, _, port = notebook.session.url.removeprefix("http://").partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    connection.request("POST", "/x", headers=headers)
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    assert all(each in body for each in said), body
    assert response.getheader("content-type") == "text/plain; charset=utf-8"
    assert response.getheader("x-content-type-options") == "nosniff"
    assert response.getheader("access-control-allow-origin") is None


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

    server = BackgroundServer(guarded(talk, Access()), lifespan=False)
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
    answer = refused.value.response
    assert answer.status_code == 403
    assert b"may not send a WebSocket" in (answer.body or b"")
