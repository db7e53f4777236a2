import asyncio
from collections.abc import AsyncIterator

from notebookapi import NotebookAPI, WebSocket
from notebookapi.responses import StreamingResponse

app = NotebookAPI()


async def letters() -> AsyncIterator[str]:
    for letter in "abc":
        await asyncio.sleep(0)
        yield letter


@app.get("/letters")
def get_letters() -> StreamingResponse:
    return StreamingResponse(letters(), media_type="text/plain")


class Room:
    def __init__(self):
        self.members = set()


room = Room()


@app.websocket("/chat")
async def chat(socket: WebSocket) -> None:
    await socket.accept()
    room.members.add(socket)
    try:
        async for text in socket.iter_text():
            await socket.send_text(text.upper())
    finally:
        room.members.discard(socket)


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=8000)
