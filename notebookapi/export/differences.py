"""Two JSON documents -> where they differ, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from notebookapi.export.records import Difference

_SHOWN = 80
"""Characters of a value that a message shows."""

_OPERATIONS = frozenset("get put post delete options head patch trace query".split())


def compare(live: Any, module: Any) -> tuple[Difference, ...]:
    """Differences between the live document and the module's, by path.

    The order of keys does not count, but for paths of which one request can match two.
    """
    return (*_differ("$", live, module), *_reordered(live, module))


def _differ(path: str, live: Any, module: Any) -> Iterator[Difference]:
    if isinstance(live, dict) and isinstance(module, dict):
        yield from _objects(path, live, module)
    elif isinstance(live, list) and isinstance(module, list) and len(live) == len(module):
        for index, (one, other) in enumerate(zip(live, module, strict=True)):
            yield from _differ(f"{path}[{index}]", one, other)
    elif live != module or type(live) is not type(module):
        yield Difference(path, f"{_show(live)} live, {_show(module)} in the module")


def _objects(path: str, live: dict[str, Any], module: dict[str, Any]) -> Iterator[Difference]:
    for key, value in live.items():
        if key in module:
            yield from _differ(f"{path}.{key}", value, module[key])
        else:
            yield Difference(f"{path}.{key}", f"{_show(value)} live, missing in the module")
    for key, value in module.items():
        if key not in live:
            yield Difference(f"{path}.{key}", f"not there live, {_show(value)} in the module")


def _show(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


# --- order of paths --------------------------------------------------------------------------


def _reordered(live: Any, module: Any) -> Iterator[Difference]:
    served, declared = _paths(live), _paths(module)
    place = {path: index for index, path in enumerate(declared)}
    both = [path for path in served if path in place]
    for first, second in combinations(both, 2):
        if place[first] > place[second] and _overlap(first, second, served):
            yield Difference(
                "$.paths",
                f"{first} is matched before {second} live, after it in the module; "
                "some requests match both",
            )


def _paths(document: Any) -> Mapping[str, Any]:
    paths = document.get("paths") if isinstance(document, dict) else None
    return paths if isinstance(paths, dict) else {}


def _overlap(first: str, second: str, paths: Mapping[str, Any]) -> bool:
    if not _OPERATIONS.intersection(paths[first]) & set(paths[second]):
        return False
    one, other = first.split("/"), second.split("/")
    return len(one) == len(other) and all(map(_can_be_equal, one, other))


def _can_be_equal(one: str, other: str) -> bool:
    return one == other or "{" in one or "{" in other
