"""The text of a `%%http` cell -> the requests that it writes down, their expressions still in it.

The format is that of `.http` files, as VS Code's REST Client and IntelliJ read them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from notebookapi.notebook.errors import BadArguments

_SEPARATOR = re.compile(r"#{3,}(?!#)\s*(?P<title>.*)")
_COMMENT = re.compile(r"\s*(#|//)")
_NAMED = re.compile(r"\s*(?:#|//)\s*@(?P<flag>[\w-]+)\s*(?P<value>.*)")
_VARIABLE = re.compile(r"@(?P<name>[A-Za-z_]\w*)\s*=\s*(?P<value>.*)")
_REQUEST = re.compile(r"(?P<method>[A-Za-z]+)\s+(?P<target>.+)")
_TARGET = re.compile(r"(/|\?|https?://|\{\{)")
_VERSION = re.compile(r"\s+HTTP/[\d.]+$", re.IGNORECASE)
# RFC 9110, section 5.6.2.
_HEADER = re.compile(r"(?P<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:(?P<value>.*)")
_HANDLER = re.compile(r">\s*\{%|>>!?\s")
_RECORDED = re.compile(r"<>\s")
_OTHER_KINDS = {
    "WEBSOCKET": "`with api.websocket(path) as ws:` opens one",
    "GRAPHQL": "write a POST with the query in a JSON body",
    "GRPC": "the application speaks HTTP",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the cell. number: 1-based, as the cell shows it."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Header:
    """One header. line: of the cell."""

    line: int
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Written:
    """A request as it is written down.

    line: of the request line. title: what stands after `###`. name: of `# @name login`.
    flags: of comments such as `# @no-redirect`. variables: `@name = value` above it, in order.
    """

    line: int
    method: str
    target: str
    headers: Sequence[Header] = ()
    body: Sequence[Line] = ()
    title: str = ""
    name: str = ""
    flags: frozenset[str] = field(default=frozenset())
    variables: Sequence[Header] = ()


def wrong(line: int, what: str) -> NoReturn:
    """Raise BadArguments for a line of the cell."""
    raise BadArguments(f"%%http, line {line}: {what}")


def parse(text: str, first: int) -> list[Written]:
    """Return the requests of a cell. first: the number of the text's first line.

    Raises BadArguments, with the line and what to write.
    """
    lines = [Line(first + at, line.rstrip("\r")) for at, line in enumerate(text.split("\n"))]
    written = [each for title, block in _blocks(lines) if (each := _read(title, block))]
    if not written:
        wrong(first, "no request is written down. Write `GET /items`, or another method and path.")
    return written


def _blocks(lines: Sequence[Line]) -> Iterator[tuple[str, list[Line]]]:
    title, block = "", []
    for line in lines:
        separator = _SEPARATOR.fullmatch(line.text)
        if separator is None:
            block.append(line)
            continue
        yield title, block
        title, block = separator["title"].strip(), []
    yield title, block


def _read(title: str, block: Sequence[Line]) -> Written | None:
    """Return the request of a block; None for one that has comments only."""
    head, rest = _above(block)
    if not rest:
        for variable in head.variables:
            wrong(variable.line, f"`@{variable.name}` is followed by no request. Write one below.")
        return None
    method, target = _request_line(rest[0])
    at = 1
    while at < len(rest) and _continues(rest[at].text):
        target += rest[at].text.strip()
        at += 1
    headers, at = _headers(rest, at)
    return Written(
        line=rest[0].number,
        method=method,
        target=target,
        headers=headers,
        body=_body(rest[at:]),
        title=title,
        name=head.flags.get("name", ""),
        flags=frozenset(head.flags),
        variables=head.variables,
    )


@dataclass(slots=True)
class _Head:
    flags: dict[str, str] = field(default_factory=dict)
    variables: list[Header] = field(default_factory=list)


def _above(block: Sequence[Line]) -> tuple[_Head, Sequence[Line]]:
    """Return what stands above a request line, and the lines from there on."""
    head = _Head()
    for at, line in enumerate(block):
        text = line.text.strip()
        if variable := _VARIABLE.fullmatch(text):
            head.variables.append(Header(line.number, variable["name"], variable["value"]))
        elif named := _NAMED.fullmatch(text):
            head.flags[named["flag"]] = named["value"].strip()
        elif text and not _COMMENT.match(text):
            return head, block[at:]
    return head, []


def _request_line(line: Line) -> tuple[str, str]:
    text = _VERSION.sub("", line.text.strip())
    if _TARGET.match(text):
        return "GET", text  # the method may be left out
    found = _REQUEST.fullmatch(text)
    if found is None or not _TARGET.match(found["target"]):
        wrong(
            line.number,
            f"`{text}` is no request line. Write a method and a path, such as `GET /items`.",
        )
    method = found["method"].upper()
    if method in _OTHER_KINDS:
        wrong(line.number, f"`{method}` is no HTTP method; {_OTHER_KINDS[method]}.")
    return method, found["target"]


def _continues(text: str) -> bool:
    """Tell whether a line goes on with the target of the one above: `&limit=10`."""
    return bool(text.strip()) and (text[0].isspace() or text[0] in "?&")


def _headers(lines: Sequence[Line], at: int) -> tuple[list[Header], int]:
    """Return the headers from a line on, and where the body begins."""
    headers = []
    while at < len(lines) and lines[at].text.strip():
        line = lines[at]
        at += 1
        if _COMMENT.match(line.text):
            continue
        found = _HEADER.fullmatch(line.text)
        if found is None:
            wrong(
                line.number,
                f"`{line.text.strip()}` is no header. Write `Name: value`; a blank line stands "
                "before a body, and `###` before the next request.",
            )
        headers.append(Header(line.number, found["name"], found["value"].strip()))
    return headers, at + 1


def _body(lines: Sequence[Line]) -> Sequence[Line]:
    for line in lines:
        if _HANDLER.match(line.text):
            wrong(line.number, "responses are handled in the next cell; `_response` is the last.")
    kept = [line for line in lines if not _RECORDED.match(line.text)]
    while kept and not kept[-1].text.strip():
        kept.pop()
    return kept
