"""An ASGI server of the tests: what is sent can be looked at, and acted upon, as it comes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message


@dataclass
class Connection:
    """One GET. on_chunk: called with the connection and each chunk of the body as it is sent.

    spec_version: of ASGI; from 2.4 on a server raises where the client has gone.
    """

    app: ASGIApp
    path: str
    on_chunk: Callable[["Connection", bytes], Any] = lambda connection, chunk: None
    spec_version: str = "2.0"
    chunks: list[bytes] = field(default_factory=list)
    start: Message = field(default_factory=dict)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    stuck: bool = False
    """Whether the client reads no more, so that sending never ends."""

    async def run(self) -> None:
        """Ask, and return when the application has."""
        scope = {
            "type": "http", "method": "GET", "path": self.path, "headers": [], "query_string": b"",
            "asgi": {"version": "3.0", "spec_version": self.spec_version},
        }  # fmt: skip
        await self.app(scope, self._receive, self._send)

    def leave(self) -> None:
        """Be the client that closes the connection."""
        self.gone.set()

    async def _receive(self) -> Message:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            return
        if self.gone.is_set() and self.spec_version >= "2.4":
            raise OSError("the client has gone")
        if message["body"]:
            self.chunks.append(message["body"])
            self.on_chunk(self, message["body"])
        if self.stuck:
            await asyncio.Event().wait()
