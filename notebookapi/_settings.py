"""Attributes of applications and routers that are assigned while these serve.

An assignment is declared like a route: it is published at one moment, staged inside `edit`, and
in a notebook it belongs to its cell.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from notebookapi._publishing import LOCK
from notebookapi._table.published import Declared, Registration, next_place
from notebookapi.editing import Add, Owner, Remove, current_draft, publish


class _Setting:
    """The attribute. What the constructor gives it stands in the instance's dictionary."""

    def __init__(self, check: Callable[[Any], None] | None) -> None:
        self._check = check

    def __set_name__(self, kind: type, name: str) -> None:
        self._name = name

    def __get__(self, owner: Any, kind: type | None = None) -> Any:
        if owner is None:
            return self
        given = vars(owner)
        if _is_made(owner) and self._name in (settings := owner.declared.settings):
            return settings[self._name]
        if self._name not in given:
            raise AttributeError(self._name)
        return given[self._name]

    def __set__(self, owner: Any, value: Any) -> None:
        if self._check is not None:
            self._check(value)
        if _is_made(owner):
            _declare(owner, self._name, value)
        else:
            vars(owner)[self._name] = value


def setting(check: Callable[[Any], None] | None = None) -> Any:
    """Return an attribute that may be assigned at any time, for the body of an owner's class.

    check: raises for a value that cannot be.
    """
    return _Setting(check)


def begin_serving(owner: Owner) -> None:
    """Let assignments to an owner be published from now on: its constructor has ended."""
    vars(owner)["_is_made"] = True


def value_of(owner: Owner, name: str, declared: Declared) -> Any:
    """Return what an attribute is where the owner declares `declared`."""
    if name in declared.settings:
        return declared.settings[name]
    given = vars(owner)
    return given[name] if name in given else getattr(owner, name)  # a subclass may compute it


def _is_made(owner: Any) -> bool:
    return "_is_made" in vars(owner)


def _declare(owner: Owner, name: str, value: Any) -> None:
    new = Registration("setting", (name,), (name, value), f"setting {name}")
    draft = current_draft()
    if draft is not None:
        draft.add(owner, new)
        return
    with LOCK:  # nobody else assigns it in between
        placed = [each.registration for each in owner.declared.of("setting")]
        before = [each for each in placed if each.identity == new.identity]
        publish([*(Remove(owner, each) for each in before), Add(owner, new, next_place())])
