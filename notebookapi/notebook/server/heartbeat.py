"""Notices when nothing could be answered for a while, and says so in the server's log."""

from __future__ import annotations

import asyncio
import logging
import time

logger = logging.getLogger("notebookapi.serving")

BEAT = 0.25
"""Seconds between looks: four wake-ups a second cost nothing that can be measured."""

LATE = 0.5
"""Seconds that a look may come late before it is told."""


async def watch_loop() -> None:
    """Look on for ever; to be cancelled."""
    while True:
        due = time.monotonic() + BEAT
        began = time.thread_time()
        await asyncio.sleep(BEAT)
        late = time.monotonic() - due
        if late > LATE:
            logger.warning("%s", _told(late, time.thread_time() - began))


def _told(late: float, worked: float) -> str:
    """Say how long nothing was answered, and whose doing it was.

    worked: seconds of computing on the loop's own thread.
    """
    if worked > LATE:
        return (
            f"The server answered nothing for {late:.1f} s: an `async def` endpoint computed. "
            "Declare it with `def`, and it runs in a thread."
        )
    return (
        f"kernel busy: the server answered nothing for {late:.1f} s. A call into C code held the "
        "interpreter for its length, or an `async def` endpoint waited without `await`."
    )
