"""Warnings of ours while a cell is published: words for the card, not for the error stream."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from notebookapi.exceptions import NotebookAPIDeprecationWarning, RouteConflictWarning

_OURS = (RouteConflictWarning, NotebookAPIDeprecationWarning)


@contextmanager
def own_warnings() -> Iterator[list[str]]:
    """Collect what notebookapi warns of inside; warnings of others go their way afterwards."""
    told: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        for category in _OURS:
            warnings.simplefilter("always", category)
        yield told
        told += [str(each.message) for each in caught if issubclass(each.category, _OURS)]
    for each in caught:
        if not issubclass(each.category, _OURS):
            warnings.warn_explicit(each.message, each.category, each.filename, each.lineno)
