"""Requests of the log as a page is told of them: a row, and all that is known of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from notebookapi.notebook.log.records import Entry

_LONGEST = 400
"""Characters of a path, and of a failure, that stand in a row."""
_PICTURES = ("image/png", "image/jpeg", "image/gif")


def row_of(entry: Entry) -> dict[str, Any]:
    """Return what stands in a row; no more, since there may be hundreds a second."""
    return {
        "number": entry.id,
        "time": f"{entry.time:%H:%M:%S}.{entry.time.microsecond // 1000:03}",
        "method": entry.method,
        "path": _short(entry.path),
        "status": entry.status,
        "duration": entry.duration,
        "cell": entry.cell,
        "cellId": entry.cell_id,
        "endpoint": entry.endpoint,
        "failure": _short(entry.failure),
        "isOpen": entry.is_open,
    }


def details_of(entry: Entry) -> tuple[dict[str, Any], list[bytes]]:
    """Return all that is known of a request, and the bodies that came and went."""
    request, response = entry.request_body, entry.response_body
    told = {
        **row_of(entry),
        **left_by(entry),
        "path": entry.path,
        "failure": entry.failure,
        "route": entry.route,
        "client": f"{entry.client[0]}:{entry.client[1]}" if entry.client else "",
        "links": dict(entry.links),
        "request": _message(entry.request_headers, request.media_type, request.size),
        # Of a WebSocket's frames no body is kept; what they come to is known.
        "response": _message(entry.response_headers, response.media_type, entry.bytes),
    }
    return told, [request.content, response.content]


def left_by(entry: Entry) -> dict[str, Any]:
    """Return what the endpoint left: output, log records, displays, its traceback."""
    return {
        "number": entry.id,
        "endpoint": entry.endpoint,
        "cell": entry.cell,
        "cellId": entry.cell_id,
        "stdout": entry.stdout,
        "stderr": entry.stderr,
        "logs": [str(each) for each in entry.logs],
        "displays": [_display(each) for each in entry.displays],
        "traceback": entry.traceback,
        "duration": entry.duration,
    }


def _message(headers: Any, media: str, size: int) -> dict[str, Any]:
    return {"headers": [list(each) for each in headers], "media": media, "size": size}


def _display(data: Mapping[str, Any]) -> dict[str, str]:
    """Return a displayed picture or page, else the text that stands for what was displayed."""
    kind = next((each for each in _PICTURES if each in data), None)
    if kind is not None:
        return {"picture": f"data:{kind};base64,{str(data[kind]).strip()}"}
    page = {"page": str(data["text/html"])} if "text/html" in data else {}
    return {"text": str(data.get("text/plain", "")), **page}


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
