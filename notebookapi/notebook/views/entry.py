"""One request of the log, opened: what came, what went, what was printed, how it failed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from notebookapi.notebook.log.records import Body, Entry, Headers
from notebookapi.notebook.views import pieces
from notebookapi.notebook.views.bodies import indented
from notebookapi.notebook.views.log import status_style

_MOST = 4000
"""Characters of a body or of output that are shown; `api.log[-1].response_body` has the rest."""
_PICTURES = ("image/png", "image/jpeg", "image/gif")


def html_of(entry: Entry) -> str:
    """Return the request as static HTML."""
    status = pieces.coloured(str(entry.status or "—"), pieces.status_colour(entry.status))
    about = [(name, escape(value)) for name, value in _about(entry)]
    if entry.cell:
        about.append(("Cell", pieces.cell_link(entry.cell, entry.cell_id)))
    parts = [
        f"<div>{status} <b>{escape(entry.method)} {escape(entry.path)}</b></div>",
        pieces.facts(about),
    ]
    if entry.traceback:
        parts.append(pieces.section("Traceback", pieces.pre(entry.traceback, entry.links)))
    parts += [pieces.section(title, pieces.pre(text)) for title, text in _printed(entry)]
    if entry.displays:
        parts.append(pieces.section("Displayed", "".join(map(_html_display, entry.displays))))
    parts.append(_html_message("Request", entry.request_headers, entry.request_body))
    parts.append(_html_message("Response", entry.response_headers, entry.response_body))
    return pieces.box("".join(parts), colour=pieces.BAD if entry.is_failed else pieces.BORDER)


def text_of(entry: Entry) -> RenderableType:
    """Return what rich prints for the request."""
    status = (str(entry.status or "—"), status_style(entry.status))
    about = [f"{name.lower()} {value}" for name, value in _about(entry)]
    about += [entry.cell] if entry.cell else []
    parts: list[RenderableType] = [
        Text.assemble(status, " ", (f"{entry.method} {entry.path}", "bold")),
        Text(" · ".join(about), style="dim"),
    ]
    if entry.traceback:
        parts += [_title("Traceback"), Text(entry.traceback)]
    for title, text in _printed(entry):
        parts += [_title(title), Text(text)]
    if entry.displays:
        texts = (str(each.get("text/plain", "…")) for each in entry.displays)
        parts += [_title("Displayed"), Text("\n".join(texts))]
    parts += _text_message("Request", entry.request_headers, entry.request_body)
    parts += _text_message("Response", entry.response_headers, entry.response_body)
    return Group(*parts)


def _about(entry: Entry) -> Iterator[tuple[str, str]]:
    yield "Request", f"{entry.id}, at {entry.time:%H:%M:%S}"
    if entry.client:
        yield "From", f"{entry.client[0]}:{entry.client[1]}"
    took = pieces.duration(entry.duration)
    yield "Took", f"{took} so far" if entry.is_open else took
    yield "Size", pieces.size(entry.bytes)
    if entry.route:
        yield "Route", entry.route
    if entry.endpoint:
        yield "Endpoint", entry.endpoint


def _printed(entry: Entry) -> Iterator[tuple[str, str]]:
    for title, text in (
        ("Printed", entry.stdout),
        ("Printed to stderr", entry.stderr),
        ("Logged", "\n".join(map(str, entry.logs))),
    ):
        if text:
            yield title, _cut(text.rstrip("\n"))


def _html_message(title: str, headers: Headers, body: Body) -> str:
    inner = pieces.facts((name, escape(value)) for name, value in headers)
    if text := _pretty(body):
        inner += pieces.pre(text)
    size = pieces.size(body.size) if body.size else "no body"
    return pieces.section(f"{title}: {size}", inner, is_open=False)


def _text_message(title: str, headers: Headers, body: Body) -> Iterator[RenderableType]:
    if headers or body.size:
        yield _title(title)
        yield Text("\n".join(f"{name}: {value}" for name, value in headers), style="dim")
    if text := _pretty(body):
        yield Text(text)


def _title(text: str) -> Text:
    return Text(f"\n{text}", style="bold underline")


def _pretty(body: Body) -> str:
    """Return a body as text; JSON with a line for each value."""
    text = body.text
    if "json" in body.media_type and len(body.content) == body.size:
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            return _cut(text)  # JSON lines, for example: as it came
        text = "\n".join(indented(text))
    return _cut(text)


def _cut(text: str) -> str:
    more = len(text) - _MOST
    return text if more <= 0 else f"{text[:_MOST]}\n… {more:,} more characters"


def _html_display(data: Mapping[str, Any]) -> str:
    for kind in _PICTURES:
        if kind in data:
            source = f"data:{kind};base64,{escape(str(data[kind]).strip())}"
            return f'<img alt="A picture that the endpoint displayed" src="{source}">'
    if "text/html" in data:
        # What an endpoint displays may come from whoever asked: no script of it runs here.
        style = f"width:100%;height:140px;border:1px solid {pieces.BORDER};background:white"
        return (
            f'<iframe sandbox="" title="What the endpoint displayed" style="{style}" '
            f'srcdoc="{escape(str(data["text/html"]))}"></iframe>'
        )
    return pieces.pre(_cut(str(data.get("text/plain", ""))))
