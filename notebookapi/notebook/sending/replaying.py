"""An example is sent to an application in process; to be run on the server's loop."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from notebookapi.examples.record import Answer, Example
from notebookapi.notebook.examples.recording import LARGEST, answer_of
from notebookapi.notebook.log.capture import Capture, Meter, current
from notebookapi.notebook.sending.in_process import Reply, scope_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp


async def send(app: ASGIApp, example: Example) -> Answer:
    """Return what an application answers; a failure of its own is a 500, as over the socket.

    Of a body that is larger than an example holds, such as that of an endless stream, no more is
    read. For a task of its own: it sets the context's capture of output.
    """
    import httpx2

    # What it prints is of no interest, and must not appear under the cell that runs.
    current.set(Capture(Meter()))
    async with httpx2.AsyncClient(base_url="http://127.0.0.1", trust_env=False) as client:
        request = client.build_request(
            example.method, example.target, headers=list(example.headers), content=example.body
        )
    url = request.url
    scope = scope_of("http", url.path, url.raw_path, request.headers.raw)
    reply = Reply(app, {**scope, "method": request.method})
    try:
        await reply.begin(example.body)
        body = await _read(reply)
    finally:
        await reply.leave()
    return answer_of(httpx2.Response(reply.status, headers=reply.headers, content=body))


async def _read(reply: Reply) -> bytes:
    body = b""
    with suppress(EOFError):  # it breaks off; what has come is compared
        while len(body) <= LARGEST and (piece := await reply.piece()) is not None:
            body += piece
    return body
