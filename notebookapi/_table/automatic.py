"""What is answered without a route of its own, where an application asks for it."""

from __future__ import annotations

from collections.abc import Collection

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def allowed_methods(methods: Collection[str], *, head: bool, options: bool) -> str:
    """Return the value of `Allow` (RFC 9110, section 10.2.1).

    methods: those that routes serve. head, options: whether these are answered by themselves.
    """
    more = {*methods}
    if head and "GET" in more:
        more.add("HEAD")
    if options:
        more.add("OPTIONS")
    return ", ".join(sorted(more))


async def answer_head(get: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer HEAD as `get` answers GET, without the body (RFC 9110, section 9.3.2).

    What streams is ended when its first part is there: it might never end by itself.
    """
    ended = False
    streaming = anyio.CancelScope()

    async def send_head(message: Message) -> None:
        nonlocal ended
        if message["type"] == "http.response.start":
            await send(message)
        elif message["type"] == "http.response.body" and not ended:
            ended = True
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            if message.get("more_body"):
                streaming.cancel()

    with streaming:
        # Of the scope a copy: what looks at it from outside sees the method that was asked for.
        await get({**scope, "method": "GET"}, receive, send_head)
