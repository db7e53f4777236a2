"""What is asked: one request each, and how its reply is checked."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.payloads import BAD_ORDER_TEXT, ORDER, ORDER_TEXT, TOKEN

Check = Callable[[bytes], bool]


def document(expected: Any) -> Check:
    """Return a check for a reply that is this document."""
    return lambda body: json.loads(body) == expected


def rows(count: int, of: Callable[[Any], Any] = lambda found: found) -> Check:
    """Return a check for a reply with so many rows, each its own number as `id`."""
    return lambda body: [each["id"] for each in of(json.loads(body))] == list(range(count))


@dataclass(frozen=True)
class Workload:
    """One request. app: which application answers it. only: the frameworks that can, if not all.

    messages: what is received of a WebSocket; a request otherwise.
    target: how many times as fast as the reference in process.
    end_to_end: the same for the server's CPU time under a load generator; None: not measured.
    """

    name: str
    title: str
    path: str
    method: str = "GET"
    app: str = "main"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    statuses: tuple[int, ...] = (200,)
    check: Check = bool
    messages: tuple[dict[str, Any], ...] = ()
    only: tuple[str, ...] = ()
    target: float = 1
    end_to_end: float | None = None

    def scope(self) -> dict[str, Any]:
        """Return an ASGI scope."""
        path, _, query = self.path.partition("?")
        headers = {"host": "127.0.0.1", "accept": "*/*", **self.headers}
        if self.body:
            headers["content-length"] = str(len(self.body))
        return {
            "type": "websocket" if self.messages else "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
            "server": ("127.0.0.1", 8000), "client": ("127.0.0.1", 50000),
            "scheme": "ws" if self.messages else "http", "root_path": "", "method": self.method,
            "path": path, "raw_path": path.encode(), "query_string": query.encode(),
            "subprotocols": [], "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
        }  # fmt: skip

    def received(self) -> list[dict[str, Any]]:
        """Return what the application receives."""
        return list(self.messages) or [
            {"type": "http.request", "body": self.body, "more_body": False}
        ]


_JSON = {"content-type": "application/json"}
_AUTH = {"authorization": f"Bearer {TOKEN}"}
_ME = document({"name": "ada", "tenant": "t1"})
_BOUNDARY = "b0undary"
_FORM = {"content-type": "application/x-www-form-urlencoded"}
_MULTIPART = {"content-type": f"multipart/form-data; boundary={_BOUNDARY}"}
_UPLOAD = (
    (
        f'--{_BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="a.bin"\r\n'
        "content-type: application/octet-stream\r\n\r\n"
    ).encode()
    + b"x" * 1_000_000
    + f"\r\n--{_BOUNDARY}--\r\n".encode()
)
_ECHO: tuple[dict[str, Any], ...] = (
    {"type": "websocket.connect"},
    *({"type": "websocket.receive", "text": "hello"} for _ in range(10)),
    {"type": "websocket.disconnect", "code": 1000},
)
_LIKE = ("fastapi", "notebookapi")  # what has no counterpart of the same meaning elsewhere

WORKLOADS = (
    Workload("W1", "plain", "/hello", check=document({"hello": "world"}), target=20,
             end_to_end=3.3),
    Workload("W2", "path and query", "/items/42?q=some-text&limit=25", target=14, end_to_end=3.8,
             check=document({"item_id": 42, "q": "some-text", "limit": 25})),
    Workload("W3", "body of 1 KB, response model", "/orders", "POST", headers=_JSON,
             body=ORDER_TEXT, statuses=(200, 201), check=document(ORDER), target=5, end_to_end=2.6),
    Workload("W4", "dependencies, async", "/me", headers=_AUTH, check=_ME, target=20,
             end_to_end=6.5),
    Workload("W4s", "dependencies, def", "/me-sync", headers=_AUTH, check=_ME, target=6,
             only=(*_LIKE, "bare")),
    Workload("W5", "500 models", "/list", check=rows(500), target=1.4, end_to_end=1.25),
    Workload("W5d", "500 dictionaries", "/list-dicts", check=rows(500), target=1.8),
    Workload("W6", "def", "/sync", check=document({"hello": "world"}), target=5, end_to_end=3),
    Workload("W7a", "1,000 routes: the first", "/api/v1/res0/list", app="many",
             check=document({"route": 0}), target=20),
    Workload("W7b", "1,000 routes: a middle one", "/api/v1/res501/7", app="many",
             check=document({"route": 501, "item_id": 7}), target=120),
    Workload("W7c", "1,000 routes: the last", "/api/v1/res999/7", app="many",
             check=document({"route": 999, "item_id": 7}), target=200, end_to_end=50),
    Workload("W7d", "1,000 routes: none", "/api/v1/nope/at/all", app="many", statuses=(404,),
             target=700),
    Workload("W8", "422, path and query", "/items/0?q=x&limit=1000", statuses=(422, 400),
             target=12),
    Workload("W8b", "422, body", "/orders", "POST", headers=_JSON, body=BAD_ORDER_TEXT,
             statuses=(422, 400), target=7, end_to_end=3.5),
    Workload("W9", "untyped, 100 rows", "/tree", check=rows(100, lambda tree: tree["rows"]),
             target=12),
    Workload("X1", "form", "/form", "POST", headers=_FORM, body=b"name=ada&age=36",
             check=document({"name": "ada", "age": 36}), only=_LIKE),
    Workload("X2", "upload of 1 MB", "/upload", "POST", headers=_MULTIPART, body=_UPLOAD,
             check=document({"size": 1_000_000}), only=_LIKE),
    Workload("X3", "header and cookie models", "/models",
             headers={"x-token": "t", "user-agent": "u", "cookie": "session=s; theme=dark"},
             check=document({"x_token": "t", "session": "s"}), only=_LIKE),
    Workload("X4", "WebSocket, 10 echoes", "/echo", check=lambda body: body == b"hello" * 10,
             messages=_ECHO, only=_LIKE),
    Workload("X5", "1,000 server-sent events", "/events", only=_LIKE,
             check=lambda body: body.count(b"data:") == 1000),
    Workload("X6", "one middleware", "/hello", app="wrapped",
             check=document({"hello": "world"}), only=_LIKE),
    Workload("X7", "three levels of routers", "/a/b/c/hello", app="nested",
             check=document({"hello": "world"}), only=_LIKE),
)  # fmt: skip
BY_NAME = {each.name: each for each in WORKLOADS}
