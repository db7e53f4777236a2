"""An example: a request to an endpoint, and the answer that is expected."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, quote_plus

Pairs = tuple[tuple[str, str], ...]
"""Names and values in their order; a name may come twice."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "QUERY"})
"""Methods that change nothing (RFC 9110, section 9.2.1; QUERY by its own definition)."""

_PLACEHOLDER = re.compile(r"\{\{secret:([A-Z][A-Z0-9_]*)\}\}")


def placeholder(name: str) -> str:
    """Return what stands for a secret: `{{secret:X_API_KEY}}` for "X-API-Key"."""
    word = re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")
    return f"{{{{secret:{word if word[:1].isalpha() else f'SECRET_{word}'.rstrip('_')}}}}}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered. headers: those that say what the body is, names in lower case.

    body: as it came, with secrets replaced by placeholders.
    """

    status: int
    headers: Pairs = ()
    body: bytes = b""

    @property
    def content_type(self) -> str:
        """The media type without parameters; empty where none was sent."""
        return _content_type(self.headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A request that is kept under a name.

    path: percent-encoded, below the application's root, without the query: "/items/3".
    endpoint: the path template that answered, "/items/{item_id}"; empty where none did.
    headers: what the person sent beside what every client sends; names in lower case.
    body: as it was sent. Secrets in all of these are placeholders, `{{secret:AUTHORIZATION}}`.
    expected: the answer; None where the example was written down and never sent.
    replay: whether it may be sent again by itself although its method is not safe.
    """

    name: str
    method: str
    path: str
    endpoint: str = ""
    query: Pairs = ()
    headers: Pairs = ()
    body: bytes = b""
    expected: Answer | None = None
    replay: bool = False

    @property
    def may_replay(self) -> bool:
        """Whether it may be sent again and again: it changes nothing, or the person said so."""
        return self.replay or self.method in SAFE

    @property
    def target(self) -> str:
        """The path with the query, as a request line has it."""
        query = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in self.query)
        return f"{self.path}?{query}" if query else self.path

    @property
    def label(self) -> str:
        """The request for people: "GET /items/3?full=true"."""
        return f"{self.method} {self.target}"

    @property
    def operation(self) -> str:
        """The endpoint for people, as cards name it: "GET /items/{item_id}"."""
        return f"{self.method} {self.endpoint or self.path}"

    @property
    def content_type(self) -> str:
        """The media type of the body without parameters; empty where none was sent."""
        return _content_type(self.headers)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of the secrets that its placeholders stand for, sorted."""
        texts = [self.path, *(value for _, value in (*self.query, *self.headers))]
        texts.append(self.body.decode("latin-1"))
        return tuple(sorted({name for text in texts for name in _PLACEHOLDER.findall(text)}))

    def with_secrets(self, values: Mapping[str, str]) -> Example:
        """Return the request to send: placeholders replaced. Raises KeyError for an unknown one."""

        def filled(text: str, written: Callable[[str], str] = str) -> str:
            return _PLACEHOLDER.sub(lambda found: written(values[found.group(1)]), text)

        body = filled(self.body.decode("utf-8", "surrogateescape"), _writer(self.content_type))
        return replace(
            self,
            path=filled(self.path, quote),
            query=tuple((name, filled(value)) for name, value in self.query),
            headers=tuple((name, filled(value)) for name, value in self.headers),
            body=body.encode("utf-8", "surrogateescape"),
        )

    def with_placeholders(self, names: Mapping[str, str]) -> Example:
        """Return the example with other placeholders. names: of its secrets -> the new ones."""

        def renamed(text: str) -> str:
            return _PLACEHOLDER.sub(lambda found: placeholder(names[found.group(1)]), text)

        return replace(
            self,
            path=renamed(self.path),
            query=tuple((name, renamed(value)) for name, value in self.query),
            headers=tuple((name, renamed(value)) for name, value in self.headers),
            body=renamed(self.body.decode("utf-8", "surrogateescape")).encode(
                "utf-8", "surrogateescape"
            ),
        )


Secrets = Mapping[str, Mapping[str, str]]
"""By the name of an example: the values of its secrets, by their names."""


def told_apart(
    examples: Sequence[Example], secrets: Secrets
) -> tuple[list[Example], dict[str, Mapping[str, str]]]:
    """Return examples of which two with different secrets have different placeholders.

    secrets: of all that the examples hold. Returns them under the new names, too. What an example
    expects is left as it is.
    """
    taken: dict[str, str] = {}
    made: list[Example] = []
    known: dict[str, Mapping[str, str]] = {}
    for each in examples:
        values = secrets[each.name]
        names = {name: free_name(name, values[name], taken) for name in each.secrets}
        made.append(each.with_placeholders(names))
        known[each.name] = {names.get(name, name): value for name, value in values.items()}
    return made, known


def free_name(name: str, value: str, taken: dict[str, str]) -> str:
    """Return a name that stands for a value and for no other, and take it."""
    free, count = name, 1
    while taken.setdefault(free, value) != value:
        count += 1
        free = f"{name}_{count}"
    return free


def _writer(content_type: str) -> Callable[[str], str]:
    """Return what writes a value into a body of this type."""
    if is_json(content_type):
        return lambda value: json.dumps(value, ensure_ascii=False)[1:-1]
    return quote_plus if content_type == "application/x-www-form-urlencoded" else str


def is_json(content_type: str) -> bool:
    """Tell whether a media type is JSON (RFC 8259, and RFC 6839 for the suffix)."""
    return content_type == "application/json" or content_type.endswith("+json")


def _content_type(headers: Pairs) -> str:
    value = next((value for name, value in headers if name == "content-type"), "")
    return value.partition(";")[0].strip().lower()
