"""Two JSON documents -> the places where they differ. What is said of each is the caller's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

MISSING: Final = object()
"""Stands for a value that is not there on one side."""

Place = tuple[str, Any, Any]


def differing(before: Any, after: Any, path: str = "$") -> Iterator[Place]:
    """Yield (path, before, after) for each place, `$.items[0].price`; the order of keys is free.

    Of lists of different lengths, the items that both have, then the lists themselves.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            one, other = before.get(key, MISSING), after.get(key, MISSING)
            yield from differing(one, other, f"{path}.{key}")
    elif isinstance(before, list) and isinstance(after, list):
        for index, (one, other) in enumerate(zip(before, after, strict=False)):
            yield from differing(one, other, f"{path}[{index}]")
        if len(before) != len(after):
            yield path, before, after
    elif before != after or type(before) is not type(after):
        yield path, before, after


def shown(value: Any, most: int) -> str:
    """Return a value as JSON text, cut to `most` characters."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= most else f"{text[: most - 1]}…"
