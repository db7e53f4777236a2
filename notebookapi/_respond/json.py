"""Anything -> JSON text, as `jsonable_encoder` and the standard library have it, but at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import GeneratorType
from typing import Any

from notebookapi.encoders import jsonable_encoder
from notebookapi.exceptions import NotJSON


class _Particular(Exception):
    """Something that can be read only once."""


def writer(custom: Mapping[Any, Callable[[Any], Any]] | None = None) -> Callable[[Any], bytes]:
    """Return what writes any value as `json.dumps(jsonable_encoder(value))` does, compactly.

    It returns JSON text in UTF-8, and raises what encoding step by step raises.
    custom: functions by type, for types that JSON does not know.
    """

    def encoded(value: Any) -> Any:
        if isinstance(value, GeneratorType):
            raise _Particular
        return jsonable_encoder(value, custom_encoder=custom)

    def step_by_step(value: Any) -> bytes:
        encoded = jsonable_encoder(value, custom_encoder=custom)
        with no_nan():
            text = json.dumps(
                encoded, ensure_ascii=False, allow_nan=False, indent=None, separators=(",", ":")
            )
        return text.encode()

    parts, join = _encoder(encoded), "".join

    def write(value: Any) -> bytes:
        try:
            text = join(parts(value, 0))
        except Exception:  # keys of other types, generators; or an error, which is told there
            return step_by_step(value)
        # Keys of SQLAlchemy's are left out, and only there.
        return step_by_step(value) if '"_sa' in text else text.encode()

    return write


@contextmanager
def no_nan() -> Iterator[None]:
    """Say in our words what the standard library says of NaN and infinity. Raises NotJSON."""
    try:
        yield
    except ValueError as error:
        if "Out of range float" not in str(error):
            raise
        raise NotJSON(
            "JSON has no NaN and no infinity, and the response holds one. Return None instead."
        ) from error


def _encoder(default: Callable[[Any], Any]) -> Callable[[Any, int], Iterable[str]]:
    """Return what gives the text of a value in parts; the number is the depth, 0."""
    # A circle is found by the depth of the recursion, here as there.
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        encoder = json.JSONEncoder(
            ensure_ascii=False, check_circular=False, allow_nan=False, separators=(",", ":"),
            default=default,
        )  # fmt: skip
        return lambda value, depth: encoder.iterencode(value)
    # What `JSONEncoder` makes anew for each value, made once.
    parts: Callable[[Any, int], Iterable[str]] = make(
        None, default, json.encoder.encode_basestring, None, ":", ",", False, False, False
    )
    return parts


untyped_json = writer()
"""Returns a value as JSON text, as `JSONResponse(jsonable_encoder(value))` does."""
