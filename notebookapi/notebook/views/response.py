"""A response as text and as static HTML: status, type, size, body."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx2

_MOST = 4000
"""Characters of a body that are shown; the whole is in `response.text`."""
_MOST_LINES = 30
"""Lines of it that are shown."""


def text_of(response: httpx2.Response, traceback: str = "") -> str:
    """Return the response for a terminal: one line about it, its body, the endpoint's failure."""
    return "\n".join(filter(None, [_headline(response), _body(response), traceback]))


def html_of(response: httpx2.Response, traceback: str = "") -> str:
    """Return the response as HTML; its body is text there, whatever it is."""
    good = response.status_code < 400
    colour = "--jp-success-color1,#2e7d32" if good else "--jp-error-color1,#c62828"
    font = "font-family:var(--jp-code-font-family,ui-monospace,monospace);font-size:12px"
    shown = "".join(
        f'<pre style="margin:4px 0 0;{font}">{escape(text)}</pre>'
        for text in (_body(response), traceback)
        if text
    )
    return (
        f'<div style="{font}"><b style="color:var({colour})">{response.status_code} '
        f"{escape(response.reason_phrase)}</b> · {escape(_about(response))}{shown}</div>"
    )


def _headline(response: httpx2.Response) -> str:
    return f"{response.status_code} {response.reason_phrase} · {_about(response)}"


def _about(response: httpx2.Response) -> str:
    kind = response.headers.get("content-type", "").partition(";")[0]
    size = len(response.content)
    request = f"{response.request.method} {response.request.url.raw_path.decode()}"
    return " · ".join(filter(None, [request, kind, f"{size:,} bytes" if size else "no body"]))


def _body(response: httpx2.Response) -> str:
    kind = response.headers.get("content-type", "").partition(";")[0]
    if not response.content:
        return ""
    if kind == "application/json" or kind.endswith("+json"):
        text = _pretty(response)
    elif kind.startswith("text/"):
        text = response.text
    else:
        return ""
    return _cut(text)


def _cut(text: str) -> str:
    """Return the beginning of a text, and how much is left."""
    lines = text.splitlines()
    kept = "\n".join(lines[:_MOST_LINES])
    more = len(lines) - _MOST_LINES
    if len(kept) > _MOST:
        return f"{text[:_MOST]}\n… {len(text) - _MOST:,} more characters"
    return f"{kept}\n… {more:,} more lines" if more > 1 else text


def _pretty(response: httpx2.Response) -> str:
    try:
        return json.dumps(response.json(), indent=2, ensure_ascii=False)
    except ValueError:
        return response.text
