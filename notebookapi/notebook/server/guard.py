"""Who may talk to the server: this machine's own names, and no foreign page's scripts.

A page in a browser can send requests to loopback, under a name of its own (DNS rebinding) or from
its own origin. The guard stands outside the application, so an export is without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
Origins = Callable[[], Iterable[str]]
_POLICY_VIOLATION = 1008  # RFC 6455, section 7.4.1


def guarded(app: ASGIApp, allowed: Origins = tuple) -> ASGIApp:
    """Return `app` behind the guard: what is refused gets 403 and a line that says why.

    allowed: returns the origins whose pages may send whatever they like.
    """

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        is_request = scope["type"] in ("http", "websocket")
        reason = refusal(scope, allowed) if is_request else None
        if reason is None:
            await app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(_POLICY_VIOLATION, reason)(scope, receive, send)
        else:
            await PlainTextResponse(f"{reason}\n", status_code=403)(scope, receive, send)

    return guard


def refusal(scope: Mapping[str, object], allowed: Origins = tuple) -> str | None:
    """Return why a request is refused, or None."""
    headers = Headers(scope=dict(scope))
    host = _name(f"//{headers.get('host', '')}")
    if host not in LOOPBACK:
        return f"Host {host!r} is not a name of this machine. Use http://127.0.0.1, or localhost."
    unsafe = scope["type"] == "websocket" or scope.get("method") not in _SAFE
    if not unsafe:
        return None
    origin = headers.get("origin")
    if origin is not None and origin in allowed():
        return None
    foreign = origin is not None and urlsplit(origin).netloc != headers.get("host")
    if foreign or headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        return (
            f"Requests that may change something are refused from the pages of {_of(origin)}; send "
            "them from the notebook or from this server's own pages, or list that origin in the "
            "application's CORSMiddleware."
        )
    return None


def _of(origin: str | None) -> str:
    return repr(origin) if origin else "another site"


def _name(netloc: str) -> str:
    try:
        return urlsplit(netloc).hostname or ""
    except ValueError:
        return ""
