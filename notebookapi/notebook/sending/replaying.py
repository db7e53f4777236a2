"""An example is sent to an application in process; to be run on the server's loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from notebookapi.examples.record import Answer, Example
from notebookapi.notebook.examples.recording import answer_of
from notebookapi.notebook.log.capture import Capture, Meter, current

if TYPE_CHECKING:
    from starlette.types import ASGIApp


async def send(app: ASGIApp, example: Example) -> Answer:
    """Return what an application answers; a failure of its own is a 500, as over the socket.

    For a task of its own: it sets the context's capture of output.
    """
    import httpx2

    # What it prints is of no interest, and must not appear under the cell that runs.
    current.set(Capture(Meter()))
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    url = "http://127.0.0.1"
    async with httpx2.AsyncClient(transport=transport, base_url=url, timeout=None) as client:
        response = await client.request(
            example.method, example.target, headers=list(example.headers), content=example.body
        )
    return answer_of(response)
