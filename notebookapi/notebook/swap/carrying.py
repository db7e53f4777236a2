"""A new object under an old name: what other cells registered on the old one moves to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

from starlette.routing import Host, Mount

from notebookapi._table.published import Registration
from notebookapi.applications import NotebookAPI
from notebookapi.editing import Add, Operation, Owner, Remove
from notebookapi.notebook.swap.inheriting import NotTold, on_other, said_in
from notebookapi.notebook.swap.naming import Renewed
from notebookapi.notebook.swap.ownership import Owned, identity_of
from notebookapi.notebook.swap.recorder import Made
from notebookapi.routing import APIRouter, Inclusion, registration_of


@dataclass(frozen=True, slots=True, eq=False)
class Carried:
    """pairs: (as it was, as it is on the new object). stuck: what only its cell can make again."""

    pairs: tuple[tuple[Owned, Owned], ...] = ()
    stuck: tuple[Owned, ...] = ()

    @property
    def operations(self) -> list[Operation]:
        """What carries them over; those that are shadowed are nowhere to be carried from."""
        served = [(old, new) for old, new in self.pairs if not old.shadowed]
        return [
            *(Remove(old.owner, old.registration) for old, _ in served),
            *(Add(new.owner, new.registration, new.place) for _, new in served),
        ]

    def without(self, key: str) -> Carried:
        """Return what is not of one cell: what that has registered anew is no news."""
        return Carried(
            tuple(pair for pair in self.pairs if pair[0].cell.key != key),
            tuple(each for each in self.stuck if each.cell.key != key),
        )

    def applied(self, owned: Iterable[Owned]) -> list[Owned]:
        """Return what is owned afterwards."""
        new = dict(self.pairs)
        return [new.get(each, each) for each in owned] if new else list(owned)


def carry(owned: Iterable[Owned], renewed: Renewed) -> Carried:
    """Move registrations to the objects that have taken the names. Raises DeclarationErrors."""
    pairs: list[tuple[Owned, Owned]] = []
    stuck: list[Owned] = []
    for each in owned:
        owner = renewed.get(each.owner, each.owner)
        registration = _on(each, owner, renewed)
        if registration is None:
            stuck.append(each)
        elif owner is not each.owner or registration is not each.registration:
            pairs.append((each, replace(each, owner=owner, registration=registration)))
    return Carried(tuple(pairs), tuple(stuck))


def _on(owned: Owned, owner: Owner, renewed: Renewed) -> Registration | None:
    """Return a registration as it is on `owner`; None where its options cannot be told apart."""
    value = following(owned.registration.value, renewed)
    old, new = owned.owner, owner
    if new is not old and isinstance(old, APIRouter) and isinstance(new, APIRouter):
        try:
            value = on_other(value, old, new, said_in(owned.cell.source))
        except NotTold:
            return None
    return owned.registration if value is owned.registration.value else registration_of(value)


def following(value: Any, renewed: Renewed) -> Any:
    """Return an inclusion, mount or host of what has taken the name of what is inside."""
    if isinstance(value, Inclusion):
        router = renewed.get(value.router, value.router)
        is_new = isinstance(router, APIRouter) and router is not value.router
        return Inclusion(cast(APIRouter, router), value.inherited) if is_new else value
    if isinstance(value, Mount) and isinstance(value.app, Owner) and value.app in renewed:
        inner: Any = renewed[value.app]
        return Mount(value.path, inner, name=value.name)
    if isinstance(value, Host) and isinstance(value.app, Owner) and value.app in renewed:
        return Host(value.host, cast(Any, renewed[value.app]), name=value.name)
    return value


def move_state(renewed: Renewed) -> None:
    """Let a new application have the state of the old, unless it sets it itself."""
    for old, new in renewed.items():
        if isinstance(old, NotebookAPI) and isinstance(new, NotebookAPI):
            for name, value in old.state._state.items():
                new.state._state.setdefault(name, value)


def overrides_of_nobody(
    renewed: Renewed, owned: Iterable[Owned], made: Iterable[Made]
) -> Iterator[Add]:
    """Yield what lets a new application have what no cell has overridden, but a thread, say.

    made: by the cell that made the new object; what it overrides itself is not moved.
    """
    if not renewed:
        return
    known = {each.registration for each in owned}
    taken = {identity_of(each.owner, each.registration) for each in made}
    for old, new in renewed.items():
        for placed in old._declared.of("override"):
            registration = placed.registration
            if registration not in known and identity_of(new, registration) not in taken:
                yield Add(new, registration, placed.place)
