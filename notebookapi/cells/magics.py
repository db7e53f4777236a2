"""Calls that IPython puts in the place of magics, and the Python inside some of them."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Magic:
    """A top-level statement that is a magic.

    kind: `line`, `cell`, `shell` (`!ls`).
    """

    kind: str
    name: str
    line: str
    body: str = ""

    @property
    def as_typed(self) -> str:
        """The first line as the person typed it."""
        if self.kind == "shell":
            return f"!{self.line}"
        sign = "%%" if self.kind == "cell" else "%"
        return f"{sign}{self.name} {self.line}".rstrip()


_KINDS = {"run_line_magic": "line", "run_cell_magic": "cell", "system": "shell"}
_TIMING = ("time",)
_WRAPPERS = ("time", "capture")


def magic_in(node: ast.AST) -> Magic | None:
    """The first magic called in a statement, at any depth."""
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and (found := _magic_call(part)):
            return found
    return None


def magic_of(statement: ast.stmt) -> Magic | None:
    """The magic that a whole statement is; None for `x = %sql ...`."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return _magic_call(statement.value)
    return None


def _magic_call(call: ast.Call) -> Magic | None:
    match call:
        case ast.Call(
            func=ast.Attribute(value=ast.Call(func=ast.Name(id="get_ipython")), attr=method),
            args=arguments,
        ):
            texts = [a.value for a in arguments if isinstance(a, ast.Constant)]
            return _magic(method, [str(text) for text in texts])
    return None


def _magic(method: str, texts: list[str]) -> Magic | None:
    if method in ("system", "getoutput") and texts:
        return Magic("shell", "system", texts[0])
    if method == "run_line_magic" and len(texts) == 2:
        return Magic("line", texts[0], texts[1])
    if method == "run_cell_magic" and len(texts) == 3:
        return Magic("cell", texts[0], texts[1], texts[2])
    return None


def python_inside(magic: Magic) -> str | None:
    """The Python that a magic runs in the person's namespace, or None.

    `%time x = f()`, `%%time`, `%%capture`, `%env KEY=value`.
    """
    if magic.kind == "cell" and magic.name in _WRAPPERS:
        # `%%time statement` runs the statement before the body, as set-up.
        return _without_magics(magic.body)
    if magic.kind == "line" and magic.name in _TIMING:
        return magic.line
    if magic.kind == "line" and magic.name in ("env", "set_env"):
        return _environment(magic.line)
    return None


def _environment(line: str) -> str | None:
    key, sets, value = line.strip().partition("=" if "=" in line else " ")
    # `%env KEY` asks. `$name` and `{name}` are expanded by IPython: what they gave is not here.
    if not sets or "$" in value or "{" in value:
        return None
    return f"import os\nos.environ[{key.strip()!r}] = {value.strip()!r}"


def _without_magics(body: str) -> str:
    """A cell magic's body comes raw: turn its magics into the calls that IPython would make."""
    first, _, rest = body.lstrip("\n").partition("\n")
    if first.startswith("%%"):
        name, _, line = first[2:].partition(" ")
        return f"get_ipython().run_cell_magic({name!r}, {line!r}, {rest!r})\n"
    done: list[str] = []
    for line in body.splitlines():
        found = _MAGIC.fullmatch(line)
        done.append(_called(found) if found and _is_complete(done) else line)
    return "\n".join(done) + "\n"


# `%magic`, `!command`, `name = %magic`, `name = !command`; also where they are indented.
_MAGIC = re.compile(r"(?P<before>\s*([^=#'\"]+=\s*)?)(?P<sign>[%!])(?P<rest>(?!=).+)")


def _called(found: re.Match[str]) -> str:
    before, rest = found["before"], found["rest"]
    if found["sign"] == "!":
        method = "getoutput" if "=" in before else "system"
        return f"{before}get_ipython().{method}({rest!r})"
    name, _, line = rest.partition(" ")
    return f"{before}get_ipython().run_line_magic({name!r}, {line!r})"


def _is_complete(lines: list[str]) -> bool:
    """Tell whether a new statement can begin after `lines`: not inside a string, or brackets."""
    source = io.StringIO("\n".join(lines) + "\n")
    try:
        return bool(list(tokenize.generate_tokens(source.readline)))
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return False
