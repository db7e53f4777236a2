"""The token that other computers need: kept in memory, never shown whole unless it is asked for."""

from __future__ import annotations

import secrets
from html import escape

HEADER = "X-NotebookAPI-Token"


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
        return f"<token, sent as {HEADER}; `api.token.reveal()` returns it>"

    def _repr_html_(self) -> str:
        return f"<code>{escape(repr(self))}</code>"
