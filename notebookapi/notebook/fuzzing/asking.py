"""A request is put to the application in process, and what it raised is kept: no log, no cell."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

from notebookapi.editing import stage_on
from notebookapi.notebook.log.capture import Capture, Meter, current
from notebookapi.notebook.sending.in_process import RawHeaders, scope_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from notebookapi.notebook.sending.outgoing import Outgoing

PATIENCE = 5.0
"""Seconds that an answer may take; a stream that has no end is read for so long."""
_MOST = 1024 * 1024
"""Bytes of a body that are read."""
_UNREAD = b'{"detail":"There was an error parsing the body"}'


@dataclass(slots=True)
class Answered:
    """What a request was answered. error: what the endpoint raised; endpoint: which answered.

    is_cut: whether the body was not read to its end.
    """

    status: int = 500
    headers: RawHeaders = field(default_factory=list)
    body: bytes = b""
    error: BaseException | None = None
    endpoint: object = None
    is_cut: bool = False

    @property
    def is_ours(self) -> bool:
        """Whether the framework answered for every endpoint alike, which nobody declares.

        No route took it: an empty value makes another path. Or the body was no text at all.
        """
        is_unread = self.status == 400 and self.body == _UNREAD
        return self.endpoint is None or is_unread


async def ask(app: ASGIApp, request: Outgoing, patience: float = PATIENCE) -> Answered:
    """Return what the application answers. For a task of its own, on the server's loop.

    patience: seconds.
    """
    # A request is nobody's cell, and what it prints must not appear under the one that runs.
    stage_on(None)
    current.set(Capture(Meter()))
    answered, scope = Answered(), _scope(request)
    enough = asyncio.get_running_loop().create_future()
    talk = asyncio.ensure_future(_answer(app, scope, request.body, answered, enough))
    try:
        await asyncio.wait([talk, enough], timeout=patience, return_when=asyncio.FIRST_COMPLETED)
    finally:
        answered.is_cut = not talk.done()
        talk.cancel()
        await asyncio.wait([talk], timeout=patience)
    answered.endpoint = scope.get("endpoint")
    return answered


async def _answer(
    app: ASGIApp, scope: Scope, body: bytes, answered: Answered, enough: asyncio.Future[None]
) -> None:
    try:
        await app(scope, _receiving(body), _sending(answered, enough))
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        answered.error = error  # the last two would end the loop, and the server with it


def _scope(request: Outgoing) -> Scope:
    target = request.target.encode("ascii")
    path = unquote(request.target.partition("?")[0])
    headers = [("host", "127.0.0.1"), *request.headers]
    headers += [("content-length", str(len(request.body)))] if request.body else []
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return {**scope_of("http", path, target, raw), "method": request.method}


def _receiving(body: bytes) -> Receive:
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if left:
            return left.pop()
        # The client stays until it has its answer: a stream asks whether it has left.
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")

    return receive


def _sending(answered: Answered, enough: asyncio.Future[None]) -> Send:
    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answered.status, answered.headers = message["status"], list(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            answered.body += message.get("body", b"")
            if len(answered.body) > _MOST:
                if not enough.done():
                    enough.set_result(None)
                # A pause, in which what waits for nothing can be ended.
                await asyncio.sleep(0)

    return send
