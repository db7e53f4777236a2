"""How large a request's body may be, and how many parts a form may have."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, TypedDict

from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from notebookapi.exceptions import InvalidLimit


class FormLimits(TypedDict, total=False):
    """What a form may hold, where a parameter reads it. What is left out is inherited."""

    max_fields: int
    """Most fields that are not files. Default: 1000."""
    max_files: int
    """Most files. Default: 1000."""
    max_part_size: int
    """Most bytes of one field that is not a file. Default: 1 MiB."""


_KEYS = tuple(FormLimits.__annotations__)
_MOST_DIGITS = len(str(sys.maxsize))


def check_limits(max_body_size: object, form_limits: object) -> None:
    """Raise InvalidLimit for a limit that is not one; None is one: nothing is said here."""
    if max_body_size is not None and not _is_count(max_body_size):
        raise InvalidLimit(
            f"`max_body_size={max_body_size!r}`: give a whole number of bytes from 0 up, or None "
            "to inherit."
        )
    if form_limits is None:
        return
    if not isinstance(form_limits, Mapping):
        raise InvalidLimit(
            f"`form_limits={form_limits!r}`: give a dictionary with any of {', '.join(_KEYS)}."
        )
    for key, value in form_limits.items():
        if key not in _KEYS:
            raise InvalidLimit(f"`form_limits` has no key {key!r}; it has {', '.join(_KEYS)}.")
        if not _is_count(value):
            raise InvalidLimit(
                f"`form_limits={{{key!r}: {value!r}}}`: give a whole number from 0 up, or leave "
                "the key out to inherit."
            )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def nearest_size(inner: int | None, outer: int | None) -> int | None:
    """Return the limit of an operation inside `inner`, which is inside `outer`."""
    return outer if inner is None else inner


def nearest_limits(inner: FormLimits | None, outer: FormLimits | None) -> FormLimits | None:
    """Return what both say of forms; each key is inherited by itself."""
    if inner is None or outer is None:
        return outer if inner is None else inner
    return {**outer, **inner}


class Limited:
    """An ASGI application whose requests have bodies up to a size.

    A size that the client announces is refused before anything runs; one that shows while the
    body is read, from there, by an HTTPException with status 413.
    """

    def __init__(self, app: ASGIApp, max_body_size: int) -> None:
        """max_body_size: in bytes."""
        self._max = max_body_size
        self._counting = RequestBodyLimitMiddleware(app, max_body_size)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if announced_size(scope) > self._max:
            state = scope.get("notebookapi")
            if state and state.published.problem_details:
                raise HTTPException(413)
            await PlainTextResponse("Content Too Large", 413)(scope, receive, send)
            return
        await self._counting(scope, receive, send)


def announced_size(scope: Mapping[str, Any]) -> int:
    """Return how many bytes a request says that its body has; 0 where it does not say."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return _as_size(value)
    return 0


def _as_size(text: bytes) -> int:
    if not text.isdigit():
        return 0
    digits = text.lstrip(b"0") or b"0"
    # Python refuses to read a number of thousands of digits; no limit is as large as these.
    return int(digits) if len(digits) < _MOST_DIGITS else sys.maxsize
