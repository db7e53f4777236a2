"""Secrets of a request, left out of what the log shows: headers, query, fields of a body."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote_plus

from notebookapi.examples.redaction import is_secret
from notebookapi.notebook.log.records import Headers

HIDDEN = "•••"
# By the text: what is kept may be a beginning only, which no parser would read.
_FIELD = re.compile(r'("((?:[^"\\]|\\.)*)"\s*:\s*)("(?:[^"\\]|\\.)*(?:"|\\?$)|[^\s,}\]"\[{]+)')
_PART = re.compile(r"(^|&)([^=&]*)=([^&]*)")


def headers(raw: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Return headers as text, those that hold credentials without their values."""
    told = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in raw)
    return tuple((name, HIDDEN if is_secret(name) else value) for name, value in told)


def query(text: str) -> str:
    """Return a query string, or a form as it is encoded, without the values of secrets."""

    def hide(part: re.Match[str]) -> str:
        is_hidden = is_secret(unquote_plus(part[2]))
        return f"{part[1]}{part[2]}={HIDDEN if is_hidden else part[3]}"

    return _PART.sub(hide, text)


def body(content: bytes, media_type: str) -> bytes:
    """Return a body without the values of secret fields, if it is JSON or a form."""

    def hide(found: re.Match[str]) -> str:
        return f'{found[1]}"{HIDDEN}"' if is_secret(found[2]) else found[0]

    if "json" in media_type:
        return _FIELD.sub(hide, content.decode("utf-8", "replace")).encode()
    if "x-www-form-urlencoded" in media_type:
        return query(content.decode("utf-8", "replace")).encode()
    return content
