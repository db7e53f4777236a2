"""Variables of the environment that a module reads -> fields of a settings class."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic_settings import BaseSettings

from notebookapi.cells.closure import is_secret
from notebookapi.export.edits import Edit, edited
from notebookapi.export.project.records import Setting

_MAPPINGS = ("os.environ", "environ")
_GETTERS = ("os.getenv", "getenv", "os.environ.get", "environ.get")
_NAMES = ("settings", "app_settings", "environment_settings")
_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Lifted:
    """text: of the module, which reads `name.field` now. settings: in the order of reading."""

    text: str
    name: str
    settings: Sequence[Setting]


@dataclass(frozen=True, slots=True)
class _Read:
    """One reading of a variable; node: what is replaced, a conversion around it included."""

    node: ast.expr
    setting: Setting


def lift_settings(text: str) -> Lifted:
    """Replace what reads the environment by what reads settings.

    A variable stays as it is where its name or default is not written out, where two readings
    disagree, or where the module sets it itself.
    """
    tree = ast.parse(text)
    reads = list(_reads(tree))
    by_variable: dict[str, set[Setting]] = {}
    for read in reads:
        by_variable.setdefault(read.setting.variable, set()).add(read.setting)
    kept_back = _written(tree) | {name for name, found in by_variable.items() if len(found) > 1}
    fields: dict[str, list[str]] = {}
    for variable in by_variable:
        fields.setdefault(variable.lower(), []).append(variable)
    kept_back |= {one for several in fields.values() if len(several) > 1 for one in several}
    chosen = [read for read in reads if read.setting.variable not in kept_back]
    name = next((each for each in _NAMES if not re.search(rf"\b{each}\b", text)), None)
    if name is None or not chosen:
        return Lifted(text, "settings", ())
    edits = [Edit.of(read.node, _reading(name, read.setting)) for read in chosen]
    settings = {read.setting.variable: read.setting for read in chosen}
    return Lifted(edited(text, edits), name, tuple(settings.values()))


def _reading(name: str, setting: Setting) -> str:
    is_hidden = setting.type == "SecretStr"
    return f"{name}.{setting.field}{'.get_secret_value()' if is_hidden else ''}"


def _reads(tree: ast.Module) -> Iterator[_Read]:
    inside: set[ast.expr] = set()
    for node in ast.walk(tree):  # what stands around comes first
        if not isinstance(node, ast.expr) or node in inside:
            continue
        read = _converted(node) or _plain(node)
        if read is not None:
            inside.update(each for each in ast.walk(node) if isinstance(each, ast.expr))
            yield read


def _converted(node: ast.expr) -> _Read | None:
    """`int(os.environ["WORKERS"])`, with a default or none: the field has that type."""
    match node:
        case ast.Call(func=ast.Name(id="int" | "float" as kind), args=[inner], keywords=[]):
            read = _plain(inner)
        case _:
            return None
    if read is None or read.setting.type.endswith("None"):
        return None
    default = read.setting.default
    if default is not None:
        try:
            default = repr((int if kind == "int" else float)(ast.literal_eval(default)))
        except (TypeError, ValueError):
            return None
    setting = read.setting
    return _Read(node, Setting(setting.variable, setting.field, kind, default))


def _plain(node: ast.expr) -> _Read | None:
    match node:
        case ast.Subscript(value=mapping, slice=ast.Constant(value=str(variable))):
            if ast.unparse(mapping) in _MAPPINGS and isinstance(node.ctx, ast.Load):
                return _read(node, variable, "SecretStr" if is_secret(variable) else "str")
        case ast.Call(func=getter, args=[ast.Constant(value=str(variable)), *rest], keywords=[]):
            if ast.unparse(getter) in _GETTERS:
                return _read_with_default(node, variable, rest)
    return None


def _read_with_default(node: ast.expr, variable: str, rest: Sequence[ast.expr]) -> _Read | None:
    match rest:
        case [] | [ast.Constant(value=None)]:
            return _read(node, variable, "str | None", "None")
        case [ast.Constant(value=str() | int() | float() as value)]:
            kind = type(value).__name__
            # Of the environment it would be text all the same.
            return _read(node, variable, "str", repr(value)) if kind == "str" else None
    return None


def _read(node: ast.expr, variable: str, kind: str, default: str | None = None) -> _Read | None:
    field = variable.lower()
    if not _VARIABLE.fullmatch(variable) or hasattr(BaseSettings, field):
        return None
    return _Read(node, Setting(variable, field, kind, default))


def _written(tree: ast.Module) -> set[str]:
    """Variables that the module sets or removes: what it reads then is its own."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(
                value=mapping, slice=ast.Constant(value=str(name)), ctx=ast.Store() | ast.Del()
            ) if ast.unparse(mapping) in _MAPPINGS:
                found.add(name)
            case ast.Call(
                func=ast.Attribute(value=mapping, attr="setdefault" | "pop"),
                args=[ast.Constant(value=str(name)), *_],
            ) if ast.unparse(mapping) in _MAPPINGS:
                found.add(name)
            case ast.Call(func=ast.Attribute(value=mapping, attr="update")) if (
                ast.unparse(mapping) in _MAPPINGS
            ):
                found |= _keys(node)
    return found


def _keys(call: ast.Call) -> set[str]:
    keywords = {keyword.arg for keyword in call.keywords if keyword.arg}
    texts = {
        node.value
        for node in ast.walk(call)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return keywords | texts
