"""What the tests of the core share: an application of one endpoint, readable test names."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from starlette.types import ASGIApp, Message

from notebookapi import NotebookAPI
from notebookapi.testclient import TestClient


def serve(
    path: str, endpoint: Callable[..., Any], method: str = "POST", **options: Any
) -> TestClient:
    """Return a client of an application with this endpoint only."""
    app = NotebookAPI(openapi_url=None)
    app.api_route(path, methods=[method], **options)(endpoint)
    return TestClient(app)


def label(value: object) -> str:
    """Return a name for a case that is the same in every run."""
    return getattr(value, "__name__", None) or str(value)


async def ask(
    app: ASGIApp, path: str, headers: Iterable[tuple[bytes, bytes]] = ()
) -> tuple[int, dict[bytes, bytes], Any]:
    """Send a GET straight into an application; return status, headers and JSON document."""
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    scope = {
        "type": "http", "method": "GET", "path": path, "headers": [*headers], "query_string": b"",
    }  # fmt: skip
    await app(scope, receive, send)
    start, *rest = messages
    body = b"".join(message["body"] for message in rest)
    return start["status"], dict(start["headers"]), json.loads(body) if body else None
