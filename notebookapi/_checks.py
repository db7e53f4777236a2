"""Options that would not do what they look like: told where they are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from notebookapi.exceptions import InvalidOption, InvalidPath
from notebookapi.params import Depends

_LISTS: Mapping[str, tuple[type, str]] = {
    "dependencies": (Depends, "[Depends(function)]"),
    "callbacks": (BaseRoute, "a router's `routes`"),
    "tags": (object, '["items"]'),
    "raises": (object, "[NotFound]"),
}


def check_options(options: Any) -> None:
    """Raise InvalidOption for what an operation, router, inclusion or application cannot take.

    options: a record that has these options as attributes.
    """
    for name, (kind, example) in _LISTS.items():
        given = getattr(options, name)
        if given:
            _check_list(name, given, kind, example)
    responses = options.responses
    if responses and not isinstance(responses, Mapping):
        raise InvalidOption(
            f"`responses={responses!r}`: write a dictionary by status, such as "
            '{404: {"description": "…"}}.'
        )
    for name in ("response_class", "default_response_class"):
        given = getattr(options, name, None)
        if given and not (isinstance(given, type) and issubclass(given, Response)):
            raise InvalidOption(
                f"`{name}={given!r}`: give a class of responses, such as `JSONResponse`, without "
                "calling it."
            )
    _check_status(getattr(options, "status_code", None))


def _check_list(name: str, given: Any, kind: type, example: str) -> None:
    if isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Iterable):
        raise InvalidOption(f"`{name}={given!r}`: it takes a list, such as {example}.")
    for each in given:
        if not isinstance(each, kind):
            raise InvalidOption(f"`{name}` holds {each!r}; it takes {example}.")


def _check_status(status: Any) -> None:
    if status is not None and not (isinstance(status, int) and 100 <= status <= 999):
        raise InvalidOption(
            f"`status_code={status!r}`: give a number of three digits (RFC 9110, section 15)."
        )


def check_decorating(name: str, path: object) -> None:
    """Raise InvalidPath for a decorator that stands without its parentheses."""
    if not isinstance(path, str):
        shown = getattr(path, "__name__", repr(path))
        raise InvalidPath(
            f'`{name}` was given {shown} as its path; write `@….{name}("/path")` with a path.'
        )


def check_methods(methods: object) -> None:
    """Raise InvalidOption for one text where a list of methods is meant."""
    if isinstance(methods, str):
        raise InvalidOption(f"`methods={methods!r}`: it takes a list, such as [{methods!r}].")


def check_endpoint(endpoint: object, path: str) -> None:
    """Raise InvalidOption for what cannot answer a request."""
    if not callable(endpoint):
        raise InvalidOption(
            f"{path or '/'}: the endpoint {endpoint!r} cannot be called; register a function."
        )


def check_application(place: str, path: str, app: object) -> None:
    """Raise InvalidPath or InvalidOption for what cannot be served under a path."""
    check_slash(place, path)
    if not callable(app):
        raise InvalidOption(f"`{place}` was given {app!r}, which is no ASGI application.")


def check_slash(place: str, path: str) -> None:
    """Raise InvalidPath for a path, not empty, that does not start with a slash."""
    if path and not path.startswith("/"):
        raise InvalidPath(f"`{place}`: the path {path!r} must start with a slash: {'/' + path!r}.")


def check_route_class(given: object, kind: type) -> None:
    """Raise InvalidOption for a class that is not one of path operations."""
    if not (isinstance(given, type) and issubclass(given, kind)):
        raise InvalidOption(f"`route_class={given!r}`: give a class that inherits from APIRoute.")
