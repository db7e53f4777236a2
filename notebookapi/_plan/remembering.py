"""What is known of a type is found out once."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")
_MOST = 256
"""How many annotations that are no classes, such as `int | None`, each function remembers. They
are held, and the classes in them: what a notebook redefines goes away when others have come."""


def remembered(function: Callable[[Any], T]) -> Callable[[Any], T]:
    """Remember what `function` tells of annotations. What it returns must not refer to them."""
    of_classes: WeakKeyDictionary[type, T] = WeakKeyDictionary()
    of_others = lru_cache(_MOST)(function)

    @wraps(function)
    def told(annotation: Any) -> T:
        try:
            if not issubclass(type(annotation), type):  # `list[int]` only says that it is a class
                return of_others(annotation)
            if annotation not in of_classes:
                of_classes[annotation] = function(annotation)
            return of_classes[annotation]
        except TypeError:  # it cannot be hashed
            return function(annotation)

    return told
