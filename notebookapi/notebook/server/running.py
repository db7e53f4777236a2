"""How many requests still run on a version before the present one."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from time import monotonic

from starlette.types import Message, Send

MOMENT = 0.05
"""Seconds that a request has to end once its answer is complete: a file is to be closed, say."""

BREATH = 0.02
"""Seconds after which a stream lets others have the loop, whether it waits for anything or not."""


class Running:
    """Requests and connections that have begun and not ended, by the version that they run on.

    Versions are numbers that grow. One thread counts, any may look.
    """

    def __init__(self) -> None:
        self._begun: Counter[int] = Counter()
        self._answered: Counter[int] = Counter()
        self._changed = threading.Condition()

    def before(self, version: int) -> int:
        """Return how many run on earlier versions.

        Who has the whole answer takes the request for ended, so that one has a moment to end.
        What it does in the background takes longer.
        """
        with self._changed:
            self._changed.wait_for(lambda: not _earlier(self._answered, version), MOMENT)
            return _earlier(self._begun, version)

    def begin(self, version: int) -> Request:
        """Count a request; whoever answers it tells of its end."""
        with self._changed:
            self._begun[version] += 1
        return Request(self, version)

    def note(self, version: int, *, answered: int, ended: int = 0) -> None:
        """Note that a request has been answered, or that it has ended."""
        with self._changed:
            self._answered[version] += answered
            self._begun[version] -= ended
            if not self._begun[version]:
                del self._begun[version], self._answered[version]
            self._changed.notify_all()


class Request:
    """One request that runs."""

    __slots__ = ("_is_answered", "_paused", "_running", "_version")

    def __init__(self, running: Running, version: int) -> None:
        self._running = running
        self._version = version
        self._is_answered = False
        self._paused = 0.0

    def sending(self, send: Send) -> Send:
        """Return `send` that notes the end of the answer, before it goes.

        It lets others have the loop now and then: a server does not, once a client has left, and
        a stream that waits for nothing would keep the loop for ever.
        """

        async def noting(message: Message) -> None:
            if message["type"] != "http.response.body":
                await send(message)
            elif message.get("more_body"):
                await send(message)
                if (now := monotonic()) - self._paused > BREATH:
                    await asyncio.sleep(0)
                    self._paused = now
            else:
                if not self._is_answered:
                    self._is_answered = True
                    self._running.note(self._version, answered=1)
                await send(message)

        return noting

    def end(self) -> None:
        self._running.note(self._version, answered=-self._is_answered, ended=1)


def _earlier(counts: Counter[int], version: int) -> int:
    return sum(count for begun, count in counts.items() if begun < version)
