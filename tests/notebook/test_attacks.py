"""What others may try on the server, each over a real socket: refused, and the endpoint unmoved."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest
from nbclient import NotebookClient

from .conftest import Notebook

CELL = """
from notebookapi import Request, WebSocket
app.max_body_size = 1000
calls = []
@app.api_route("/x", methods=["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE"])
async def x(request: Request):
    body = await request.body()
    calls.append((request.method, body))
    return "served"
@app.websocket("/ws")
async def ws(socket: WebSocket):
    calls.append(("WebSocket", b""))
    await socket.accept()
    await socket.close()
"""


@pytest.fixture
def attacked(notebook: Notebook) -> Iterator[Attacked]:
    assert notebook.run(CELL).error is None
    yield Attacked(notebook)
    assert notebook.get("/x") == "served", "it serves as before"


class Attacked:
    """The server, spoken to by bytes. PORT stands for its port."""

    def __init__(self, notebook: Notebook) -> None:
        self.calls: list[tuple[str, bytes]] = notebook.shell.user_ns["calls"]
        self.port = urlsplit(notebook.session.url).port or 0

    def say(self, text: str | bytes) -> bytes:
        """Send, and return all that comes back until the server closes or has answered."""
        said = text.encode("latin-1") if isinstance(text, str) else text
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            try:
                connection.sendall(said.replace(b"PORT", str(self.port).encode()))
                connection.shutdown(socket.SHUT_WR)
            except (BrokenPipeError, ConnectionResetError):
                pass  # it has heard enough; what it said is there to be read
            return _all_of(connection)

    def ask(self, method: str, *headers: str, body: str = "", host: str = "127.0.0.1:PORT") -> int:
        """Send a request; return the status of the answer."""
        lines = [f"{method} /x HTTP/1.1", f"Host: {host}", "Connection: close", *headers]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        return _status(self.say("\r\n".join([*lines, "", body])))


def _all_of(connection: socket.socket) -> bytes:
    heard = b""
    try:
        while piece := connection.recv(65536):
            heard += piece
    except ConnectionResetError:
        pass  # it closed with something unread: what it said before counts
    return heard


def _status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


# --- DNS rebinding: a page of another name, whose name has come to mean this machine

NAMES = [
    "evil.example",
    "evil.example:PORT",
    "localhost.evil.example:PORT",
    "127.0.0.1.evil.example",
    "127.0.0.1.nip.io:PORT",
    "evil-localhost",
    "localhost.:PORT",
    "LOCALHOST.EVIL.EXAMPLE",
    "[::ffff:203.0.113.5]:PORT",
    "[fe80::1]:PORT",
    "0.0.0.0:PORT",
    "203.0.113.5:PORT",
    "2130706433:PORT",
    "0x7f.1:PORT",
    "evil.example@127.0.0.1:PORT",
    "127.0.0.1:PORT@evil.example",
    "127.0.0.1:PORT/evil.example",
    "127.0.0.1:PORT, evil.example",
    "127.0.0.1:PORT:80",
    "127.0.0.1:99999999",
    "lócalhost:PORT",
    "127.0.0.1\t.evil.example",
    "localhost%2eevil.example",
    "",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_rebound_names(attacked: Attacked, name: str, method: str) -> None:
    assert attacked.ask(method, host=name) == 421
    assert attacked.calls == []


HOSTS = {
    "two, the first right": "GET /x HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
    "two, the last right": "GET /x HTTP/1.1\r\nHost: evil.example\r\nHost: 127.0.0.1\r\n\r\n",
    "none, of HTTP/1.0": "GET /x HTTP/1.0\r\n\r\n",
    "right in the target only": "GET http://127.0.0.1/x HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "forwarded": "GET /x HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: localhost\r\n\r\n",
}


@pytest.mark.parametrize("case", HOSTS)
def test_hosts_that_are_not_one_name(attacked: Attacked, case: str) -> None:
    assert _status(attacked.say(HOSTS[case])) in (400, 421)
    assert attacked.calls == []


# --- pages of other sites, in a browser of this machine

FORM = "Content-Type: application/x-www-form-urlencoded"
FOREIGN = "Origin: https://evil.example"
UNSAFE = ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "LOCK"]
PAGES = {
    "another site": [FOREIGN],
    "another site, as browsers say it": [FOREIGN, "Sec-Fetch-Site: cross-site"],
    "one that hides its origin": ["Sec-Fetch-Site: cross-site"],
    "a sandboxed frame": ["Origin: null"],
    "another port of this machine": ["Origin: http://127.0.0.1:1", "Sec-Fetch-Site: same-site"],
    "another name of this machine": ["Origin: http://localhost:PORT"],
    "a name that begins alike": ["Origin: http://127.0.0.1:PORT.evil.example"],
    "one with a user in it": ["Origin: http://127.0.0.1:PORT@evil.example"],
    "an extension": ["Origin: chrome-extension://127.0.0.1:PORT"],
    "two origins": ["Origin: http://127.0.0.1:PORT", FOREIGN],
    "a list of origins": ["Origin: http://127.0.0.1:PORT https://evil.example"],
    "two sites": ["Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site"],
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("method", UNSAFE)
def test_requests_of_foreign_pages(attacked: Attacked, method: str, page: str) -> None:
    assert attacked.ask(method, *PAGES[page]) == 403
    assert attacked.calls == []


@pytest.mark.parametrize(
    "kind", [FORM, "Content-Type: text/plain", "Content-Type: multipart/form-data"]
)
def test_forms_of_foreign_pages(attacked: Attacked, kind: str) -> None:
    assert attacked.ask("POST", FOREIGN, kind, body="a=1") == 403
    assert attacked.calls == []


def test_what_is_read_is_not_shared_with_foreign_pages(attacked: Attacked) -> None:
    for method in ("GET", "OPTIONS"):
        ask = f"{method} /x HTTP/1.1\r\nHost: localhost\r\n{FOREIGN}\r\nConnection: close\r\n\r\n"
        assert b"access-control" not in attacked.say(ask).lower()


@pytest.mark.parametrize("page", PAGES)
def test_websockets_of_foreign_pages(attacked: Attacked, page: str) -> None:
    upgrade = ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"]
    lines = ["GET /ws HTTP/1.1", "Host: 127.0.0.1:PORT", *upgrade, *PAGES[page]]
    lines.append("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")  # RFC 6455, section 1.3
    # Two headers are no handshake at all.
    expected = 400 if page == "two origins" else 403
    assert _status(attacked.say("\r\n".join([*lines, "", ""]))) == expected
    assert attacked.calls == []


# --- too much, and not quite HTTP


def test_large_headers(attacked: Attacked) -> None:
    assert attacked.ask("GET", "X-Large: " + "x" * 100_000) in (400, 431)
    assert attacked.ask("GET", *[f"X-{number}: {'x' * 100}" for number in range(1000)]) in (
        400,
        431,
    )
    assert attacked.calls == []


ENDLESS = {
    "header": b"GET /x HTTP/1.1\r\nX-Large: ",
    "target": b"GET /",
    "trailer": b"POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ",
    "extension": b"POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5;x=",
}


@pytest.mark.parametrize("what", ENDLESS)
def test_what_has_no_end_is_not_read_for_ever(attacked: Attacked, what: str) -> None:
    with socket.create_connection(("127.0.0.1", attacked.port), timeout=10) as connection:
        connection.sendall(ENDLESS[what])
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            for _ in range(10_000):  # 640 MB
                connection.sendall(b"x" * 65536)
    assert attacked.calls == []


def test_bodies_beyond_what_the_application_takes(attacked: Attacked) -> None:
    assert attacked.ask("POST", body="x" * 1001) == 413
    chunk = b"3e8\r\n" + b"x" * 1000 + b"\r\n"
    head = b"POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert _status(attacked.say(head + chunk * 3 + b"0\r\n\r\n")) == 413
    assert attacked.calls == []


SMUGGLED = "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n"
SMUGGLING = {
    "two lengths": f"Content-Length: 0\r\nContent-Length: {len(SMUGGLED)}\r\n",
    "two lengths in one": f"Content-Length: 0, {len(SMUGGLED)}\r\n",
    "a length and chunks": "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    "chunks and a length": "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    "chunks that are not last": "Transfer-Encoding: chunked, identity\r\n",
    "a space before the colon": "Content-Length : 5\r\n",
    "a folded header": "X-A: b\r\n Content-Length: 5\r\n",
    "a sign": "Content-Length: +5\r\n",
    "a bare line feed": "X-A: b\nContent-Length: 5\r\n",
    "a zero byte": "X-A: b\0c\r\n",
}


@pytest.mark.parametrize("case", SMUGGLING)
def test_requests_inside_others(attacked: Attacked, case: str) -> None:
    said = f"POST /x HTTP/1.1\r\nHost: localhost\r\n{SMUGGLING[case]}\r\n0\r\n\r\n{SMUGGLED}"
    answer = attacked.say(said)
    assert _status(answer) == 400
    assert answer.count(b"HTTP/1.1 ") == 1
    assert attacked.calls == []


# --- control, and secrets


@pytest.mark.parametrize(
    "path", ["stop", "serve", "export", "undo", "log", "token", "examples", ""]
)
def test_no_control_over_http(attacked: Attacked, path: str) -> None:
    for method in ("GET", "POST"):
        ask = f"{method} /_notebookapi/{path} HTTP/1.1\r\nHost: localhost\r\n\r\n"
        assert _status(attacked.say(ask)) == 404


SECRET = "sk-live-1234567890abcdef"
SECRETS = """%load_ext notebookapi
import os
from typing import Annotated
from notebookapi import Depends, Request
from notebookapi.security import HTTPBearer
from pydantic import BaseModel, SecretStr
class Login(BaseModel):
    name: str
    password: SecretStr
