"""A request that was sent and its response -> an example."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from notebookapi._table.published import Published
from notebookapi.examples.record import Answer, Example, Pairs

if TYPE_CHECKING:
    import httpx2

LARGEST = 256 * 1024
"""Bytes of a body that an example holds."""

# What every client sends, whatever the person asks for, and what belongs to one connection.
OF_EVERY_REQUEST = frozenset(
    "host accept accept-encoding connection user-agent content-length transfer-encoding".split()
)
_SAYS_WHAT_IT_IS = frozenset({"content-type"})


def example_of(name: str, response: httpx2.Response, published: Published) -> Example:
    """Return an example of a request, with the secrets in it. published: what answered."""
    request = response.request
    path, _, query = request.url.raw_path.decode("ascii").partition("?")
    return Example(
        name=name,
        method=request.method,
        path=path,
        endpoint=template(published, request.method, path),
        query=tuple(parse_qsl(query, keep_blank_values=True)),
        headers=tuple(_told(request.headers)),
        body=request.content,
        expected=answer_of(response),
    )


def answer_of(response: httpx2.Response) -> Answer:
    """Return what a response says, as far as examples compare it."""
    headers: Pairs = tuple(
        (key.lower(), value)
        for key, value in response.headers.multi_items()
        if key.lower() in _SAYS_WHAT_IT_IS
    )
    return Answer(response.status_code, headers, response.content)


def template(published: Published, method: str, path: str) -> str:
    """Return the template of the path that answers; empty where none does."""
    entry = published.table.entry_for(method, path)
    return str(getattr(entry.route, "path_format", "")) if entry is not None else ""


def secret_fields(schema: Mapping[str, Any]) -> set[str]:
    """Return the names of fields that a schema calls secret (`format: password`)."""
    return set(_secret(schema))


def _secret(schema: Any, name: str = "") -> Iterator[str]:
    if isinstance(schema, Mapping):
        if schema.get("format") == "password" and name:
            yield name
        for key, value in schema.items():
            is_field = isinstance(value, Mapping) and key == "properties"
            for inner, each in value.items() if is_field else ():
                yield from _secret(each, inner)
            if not is_field:
                yield from _secret(value, name)
    elif isinstance(schema, list):
        for each in schema:
            yield from _secret(each, name)


def _told(headers: httpx2.Headers) -> Iterator[tuple[str, str]]:
    for key, value in headers.multi_items():
        if key.lower() not in OF_EVERY_REQUEST:
            yield key.lower(), value
