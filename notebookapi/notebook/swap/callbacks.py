"""Operations that describe callbacks: where one is made anew, its operation describes the new one.

`callbacks=router.routes` takes the routes that there are when the operation is registered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from notebookapi.editing import Operation, Replace
from notebookapi.notebook.swap.ownership import Owned
from notebookapi.routing import APIRoute, registration_of

Pairs = Sequence[tuple[Owned, Owned]]


def callers(owned: Iterable[Owned], pairs: Pairs) -> Pairs:
    """Return (before, after) of what describes a callback that is made anew.

    pairs: likewise, of everything that is.
    """
    new = {
        id(old.registration.value): made.registration.value
        for old, made in pairs
        if isinstance(made.registration.value, APIRoute)
    }
    return [
        (each, replace(each, registration=registration_of(_calling(route, new))))
        for each in owned
        if each.callbacks  # few have any, and every route is asked
        and isinstance(route := each.registration.value, APIRoute)
        and any(id(callback) in new for callback in each.callbacks)
    ]


def published(calling: Pairs) -> Iterator[Operation]:
    """Yield what publishes these."""
    for old, new in calling:
        if not old.shadowed:
            yield Replace(old.owner, old.registration, new.registration)


def applied(owned: Sequence[Owned], calling: Pairs) -> Sequence[Owned]:
    """Return what is owned afterwards."""
    new = dict(calling)
    return [new.get(each, each) for each in owned] if new else owned


def _calling(route: APIRoute, new: Mapping[int, APIRoute]) -> APIRoute:
    callbacks = [new.get(id(each), each) for each in route.spec.callbacks or ()]
    return type(route)(
        route.path,
        route.endpoint,
        methods=route.methods,
        spec=replace(route.spec, callbacks=callbacks),
        strict_content_type=route.strict_content_type,
    )
