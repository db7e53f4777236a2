"""The examples of the guide run as they stand."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GUIDE = ROOT / "docs" / "guide"
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


def laid_out() -> list[str]:
    """Return the modules and packages that the design's layout names, in its order."""
    text = (ROOT / "docs" / "design.md").read_text().partition("```\n")[2].partition("```")[0]
    found, inside = [], [""]
    for line in text.splitlines():
        name = line.split()[0]
        depth = (len(line) - len(line.lstrip())) // 2
        inside[depth:] = [name]
        if name.endswith((".py", "/")):
            found.append("".join(inside))
    return [path for path in found if path.startswith("notebookapi/") and path.endswith(".py")]


def test_the_layout_names_every_module_once() -> None:
    modules = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "notebookapi").rglob("*.py")
        if path.name != "__init__.py"
    }
    named = laid_out()
    assert len(named) == len(set(named))
    assert {*named} - {"notebookapi/__init__.py"} == modules
