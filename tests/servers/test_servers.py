"""The same answers from every server, over a real socket."""

import json
import signal
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
import websockets.sync.client
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import ClientConnection
from websockets.typing import Subprotocol

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


STREAMS = {
    "stream": ["first", "second"],
    "lines": ['{"name":"first","price":1.5}', '{"name":"second","price":1.5}'],
    "events": ['data: {"name":"first","price":1.5}', 'data: {"name":"second","price":1.5}'],
}


@pytest.mark.parametrize(("name", "expected"), STREAMS.items(), ids=STREAMS)
def test_stream_arrives_as_it_is_made(
    name: str, expected: list[str], client: httpx2.Client
) -> None:
    with client.stream("GET", f"/{name}") as answer:
        lines = (line for line in answer.iter_lines() if line)
        assert next(lines) == expected[0]
        # The second line is not made before this: had the first been kept back, it never came.
        client.post(f"/go-on/{name}")
        assert next(lines) == expected[1]
        assert list(lines) == []


def test_upload(client: httpx2.Client) -> None:
    content = b"x" * 2_000_000  # more than is kept in memory
    answer = client.post("/upload", files={"file": ("ä.bin", content)}, data={"note": "ö"})
    assert answer.json() == {"name": "ä.bin", "size": 2_000_000, "note": "ö"}


def test_websocket(server: Server) -> None:
    with connect(server, "/talk/ada?limit=2") as socket:
        assert socket.subprotocol == "talk"
        assert json.loads(socket.recv()) == {"hello": "ada"}
        socket.send("abc")
        assert socket.recv() == "cba"
        socket.send(b"\0\1")
        assert socket.recv() == b"\1\0"
        with pytest.raises(ConnectionClosedError) as closed:
            socket.recv()
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4000, "enough")


@pytest.mark.parametrize("path", ["/talk/ada", "/talk/ada?limit=many", "/no/such/place"])
def test_websocket_is_refused(path: str, server: Server) -> None:
    with pytest.raises(InvalidStatus) as refused, connect(server, path):
        raise AssertionError("it was accepted")
    assert refused.value.response.status_code == 403


def connect(server: Server, path: str) -> ClientConnection:
    address = f"ws://127.0.0.1:{server.port}{path}"
    return websockets.sync.client.connect(
        address, subprotocols=[Subprotocol("talk")], proxy=None, open_timeout=10
    )


def test_stop_leaves_the_lifespan(server: Server) -> None:
    with connect(server, "/talk/eve?limit=1") as socket:
        socket.recv()
        socket.close()
    assert server.notes.read_text().splitlines()[0] == "started"
    server.stop()
    notes = server.notes.read_text().splitlines()
    assert notes == ["started", "eve left", "stopped"]
    # uvicorn lets the signal end it once it is done.
    assert server.process.returncode in (0, -signal.SIGTERM)
