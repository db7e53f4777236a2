"""Secrets of a request, left out of what the log shows: headers, query, fields of a body."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote_plus

from notebookapi.notebook.log.records import Headers

HIDDEN = "•••"
_NAME = (
    r"authorization|cookie|token|secret|passw(?:or)?d|passphrase|api[-_]?key|credential|session"
    r"[-_]?(?:id|key)|private[-_]?key|signature"
)
_SECRET = re.compile(_NAME, re.IGNORECASE)
_FIELD = re.compile(
    rf'("[^"\\]*(?:{_NAME})[^"\\]*"\s*:\s*)("(?:[^"\\]|\\.)*(?:"|\\?$)|[^\s,}}\]"\[{{]+)',
    re.IGNORECASE,
)
_PART = re.compile(r"(^|&)([^=&]*)=([^&]*)")


def headers(raw: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Return headers as text, those that hold credentials without their values."""
    told = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in raw)
    return tuple((name, HIDDEN if _SECRET.search(name) else value) for name, value in told)


def query(text: str) -> str:
    """Return a query string, or a form as it is encoded, without the values of secrets."""

    def hide(part: re.Match[str]) -> str:
        is_secret = _SECRET.search(unquote_plus(part[2]))
        return f"{part[1]}{part[2]}={HIDDEN if is_secret else part[3]}"

    return _PART.sub(hide, text)


def body(content: bytes, media_type: str) -> bytes:
    """Return a body without the values of secret fields, if it is JSON or a form.

    By its text: what is kept may be a beginning only, which no parser would read.
    """
    if "json" in media_type:
        return _FIELD.sub(rf'\1"{HIDDEN}"', content.decode("utf-8", "replace")).encode()
    if "x-www-form-urlencoded" in media_type:
        return query(content.decode("utf-8", "replace")).encode()
    return content
