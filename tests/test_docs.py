"""The examples of the guide run as they stand."""

import re
from pathlib import Path

import pytest

GUIDE = Path(__file__).parent.parent / "docs" / "guide"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def examples() -> list[tuple[str, str]]:
    """Return the Python blocks of all pages, each with page and heading."""
    found = []
    for page in sorted(GUIDE.glob("*.md")):
        text = page.read_text()
        for match in BLOCK.finditer(text):
            line = text.count("\n", 0, match.start()) + 2
            # Empty lines in front, so that tracebacks name the line of the page.
            found.append((f"{page.name}:{line}", "\n" * (line - 1) + match[1]))
    return found


@pytest.mark.parametrize(("place", "source"), examples(), ids=[each for each, _ in examples()])
def test_example(place: str, source: str) -> None:
    page = GUIDE / place.split(":")[0]
    exec(compile(source, str(page), "exec"), {"__name__": "example"})


def test_there_are_examples() -> None:
    assert len(examples()) >= 7
