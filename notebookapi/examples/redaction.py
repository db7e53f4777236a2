"""Examples without credentials: placeholders stand where secrets were."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from notebookapi.examples.record import (
    Answer,
    Example,
    Pairs,
    free_name,
    is_json,
    placeholder,
)

_WORDS = frozenset(
    "authorization cookie password passwd pwd passphrase secret secrets token apikey jwt "
    "credential credentials signature otp cvv cvc sessionid csrftoken xsrf".split()
)
_PAIRS = ("api key", "access key", "private key", "session id", "auth key", "client key")
_HARMLESS = frozenset({"token type", "token url", "token count", "token limit"})

_SHORTEST = 6
"""Characters of a secret that is looked for in other places too; a shorter one is in any text."""


@lru_cache(maxsize=4096)
def is_secret(name: str) -> bool:
    """Tell whether a header, a query parameter or a field of this name holds a credential."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    words = re.findall(r"[a-z0-9]+", spaced.lower())
    text = " ".join(words)
    if text in _HARMLESS:
        return False
    return not _WORDS.isdisjoint(words) or any(pair in text for pair in _PAIRS)


def redacted(
    example: Example, secret_fields: Collection[str] = ()
) -> tuple[Example, Mapping[str, str]]:
    """Return an example without secrets, and those of its request by their placeholders' names.

    secret_fields: names that the endpoint's schema calls secret (`format: password`).
    """
    work = _Redacting(frozenset(name.lower() for name in secret_fields))
    made = replace(
        example,
        path=work.path(example.path, example.endpoint),
        query=work.pairs(example.query),
        headers=work.headers(example.headers),
        body=work.body(example.content_type, example.body, example.headers),
    )
    # What only the answer holds is new each time: nobody sends it again.
    secrets = dict(work.found)
    said = example.expected
    return (replace(made, expected=work.answer(said)) if said else made), secrets


def redacted_answer(
    answer: Answer, secrets: Mapping[str, str], secret_fields: Collection[str] = ()
) -> Answer:
    """Return an answer as an example would keep it. secrets: those of the example's request."""
    work = _Redacting(frozenset(name.lower() for name in secret_fields), dict(secrets))
    return work.answer(answer)


@dataclass(frozen=True, slots=True)
class _Redacting:
    """One example in the making. found: secrets by the names of their placeholders."""

    fields: frozenset[str]
    found: dict[str, str] = field(default_factory=dict)

    def is_secret(self, name: str) -> bool:
        return name.lower() in self.fields or is_secret(name)

    def hide(self, name: str, value: str) -> str:
        """Return the placeholder of a value; two values of one name have two."""
        return placeholder(free_name(_named(placeholder(name)), value, self.found))

    def path(self, path: str, endpoint: str) -> str:
        parts, names = path.split("/"), endpoint.split("/")
        if len(parts) != len(names):
            return path
        made = []
        for part, name in zip(parts, names, strict=True):
            parameter = name[1:-1].partition(":")[0] if name.startswith("{") else ""
            is_hidden = parameter and self.is_secret(parameter)
            made.append(self.hide(parameter, unquote(part)) if is_hidden else part)
        return "/".join(made)

    def pairs(self, pairs: Pairs) -> Pairs:
        return tuple(
            (name, self.hide(name, value) if value and self.is_secret(name) else value)
            for name, value in pairs
        )

    def headers(self, headers: Pairs) -> Pairs:
        return tuple((name, self._header(name, value)) for name, value in headers)

    def _header(self, name: str, value: str) -> str:
        if not value or not self.is_secret(name):
            return value
        scheme, space, rest = value.partition(" ")
        if name.lower().endswith("authorization") and rest:
            return f"{scheme}{space}{self.hide(name, rest)}"  # the scheme says how to log in
        return self.hide(name, value)

    def answer(self, answer: Answer) -> Answer:
        """Return an answer without secrets of its own, and without the request's."""
        body = self.body(answer.content_type, answer.body, answer.headers)
        for name, value in self.found.items():
            if len(value) < _SHORTEST or value.startswith("{{secret:"):
                continue
            for written in _spellings(value):
                body = body.replace(written, placeholder(name).encode())
        return replace(answer, body=body)

    def body(self, content_type: str, body: bytes, headers: Pairs) -> bytes:
        if is_json(content_type):
            return self._json(body)
        if content_type == "application/x-www-form-urlencoded":
            return self._form(body)
        return self._parts(body, headers) if content_type == "multipart/form-data" else body

    def _json(self, body: bytes) -> bytes:
        try:
            value = json.loads(body)
        except ValueError:
            return body
        made = self._value(value)
        if made == value:
            return body
        return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()

    def _value(self, value: Any, name: str | None = None) -> Any:
        """name: of the secret that the value is, or is a part of."""
        if isinstance(value, dict):
            return {
                key: self._value(each, key if self.is_secret(key) else name)
                for key, each in value.items()
            }
        if isinstance(value, list):
            return [self._value(each, name) for each in value]
        if name is None or value is None or isinstance(value, bool) or value == "":
            return value
        return self.hide(name, str(value))

    def _form(self, body: bytes) -> bytes:
        pairs = tuple(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        made = self.pairs(pairs)
        return urlencode(made, safe="{}:").encode() if made != pairs else body

    def _parts(self, body: bytes, headers: Pairs) -> bytes:
        value = next((value for name, value in headers if name == "content-type"), "")
        boundary = value.partition("boundary=")[2].partition(";")[0].strip().strip('"')
        if not boundary:
            return body
        mark = b"--" + boundary.encode("latin-1", "replace")
        return mark.join(self._part(part) for part in body.split(mark))

    def _part(self, part: bytes) -> bytes:
        head, blank, content = part.partition(b"\r\n\r\n")
        found = re.search(rb'[ ;]name="([^"]*)"', head)
        name = found.group(1).decode("utf-8", "replace") if found else ""
        if not self.is_secret(name):
            return part
        value = content.removesuffix(b"\r\n").decode("utf-8", "surrogateescape")
        return head + blank + self.hide(name, value).encode() + b"\r\n"


def _spellings(value: str) -> Collection[bytes]:
    """Return a value as plain text and as JSON have it, the longest first."""
    writers: list[Callable[[str], str]] = [str, lambda text: json.dumps(text)[1:-1]]
    texts = {writer(value) for writer in writers}
    return sorted((text.encode("utf-8", "surrogateescape") for text in texts), key=len)[::-1]


def _named(mark: str) -> str:
    return mark.removeprefix("{{secret:").removesuffix("}}")
