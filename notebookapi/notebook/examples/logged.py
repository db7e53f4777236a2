"""Requests that were answered lately -> examples, for tests that an export writes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any
from urllib.parse import parse_qsl, quote

from notebookapi.examples.record import SAFE, Example
from notebookapi.examples.redaction import redacted
from notebookapi.notebook.examples.recording import OF_EVERY_REQUEST
from notebookapi.notebook.log.records import Entry, Headers

MOST = 50
"""Requests, the latest."""
_SLOWEST = 2.0
"""Seconds that an answer took which is asked for again."""
_IN_PATHS = "/:@!$&'()*+,;=~"
"""What a path may hold as it is (RFC 3986, section 3.3)."""
_OF_BROWSERS = re.compile(
    "accept-language|cache-control|dnt|origin|pragma|priority|referer|sec-.*"
    "|upgrade-insecure-requests|x-notebookapi-token"
)


def examples_of(
    entries: Iterable[Entry], document: Mapping[str, Any], kept: Sequence[Example]
) -> tuple[list[Example], list[str]]:
    """Return examples of what was asked, each once, and labels of what may not be asked again.

    Left out are requests that a kept example sends, those to what the OpenAPI document does not
    have, and those of which the log does not hold all: secrets, large bodies, streams.
    """
    paths = frozenset(document.get("paths", {}))
    made = {each.label: each for each in _whole(entries, paths)}
    for example in kept:
        made.pop(example.label, None)
    safe = [each for each in made.values() if each.method in SAFE]
    unsafe = [label for label, each in made.items() if each.method not in SAFE]
    return safe[-MOST:], unsafe


def _whole(entries: Iterable[Entry], paths: AbstractSet[str]) -> Iterator[Example]:
    for entry in entries:
        path, _, query = entry.path.partition("?")
        example = Example(
            name=f"{entry.method} {entry.path}",
            method=entry.method,
            path=quote(path, safe=_IN_PATHS),
            endpoint=entry.route,
            query=tuple(parse_qsl(query, keep_blank_values=True)),
            headers=tuple(_told(entry.request_headers)),
            body=entry.request_body.content,
        )
        if entry.route in paths and _is_whole(entry) and not _holds_secrets(example):
            yield example


def _told(headers: Headers) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        lower = name.lower()
        if lower not in OF_EVERY_REQUEST and not _OF_BROWSERS.fullmatch(lower):
            yield lower, value


def _is_whole(entry: Entry) -> bool:
    is_done = entry.status is not None and not entry.is_open and entry.duration <= _SLOWEST
    # A stream, which may have no end, announces no length.
    answered = {name.lower() for name, _ in entry.response_headers}
    is_announced = "content-length" in answered or entry.status in (204, 304)
    return is_done and is_announced and entry.request_body.size == len(entry.request_body.content)


def _holds_secrets(example: Example) -> bool:
    """The log has dots in their place, but for those in paths."""
    return redacted(example)[0] != example
