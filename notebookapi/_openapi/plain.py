"""What a program said in its own objects -> what JSON can hold."""

from __future__ import annotations

from typing import Any

from notebookapi.encoders import jsonable_encoder

_PLAIN = (str, int, float, bool, type(None))


def plain(value: Any) -> Any:
    """Return a copy of a part of the document in which enums, models, URLs … are JSON.

    A copy, since programs add to the document, and what they gave stays as it was.
    Raises ValueError for an object that cannot be written as JSON.
    """
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is dict:
        return {key if type(key) is str else str(plain(key)): plain(each)
                for key, each in value.items()}  # fmt: skip
    if kind is list or kind is tuple:
        return [plain(each) for each in value]
    return jsonable_encoder(value, exclude_none=True)
