"""What is known of a request: frozen records, made when somebody looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

Headers = Sequence[tuple[str, str]]
Client = tuple[str, int] | None
_TEXTUAL = ("json", "xml", "javascript", "x-www-form-urlencoded", "graphql", "yaml")


@dataclass(frozen=True, slots=True)
class Logged:
    """A log record of an endpoint. level: its name. traceback: of the exception logged, if any."""

    level: str
    logger: str
    message: str
    traceback: str = ""

    def cut_to(self, length: int) -> Logged:
        """Return it with at most so many characters of message, and of traceback."""
        if len(self.message) <= length and len(self.traceback) <= length:
            return self
        message = self.message[:length] + cut(len(self.message) - length, "characters")
        return replace(self, message=message, traceback=self.traceback[-length:])

    def __str__(self) -> str:
        first = f"{self.level}:{self.logger}:{self.message}"
        return f"{first}\n{self.traceback}" if self.traceback else first


@dataclass(frozen=True, slots=True)
class Body:
    """A body. content: its beginning, at most 64 KB; size: bytes of the whole."""

    content: bytes = b""
    size: int = 0
    media_type: str = ""

    @property
    def is_text(self) -> bool:
        """Whether it can be read as text."""
        kind = self.media_type
        return kind.startswith("text/") or any(word in kind for word in _TEXTUAL)

    @property
    def text(self) -> str:
        """It as text, and how much is cut off; bytes that are no text are only counted."""
        if not self.size:
            return ""
        if not self.is_text:
            return f"{self.size:,} bytes of {self.media_type or 'unknown type'}"
        return self.content.decode("utf-8", "replace") + cut(self.size - len(self.content), "bytes")


@dataclass(frozen=True, slots=True)
class Output:
    """What an endpoint printed, logged and displayed. displays: MIME bundles."""

    stdout: str = ""
    stderr: str = ""
    logs: Sequence[Logged] = ()
    displays: Sequence[Mapping[str, Any]] = ()

    def __bool__(self) -> bool:
        return bool(self.stdout or self.stderr or self.logs or self.displays)


@dataclass(frozen=True, slots=True)
class Entry:
    """One request in the log, as it was known when somebody looked.

    id: counts from 1. time: when it came. path: with the query; secrets are left out.
    route: the path template, empty where no route matched. status: None while it is open, or
    where nothing was answered; 101 for a WebSocket that was accepted. duration: seconds, so far
    while it is open. bytes: of the response's body. cell: of the endpoint, such as "cell 4".
    cell_id: the front end's, where there is one. client: address and port.
    failure: one line; traceback: the person's frames. links: cells that the traceback names,
    with their ids.
    """

    id: int
    time: datetime
    method: str
    path: str
    route: str
    status: int | None
    duration: float
    bytes: int
    cell: str
    cell_id: str | None
    endpoint: str
    client: Client
    is_open: bool = False
    request_headers: Headers = ()
    request_body: Body = Body()
    response_headers: Headers = ()
    response_body: Body = Body()
    output: Output = Output()
    failure: str = ""
    traceback: str = ""
    links: Mapping[str, str] = field(default_factory=dict)

    @property
    def stdout(self) -> str:
        """What was printed."""
        return self.output.stdout

    @property
    def stderr(self) -> str:
        """What was printed to stderr, warnings among it."""
        return self.output.stderr

    @property
    def logs(self) -> Sequence[Logged]:
        """What was logged by `logging`."""
        return self.output.logs

    @property
    def displays(self) -> Sequence[Mapping[str, Any]]:
        """What was displayed by `display()`: MIME bundles."""
        return self.output.displays

    @property
    def is_failed(self) -> bool:
        """Whether the endpoint raised, the status is 500 or more, or nothing was answered."""
        is_unanswered = self.status is None and not self.is_open
        return bool(self.failure) or is_unanswered or (self.status or 0) >= 500

    @property
    def line(self) -> str:
        """The request in one line of text."""
        return f"notebookapi: {self.id}: {self.method} {self.path} → {self.status or '—'}"

    def _repr_html_(self) -> str:
        from notebookapi.notebook.views.entry import html_of

        return html_of(self)

    def __rich__(self) -> Any:
        from notebookapi.notebook.views.entry import text_of

        return text_of(self)

    def __repr__(self) -> str:
        from notebookapi.notebook.views import terminal

        return terminal.render(self)


def cut(missing: int, unit: str) -> str:
    """Return the line that tells how much of something is not kept; nothing where all is."""
    return f"\n… {missing:,} more {unit}, which are not kept" if missing > 0 else ""
