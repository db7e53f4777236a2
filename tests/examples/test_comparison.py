"""Two answers are compared by what they say."""

from __future__ import annotations

import pytest

from notebookapi.examples.comparison import compare
from notebookapi.examples.record import Answer

JSON = (("content-type", "application/json"),)
TEXT = (("content-type", "text/plain"),)


def answer(
    body: bytes = b"", status: int = 200, headers: tuple[tuple[str, str], ...] = JSON
) -> Answer:
    return Answer(status, headers, body)


CASES: dict[str, tuple[Answer, Answer, list[str]]] = {
    "same": (answer(b"1"), answer(b"1"), []),
    "order and space": (answer(b'{"a":1,"b":2}'), answer(b'{"b": 2, "a": 1}'), []),
    "status": (answer(), answer(status=404), ["status: 200 → 404"]),
    "content type": (
        answer(b"1"),
        answer(b"1", headers=TEXT),
        ["content-type: application/json → text/plain"],
    ),
    "more headers": (answer(), answer(headers=(*JSON, ("x", "1"))), []),
    "no header": (answer(), answer(headers=()), ["content-type: application/json → missing"]),
    "value": (answer(b'{"a":1}'), answer(b'{"a":2}'), ["$.a: 1 → 2"]),
    "true is not 1": (answer(b"[true]"), answer(b"[1]"), ["$[0]: true → 1"]),
    "missing": (answer(b'{"a":1}'), answer(b"{}"), ["$.a: 1 → missing"]),
    "new": (answer(b"{}"), answer(b'{"a":1}'), ["$.a: new, 1"]),
    "inside": (answer(b'{"a":[{"b":1}]}'), answer(b'{"a":[{"b":null}]}'), ["$.a[0].b: 1 → null"]),
    "length": (answer(b"[1,2]"), answer(b"[1]"), ["$: 2 items → 1"]),
    "no json after all": (answer(b"{"), answer(b"}"), ['body: "{" → "}"']),
    "text": (answer(b"a", headers=TEXT), answer(b"b", headers=TEXT), ['body: "a" → "b"']),
    "binary": (
        answer(b"\xff\x00", headers=()),
        answer(b"\xff\x01", headers=()),
        ["body: 2 bytes → 2 bytes of other content"],
    ),
    "long": (
        answer(b"a" * 99, headers=TEXT),
        answer(b"", headers=TEXT),
        [f'body: "{"a" * 58}… → ""'],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_compare(case: str) -> None:
    expected, came, told = CASES[case]
    assert [each.text for each in compare(expected, came)] == told
