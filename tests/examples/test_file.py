"""The file of examples gives back what was written, byte for byte, and tells what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notebookapi.examples import file
from notebookapi.examples.record import Answer, Example

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_PAIRS = st.lists(st.tuples(_TEXT.map(str.lower), _TEXT), max_size=3).map(tuple)
_BODIES = st.one_of(
    st.binary(max_size=20),
    _TEXT.map(str.encode),
    st.sampled_from([
        b'{"a":1}', b'{"a": 1}', b'{"a":1,"a":2}', b"123456789012345678901234567890", b"1e5",
        b"NaN", b"null", b'"\\ud800"', b"[1.0]",
    ]),
)  # fmt: skip
_EXAMPLES = st.builds(
    Example,
    name=_TEXT.filter(bool),
    method=st.sampled_from(["GET", "POST"]),
    path=_TEXT.map(lambda text: f"/{text}"),
    endpoint=_TEXT,
    query=_PAIRS,
    headers=_PAIRS,
    body=_BODIES,
    expected=st.none() | st.builds(Answer, st.integers(100, 599), _PAIRS, _BODIES),
    replay=st.booleans(),
)


@given(st.lists(_EXAMPLES, max_size=3, unique_by=lambda each: each.name))
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, examples: list[Example]) -> None:
    path = tmp_path_factory.mktemp("examples") / "shop.json"
    file.write(path, examples)
    assert file.read(path) == tuple(examples)
    first = path.read_bytes()
    file.write(path, file.read(path))
    assert path.read_bytes() == first


def test_no_file_has_no_examples(tmp_path: Path) -> None:
    assert file.read(tmp_path / "none.json") == ()


BROKEN = {
    "no json": ("{", "the whole: Invalid JSON"),
    "no text": ("\udcff", "codec can't decode"),
    "other format": ('{"format": 2, "examples": []}', "format: "),
    "no list": ('{"format": 1, "examples": {}}', "examples: "),
    "unknown word": ('{"format": 1, "examples": [], "more": 1}', "more: "),
    "no path": ('{"format": 1, "examples": [{"name": "a", "method": "GET"}]}', "examples.0.path"),
    "status": (
        '{"format": 1, "examples": [{"name": "a", "method": "GET", "path": "/",'
        ' "expected": {"status": 99}}]}',
        "examples.0.expected.status",
    ),
    "twice": (
        '{"format": 1, "examples": [{"name": "a", "method": "GET", "path": "/"},'
        ' {"name": "a", "method": "GET", "path": "/"}]}',
        "two examples are called 'a'",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_cannot_be_read(case: str, tmp_path: Path) -> None:
    text, message = BROKEN[case]
    path = tmp_path / "shop.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(file.UnreadableExamples) as caught:
        file.read(path)
    assert message in str(caught.value)
    assert "left as it is" in str(caught.value)


def test_a_failed_write_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "shop.json"
    file.write(path, [Example(name="a", method="GET", path="/")])
    before = path.read_bytes()
    with pytest.raises(UnicodeEncodeError):
        file.write(path, [Example(name="\ud800", method="GET", path="/")])
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
