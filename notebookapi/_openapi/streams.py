"""What is sent piece by piece, as a document describes it (OpenAPI 3.2, section 4.14.3)."""

from __future__ import annotations

from typing import Any

from notebookapi._openapi.schemas import Schema, Schemas
from notebookapi._respond.stream import Streamer


def stream_media(streamer: Streamer, title: str, schemas: Schemas) -> dict[str, Any]:
    """Return the media type object of a stream. title: of an item that is no model."""
    if streamer.kind == "raw":
        return {"schema": {"type": "string"}}
    item = schemas.untitled(streamer.field, title) if streamer.field is not None else None
    return {"itemSchema": _event(item) if streamer.kind == "sse" else item or {}}


def _event(data: Schema | None) -> Schema:
    """Return the schema of a server-sent event whose data is a JSON document, if it is known."""
    text: Schema = {"type": "string"}
    if data is not None:
        text |= {"contentMediaType": "application/json", "contentSchema": data}
    event: Schema = {
        "type": "object",
        "properties": {
            "data": text,
            "event": {"type": "string"},
            "id": {"type": "string"},
            "retry": {"type": "integer", "minimum": 0},
        },
    }
    return event if data is None else {**event, "required": ["data"]}
