"""Who has to prove who they are, and how: told by the connection, not by what it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

import anyio
import pytest
from starlette.types import Message, Receive, Scope, Send

from notebookapi.notebook.server.access import Access
from notebookapi.notebook.server.guard import guarded
from notebookapi.notebook.server.token import MOST, Guesses

from .conftest import Notebook

LOCAL, OTHER = "127.0.0.1", "192.0.2.7"
HUB = {"JUPYTERHUB_USER": "ada"}
ENTRY = "/_notebookapi/enter"
PREFIX = "/user/ada/proxy/8000"
Headers = dict[str, str]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Headers
    body: str


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    told = b" ".join(name + b": " + value for name, value in scope["headers"])
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": told})


def ask(
    access: Access,
    client: str | None,
    headers: Headers,
    *,
    method: str = "GET",
    path: str = "/",
    body: bytes = b"",
    is_open: bool = True,
) -> Answer:
    sent: list[Any] = []
    scope = {
        "type": "http", "method": method, "path": path, "query_string": b"", "root_path": "",
        "client": (client, 1) if client else None, "server": (LOCAL, 8000), "scheme": "http",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    anyio.run(guarded(application, access, is_open=lambda: is_open), scope, receive, send)
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], told, sent[1]["body"].decode())


def enter(access: Access, token: str, client: str = OTHER, **headers: str) -> Answer:
    body = urlencode({"token": token}).encode()
    told = {"host": "192.0.2.1:8000", "origin": "http://192.0.2.1:8000", **headers}
    return ask(access, client, told, method="POST", path=ENTRY, body=body)


# (client, headers, status); TOKEN stands for the token.
CASES: list[tuple[str | None, Headers, int]] = [
    (LOCAL, {"host": "localhost:8000"}, 200),
    ("::1", {"host": "localhost:8000"}, 200),
    ("::ffff:127.0.0.1", {"host": "localhost:8000"}, 200),
    (LOCAL, {"host": "evil.example"}, 421),
    (OTHER, {"host": "localhost:8000"}, 401),
    (OTHER, {"host": "127.0.0.1"}, 401),
    (OTHER, {"host": "192.0.2.1", "x-forwarded-for": LOCAL}, 401),
    (OTHER, {"host": "192.0.2.1", "x-notebookapi-token": ""}, 401),
    (OTHER, {"host": "192.0.2.1", "x-notebookapi-token": "TOKEN."}, 401),
    (OTHER, {"host": "192.0.2.1", "x-notebookapi-token": "ünïcode"}, 401),
    (OTHER, {"host": "192.0.2.1", "authorization": "Bearer TOKEN"}, 401),
    (OTHER, {"host": "192.0.2.1", "x-notebookapi-token": "TOKEN"}, 200),
    (OTHER, {"host": "192.0.2.1", "cookie": "a=b; notebookapi-8000=TOKEN; c=d"}, 200),
    (OTHER, {"host": "192.0.2.1", "cookie": "notebookapi-8001=TOKEN"}, 401),
    (OTHER, {"host": "192.0.2.1", "cookie": "notebookapi-8000=TOKE"}, 401),
    (None, {"host": "localhost"}, 401),
]


@pytest.mark.parametrize(("client", "headers", "status"), CASES)
def test_who_needs_it_where_other_computers_may_come(
    client: str | None, headers: Headers, status: int
) -> None:
    access = Access(environment={})
    told = {name: value.replace("TOKEN", access.token.reveal()) for name, value in headers.items()}
    answer = ask(access, client, told)
    assert answer.status == status
    assert access.token.reveal() not in answer.body, "the application is not told the token"


HUB_CASES: list[tuple[Headers, int]] = [
    ({"host": "localhost:8000"}, 401),
    ({"host": "localhost:8000", "x-notebookapi-token": "TOKEN"}, 200),
    ({"host": "hub.example", "cookie": "notebookapi-8000=TOKEN"}, 200),
]


@pytest.mark.parametrize(("headers", "status"), HUB_CASES)
def test_on_a_hub_loopback_belongs_to_others_too(headers: Headers, status: int) -> None:
    access = Access(environment=HUB)
    told = {name: value.replace("TOKEN", access.token.reveal()) for name, value in headers.items()}
    assert ask(access, LOCAL, told, is_open=False).status == status


@pytest.mark.parametrize("proof", ["x-notebookapi-token", "cookie"])
def test_pages_of_other_ports_do_not_profit_from_the_cookie(proof: str) -> None:
    access = Access(environment={})
    token = access.token.reveal()
    value = token if proof != "cookie" else f"notebookapi-8000={token}"
    told = {"host": "192.0.2.1:8000", "origin": "http://192.0.2.1:3000", proof: value}
    # Who can send the header has the token; a browser sends the cookie for whatever page.
    expected = 403 if proof == "cookie" else 200
    assert ask(access, OTHER, told, method="DELETE").status == expected


# --- the entry page


def test_the_page_gives_the_cookie_and_sends_on() -> None:
    access = Access(home=lambda: "/docs", environment={})
    page = ask(access, OTHER, {"host": "192.0.2.1:8000"}, path=ENTRY)
    assert page.status == 200
    assert "<label" in page.body
    assert '<form method="post"' in page.body, "it works without JavaScript"
    answer = enter(access, access.token.reveal())
    assert answer.status == 303
    assert answer.headers["location"] == "../docs"
    (cookie,) = SimpleCookie(answer.headers["set-cookie"]).values()
    assert (cookie.key, cookie.value) == ("notebookapi-8000", access.token.reveal())
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "strict", "/")
    assert not cookie["secure"]
    told = {"host": "192.0.2.1:8000", "cookie": f"{cookie.key}={cookie.value}"}
    assert ask(access, OTHER, told).status == 200


def test_behind_a_proxy_the_cookie_is_for_its_path_and_for_tls() -> None:
    access = Access(environment=HUB)
    token, hub = access.token.reveal(), "hub.example"
    told = {"host": hub, "origin": f"https://{hub}", "x-forwarded-prefix": f"{PREFIX}/"}
    answer = enter(access, token, LOCAL, **told)
    assert answer.status == 303
    (cookie,) = SimpleCookie(answer.headers["set-cookie"]).values()
    assert (cookie["path"], cookie["secure"]) == (PREFIX, True)


def test_the_page_lets_nothing_else_run_or_frame_it() -> None:
    access = Access(environment={})
    page = ask(access, OTHER, {"host": "192.0.2.1:8000"}, path=ENTRY)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert not re.search(r'(src|href)="(?!data:)', page.body), "it loads nothing"
    assert access.token.reveal() not in page.body


WRONG: dict[str, Callable[[Access], Answer]] = {
    "another token": lambda access: enter(access, "x" * 43),
    "none": lambda access: enter(access, ""),
    "no form": lambda access: ask(
        access, OTHER, {"host": "h", "origin": "http://h"}, method="POST", path=ENTRY, body=b"\xff"
    ),
    "too much": lambda access: enter(access, access.token.reveal() + "x" * 5000),
    "in the query": lambda access: ask(
        access, OTHER, {"host": "h"}, path=f"/?token={access.token.reveal()}"
    ),
}


@pytest.mark.parametrize("how", WRONG)
def test_what_is_not_the_token_gets_no_cookie(how: str) -> None:
    answer = WRONG[how](Access(environment={}))
    assert answer.status == 401
    assert "set-cookie" not in answer.headers


def test_foreign_pages_cannot_post_to_it() -> None:
    access = Access(environment={})
    for origin in ("https://evil.example", "null", "http://192.0.2.1:3000"):
        answer = enter(access, access.token.reveal(), origin=origin)
        assert answer.status == 403
        assert "set-cookie" not in answer.headers


def test_who_needs_no_token_is_sent_on() -> None:
    access = Access(environment={})
    answer = ask(access, LOCAL, {"host": "localhost:8000"}, path=ENTRY)
    assert (answer.status, answer.headers["location"]) == (303, "../")
    assert ask(access, LOCAL, {"host": "evil.example"}, path=ENTRY).status == 421


# --- guesses


def test_guesses_are_limited_and_the_right_token_is_not() -> None:
    access = Access(environment={})
    told = {"host": "192.0.2.1:8000"}
    for number in range(MOST):
        headers = {**told, "x-notebookapi-token": f"guess {number}"}
        assert ask(access, OTHER, headers).status == 401
    refused = ask(access, OTHER, {**told, "x-notebookapi-token": "another"})
    assert refused.status == 429
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert enter(access, "another").status == 429
    assert ask(access, OTHER, {**told, "cookie": "notebookapi-8000=another"}).status == 429
    assert ask(access, OTHER, told).status == 401, "who gives none does not guess"
    right = {**told, "x-notebookapi-token": access.token.reveal()}
    assert ask(access, OTHER, right).status == 200
    assert enter(access, access.token.reveal()).status == 303


def test_the_wait_ends_though_guessing_goes_on() -> None:
    now = [0.0]
    guesses = Guesses(lambda: now[0])
    assert [guesses.note() for _ in range(MOST)] == [0] * MOST
    waits = []
    for second in range(1, 62):
        now[0] = float(second)
        waits.append(guesses.note())
    assert waits[:59] == list(range(59, 0, -1))
    assert waits[59:] == [0, 0], "after a minute there is room for as many again"


# --- in a notebook


def test_it_is_never_displayed(notebook: Notebook) -> None:
    token = notebook.session.token
    for shown in (repr(token), str(token), f"{token}", token._repr_html_(), repr(notebook.session)):
        assert token.reveal() not in shown
    assert "X-NotebookAPI-Token" in repr(token)


def test_this_machine_needs_none(notebook: Notebook) -> None:
    notebook.run("@app.get('/x')\ndef x(): return 1", "a")
    notebook.run("%api serve --host 0.0.0.0")
    assert notebook.session.server.token_required
    assert notebook.get("/x") == 1


def test_the_notebook_reaches_its_own_server_on_a_hub(
    bare: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    import httpx2

    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    bare.load()
    bare.run("@app.get('/x')\ndef x(): return 1", "a")
    assert bare.get("/x") == 1
    url = bare.session.url
    with httpx2.Client(trust_env=False, base_url=url) as client:
        refused = client.get("/x")
        assert refused.status_code == 401
        assert "X-NotebookAPI-Token" in refused.text
        assert "api.token.reveal()" in refused.text
        right = {"X-NotebookAPI-Token": bare.session.token.reveal()}
        assert client.get("/x", headers=right).json() == 1
    assert all(bare.session.token.reveal() not in repr(entry) for entry in bare.session.log)