SECRET = os.environ["ATTACKED_SECRET"]
"""
ROUTES = """
@app.get("/me")
def me(who: Annotated[object, Depends(HTTPBearer())], request: Request):
    print("answering", request.url.path)
    return {"name": "ada"}
@app.post("/login")
def login(data: Login): return {"name": data.name, "access_token": SECRET}
"""
REQUEST = """
api.get("/me", headers={"Authorization": f"Bearer {SECRET}"}, params={"api_key": SECRET})
"""
LOGIN = 'answer = api.post("/login", json={"name": "ada", "password": SECRET})\napi.examples'
TOKENS = "api.token\nprint(api.token, repr(api.token), f'{api.token}')"
LAST = "from pathlib import Path\nPath('token').write_text(api.token.reveal())"


def notebook_of(cells: list[str]) -> nbformat.NotebookNode:
    made: nbformat.NotebookNode = nbformat.from_dict({  # type: ignore[no-untyped-call]  # has no types
        "nbformat": 4, "nbformat_minor": 5, "metadata": {},
        "cells": [
            {"cell_type": "code", "id": f"c{number}", "metadata": {}, "outputs": [],
             "execution_count": None, "source": source}
            for number, source in enumerate(cells)
        ],
    })  # fmt: skip
    return made


@pytest.mark.slow
def test_saved_files_hold_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTACKED_SECRET", SECRET)
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "attacked.ipynb"))
    cells = [
        SECRETS, ROUTES, REQUEST, "%api examples save me", LOGIN, "%api examples save login",
        "%api docs", "%api log", "%api log 1", "%api", "%api routes",
        TOKENS, "%api doctor", LAST,
    ]  # fmt: skip
    document = notebook_of(cells)
    client = NotebookClient(
        document, kernel_name="python3", timeout=60,
        store_widget_state=True, resources={"metadata": {"path": str(tmp_path)}},
    )  # fmt: skip
    client.execute()
    saved = json.dumps(document)
    assert document.metadata.get("widgets"), "the state of the docs widget is there"
    kept = [path for path in tmp_path.rglob("*.json") if path.parent.name == ".notebookapi"]
    assert [path.name for path in kept] == ["attacked.json"]
    examples = kept[0].read_text()
    assert "{{secret:AUTHORIZATION}}" in json.dumps(json.loads(examples))
    for secret in (SECRET, (tmp_path / "token").read_text()):
        assert secret not in saved
        assert secret not in examples
