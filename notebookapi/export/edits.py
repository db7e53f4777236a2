"""Edits of source text at the places of syntax nodes: the rest keeps its form and comments."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """What stands between two places is replaced. Places are (line from 1, byte of UTF-8)."""

    start: tuple[int, int]
    end: tuple[int, int]
    text: str

    @classmethod
    def of(cls, node: ast.expr | ast.stmt | ast.alias | ast.keyword, text: str) -> Self:
        """Replace a node."""
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return cls((node.lineno, node.col_offset), (end_line, end_column), text)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with edits made, none of which may overlap another."""
    lines = [line.encode() for line in text.split("\n")]
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    data = text.encode()
    for edit in sorted(edits, reverse=True):
        start = starts[edit.start[0] - 1] + edit.start[1]
        end = starts[edit.end[0] - 1] + edit.end[1]
        data = data[:start] + edit.text.encode() + data[end:]
    return data.decode()
