"""A pytest plugin: an AnyIO that has none of the names that notebookapi asks of its inside."""

import builtins
from typing import Any

real = builtins.__import__


def without_names(name: str, globals: Any = None, *rest: Any, **named: Any) -> Any:
    """Import as ever, except for the one module that looks inside AnyIO."""
    asks = (globals or {}).get("__name__", "")
    if asks == "notebookapi._plan.inside_anyio" and name.startswith("anyio._"):
        raise ImportError(f"cannot import from {name}")
    return real(name, globals, *rest, **named)


builtins.__import__ = without_names
