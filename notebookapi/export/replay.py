"""Examples sent to the live application and to the module: where the answers differ.

The live application is asked twice. A value that differs between its own two answers (a time, a
new id) is compared with the module's by type only; and so is one that differs between two clean
processes (the time when the module started).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from notebookapi._differing import MISSING, differing, shown
from notebookapi.examples.record import Answer, Example, is_json
from notebookapi.export.records import Difference

_SHOWN = 80
"""Characters of a value that a message shows."""

_SAYS_WHAT_IT_IS = frozenset({"content-type"})


@dataclass(frozen=True, slots=True)
class Replays:
    """Examples to send, in the order in which they were kept, and how the live side answers."""

    examples: Sequence[Example]
    """As they are kept: placeholders stand for secrets."""

    sent: Sequence[Example]
    """The same, as they are sent: with the secrets."""

    live: Callable[[], Sequence[Answer]]
    """Sends all of them, one after another, to the live application."""

    hide: Callable[[Example, Answer], Answer]
    """An answer to one of `examples` without secrets."""

    logged: int = 0
    """How many of them, the last, come from a log: they prove nothing, but may become tests."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One example and its answers, without secrets. again: another process' of the module."""

    example: Example
    first: Answer
    second: Answer
    module: Answer
    again: Answer

    def differences(self) -> Iterator[Difference]:
        label = self.example.label
        for place, said in self._places():
            yield Difference(f"{label} {place}", said)

    def _places(self) -> Iterator[tuple[str, str]]:
        answers = (self.first, self.second, self.module, self.again)
        yield from _unlike([each.status for each in answers], "status")
        yield from _unlike([each.content_type for each in answers], "content-type")
        if (bodies := parsed(*answers)) is not None:
            yield from _unlike(bodies, "$")
        elif self._is_settled and self.first.body != self.module.body:
            yield "body", f"{_text(self.first.body)} live, {_text(self.module.body)} in the module"

    @property
    def _is_settled(self) -> bool:
        return self.first.body == self.second.body and self.module.body == self.again.body

    def expected(self) -> Any:
        """What the module answers as JSON, with VARYING where that may be anything.

        Raises ValueError where an answer is no JSON.
        """
        bodies = parsed(self.first, self.second, self.module, self.again)
        if bodies is None:
            raise ValueError(f"{self.example.label} is not answered in JSON")
        first, second, module, again = bodies
        return settled(settled(settled(first, second), again), module)

    @property
    def text(self) -> str | None:
        """The body as text; None where it is none, or is another each time."""
        if not self._is_settled or self.first.body != self.module.body:
            return None
        try:
            return self.module.body.decode()
        except UnicodeDecodeError:
            return None


def requests_of(replays: Replays | None) -> list[dict[str, Any]]:
    """What the clean process is told to send."""
    return [
        {
            "method": each.method,
            "target": each.target,
            "headers": [list(pair) for pair in each.headers],
            "body": base64.b64encode(each.body).decode(),
        }
        for each in (replays.sent if replays else ())
    ]


def replayed(
    replays: Replays,
    live: tuple[Sequence[Answer], Sequence[Answer]],
    answered: Sequence[Mapping[str, Any]],
    again: Sequence[Mapping[str, Any]] | None = None,
) -> tuple[Replayed, ...]:
    """answered, again: what one or two clean processes wrote of the module's answers."""
    module = [_answer(each) for each in answered]
    other = [_answer(each) for each in again] if again is not None else module
    found = []
    for example, *answers in zip(replays.examples, *live, module, other, strict=True):
        found.append(Replayed(example, *(replays.hide(example, each) for each in answers)))
    return tuple(found)


def _answer(written: Mapping[str, Any]) -> Answer:
    headers = tuple((name, value) for name, value in written["headers"] if name in _SAYS_WHAT_IT_IS)
    return Answer(written["status"], headers, base64.b64decode(written["body"]))


def parsed(*answers: Answer) -> list[Any] | None:
    """The bodies as JSON has them; None unless all of them are JSON."""
    if not all(is_json(answer.content_type) for answer in answers):
        return None
    try:
        return [json.loads(answer.body) for answer in answers]
    except ValueError:
        return None  # They only say that they are JSON.


# --- three values --------------------------------------------------------------------------------

VARYING: Final = object()
"""Stands for a value that differs between two live answers."""


def settled(first: Any, second: Any) -> Any:
    """The second value, with VARYING in the places where the first differs."""
    if _is_same(first, second):
        return second
    if isinstance(first, dict) and isinstance(second, dict) and first.keys() == second.keys():
        return {key: settled(first[key], value) for key, value in second.items()}
    if isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        return [settled(one, other) for one, other in zip(first, second, strict=True)]
    return VARYING


def _unlike(values: Sequence[Any], path: str) -> Iterator[tuple[str, str]]:
    """Where the module's value differs from the live one, in words.

    values: two live ones, and two of the module.
    """
    first, second, module, again = values
    expected = settled(first, second)
    if expected is VARYING or settled(again, module) is VARYING:
        kinds = {_kind(first), _kind(second)}
        if _kind(module) not in kinds:
            yield path, f"{' or '.join(sorted(kinds))} live, {_kind(module)} in the module"
    elif isinstance(expected, dict) and isinstance(module, dict):
        for key in dict.fromkeys((*second, *module)):
            inner = [each.get(key, MISSING) for each in values]
            yield from _unlike(inner, f"{path}.{key}")
    elif isinstance(expected, list) and isinstance(module, list) and len(module) == len(second):
        for index, items in enumerate(zip(*values, strict=True)):
            yield from _unlike(items, f"{path}[{index}]")
    elif not _is_same(second, module):
        yield path, f"{_said(second)} live, {_said(module)} in the module"


def _is_same(one: Any, other: Any) -> bool:
    return one is other or next(differing(one, other), None) is None


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    kinds = {bool: "a truth value", int: "a number", float: "a number", str: "text"}
    kinds |= {list: "a list", dict: "an object"}
    return kinds.get(type(value), "nothing")


def _said(value: Any) -> str:
    return "nothing" if value is MISSING else shown(value, _SHOWN)


def _text(body: bytes) -> str:
    try:
        return shown(body.decode(), _SHOWN)
    except UnicodeDecodeError:
        return f"{len(body):,} bytes"
