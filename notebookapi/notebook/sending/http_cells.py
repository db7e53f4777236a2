"""`%%http` cells: the requests that are written down, sent one after the other, and shown."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from notebookapi.notebook.errors import NotebookError
from notebookapi.notebook.sending.expressions import Expressions
from notebookapi.notebook.sending.http_text import Header, Line, Written, parse, wrong

if TYPE_CHECKING:
    from notebookapi.notebook.face import Session
    from notebookapi.notebook.sending.responses import Response

_FILE = re.compile(r"<(?P<evaluated>@\S*)?\s+(?P<path>\S.*)")
# As people write it: `Basic user password`, or with a colon. Neither is in what is encoded.
_PAIR = re.compile(r"Basic\s+([^\s:]+)(?:\s+|:)(.+)", re.IGNORECASE)
# What JSON begins with, where nothing says what the body is.
_LIKE_JSON = re.compile(r'\s*[\[{"]')


def run(session: Session, line: str, text: str) -> None:
    """Send the requests of a cell, show the responses, and bind `_response` and `_responses`.

    line: what stands after `%%http`, which may be the first line of the text. All of it is read
    before anything is sent. Raises BadArguments, with the line and what to write.
    """
    written = parse(f"{line}\n{text}", 1) if line.strip() else parse(text, 2)
    expressions = Expressions(session.namespace)
    responses: list[Response] = []
    for each in written:
        # An expression may ask for the response before, so each is evaluated in its turn.
        for variable in each.variables:
            value = expressions.text(variable.value, variable.line)
            expressions.variables[variable.name] = value
        response = _send(session, each, expressions)
        responses.append(response)
        session.namespace.update(_response=response, _responses=list(responses))
        if each.name.isidentifier():
            expressions.variables[each.name] = response
        _show(session, response, each.title or each.name)


def _show(session: Session, response: Response, title: str) -> None:
    from notebookapi.notebook.sending.responses import shown

    session.screen.show(shown(response, title))


def _send(session: Session, written: Written, expressions: Expressions) -> Response:
    import httpx2

    headers = [
        (each.name, _value(each, expressions))
        for each in written.headers
        if each.name.lower() != "content-length"  # of a text that was pasted; the body has its own
    ]
    body = _Body(written, expressions).made(_media_type(headers))
    options: dict[str, Any] = {"content": body.content} if body.content else {}
    target = expressions.text(written.target, written.line)
    try:
        return session.request(
            written.method,
            target,
            headers=[*headers, *body.headers],
            follow_redirects="no-redirect" not in written.flags,
            **options,
        )
    except NotebookError as error:
        wrong(written.line, str(error))
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        wrong(written.line, f"`{written.method} {target}` cannot be sent: {error}")


def _value(header: Header, expressions: Expressions) -> str:
    value = _basic(header.name, expressions.text(header.value, header.line))
    if not value.isascii():  # RFC 9110, section 5.5
        cure = "percent-encode it, such as by `{{urllib.parse.quote(value)}}`"
        wrong(header.line, f"`{header.name}: {value}` is not ASCII, as headers are; {cure}.")
    return value


def _basic(name: str, value: str) -> str:
    """Return a header's value; a user's name and password as RFC 7617 has them."""
    found = _PAIR.fullmatch(value) if name.lower() == "authorization" else None
    if found is None:
        return value
    return f"Basic {b64encode(f'{found[1]}:{found[2]}'.encode()).decode()}"


def _media_type(headers: Sequence[tuple[str, str]]) -> str | None:
    found = (value for name, value in headers if name.lower() == "content-type")
    value = next(found, None)
    return None if value is None else value.partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class _Made:
    """A body. headers: what it needs besides those that are written down."""

    content: bytes
    headers: Sequence[tuple[str, str]] = ()


class _Body:
    """The body of a request in the making."""

    def __init__(self, written: Written, expressions: Expressions) -> None:
        self._lines = written.body
        self._expressions = expressions

    def made(self, media_type: str | None) -> _Made:
        """media_type: as the headers have it; None where they do not say."""
        if not self._lines:
            return _Made(b"")
        if media_type == "application/x-www-form-urlencoded":
            # It may be written in several lines, for people.
            texts = (self._expressions.text(each.text.strip(), each.number) for each in self._lines)
            return _Made("".join(texts).encode())
        may_be_json = media_type is None and bool(_LIKE_JSON.match(self._lines[0].text))
        is_json = may_be_json or (media_type or "").endswith("json")
        is_multipart = (media_type or "").startswith("multipart/")
        newline = b"\r\n" if is_multipart else b"\n"  # RFC 2046, section 5.1.1
        parts = [
            part.replace(b"\n", newline) if is_text else part
            for part, is_text in self._parts(is_json)
        ]
        content = newline.join(parts) + (newline if is_multipart else b"")
        is_untold = may_be_json and _is_json(content)
        return _Made(content, [("Content-Type", "application/json")] if is_untold else [])

    def _parts(self, is_json: bool) -> Iterator[tuple[bytes, bool]]:
        """Yield the body in parts, each with whether it is text of the cell."""
        block: list[Line] = []
        for line in self._lines:
            file = _FILE.fullmatch(line.text)
            if file is None:
                block.append(line)
                continue
            if block:
                yield self._text(block, is_json), True
            block = []
            path = self._expressions.text(file["path"].strip(), line.number)
            content = _content_of(path, line.number)
            if file["evaluated"]:
                text = content.decode("utf-8", "replace")
                content = self._text([Line(line.number, text)], is_json)
            yield content, False
        if block:
            yield self._text(block, is_json), True

    def _text(self, block: Sequence[Line], is_json: bool) -> bytes:
        write = self._expressions.json if is_json else self._expressions.text
        return write("\n".join(each.text for each in block), block[0].number).encode()


def _content_of(path: str, line: int) -> bytes:
    try:
        return Path(path).expanduser().read_bytes()
    except OSError as error:
        why = error.strerror or error
        wrong(line, f"`{path}` cannot be read: {why}. Paths begin where the kernel runs (`%pwd`).")


def _is_json(content: bytes) -> bool:
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True
