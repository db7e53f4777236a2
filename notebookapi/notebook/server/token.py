"""The token of those who have to prove who they are: in memory only, never shown unasked."""

from __future__ import annotations

import math
import secrets
import time
from collections import deque
from collections.abc import Callable
from html import escape

HEADER = "X-NotebookAPI-Token"
MOST = 20
"""Wrong tokens in a minute; the next ones are not looked into."""
_WINDOW = 60.0


class Token:
    """One token, for as long as the session lives: 256 random bits (RFC 4648 URL-safe text)."""

    __slots__ = ("_text",)

    def __init__(self) -> None:
        self._text = secrets.token_urlsafe(32)

    def matches(self, given: str) -> bool:
        """Tell whether `given` is the token, in a time that says nothing of it."""
        return secrets.compare_digest(given.encode(), self._text.encode())

    def reveal(self) -> str:
        """Return the token. What displays it saves it in the notebook."""
        return self._text

    def __repr__(self) -> str:
        return f"<token ••••••••, sent as {HEADER}; `api.token.reveal()` returns it>"

    def _repr_html_(self) -> str:
        return f"<code>{escape(repr(self))}</code>"


class Guesses:
    """Wrong tokens of the last minute. clock: seconds, never set back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: deque[float] = deque(maxlen=MOST)

    def note(self) -> int:
        """Count a wrong token; return the seconds to wait before another, 0 for none.

        Those that come too soon are not counted, so that the wait ends whoever goes on guessing.
        """
        now = self._clock()
        if len(self._wrong) == MOST and (left := self._wrong[0] + _WINDOW - now) > 0:
            return math.ceil(left)
        self._wrong.append(now)
        return 0
