"""What generated functions read of a request, straight from the scope."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from notebookapi._plan.body import is_json
from notebookapi._plan.fields import ABSENT

_Headers = Iterable[tuple[bytes, bytes]]


def query_of(scope: Scope) -> dict[str, str]:
    """Return the query's values by name; the last of a name counts."""
    text: str = scope["query_string"].decode("latin-1")
    if not text:
        return {}
    if "%" in text or "+" in text:
        return dict(parse_qsl(text, keep_blank_values=True))
    found = {}
    for pair in text.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            found[name] = value
    return found


def lists_of_query(scope: Scope) -> dict[str, list[str]]:
    """Return all of the query's values by name."""
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True):
        found.setdefault(name, []).append(value)
    return found


def header_of(headers: _Headers, name: bytes) -> Any:
    """Return the first header of a name, in small letters, as text; ABSENT where there is none."""
    for key, value in headers:
        if key == name:
            return value.decode("latin-1")
    return ABSENT


def headers_of(headers: _Headers, name: bytes) -> Any:
    """Return all headers of a name as a list of text; ABSENT where there is none."""
    return [value.decode("latin-1") for key, value in headers if key == name] or ABSENT


def sends_json(headers: _Headers, strict: bool) -> bool:
    """Tell whether the body is JSON by its media type."""
    for key, value in headers:
        if key == b"content-type":
            return _says_json(value)
    return not strict


@lru_cache(maxsize=256)
def _says_json(value: bytes) -> bool:
    return is_json(value.decode("latin-1"), strict=True)


async def read_body_into(kept: list[Message | Exception], receive: Receive) -> bytes | None:
    """Return the whole body; None where it breaks off.

    kept: gets what was received, for `replayed`.
    """
    chunks: list[bytes] = []
    while True:
        try:
            message = await receive()
        except Exception as error:
            kept.append(error)
            return None
        kept.append(message)
        if message["type"] != "http.request":
            return None
        body: bytes = message.get("body", b"")
        if not message.get("more_body", False):
            return b"".join([*chunks, body]) if chunks else body
        chunks.append(body)


def replayed(kept: list[Message | Exception], receive: Receive) -> Receive:
    """Return a `receive` that begins with what was received before."""
    left = iter(tuple(kept))

    async def receive_again() -> Message:
        for each in left:
            if isinstance(each, Exception):
                raise each
            return each
        return await receive()

    return receive_again


def request_with(scope: Scope, receive: Receive, send: Send, body: bytes | None) -> Request:
    """Return the request, its body read already if there is one."""
    request = Request(scope, receive, send)
    if body is not None:
        request._body = body
        request._stream_consumed = True
    return request


class Noting:
    """A `send` that knows whether a response has begun."""

    __slots__ = ("_send", "started")

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False

    def __call__(self, message: Message) -> Awaitable[None]:
        """Send a message."""
        if message["type"] == "http.response.start":
            self.started = True
        return self._send(message)
