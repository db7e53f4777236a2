"""Frozen records: dataclasses that cost little when a module is loaded.

The standard library compiles four functions for each frozen dataclass, half a millisecond. There
are dozens of records, and a program makes instances of some. So here the library keeps the fields
(`replace`, `fields` and type checkers find what they know), what is the same for all records is
shared, and the one function that differs is compiled when the first instance is made.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["record"]

T = TypeVar("T")


def make_record(plain: type[T], kw_only: bool, weakref_slot: bool) -> type[T]:
    """Return a class as `dataclass(frozen=True, slots=True, eq=False)` returns it."""
    represented = plain.__dict__.get("__repr__", _represented)
    made: Any = dataclasses.dataclass(
        init=False, repr=False, eq=False, slots=True, kw_only=kw_only, weakref_slot=weakref_slot
    )(plain)
    made.__init__ = _compiling(made)
    made.__repr__ = represented
    made.__setattr__, made.__delattr__ = _refuse_to_set, _refuse_to_delete
    made.__getstate__, made.__setstate__ = _state, _set_state
    kind: type[T] = made
    return kind


if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:

    def record(*, frozen, slots, eq, kw_only=False, weakref_slot=False):
        """Decorate a class as `dataclass` does, for the only values that the first three may have.

        They are written out because type checkers take this for `dataclass` itself.
        Raises TypeError for others.
        """
        if (frozen, slots, eq) != (True, True, False):
            raise TypeError("A record is frozen, has slots and is compared by identity.")
        return lambda plain: make_record(plain, kw_only, weakref_slot)


def _compiling(kind: Any) -> Callable[..., None]:
    """Return an `__init__` that puts the compiled one in its place and calls it."""

    def __init__(self: Any, *args: Any, **values: Any) -> None:
        compiled = kind.__init__ = _compiled(kind)
        compiled(self, *args, **values)

    return __init__


def _compiled(kind: Any) -> Callable[..., None]:
    names: dict[str, Any] = {"_absent": dataclasses.MISSING}
    fields = dataclasses.fields(kind)
    exec("\n".join([_head(fields, names), *_lines(kind, fields, names)]), names)
    compiled: Callable[..., None] = names["__init__"]
    compiled.__qualname__ = f"{kind.__qualname__}.__init__"
    return compiled


def _head(fields: tuple[dataclasses.Field[Any], ...], names: dict[str, Any]) -> str:
    parameters = ["self"]
    for each in sorted(fields, key=lambda field: bool(field.kw_only)):
        if each.kw_only and "*" not in parameters:
            parameters.append("*")
        if each.default_factory is not dataclasses.MISSING:
            parameters.append(f"{each.name}=_absent")
        elif each.default is not dataclasses.MISSING:
            names[f"_default_{each.name}"] = each.default
            parameters.append(f"{each.name}=_default_{each.name}")
        else:
            parameters.append(each.name)
    return f"def __init__({', '.join(parameters)}):"


def _lines(
    kind: Any, fields: tuple[dataclasses.Field[Any], ...], names: dict[str, Any]
) -> Iterator[str]:
    """Yield what `__init__` does; `names` gets what it refers to."""
    for each in fields:
        value = each.name
        if each.default_factory is not dataclasses.MISSING:
            names[f"_make_{each.name}"] = each.default_factory
            value = f"_make_{each.name}() if {each.name} is _absent else {each.name}"
        # The setter of the slot: `__setattr__` refuses.
        names[f"_set_{each.name}"] = kind.__dict__[each.name].__set__
        yield f"    _set_{each.name}(self, {value})"
    if hasattr(kind, "__post_init__"):
        yield "    self.__post_init__()"


def _represented(record: Any) -> str:
    shown = (each for each in dataclasses.fields(record) if each.repr)
    values = ", ".join(f"{each.name}={getattr(record, each.name)!r}" for each in shown)
    return f"{type(record).__qualname__}({values})"


def _refuse_to_set(record: Any, name: str, value: Any) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(record: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(record: Any) -> list[Any]:
    return [getattr(record, each.name) for each in dataclasses.fields(record)]


def _set_state(record: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(record), state, strict=True):
        object.__setattr__(record, field.name, value)
