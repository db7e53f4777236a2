"""Type aliases shared by the package."""

from collections.abc import Callable
from typing import Any, TypeVar

DecoratedCallable = TypeVar("DecoratedCallable", bound=Callable[..., Any])

ErrorDetails = dict[str, Any]
"""One validation error: `type`, `loc`, `msg`, `input` and, for some types, `ctx`."""

IncEx = set[int] | set[str] | dict[int, Any] | dict[str, Any]
"""What pydantic's `include` and `exclude` take."""
