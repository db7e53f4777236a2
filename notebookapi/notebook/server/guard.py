"""The guard: stands outside the application, so an export is without it, and judges each request.

Who has the token may do everything. Else the name that was asked for has to be known, and what may
change something must not come from a foreign page.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from notebookapi.notebook.server.access import Access
from notebookapi.notebook.server.asked import Asked
from notebookapi.notebook.server.entering import enter, is_entry
from notebookapi.notebook.server.origins import Refusal, host_refused, origin_refused
from notebookapi.notebook.server.proxy import without_credentials

LARGEST = 64 * 1024
"""Bytes of a request's headers together; a browser sends a few thousand."""


def guarded(
    app: ASGIApp, access: Access, *, is_open: Callable[[], bool] = lambda: False
) -> ASGIApp:
    """Return `app` behind the guard; what is refused is told why, and what to do instead.

    is_open: returns whether the server listens beyond loopback.
    """

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await app(scope, receive, send)
            return
        asked = Asked.of(scope)
        is_wanted = access.is_wanted(asked, is_open=is_open())
        is_at_entry = is_entry(scope, asked)
        refusal = None if is_at_entry and is_wanted else _judged(asked, access, is_wanted=is_wanted)
        if refusal is not None:
            await _refuse(refusal, scope, receive, send)
        elif is_at_entry:
            await enter(scope, receive, send, asked, access, is_wanted=is_wanted)
        else:
            await app(without_credentials(scope, asked), receive, send)

    return guard


def _judged(asked: Asked, access: Access, *, is_wanted: bool) -> Refusal | None:
    if asked.size > LARGEST:
        text = f"The headers have {asked.size} bytes; {LARGEST} are taken. Send less in them."
        return Refusal(431, text)  # RFC 6585, section 5
    if asked.token and access.token.matches(asked.token):
        return None
    if not is_wanted:
        return host_refused(asked, access.hosts) or _page_refused(asked, access)
    # A cookie is sent to the name that it was set for: no other name can make use of it. Pages of
    # other ports of that name count as the same site, though.
    if access.has_cookie(asked):
        return _page_refused(asked, access)
    return access.without_token(asked)


def _page_refused(asked: Asked, access: Access) -> Refusal | None:
    # Safe methods first: which origins are let in is not asked for without need.
    return None if asked.is_safe else origin_refused(asked, access.origins)


async def _refuse(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", **refusal.headers}
    answer = PlainTextResponse(f"{refusal.text}\n", refusal.status, headers)
    # To a WebSocket too (ASGI: "websocket.http.response"): its client is told by a response.
    await answer(scope, receive, send)
