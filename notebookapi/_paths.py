"""Prefixes and paths as they are declared: which can be served, and how they join."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from notebookapi._plan.signature import described
from notebookapi.exceptions import InvalidPath


def check_prefix(prefix: str) -> None:
    """Raise InvalidPath for a prefix that no path could follow."""
    if prefix and (not prefix.startswith("/") or prefix.endswith("/")):
        raise InvalidPath(
            f"The prefix {prefix!r} must start with a slash and end without one: "
            f"{'/' + prefix.strip('/')!r}."
        )


def joined(prefix: str, path: str, endpoint: Callable[..., Any]) -> str:
    """Return a router's path with its prefix.

    Without a prefix any path will do until it is served: webhooks are declared by their names,
    callbacks by their URLs.
    """
    if prefix and path and not path.startswith("/"):
        raise without_slash(path, endpoint)
    return prefix + path


def check_path(path: str, endpoint: Callable[..., Any]) -> None:
    """Raise InvalidPath for a path that no request can ask for."""
    if not path:
        raise InvalidPath(
            f"{described(endpoint)}: prefix and path are both empty; give one of them a path "
            'that starts with "/".'
        )
    if not path.startswith("/"):
        raise without_slash(path, endpoint)


def without_slash(path: str, endpoint: Callable[..., Any]) -> InvalidPath:
    """Return the error for a path that starts with something else than a slash."""
    return InvalidPath(
        f"{described(endpoint)}: the path {path!r} must start with a slash: {'/' + path!r}."
    )
