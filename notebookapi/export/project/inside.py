"""What frozen objects are made of: loading them imports modules that no code names.

Classes and functions lie in a pickle as names of modules and of what is in them.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterable
from types import BuiltinFunctionType, FunctionType
from typing import Any


def modules_inside(objects: Iterable[object]) -> frozenset[str]:
    """Return the modules that are imported when these objects are read from files."""
    noting = _Noting()
    for each in objects:
        noting.dump(each)
    return frozenset(noting.modules)


class _Noting(pickle.Pickler):
    def __init__(self) -> None:
        # Large arrays are not copied: `buffer_callback` takes them, and drops them.
        super().__init__(_Nowhere(), protocol=5, buffer_callback=lambda buffer: None)
        self.modules: set[str] = set()

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, type | FunctionType | BuiltinFunctionType):
            module = getattr(value, "__module__", None)
            if module:
                self.modules.add(module)
        return NotImplemented


class _Nowhere(io.RawIOBase):
    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return len(data)
