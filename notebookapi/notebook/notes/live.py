"""What endpoints read while they run: names of the notebook, and the objects behind them."""

from __future__ import annotations

import dis
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import CodeType, FunctionType
from typing import Any

from notebookapi._plan.signature import signature_of
from notebookapi.cells import Cell
from notebookapi.cells.statements import statements_of
from notebookapi.notebook.swap.ownership import Owned

_FIRST = 1000
"""Elements of a collection that are looked at: the person waits."""


def readers(owned: Iterable[Owned], namespace: Mapping[str, Any]) -> Mapping[str, list[Owned]]:
    """Return the names that served endpoints read, by themselves or by what they call."""
    found: dict[str, list[Owned]] = {}
    for each in owned:
        endpoint = getattr(each.registration.value, "endpoint", None)
        if endpoint is not None and not each.shadowed:
            for name in _read_by(endpoint, namespace):
                found.setdefault(name, []).append(each)
    return found


def _read_by(endpoint: Any, namespace: Mapping[str, Any]) -> set[str]:
    names: set[str] = set()
    waiting, seen = [endpoint], set()
    while waiting:
        function = getattr(waiting[-1], "__wrapped__", waiting[-1])
        waiting.pop()
        if not isinstance(function, FunctionType) or function in seen:
            continue
        seen.add(function)
        waiting += _dependencies(function)
        if function.__globals__ is namespace:
            read = set(_globals_in(function.__code__))
            names |= read
            waiting += [namespace[name] for name in read if name in namespace]
    return names


def _dependencies(function: FunctionType) -> Iterator[Any]:
    parameters = signature_of(function).parameters.values()
    given = [each.default for each in parameters]
    for each in parameters:
        given += getattr(each.annotation, "__metadata__", ())
    return (each.dependency for each in given if hasattr(each, "dependency"))


def _globals_in(code: CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname == "LOAD_GLOBAL":
            yield instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _globals_in(constant)


def holds(value: Any, kinds: tuple[type, ...], depth: int = 2) -> bool:
    """Tell whether an object is an instance of a class, or a collection with one in it."""
    if isinstance(value, kinds):
        return True
    if not depth:
        return False
    # A copy first: the server may change it meanwhile.
    if isinstance(value, dict):
        inside: Sequence[Any] = list(value.values())[:_FIRST]
    elif isinstance(value, (list, tuple, set, frozenset, deque)):
        inside = list(value)[:_FIRST]
    else:
        return False
    return any(holds(each, kinds, depth - 1) for each in inside)


def binder(name: str, cells: Sequence[Cell]) -> Cell | None:
    """Return the cell that bound a name last."""
    for cell in reversed(cells):
        statements = statements_of(cell, cell.transformed) if cell.succeeded else ()
        if any(name in each.names.binds for each in statements):
            return cell
    return None
