"""Anything -> what JSON can hold."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)
from pathlib import PurePath
from re import Pattern
from types import GeneratorType
from typing import Any
from uuid import UUID

from pydantic import BaseModel, SecretBytes, SecretStr
from pydantic_core import MultiHostUrl, PydanticUndefinedType, Url

from notebookapi.exceptions import NotJSON
from notebookapi.types import IncEx


def _number(value: Decimal) -> int | float:
    exponent = value.as_tuple().exponent
    return int(value) if isinstance(exponent, int) and exponent >= 0 else float(value)


def _isoformat(value: date | time) -> str:
    return value.isoformat()


_ENCODERS: dict[type[Any], Callable[[Any], Any]] = {
    bytes: bytes.decode,
    date: _isoformat,
    datetime: _isoformat,
    time: _isoformat,
    timedelta: timedelta.total_seconds,
    Decimal: _number,
    Pattern: lambda value: value.pattern,
    **dict.fromkeys(
        (UUID, IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network,
         SecretBytes, SecretStr, Url, MultiHostUrl, PurePath),
        str,
    ),
}  # fmt: skip
# Written as text too, and not imported: deprecated, of another package, of no public name, or
# slow to load.
_TEXTS = {
    ("pydantic.color", "Color"),
    ("pydantic_extra_types.color", "Color"),
    ("pydantic.networks", "_BaseMultiHostUrl"),
    ("pydantic.networks", "AnyUrl"),
    ("pydantic.networks", "NameEmail"),
}
_LISTS = (list, set, frozenset, GeneratorType, tuple, deque)


def jsonable_encoder(
    obj: Any,
    include: IncEx | None = None,
    exclude: IncEx | None = None,
    by_alias: bool = True,
    exclude_unset: bool = False,
    exclude_defaults: bool = False,
    exclude_none: bool = False,
    custom_encoder: Mapping[Any, Callable[[Any], Any]] | None = None,
    sqlalchemy_safe: bool = True,
) -> Any:
    """Return `obj` as dictionaries, lists, text, numbers, booleans and None.

    custom_encoder: functions by type, which win over the built-in ones.
    sqlalchemy_safe: leave out keys that start with `_sa`.
    Raises NotJSON, a ValueError, for an object that has neither items nor attributes.
    """
    encoder = _Encoder(
        options={
            "by_alias": by_alias,
            "exclude_unset": exclude_unset,
            "exclude_defaults": exclude_defaults,
            "exclude_none": exclude_none,
        },
        custom=custom_encoder or {},
        sqlalchemy_safe=sqlalchemy_safe,
    )
    return encoder.encode(obj, include, exclude)


@dataclasses.dataclass(frozen=True, slots=True)
class _Encoder:
    options: dict[str, Any]
    custom: Mapping[Any, Callable[[Any], Any]]
    sqlalchemy_safe: bool

    def encode(self, obj: Any, include: IncEx | None = None, exclude: IncEx | None = None) -> Any:
        own = self._custom(obj)
        if own is not None:
            return own(obj)
        if isinstance(obj, BaseModel):
            fields = obj.model_dump(mode="json", include=include, exclude=exclude, **self.options)
            return self.encode(fields)
        if dataclasses.is_dataclass(obj) and not isinstance(obj, type):
            return self.encode(_shallow(obj), include, exclude)
        if isinstance(obj, Enum):
            return self.encode(obj.value)
        if obj is None or isinstance(obj, (str, int, float)):
            return obj
        if isinstance(obj, PydanticUndefinedType):
            return None
        if isinstance(obj, Mapping):
            return self._mapping(obj, include, exclude)
        if isinstance(obj, _LISTS):
            return [self.encode(each, include, exclude) for each in obj]
        return self._other(obj, include, exclude)

    def _custom(self, obj: Any) -> Callable[[Any], Any] | None:
        if not self.custom:
            return None
        if type(obj) in self.custom:
            return self.custom[type(obj)]
        return next((f for kind, f in self.custom.items() if isinstance(obj, kind)), None)

    def _mapping(
        self, obj: Mapping[Any, Any], include: IncEx | None, exclude: IncEx | None
    ) -> dict[Any, Any]:
        return {
            self.encode(key): self.encode(value)
            for key, value in obj.items()
            if (include is None or key in include)
            and (exclude is None or key not in exclude)
            and not (self.sqlalchemy_safe and isinstance(key, str) and key.startswith("_sa"))
            and not (self.options["exclude_none"] and value is None)
        }

    def _other(self, obj: Any, include: IncEx | None, exclude: IncEx | None) -> Any:
        known = _encoder_of(obj)
        if known is not None:
            return known(obj)
        try:
            fields = dict(obj)
        except Exception as no_items:
            try:
                fields = vars(obj)
            except Exception as no_attributes:
                raise NotJSON(_not_json(obj, no_items)) from no_attributes
        try:
            return self.encode(fields, include, exclude)
        except NotJSON:
            if _name_of(type(obj)) in _CURES:
                raise NotJSON(_not_json(obj)) from None
            raise


_CURES = {
    "numpy.ndarray": "`.tolist()`",
    "pandas.DataFrame": '`.to_dict("records")`',
    "pandas.Series": "`.tolist()`",
}


def _not_json(value: Any, reason: Exception | None = None) -> str:
    kind = _name_of(type(value))
    is_scalar = hasattr(value, "dtype") and hasattr(value, "item")
    cure = _CURES.get(kind) or ("`.item()`" if is_scalar else "")
    if cure:
        return f"JSON cannot hold a {kind}. Return {cure}."
    return f"JSON cannot hold a {kind} ({reason!r}). Return a dictionary or a model of it."


def _name_of(kind: type[Any]) -> str:
    """Return the name that people know a class by: of the package, if it is pandas or numpy."""
    package = kind.__module__.partition(".")[0]
    module = package if package in ("numpy", "pandas") else kind.__module__
    return kind.__qualname__ if module == "builtins" else f"{module}.{kind.__qualname__}"


def _encoder_of(obj: Any) -> Callable[[Any], Any] | None:
    for kind in type(obj).__mro__:
        if kind in _ENCODERS:
            return _ENCODERS[kind]
        if (kind.__module__, kind.__name__) in _TEXTS:
            return str
    # Some objects only say that they are of a class: UUIDs of database drivers.
    return next((f for kind, f in _ENCODERS.items() if isinstance(obj, kind)), None)


def _shallow(obj: Any) -> dict[str, Any]:
    return {each.name: getattr(obj, each.name) for each in dataclasses.fields(obj)}
