"""Statements one level deeper, with texts of several lines left as they are."""

from __future__ import annotations

import ast


def indented(text: str, by: str = "    ") -> str:
    """Indent Python; a line inside a string in triple quotes stays, as it is a value."""
    inside = {
        line
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.JoinedStr)
        or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))
        for line in range(node.lineno + 1, (node.end_lineno or node.lineno) + 1)
    }
    lines = text.split("\n")
    return "\n".join(
        line if number in inside or not line.strip() else by + line
        for number, line in enumerate(lines, 1)
    )
