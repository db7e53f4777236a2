"""What the tests of WebSocket endpoints share."""

from contextlib import AbstractContextManager
from typing import Any

from starlette.testclient import WebSocketTestSession

from notebookapi import NotebookAPI, WebSocket
from notebookapi.testclient import TestClient


def connect(app: NotebookAPI, path: str = "/", **options: Any) -> WebSocketTestSession:
    """Return a connection, to be entered."""
    return TestClient(app).websocket_connect(path, **options)


def told(connection: AbstractContextManager[WebSocketTestSession]) -> Any:
    """Return the one document that an endpoint sends."""
    with connection as websocket:
        return websocket.receive_json()


async def tell(websocket: WebSocket, document: Any) -> None:
    """Accept, send a document, and close."""
    await websocket.accept()
    await websocket.send_json(document)
    await websocket.close()
