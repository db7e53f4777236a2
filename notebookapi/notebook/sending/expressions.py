"""`{{expression}}` in the text of a request: found, evaluated in the namespace, and written out."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from notebookapi.encoders import jsonable_encoder
from notebookapi.notebook.sending.http_text import wrong

_QUOTE = re.compile(r'\\.|"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Expression:
    line: int
    source: str


class Expressions:
    """Writes texts with the values of their expressions. variables: count before the namespace."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self._namespace = namespace
        self.variables: dict[str, Any] = {}

    def text(self, text: str, line: int) -> str:
        """Return a text with its values as `str` has them. line: of the cell, for errors."""
        return "".join(
            part if isinstance(part, str) else str(self._value(part)) for part in _parts(text, line)
        )

    def json(self, text: str, line: int) -> str:
        """Return JSON with its values as JSON; inside of quotes, their text."""
        written, is_inside = [], False
        for part in _parts(text, line):
            if isinstance(part, str):
                written.append(part)
                quotes = sum(found[0] == '"' for found in _QUOTE.finditer(part))
                is_inside ^= bool(quotes % 2)
            elif is_inside:
                written.append(_json(str(self._value(part)))[1:-1])
            else:
                written.append(self._as_json(part))
        return "".join(written)

    def _as_json(self, part: _Expression) -> str:
        value = self._value(part)
        try:
            return _json(jsonable_encoder(value))
        except (TypeError, ValueError) as error:
            kind = type(value).__name__
            wrong(
                part.line, f"`{{{{{part.source}}}}}` is a {kind}, which JSON cannot hold: {error}"
            )

    def _value(self, part: _Expression) -> Any:
        code = compile(part.source, f"<%%http, line {part.line}>", "eval")
        try:
            return eval(code, {**self._namespace, **self.variables})
        except Exception as error:
            what = f"{type(error).__name__}: {error}".removesuffix(": ")
            wrong(part.line, f"`{{{{{part.source}}}}}` failed with {what}")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _parts(text: str, line: int) -> Iterator[str | _Expression]:
    """Yield what stands outside of expressions, and the expressions, in order."""
    at = 0
    while (begin := text.find("{{", at)) >= 0:
        yield text[at:begin]
        number = line + text.count("\n", 0, begin)
        end = _end(text, begin + 2, number)
        yield _Expression(number, text[begin + 2 : end].strip())
        at = end + 2
    yield text[at:]


def _end(text: str, begin: int, line: int) -> int:
    """Return where an expression ends: at the first `}}` that leaves Python before it."""
    first = end = text.find("}}", begin)
    if end < 0:
        wrong(line, "`{{` is not closed. Write `}}` after the expression; `{{'{{'}}` for itself.")
    while end >= 0:
        if _is_expression(text[begin:end].strip()):
            return end
        end = text.find("}}", end + 1)
    source = text[begin:first].strip()
    cure = "Between `{{` and `}}` stands one of Python, such as `{{item.id}}`."
    if source.startswith("$"):
        cure = "Write it in Python: `{{uuid4()}}`, `{{int(time())}}`, `{{os.environ['KEY']}}`."
    wrong(line, f"`{{{{{source}}}}}` is no expression. {cure}")


def _is_expression(source: str) -> bool:
    try:
        ast.parse(source, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # as `ast.parse` says
        return False
    return True
