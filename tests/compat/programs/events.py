"""sse-starlette: its response, returned by an endpoint."""

from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse

from notebookapi import NotebookAPI
from notebookapi.testclient import TestClient


def test_events() -> None:
    app = NotebookAPI()

    @app.get("/events")
    async def events(last: int) -> EventSourceResponse:
        async def count() -> AsyncIterator[dict[str, str]]:
            for number in range(last):
                yield {"event": "count", "data": str(number)}

        return EventSourceResponse(count(), sep="\n")

    answer = TestClient(app).get("/events", params={"last": 2})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text == "event: count\ndata: 0\n\nevent: count\ndata: 1\n\n"
