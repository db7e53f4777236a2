"""Other computers need the token: who is one is told by the connection, not by what it says."""

from __future__ import annotations

from typing import Any

import anyio
import pytest
from starlette.types import Message, Receive, Scope, Send

from notebookapi.notebook.server.guard import guarded
from notebookapi.notebook.server.token import Token

from .conftest import Notebook

TOKEN = Token()
RIGHT = TOKEN.reveal()
LOCAL, OTHER = "127.0.0.1", "192.0.2.7"

# (client, headers, status)
CASES: list[tuple[str | None, dict[str, str], int]] = [
    (LOCAL, {"host": "localhost:8000"}, 200),
    ("::1", {"host": "localhost:8000"}, 200),
    (LOCAL, {"host": "evil.example"}, 403),
    (OTHER, {"host": "localhost:8000"}, 401),
    (OTHER, {"host": "127.0.0.1"}, 401),
    (OTHER, {"host": "192.0.2.1", "x-forwarded-for": LOCAL}, 401),
    (OTHER, {"host": "192.0.2.1", "x-notebookapi-token": ""}, 401),
    (OTHER, {"host": "192.0.2.1", "x-notebookapi-token": RIGHT[:-1]}, 401),
    (OTHER, {"host": "192.0.2.1", "x-notebookapi-token": RIGHT + "x"}, 401),
    (OTHER, {"host": "192.0.2.1", "x-notebookapi-token": RIGHT}, 200),
    (None, {"host": "localhost"}, 401),
]


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    names = [name for name, _ in scope["headers"]]
    assert b"x-notebookapi-token" not in names, "the application is not told the token"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def status(client: str | None, headers: dict[str, str], token: Token | None) -> int:
    sent: list[Any] = []
    scope = {
        "type": "http", "method": "GET", "path": "/", "query_string": b"",
        "client": (client, 1) if client else None,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    anyio.run(guarded(application, needed=lambda: token), scope, receive, send)
    return int(sent[0]["status"])


@pytest.mark.parametrize(("client", "headers", "expected"), CASES)
def test_who_needs_it(client: str | None, headers: dict[str, str], expected: int) -> None:
    assert status(client, headers, TOKEN) == expected


def test_it_is_never_displayed(notebook: Notebook) -> None:
    token = notebook.session.token
    for shown in (repr(token), str(token), token._repr_html_(), repr(notebook.session)):
        assert token.reveal() not in shown
    assert "X-NotebookAPI-Token" in repr(token)


def test_this_machine_needs_none(notebook: Notebook) -> None:
    notebook.run("@app.get('/x')\ndef x(): return 1", "a")
    notebook.run("%api serve --host 0.0.0.0")
    assert notebook.session.server.token_required
    assert notebook.get("/x") == 1
