"""One request while it is answered: what passes by is noted raw, and read when somebody looks."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import CodeType
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from notebookapi.notebook.log import redacting
from notebookapi.notebook.log.capture import Capture, Kept
from notebookapi.notebook.log.durations import Requests
from notebookapi.notebook.log.records import Body, Client, Entry, Output, cut

RawHeaders = Any
NOWHERE = Requests()
"""Stands where a request found no route; it is never counted."""
# As `warnings.formatwarning` begins.
_WARNED = re.compile(r"^(\S+?):(\d+): (?=\w*Warning: )", re.MULTILINE)
_CELL = re.compile(r"Cell In\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Failure:
    """A request whose endpoint raised.

    summary: one line; traceback: the person's frames; client: who asked, address and port.
    """

    method: str
    path: str
    summary: str
    traceback: str
    client: Client = None


@dataclass(frozen=True, slots=True, eq=False)
class Raised:
    """What a request raised, with its frames. code: of the endpoint."""

    id: int
    error: Exception
    code: CodeType | None


@dataclass(frozen=True, slots=True)
class Cells:
    """How the person knows cells. name_of: a file of source -> "Cell In[3]"; None for a real file.

    id_of: a cell's number -> the front end's id, where there is one.
    """

    name_of: Callable[[str], str | None]
    id_of: Callable[[int], str | None] = lambda number: None


class Record:
    """A request. Only the code that answers it writes; whoever looks makes an entry of it.

    status: 0 until there is one. is_open: until the last of its tasks has ended.
    """

    __slots__ = (
        "_began", "_headers", "_query", "_response_headers", "capture", "client", "duration",
        "failure", "id", "is_open", "method", "path", "requests", "status", "time",
    )  # fmt: skip

    def __init__(self, number: int, scope: Scope, capture: Capture) -> None:
        client = scope.get("client")
        self.id = number
        self.time = time.time()
        self._began = time.perf_counter()
        self.method: str = scope["method"] if scope["type"] == "http" else "WEBSOCKET"
        self.path: str = scope["path"]
        self._query: bytes = scope.get("query_string", b"")
        self._headers: RawHeaders = scope.get("headers", ())
        self._response_headers: RawHeaders = ()
        self.client: Client = tuple(client) if client else None
        self.capture = capture
        self.requests = NOWHERE
        self.status = 0
        self.duration = 0.0
        self.failure: Failure | None = None
        self.is_open = True

    def receiving(self, receive: Receive) -> Receive:
        """Return `receive` with the request's body noted."""
        kept = self.capture.received

        async def noted() -> Message:
            message = await receive()
            if message["type"] == "http.request" and (body := message.get("body")):
                kept.write(body)
            return message

        return noted

    def sending(self, send: Send) -> Send:
        """Return `send` with the response noted, before it goes: who has it, finds it noted."""
        kept = self.capture.sent

        async def noted(message: Message) -> None:
            kind = message["type"]
            if kind == "http.response.body":
                if body := message.get("body"):
                    kept.write(body)
            elif kind == "http.response.start":
                self.status = message["status"]
                self._response_headers = message.get("headers", ())
            else:
                self._note_frame(kind, message)
            await send(message)

        return noted

    def _note_frame(self, kind: str, message: Message) -> None:
        if kind == "websocket.accept":
            self.status = 101  # RFC 6455, section 1.3
        elif kind == "websocket.close" and not self.status:
            self.status = 403  # ASGI: what a server answers where nothing was accepted
        elif kind == "websocket.send":
            # Frames are counted only: a connection may last all day.
            frame = message.get("bytes") or message.get("text") or ""
            self.capture.sent.size += len(frame)

    def end(self) -> None:
        """Note that the request has been answered, and its background tasks have been done."""
        self.duration = time.perf_counter() - self._began
        self.is_open = False

    def output(self, cells: Cells) -> Output:
        """Return what was printed, logged and displayed so far."""
        capture = self.capture

        def in_cell(found: re.Match[str]) -> str:
            name = cells.name_of(found[1])
            return f"{name}, line {found[2]}: " if name else found[0]

        return Output(
            _text(capture.stdout),
            _WARNED.sub(in_cell, _text(capture.stderr)),
            tuple(capture.logs),
            tuple(capture.displays),
        )

    def entry(self, cells: Cells) -> Entry:
        """Return the request as it is now."""
        duration = time.perf_counter() - self._began if self.is_open else self.duration
        failure = self.failure
        cell, cell_id = _cell(cells.name_of(self.requests.filename) or "", cells)
        return Entry(
            id=self.id,
            time=datetime.fromtimestamp(self.time).astimezone(),
            method=self.method,
            path=self._target,
            route=self.requests.path,
            status=self.status or None,
            duration=duration,
            bytes=self.capture.sent.size,
            cell=cell,
            cell_id=cell_id,
            endpoint=self.requests.endpoint,
            client=self.client,
            is_open=self.is_open,
            request_headers=redacting.headers(self._headers),
            request_body=_body(self.capture.received, self._headers),
            response_headers=redacting.headers(self._response_headers),
            response_body=_body(self.capture.sent, self._response_headers),
            output=self.output(cells),
            failure=failure.summary if failure else "",
            traceback=failure.traceback if failure else "",
            links=_links(failure.traceback, cells) if failure else {},
        )

    @property
    def _target(self) -> str:
        if not self._query:
            return self.path
        return f"{self.path}?{redacting.query(self._query.decode('latin-1'))}"


def _text(kept: Kept) -> str:
    text: str = kept.joined("")
    return text + cut(kept.size - len(text), "characters")


def _body(kept: Kept, headers: RawHeaders) -> Body:
    kind = next((value for name, value in headers if name.lower() == b"content-type"), b"")
    media_type = kind.decode("latin-1").partition(";")[0].strip().lower()
    content: bytes = kept.joined(b"")
    missing = kept.size - len(content)
    shown = redacting.body(content, media_type)
    return Body(shown, len(shown) + missing, media_type)


def _cell(name: str, cells: Cells) -> tuple[str, str | None]:
    """Return "cell 3" and its id for "Cell In[3]"."""
    found = _CELL.search(name)
    return (f"cell {found[1]}", cells.id_of(int(found[1]))) if found else ("", None)


def _links(traceback: str, cells: Cells) -> Mapping[str, str]:
    """Return the ids of the cells that a traceback names, by how it names them."""
    ids = {each[0]: cells.id_of(int(each[1])) for each in _CELL.finditer(traceback)}
    return {name: cell_id for name, cell_id in ids.items() if cell_id is not None}
