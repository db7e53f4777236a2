"""A program that keeps a server busy with one request, and tells how long each answer took.

It is a process of its own: what it costs is no part of what the server can do, as far as the
machine has a processor for each. It is run by its path and imports nothing of the package, so that
it begins at once.

It reads its task from stdin, as JSON, and writes lines of JSON: what was answered since the line
before. The first answer of each client is not counted.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httptools

_TOLD = 0.25
"""Seconds between two lines."""
_GRACE = 2.0
"""Seconds that the last answers have after the end."""
_REFUSED, _MOST_REFUSED = 0.05, 40
"""Seconds before a connection is tried again, and how often one is."""


@dataclass(slots=True)
class Load:
    """What is to be done, and what came of it since it was last told.

    request: the bytes to send. count: requests to send; None: as many as `seconds` allow.
    """

    host: str
    port: int
    request: bytes
    is_head: bool
    seconds: float | None
    count: int | None
    durations: list[int] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    began: float = 0.0
    sent: int = 0

    def may_send(self) -> bool:
        """Whether another request is wanted."""
        if self.seconds is not None and time.perf_counter() - self.began >= self.seconds:
            return False
        return self.count is None or self.sent < self.count

    def tell(self) -> None:
        """Write what came, and begin anew."""
        line = {
            "elapsed": time.perf_counter() - self.began,
            "durations": self.durations,
            "statuses": self.statuses,
            "errors": self.errors,
        }
        print(json.dumps(line), flush=True)  # noqa: T201  # it is what this program is for
        self.durations = []
        self.statuses.clear()
        self.errors.clear()


class Connection(asyncio.Protocol):
    """One connection, one request at a time. closed: done when it is of no more use.

    is_warm: whether its first answer counts: it is not the first of its client.
    """

    def __init__(self, load: Load, *, is_warm: bool) -> None:
        self._load = load
        self._since = 0.0
        self._is_waiting = False
        self._is_warm = is_warm
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._failed(f"no HTTP: {error}")
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if self._is_waiting:
            self._failed("the connection was closed before the answer")
        if not self.closed.done():
            self.closed.set_result(None)

    def on_headers_complete(self) -> None:
        if self._load.is_head:  # the length is that of a body which does not come
            self.on_message_complete()

    def on_message_complete(self) -> None:
        took, load = time.perf_counter() - self._since, self._load
        status, stays = self._parser.get_status_code(), self._parser.should_keep_alive()
        if not self._is_waiting or status < 200:  # an interim response announces another
            return
        self._is_waiting = False
        if self._is_warm:
            load.durations.append(round(took * 1_000_000))
            load.statuses[str(status)] += 1
        self._is_warm = True
        if stays:
            # Not from inside the parser, which has not come to the end of this answer.
            asyncio.get_running_loop().call_soon(self._send)
        else:
            self._transport.close()

    def _send(self) -> None:
        load = self._load
        if self._transport.is_closing():
            return
        if not load.may_send():
            self._transport.close()
            return
        load.sent += self._is_warm
        self._parser = httptools.HttpResponseParser(self)
        self._is_waiting, self._since = True, time.perf_counter()
        self._transport.write(load.request)

    def _failed(self, why: str) -> None:
        self._is_waiting = False
        self._load.errors[why] += 1


async def keep_busy(load: Load) -> None:
    """Send one request after the other, by as many connections as that takes, one at a time."""
    loop, is_warm, refused = asyncio.get_running_loop(), False, 0
    while load.may_send() and refused < _MOST_REFUSED:
        make = partial(Connection, load, is_warm=is_warm)
        try:
            _, connection = await loop.create_connection(make, load.host, load.port)
        except OSError as error:
            load.errors[f"no connection: {error.strerror or error}"] += 1
            refused += 1
            await asyncio.sleep(_REFUSED)
            continue
        await connection.closed
        is_warm, refused = True, 0


async def tell(load: Load) -> None:
    """Write a line again and again."""
    while True:
        await asyncio.sleep(_TOLD)
        load.tell()


async def main() -> None:
    """Do the task that stdin has."""
    task = json.loads(sys.stdin.readline())
    clients = task.pop("clients")
    task["request"] = task["request"].encode("latin-1")
    load = Load(**task, began=time.perf_counter())
    telling = asyncio.create_task(tell(load))
    busy = [asyncio.create_task(keep_busy(load)) for _ in range(clients)]
    # An answer may never come.
    left = None if load.seconds is None else load.seconds + _GRACE
    _, open_ = await asyncio.wait(busy, timeout=left)
    if open_:
        load.errors["not answered in time"] += len(open_)
    telling.cancel()
    load.tell()


if __name__ == "__main__":
    asyncio.run(main())
