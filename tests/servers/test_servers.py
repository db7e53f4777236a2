"""The same answers from every server, over a real socket."""

import signal
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.servers.conftest import Server

JSON = "application/json"

# (request, status, document)
CASES: list[tuple[dict[str, Any], int, Any]] = [
    ({"url": "/items/3"}, 200, {"item_id": 3, "q": None}),
    ({"url": "/items/3", "params": {"q": "ä b&c"}}, 200, {"item_id": 3, "q": "ä b&c"}),
    ({"url": "/files/a/b%20c"}, 200, "a/b c"),
    ({"url": "/state"}, 200, "state"),
    ({"method": "POST", "url": "/items", "json": {"name": "ö"}}, 201, {"name": "ö", "price": 1.5}),
    ({"method": "POST", "url": "/size", "content": b"x" * 1_000_000}, 200, 1_000_000),
    ({"method": "PUT", "url": "/echo", "content": b"\0\xff"}, 200, 2),
    ({"url": "/missing"}, 404, {"detail": "Not Found"}),
    ({"method": "PATCH", "url": "/items/3"}, 405, {"detail": "Method Not Allowed"}),
    ({"url": "/refused"}, 418, {"detail": {"reason": "a teapot"}}),
]


@pytest.mark.parametrize(
    ("request_", "status", "document"), CASES, ids=lambda value: str(value)[:50]
)
def test_answer(
    request_: dict[str, Any], status: int, document: Any, client: httpx2.Client
) -> None:
    answer = client.request(**{"method": "GET", **request_})
    assert (answer.status_code, answer.headers["content-type"]) == (status, JSON)
    assert answer.json() == document


def test_headers_and_cookies(client: httpx2.Client) -> None:
    headers = [("X-List", "a"), ("X-List", "b"), ("Cookie", "flavour=oat")]
    answer = client.get("/headers", headers=headers)
    assert answer.json() == {"x_list": ["a", "b"], "flavour": "oat"}
    assert answer.headers["set-cookie"] == "flavour=OAT; Path=/; SameSite=lax"


def test_invalid_request(client: httpx2.Client) -> None:
    answer = client.get("/items/three")
    [error] = answer.json()["detail"]
    assert (answer.status_code, error["type"], error["loc"]) == (
        422,
        "int_parsing",
        ["path", "item_id"],
    )


def test_body_in_chunks(client: httpx2.Client) -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"name": '
        yield b'"in two parts"}'

    answer = client.post("/items", content=chunks(), headers={"Content-Type": JSON})
    assert answer.json() == {"name": "in two parts", "price": 1.5}


def test_no_body(client: httpx2.Client) -> None:
    answer = client.delete("/items/3")
    assert (answer.status_code, answer.content) == (204, b"")


def test_failure_is_a_500_and_the_server_lives(client: httpx2.Client) -> None:
    # uvicorn closes a connection whose application has raised: the next request gets another.
    answer = client.get("/broken", headers={"Connection": "close"})
    assert (answer.status_code, answer.text) == (500, "Internal Server Error")
    assert client.get("/items/1").status_code == 200


def test_redirect_to_the_other_slash(client: httpx2.Client) -> None:
    answer = client.get("/state/")
    assert answer.status_code == 307
    assert client.get(answer.headers["location"]).json() == "state"


def test_stream_arrives_as_it_is_made(client: httpx2.Client) -> None:
    with client.stream("GET", "/stream") as answer:
        lines = answer.iter_lines()
        assert next(lines) == "first"
        # The second line is not made before this: had the first been kept back, it never came.
        client.post("/go-on")
        assert next(lines) == "second"


def test_stop_leaves_the_lifespan(server: Server) -> None:
    assert server.notes.read_text().split() == ["started"]
    server.stop()
    assert server.notes.read_text().split() == ["started", "stopped"]
    # uvicorn lets the signal end it once it is done.
    assert server.process.returncode in (0, -signal.SIGTERM)
