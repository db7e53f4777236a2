"""The interpreter's switch interval while servers run.

A cell that computes in pure Python keeps the GIL for one interval each time the server's thread
wants it; a request wants it once to three times, by which thread is woken first. At 0.5 ms instead
of 5 ms half of the answers come within 2 ms, where at 1 ms it may be 3. A cell is not slower for
it while nothing is requested: only a thread that waits makes the other let go.
"""

import sys
import threading

SERVING = 0.0005
"""Seconds between switches while at least one server runs."""


class SwitchInterval:
    """Lowered by the first `hold`, given back by the last `release`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders = 0
        self._before = 0.0

    def hold(self) -> None:
        with self._lock:
            self._holders += 1
            if self._holders == 1:
                self._before = sys.getswitchinterval()
                sys.setswitchinterval(min(self._before, SERVING))

    def release(self) -> None:
        with self._lock:
            self._holders -= 1
            # Whoever set another value in the meantime meant it: leave that.
            if self._holders == 0 and round(sys.getswitchinterval(), 6) == SERVING:
                sys.setswitchinterval(self._before)


switch_interval = SwitchInterval()
