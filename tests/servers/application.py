"""An application that real servers serve: see test_servers.py."""

import asyncio
import os
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel

from notebookapi import (
    Body,
    Cookie,
    File,
    Form,
    Header,
    HTTPException,
    NotebookAPI,
    Request,
    Response,
    UploadFile,
    WebSocket,
    WebSocketException,
)
from notebookapi.responses import EventSourceResponse, StreamingResponse

NOTES = Path(os.environ["NOTES"])
"""What happens to the application is noted here, for the test to read."""


def note(text: str) -> None:
    with NOTES.open("a") as notes:
        notes.write(f"{text}\n")


@asynccontextmanager
async def lifespan(app: NotebookAPI) -> AsyncIterator[dict[str, str]]:
    app.state.go_on = defaultdict(asyncio.Event)
    note("started")
    yield {"from_lifespan": "state"}
    note("stopped")


app = NotebookAPI(lifespan=lifespan)


class Item(BaseModel):
    name: str
    price: float = 1.5


@app.get("/items/{item_id}")
async def read_item(item_id: int, q: str | None = None) -> dict[str, int | str | None]:
    return {"item_id": item_id, "q": q}


@app.get("/files/{path:path}")
def read_file(path: str) -> str:
    return path


@app.post("/items", status_code=201)
def create_item(item: Item) -> Item:
    return item


@app.post("/size")
async def size(request: Request) -> int:
    return len(await request.body())


@app.put("/echo")
async def echo(content: Annotated[bytes, Body(media_type="application/octet-stream")]) -> int:
    return len(content)


@app.get("/headers")
def headers(
    response: Response, x_list: Annotated[list[str], Header()], flavour: Annotated[str, Cookie()]
) -> dict[str, list[str] | str]:
    response.set_cookie("flavour", flavour.upper())
    return {"x_list": x_list, "flavour": flavour}


@app.get("/state")
def state(request: Request) -> str:
    found: str = request.state.from_lifespan
    return found


@app.get("/refused")
def refused() -> None:
    raise HTTPException(418, detail={"reason": "a teapot"}, headers={"X-Reason": "tea"})


@app.get("/broken")
def broken() -> None:
    raise RuntimeError("broken on purpose")


@app.delete("/items/{item_id}", status_code=204)
def delete_item(item_id: int) -> None:
    return None


@app.get("/stream")
async def stream() -> StreamingResponse:
    async def parts() -> AsyncIterator[bytes]:
        yield b"first\n"
        await app.state.go_on["stream"].wait()
        yield b"second\n"

    return StreamingResponse(parts(), media_type="text/plain")


@app.get("/lines")
async def lines() -> AsyncIterator[Item]:
    yield Item(name="first")
    await app.state.go_on["lines"].wait()
    yield Item(name="second")


@app.get("/events", response_class=EventSourceResponse)
async def events() -> AsyncIterator[Item]:
    yield Item(name="first")
    await app.state.go_on["events"].wait()
    yield Item(name="second")


@app.post("/upload")
async def upload(
    file: Annotated[UploadFile, File()], note: Annotated[str, Form()]
) -> dict[str, str | int | None]:
    content = await file.read()
    return {"name": file.filename, "size": len(content), "note": note}


@app.websocket("/talk/{name}")
async def talk(socket: WebSocket, name: str, limit: int) -> None:
    """Greet, then send back what comes, reversed, `limit` times."""
    await socket.accept(subprotocol="talk")
    await socket.send_json({"hello": name})
    for _ in range(limit):
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            note(f"{name} left")
            return
        if message.get("text") is not None:
            await socket.send_text(message["text"][::-1])
        else:
            await socket.send_bytes(message["bytes"][::-1])
    raise WebSocketException(4000, "enough")


@app.post("/go-on/{name}")
async def go_on(name: str) -> None:
    """Let what waits under this name go on."""
    app.state.go_on[name].set()
