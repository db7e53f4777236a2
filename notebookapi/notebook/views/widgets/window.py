"""How much of what was sent to a page is still unread: who sends waits for the page."""

from __future__ import annotations

import asyncio

_WINDOW = 4 << 20
"""Bytes that may be on their way."""


class Window:
    """Counts bytes. For one event loop."""

    def __init__(self) -> None:
        self._unread = 0
        self._credited = asyncio.Event()

    def sent(self, count: int) -> None:
        """Note that so many bytes have gone."""
        self._unread += count

    def credit(self, count: int) -> None:
        """Note that the page has read so many."""
        self._unread -= count
        self._credited.set()

    async def wait(self) -> None:
        """Wait until more may be sent."""
        while self._unread > _WINDOW:
            self._credited.clear()
            await self._credited.wait()
