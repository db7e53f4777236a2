"""A request that is written down: for the wire, for a `%%http` cell, for a shell."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from notebookapi.notebook.views.widgets.operation import Operation, text_of

_PLAIN = re.compile(r"[\x20-\x7e]*")
# What a `%%http` cell would not take for a part of a body, or could not show.
_STRANGE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]|^#{3}|^<|^>|\{\{|^\s*$|\s$", re.MULTILINE)
_CONTENT_LENGTH = "content-length"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request. target: path and query, percent-encoded. headers: without `Host` and length."""

    method: str
    target: str
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""

    @property
    def label(self) -> str:
        """The request in a few words: "GET /items/1"."""
        return f"{self.method} {self.target}"

    def wire(self, host: str) -> bytes:
        """Return its bytes (RFC 9112). host: name and port."""
        headers = [("host", host), *self.headers]
        if self.body or self.method in ("POST", "PUT", "PATCH"):
            headers.append((_CONTENT_LENGTH, str(len(self.body))))
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        return f"{self.method} {self.target} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + self.body

    @property
    def cell(self) -> str:
        """A cell that sends it: `%%http`, or a line of Python where that cannot write it down."""
        text = self._text()
        values = "".join(f"{name}{value}" for name, value in self.headers)
        if text is None or not _PLAIN.fullmatch(values + self.target) or "{{" in self.target:
            return self._python
        head = [self.label, *(f"{name}: {value}" for name, value in self.headers)]
        return "\n".join(["%%http", *head, *(["", text] if text else [])])

    def curl(self, url: str) -> str:
        """Return a line for a shell. url: where the application is served."""
        words = ["curl", "-i", "-X", self.method, f"{url}{self.target}"]
        for name, value in self.headers:
            words += ["-H", f"{name}: {value}"]
        if self.body:
            words += ["--data-binary", self.body.decode("utf-8", "replace")]
        return shlex.join(words)

    def _text(self) -> str | None:
        """Return the body as text; None where a cell cannot hold it."""
        try:
            text = self.body.decode()
        except UnicodeDecodeError:
            return None
        return None if text and _STRANGE.search(text) else text

    @property
    def _python(self) -> str:
        parts = [repr(self.method), repr(self.target)]
        parts += [f"headers={[*self.headers]!r}"] if self.headers else []
        parts += [f"content={self.body!r}"] if self.body else []
        return f"api.request({', '.join(parts)})"


def outgoing(
    operation: Operation,
    values: Mapping[str, str],
    *,
    headers: Sequence[tuple[str, str]] = (),
    body: bytes | None = None,
) -> Outgoing:
    """Return a request to an operation, with examples where nothing is given.

    values: by "path:id" and "query:limit". body: JSON; None: the schema's example.
    """
    target, query, made = operation.path, [], list(headers)
    given = {name.lower() for name, _ in headers}
    for each in operation.parameters:
        place, name = str(each["in"]), str(each["name"])
        value = values.get(f"{place}:{name}") or text_of(each, operation.schemas) or "1"
        if place == "path":
            target = target.replace("{" + name + "}", quote(value, safe=""))
        elif place == "header" and each.get("required") and name.lower() not in given:
            made.append((name, value))
        elif place == "query" and each.get("required") and f"query:{name}" not in values:
            query.append((name, value))
    query += [(key.partition(":")[2], each) for key, each in values.items() if key[:6] == "query:"]
    content = next((each for each in operation.contents if each.example), None)
    sent, media = body, "application/json"
    if sent is None:
        sent, media = (content.example.encode(), content.media) if content else (b"", "")
    if sent and "content-type" not in given:
        made.append(("content-type", media))
    return Outgoing(
        operation.method, f"{target}?{urlencode(query)}" if query else target, made, sent
    )
