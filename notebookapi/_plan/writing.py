"""Python source, written line by line, and compiled."""

from __future__ import annotations

import itertools
import keyword
import linecache
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from weakref import finalize

_NUMBERS = itertools.count(1)


@dataclass(slots=True, eq=False)
class Source:
    """Lines of one function, and what the names in them stand for."""

    lines: list[str] = field(default_factory=list)
    names: dict[str, Any] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _depth: int = 0

    def add(self, *lines: str) -> None:
        """Add lines at the present depth."""
        self.lines.extend("    " * self._depth + line for line in lines)

    def add_at(self, place: int, line: str) -> None:
        """Add a line before others, as deep as the next line stands."""
        self.lines.insert(place, "    " * self._depth + line)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Add `head`; what is added inside stands below it."""
        self.add(head)
        self._depth += 1
        yield
        self._depth -= 1

    def open(self, head: str) -> None:
        """Add `head`; what follows stands below it until `back_to`."""
        self.add(head)
        self._depth += 1

    @property
    def depth(self) -> int:
        """How deep the next line stands."""
        return self._depth

    def back_to(self, depth: int) -> None:
        """Let what follows stand at a depth again."""
        self._depth = depth

    def reserve(self, names: Iterable[str]) -> None:
        """Leave names to lines that write them themselves."""
        self._taken.update(names)

    def name(self, wanted: str) -> str:
        """Return a name that nothing else has, as near to the one wanted as can be."""
        plain = re.sub(r"\W", "_", wanted).strip("_") or "value"
        if plain[0].isdigit() or keyword.iskeyword(plain):
            plain = f"_{plain}"
        tries = itertools.chain([plain], (f"{plain}_{number}" for number in itertools.count(2)))
        found = next(each for each in tries if each not in self._taken)
        self._taken.add(found)
        return found

    def bind(self, wanted: str, value: Any) -> str:
        """Return a name that stands for a value; the same value has one name."""
        for name, known in self.names.items():
            if known is value:
                return name
        name = self.name(wanted)
        self.names[name] = value
        return name

    def text(self) -> str:
        """Return the source."""
        return "\n".join(self.lines) + "\n"


def compiled(source: Source, function: str, label: str) -> Any:
    """Return the function of that name; tracebacks show its lines.

    label: for people, such as "GET /items".
    """
    text = source.text()
    filename = f"<notebookapi {next(_NUMBERS)}: {label}>"
    names = dict(source.names)
    exec(compile(text, filename, "exec"), names)
    made = names[function]
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    finalize(made, linecache.cache.pop, filename, None)
    return made
