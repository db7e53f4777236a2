"""A response as text and as static HTML: status, type, size, headers, body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape

from rich.console import Group, RenderableType
from rich.text import Text

from notebookapi.notebook.log import redacting
from notebookapi.notebook.views import pieces
from notebookapi.notebook.views.bodies import ShownBody, shown, visible
from notebookapi.notebook.views.log import status_style

# New with each answer, and of no interest: without them an equal answer gives equal bytes.
_NOISE = frozenset({b"date", b"server"})
# Pages that typeset formulas take `$` for one, and make a link of `\href`. None of this is a
# formula: what others have written stands in elements that are left alone, in one that says so.
_PLAIN = "mathjax_ignore tex2jax_ignore"
_NAME = f"{pieces.DIM};white-space:nowrap"


@dataclass(frozen=True)
class ResponseView:
    """A response, to be shown.

    target: path and query as they were sent. content: None where it was not read.
    seconds: how long it took, if that is known; shown in a terminal, and in no saved output.
    traceback: of the endpoint's failure. title: of the request.
    """

    method: str
    target: bytes
    status: int
    phrase: str
    headers: Sequence[tuple[bytes, bytes]]
    content: bytes | None
    encoding: str = "utf-8"
    seconds: float | None = None
    traceback: str = ""
    title: str = ""

    @property
    def line(self) -> str:
        """The response in one line of text."""
        return f"{self._status} · {self._about}"

    @property
    def text(self) -> str:
        """The response as text, as it is saved with a notebook."""
        return "\n".join(filter(None, [self._titled, self.line, *self._parts, self.traceback]))

    def __rich__(self) -> RenderableType:
        took = "" if self.seconds is None else f" · {pieces.duration(self.seconds)}"
        parts = [
            Text(self._titled, style="bold"),
            Text.assemble((self._status, status_style(self.status)), f" · {self._about}{took}"),
            *map(Text, self._parts),
            Text(self.traceback),
        ]
        return Group(*(part for part in parts if part.plain))

    def _repr_html_(self) -> str:
        body, colour = self._body, pieces.status_colour(self.status)
        status = _code(self._status, f"color:{colour};font-weight:bold")
        title = f"<div><b>{_code(visible(self.title))}</b></div>" if self.title else ""
        parts = [f"{title}<div>{status} · {_code(self._about)}</div>"]
        if body.problems:
            items = "".join(f"<li>{_code(each)}</li>" for each in body.problems)
            parts.append(f'<ul style="margin:4px 0;padding-left:18px">{items}</ul>')
        if body.picture:
            style = "max-width:100%;display:block;margin:4px 0"
            alt = f"The picture that {escape(self._request)} answered"
            parts.append(f'<img alt="{alt}" style="{style}" src="{body.picture}">')
        if body.text:
            text = pieces.pre(body.text)
            parts.append(pieces.section("Body", text, is_open=False) if body.problems else text)
        parts += [f"<div>{pieces.dim(body.remark)}</div>"] if body.remark else []
        parts += [pieces.pre(self.traceback)] if self.traceback else []
        headers = pieces.table(["", ""], ((_code(a, _NAME), _code(b)) for a, b in self._told))
        parts.append(pieces.section("Headers", headers, is_open=False) if self._told else "")
        frame = pieces.BORDER if self.status < 400 else colour
        return f'<div class="{_PLAIN}">{pieces.box("".join(parts), colour=frame)}</div>'

    # --- what there is to show

    @cached_property
    def _body(self) -> ShownBody:
        return shown(self.content or b"", self._media_type, self.encoding, self.status)

    @property
    def _parts(self) -> list[str]:
        body = self._body
        parts = [*(f"  {each}" for each in body.problems)] or [body.text]
        return [part for part in [*parts, body.remark] if part]

    @property
    def _titled(self) -> str:
        return f"### {visible(self.title)}" if self.title else ""

    @property
    def _status(self) -> str:
        return f"{self.status} {visible(self.phrase)}".rstrip()

    @property
    def _media_type(self) -> str:
        found = (value for name, value in self.headers if name.lower() == b"content-type")
        return next(found, b"").decode("latin-1").partition(";")[0].strip().lower()

    @property
    def _request(self) -> str:
        path, mark, query = self.target.decode("latin-1").partition("?")
        return visible(f"{self.method} {path}{mark}{redacting.query(query)}")

    @property
    def _about(self) -> str:
        size = "body not read" if self.content is None else _size(len(self.content))
        return " · ".join(filter(None, [self._request, visible(self._media_type), size]))

    @property
    def _told(self) -> list[tuple[str, str]]:
        told = [each for each in self.headers if each[0].lower() not in _NOISE]
        return [(visible(name), visible(value)) for name, value in redacting.headers(told)]


def _code(text: str, style: str = "color:inherit") -> str:
    return f'<code style="font:inherit;background:none;padding:0;{style}">{escape(text)}</code>'


def _size(count: int) -> str:
    return f"{count:,} bytes" if count else "no body"
