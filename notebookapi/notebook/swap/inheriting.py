"""What a router hands down: taken off what was declared on it, and another's put on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from starlette.routing import BaseRoute, Mount

from notebookapi._frontend import Frontend
from notebookapi._options import UNSET, Inherited, RouteSpec
from notebookapi._registering import moved
from notebookapi._websocket import APIWebSocketRoute
from notebookapi.routing import APIRoute, APIRouter, Inclusion

Options = TypeVar("Options", RouteSpec, Inherited)

_JOINED = ("tags", "dependencies", "callbacks", "raises")
_NEAREST = {
    "deprecated": (None, False),
    "include_in_schema": (True,),
    "response_class": (UNSET,),
    "default_response_class": (UNSET,),
    "generate_unique_id_function": (UNSET,),
    "strict_content_type": (UNSET,),
    "max_body_size": (None,),
    "form_limits": (None,),
}
"""Options of which the inner value wins, with what is handed down where nothing is said."""


class NotTold(Exception):
    """What a route says itself cannot be told from what was handed down to it."""


Says = Callable[[str], bool]
"""Tells whether the source of a declaration may give an option."""


def said_in(source: str) -> Says:
    """Return what tells it from a cell's source. Of an unknown source anything may be said."""
    return lambda option: not source or "**" in source or option in source


def on_other(route: BaseRoute, old: APIRouter, new: APIRouter, says: Says) -> BaseRoute:
    """Return a route that was declared on `old` as it is on `new`; itself where that is the same.

    Raises NotTold, and DeclarationErrors.
    """
    before, after = old.inherited, new.inherited
    is_made_otherwise = isinstance(route, APIRoute) and old.route_class is not new.route_class
    if _are_equal(before, after) and not is_made_otherwise:
        return route
    return _Rebased(before, after, new.route_class, says).route(route)


@dataclass(frozen=True, slots=True)
class _Rebased:
    """Makes routes that were declared under `before` as they are under `after`."""

    before: Inherited
    after: Inherited
    route_class: type[APIRoute]
    says: Says

    def route(self, route: BaseRoute) -> BaseRoute:
        before, after = self.before, self.after
        if isinstance(route, APIRoute):
            return self.operation(route, self.route_class)
        if isinstance(route, APIWebSocketRoute):
            own = _without(before.dependencies, route.dependencies)
            return type(route)(
                self.path(route.path),
                route.endpoint,
                name=route.name,
                dependencies=[*after.dependencies, *own],
            )
        if isinstance(route, Frontend):
            return Frontend(self.operation(route.route, type(route.route)))
        if isinstance(route, Inclusion):
            inner = replace(
                own_options(route.inherited, before, after, self.says),
                prefix=_rest(before.prefix, route.inherited.prefix),
            )
            return Inclusion(route.router, after.then(inner))
        if isinstance(route, Mount) and before.prefix != after.prefix:
            return moved(route, self.path(route.path))
        return route  # a host and a plain route have no prefix, and nothing is handed down to them

    def operation(self, route: APIRoute, kind: type[APIRoute]) -> APIRoute:
        return kind(
            self.path(route.path),
            route.endpoint,
            methods=route.methods,
            spec=own_options(route.spec, self.before, self.after, self.says).under(self.after),
            strict_content_type=self.after.strict_content_type,
        )

    def path(self, path: str) -> str:
        return self.after.prefix + _rest(self.before.prefix, path)


def own_options(merged: Options, before: Inherited, after: Inherited, says: Says) -> Options:
    """Return options without what `before` handed down, where `after` hands down something else.

    Raises NotTold.
    """
    return replace(merged, **dict(_own(merged, before, after, says)))


def _own(merged: Any, before: Inherited, after: Inherited, says: Says) -> Iterator[tuple[str, Any]]:
    for name in _JOINED:
        own = _without(getattr(before, name), getattr(merged, name) or ())
        yield name, own
    yield "responses", _without_those(before.responses, merged.responses or {})
    for name, nothing in _NEAREST.items():
        if not hasattr(merged, name):
            continue
        handed = "default_response_class" if name == "response_class" else name
        was, value = getattr(before, handed), getattr(merged, name)
        if was in nothing or value != was or was == getattr(after, handed):
            continue
        if says(name):
            raise NotTold
        yield name, nothing[0]


def _without(handed: Any, merged: Any) -> list[Any]:
    """Return a list without what it begins with. Raises NotTold where it does not."""
    size = len(handed)
    if list(merged[:size]) != list(handed):
        raise NotTold
    return list(merged[size:])


def _without_those(handed: Mapping[Any, Any], merged: Mapping[Any, Any]) -> dict[Any, Any]:
    return {key: each for key, each in merged.items() if key not in handed or handed[key] != each}


def _rest(prefix: str, path: str) -> str:
    if not path.startswith(prefix):
        raise NotTold
    return path.removeprefix(prefix)


def _are_equal(one: Inherited, other: Inherited) -> bool:
    return all(
        _plain(getattr(one, each.name)) == _plain(getattr(other, each.name))
        for each in fields(Inherited)
    )


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, (list, tuple)) else value
