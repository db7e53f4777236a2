"""Who may talk to the server: this machine's own names, and no foreign page's scripts.

A page in a browser can send requests to loopback, under a name of its own (DNS rebinding) or from
its own origin. The guard stands outside the application, so an export is without it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from notebookapi.notebook.server.token import HEADER, Token

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_HOST = re.compile(r"(?P<name>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
Origins = Callable[[], Iterable[str]]
Needed = Callable[[], Token | None]
_NAME = HEADER.lower().encode()
_POLICY_VIOLATION = 1008  # RFC 6455, section 7.4.1


def _no_token() -> None:
    return None


def guarded(app: ASGIApp, allowed: Origins = tuple, needed: Needed = _no_token) -> ASGIApp:
    """Return `app` behind the guard: what is refused gets 403, or 401, and a line that says why.

    allowed: returns the origins whose pages may send whatever they like.
    needed: returns the token that other computers have to send; None where they cannot come.
    """

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await app(scope, receive, send)
            return
        token = needed()
        is_known = token is not None and token.matches(_given(scope))
        if token is not None and not is_known and not _is_from_here(scope):
            await _refuse(401, f"This needs the token, as {HEADER}.", scope, receive, send)
            return
        reason = None if is_known else refusal(scope, allowed)
        if reason is None:
            await app(_without_token(scope), receive, send)
        else:
            await _refuse(403, reason, scope, receive, send)

    return guard


async def _refuse(status: int, reason: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await WebSocketClose(_POLICY_VIOLATION, reason)(scope, receive, send)
    else:
        await PlainTextResponse(f"{reason}\n", status_code=status)(scope, receive, send)


def _given(scope: Scope) -> str:
    found = (value.decode("latin-1") for name, value in scope["headers"] if name == _NAME)
    return next(found, "")


def _without_token(scope: Scope) -> Scope:
    """The application is not told the token."""
    if not any(name == _NAME for name, _ in scope["headers"]):
        return scope
    return {**scope, "headers": [each for each in scope["headers"] if each[0] != _NAME]}


def _is_from_here(scope: Scope) -> bool:
    """Tell whether the connection itself comes from this machine; a Host header can lie."""
    try:
        return ip_address((scope.get("client") or ("",))[0]).is_loopback
    except ValueError:
        return False


def refusal(scope: Mapping[str, object], allowed: Origins = tuple) -> str | None:
    """Return why a request is refused, or None."""
    headers = Headers(scope=dict(scope))
    host = _host(headers.getlist("host"))
    if host not in LOOPBACK:
        return f"Host {host!r} is not a name of this machine. Use http://127.0.0.1, or localhost."
    unsafe = scope["type"] == "websocket" or scope.get("method") not in _SAFE
    if not unsafe:
        return None
    origin = headers.get("origin")
    if origin is not None and origin in allowed():
        return None
    foreign = origin is not None and origin.lower() != _own_origin(scope, headers)
    if foreign or headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        return (
            f"Requests that may change something are refused from the pages of {_of(origin)}; send "
            "them from the notebook or from this server's own pages, or list that origin in the "
            "application's CORSMiddleware."
        )
    return None


def _of(origin: str | None) -> str:
    return repr(origin) if origin else "another site"


def _host(values: Sequence[str]) -> str:
    """Return the name in the one Host header (RFC 9112, section 3.2); else all that was sent.

    Nothing lenient: what reads a header otherwise than the application does can be deceived.
    """
    written = ", ".join(values)
    found = _HOST.fullmatch(written)
    return found["name"].strip("[]").lower() if found else written


def _own_origin(scope: Mapping[str, object], headers: Headers) -> str:
    """Return the origin of this server's own pages (RFC 6454, section 6.2)."""
    secure = scope.get("scheme") in ("https", "wss")
    return f"{'https' if secure else 'http'}://{headers.get('host', '')}".lower()
