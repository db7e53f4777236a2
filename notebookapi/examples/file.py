"""The file that examples are kept in: JSON, for people to read and to edit."""

from __future__ import annotations

import base64
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, ValidationError

from notebookapi.examples.record import Answer, Example


class UnreadableExamples(Exception):
    """The file is not one of examples; it is left as it is."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Content(_Strict):
    """A body, in the most readable form that gives exactly its bytes again."""

    headers: list[tuple[str, str]] = []
    json_: Any = Field(default=None, alias="json")
    text: str | None = None
    base64: Base64Bytes | None = None

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        return tuple((name.lower(), value) for name, value in self.headers)

    @property
    def body(self) -> bytes:
        if "json_" in self.model_fields_set:
            return _compact(self.json_)
        return self.text.encode() if self.text is not None else self.base64 or b""


class _Expected(_Content):
    status: int = Field(ge=100, le=599)


class _Entry(_Content):
    name: str = Field(min_length=1)
    method: str = Field(pattern=r"^[A-Z]+$")
    path: str = Field(pattern=r"^/")
    endpoint: str = ""
    query: list[tuple[str, str]] = []
    replay: bool = False
    expected: _Expected | None = None

    def as_example(self) -> Example:
        said = self.expected
        return Example(
            name=self.name,
            method=self.method,
            path=self.path,
            endpoint=self.endpoint,
            query=tuple(self.query),
            headers=self.pairs,
            body=self.body,
            expected=Answer(said.status, said.pairs, said.body) if said else None,
            replay=self.replay,
        )


class _File(_Strict):
    format: Literal[1]
    examples: list[_Entry]


def read(path: Path) -> tuple[Example, ...]:
    """Return the examples of a file, in their order; none where there is no file.

    Raises UnreadableExamples for a file of anything else, with place and cure.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, str(error)) from error
    try:
        entries = _File.model_validate_json(text).examples
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise _unreadable(path, f"{place}: {first['msg']}") from error
    names = [entry.name for entry in entries]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise _unreadable(path, f"two examples are called {twice!r}")
    return tuple(entry.as_example() for entry in entries)


def write(path: Path, examples: Sequence[Example]) -> None:
    """Write examples to a file, as a whole or not at all. Raises OSError."""
    document = {"format": 1, "examples": [_entry(each) for each in examples]}
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with open(descriptor, "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _unreadable(path: Path, why: str) -> UnreadableExamples:
    return UnreadableExamples(
        f"{path} cannot be read as examples: {why}. It is left as it is; mend it or move it away."
    )


def _entry(example: Example) -> Mapping[str, Any]:
    made: dict[str, Any] = {"name": example.name, "method": example.method, "path": example.path}
    if example.endpoint:
        made["endpoint"] = example.endpoint
    if example.query:
        made["query"] = [[*pair] for pair in example.query]
    made |= _content(example.headers, example.body)
    if example.replay:
        made["replay"] = True
    if said := example.expected:
        made["expected"] = {"status": said.status, **_content(said.headers, said.body)}
    return made


def _content(headers: Sequence[tuple[str, str]], body: bytes) -> Mapping[str, Any]:
    made: dict[str, Any] = {"headers": [[*pair] for pair in headers]} if headers else {}
    if body:
        form, value = _readable(body)
        made[form] = value
    return made


def _readable(body: bytes) -> tuple[str, Any]:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return "base64", base64.b64encode(body).decode()
    try:
        value = json.loads(text)
        return ("json", value) if _compact(value) == body else ("text", text)
    except (ValueError, RecursionError):
        return "text", text


def _compact(value: Any) -> bytes:
    """Return JSON as clients and the framework write it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode()
