"""Two JSON documents -> where they differ, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from notebookapi._differing import MISSING, differing, shown
from notebookapi.export.records import Difference

_SHOWN = 80
"""Characters of a value that a message shows."""

_OPERATIONS = frozenset("get put post delete options head patch trace query".split())


def compare(live: Any, module: Any) -> tuple[Difference, ...]:
    """Differences between the live document and the module's, by path.

    The order of keys does not count, but for paths of which one request can match two.
    """
    found = (Difference(path, _said(one, other)) for path, one, other in differing(live, module))
    return (*found, *_reordered(live, module))


def _said(live: Any, module: Any) -> str:
    if module is MISSING:
        return f"{shown(live, _SHOWN)} live, missing in the module"
    if live is MISSING:
        return f"not there live, {shown(module, _SHOWN)} in the module"
    return f"{shown(live, _SHOWN)} live, {shown(module, _SHOWN)} in the module"


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
