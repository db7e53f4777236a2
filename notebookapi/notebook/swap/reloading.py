"""A module that is imported anew: what it registers replaces what it registered before.

A module's registrations belong to no cell: running `import endpoints` again withdraws nothing. It
is `importlib.reload`, and autoreload, that run its code again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import ModuleType
from weakref import WeakKeyDictionary

from notebookapi._table.published import Registration, next_place
from notebookapi.editing import Add, Operation, Owner, Remove, Replace
from notebookapi.notebook.swap.carrying import carry, following
from notebookapi.notebook.swap.inheriting import NotTold, on_other, said_in
from notebookapi.notebook.swap.naming import Names, Renewed, owners_named
from notebookapi.notebook.swap.ownership import REPEATABLE, Identity, Owned, identity_of
from notebookapi.notebook.swap.recorder import Made
from notebookapi.routing import APIRouter, registration_of


@dataclass(frozen=True, slots=True, eq=False)
class _Import:
    """One import of a module: what it registered, and the routers that its names stood for.

    defined: the names of endpoints that stand in the module.
    before: the imports before this one, of which `%api undo` may bring something back.
    """

    made: Sequence[Made]
    names: Names
    defined: frozenset[str]
    before: tuple[_Import, ...] = ()

    @classmethod
    def of(cls, module: ModuleType, made: Sequence[Made]) -> _Import:
        there = vars(module)
        # Without the frames that were running then: they would keep what these worked with.
        made = [replace(each, frame=None) for each in made]
        defined = frozenset(name for each in made if (name := _endpoint(each)) in there)
        last = _LATEST.get(module, _NEVER)
        before = (*last.before, replace(last, before=()))[-MOST:] if last is not _NEVER else ()
        return cls(made, owners_named(there), defined, before)

    @property
    def all(self) -> tuple[_Import, ...]:
        """All imports, the latest one last."""
        return (*self.before, self)

    @property
    def there(self) -> list[Made]:
        """What the module has registered that is declared, by whichever import."""
        made = {each.registration: each for one in self.all for each in one.made}
        return [each for each in made.values() if _is_there(each)]


MOST = 50
"""Imports of a module before the latest that are remembered: as many as can be taken back."""

# What a module last registered is the module's, of which a process has one.
_LATEST: WeakKeyDictionary[ModuleType, _Import] = WeakKeyDictionary()
_NEVER = _Import((), {}, frozenset())


@dataclass(frozen=True, slots=True, eq=False)
class Imported:
    """What publishes the registrations of imports, and who owns what afterwards.

    anew: the modules that had been imported before. made: what each has registered now.
    """

    operations: Sequence[Operation]
    owned: Sequence[Owned]
    anew: Sequence[str]
    made: Mapping[ModuleType, Sequence[Made]]

    def note(self) -> None:
        """Remember what the modules have registered: it is published."""
        for module, made in self.made.items():
            _LATEST[module] = _Import.of(module, made)


def made_by_modules() -> Iterator[tuple[ModuleType, Sequence[Made]]]:
    """Yield each module with what its imports have registered."""
    for module, latest in list(_LATEST.items()):
        yield module, [each for one in latest.all for each in one.made]


def imports(owned: Sequence[Owned], made: Iterable[Made]) -> Imported:
    """Return what becomes of what imports registered. owned: by cells, before."""
    by_module = _by_module(made)
    if not by_module:
        return Imported((), owned, (), {})  # an ordinary cell
    known = {each.registration for each in owned}
    renewed: dict[Owner, Owner] = {}
    operations: list[Operation] = []
    now: dict[ModuleType, Sequence[Made]] = {}
    for module, registered in by_module.items():
        before = _LATEST.get(module, _NEVER)
        gone = _gone(before, module, registered)
        renewed |= _renewed(before, owners_named(vars(module)))
        operations += [Remove(each.owner, each.registration) for each in gone]
        operations += _added(registered, known, before.there)
        is_whole = any(each.is_whole for each in registered)
        now[module] = [*(() if is_whole else _left(before, gone, registered)), *registered]
    known.update(each.registration for module in now for each in _LATEST.get(module, _NEVER).there)
    carried = carry(owned if renewed else [], renewed)
    left = [*_following(renewed, known), *_moved(renewed, known)]
    return Imported(
        [*operations, *carried.operations, *left],
        carried.applied(owned),
        [module.__name__ for module in now if module in _LATEST],
        now,
    )


def is_pending() -> bool:
    """Tell whether a module has lost an endpoint since its import was noted."""
    return bool(_LATEST) and bool(_by_module(()))


def _by_module(made: Iterable[Made]) -> Mapping[ModuleType, list[Made]]:
    """Return what each module registered, and those that have lost an endpoint."""
    found: dict[ModuleType, list[Made]] = {}
    for module, before in list(_LATEST.items()):
        if not before.defined <= vars(module).keys():
            found[module] = []
    for each in made:
        if each.module is not None:
            found.setdefault(each.module, []).append(each)
    return found


def _endpoint(made: Made) -> str:
    return str(getattr(getattr(made.registration.value, "endpoint", None), "__name__", ""))


def _is_there(made: Made) -> bool:
    return made.owner._declared.find(made.registration) is not None


def _identity(made: Made) -> Identity:
    return identity_of(made.owner, made.registration)


def _gone(before: _Import, module: ModuleType, made: Sequence[Made]) -> list[Made]:
    """Return what a module does not register any more.

    On an object of its own that it has made anew nothing is taken away: the old one goes with it.
    Where only some of its functions ran again, it is what these registered, and those that are
    not there any more.
    """
    named = with_parts(owner for one in before.all for owner in one.names.values())
    own = named - with_parts(owners_named(vars(module)).values())
    again = {_identity(each) for each in made}
    gone = [each for each in before.there if each.owner not in own and _identity(each) not in again]
    if any(each.is_whole for each in made):
        return gone
    ran = {_endpoint(each) for each in made}
    lost = before.defined - vars(module).keys()
    return [each for each in gone if _endpoint(each) in ran | lost]


def _left(before: _Import, gone: Sequence[Made], made: Sequence[Made]) -> Iterator[Made]:
    again = {_identity(each) for each in made}
    return (each for each in before.there if each not in gone and _identity(each) not in again)


def _renewed(before: _Import, now: Names) -> Renewed:
    """Return which routers and mounted applications another one stands for.

    Not an application that stands by itself: cells hold it by a name of their own.
    """
    pairs: dict[Owner, Owner] = {}
    kept = set(now.values())
    for name, old in ((name, old) for one in before.all for name, old in one.names.items()):
        new = now.get(name)
        if new is None or old in kept or type(new) is not type(old) or not _is_inside(old):
            continue
        pairs[old] = new
        inner, its = getattr(old, "router", None), getattr(new, "router", None)
        if isinstance(inner, APIRouter) and isinstance(its, APIRouter):
            pairs[inner] = its
    return pairs


def _is_inside(owner: Owner) -> bool:
    """Tell whether anything includes or mounts it; what did is not always forgotten at once."""
    placed = (placed for parent in owner._parents for placed in parent._declared.placed)
    return any(each.registration.child is owner for each in placed)


def with_parts(owners: Iterable[Owner]) -> set[Owner]:
    owners = list(owners)
    inner = [getattr(each, "router", None) for each in owners]
    return {*owners, *(each for each in inner if isinstance(each, Owner))}


def _added(
    made: Sequence[Made], known: Collection[Registration], before: Sequence[Made]
) -> Iterator[Operation]:
    """Yield what publishes registrations, each in the place of an equal one, or beside the others.

    known: what cells own. Middleware and the like of a cell is not that of a module.
    before: what the module registered when it was imported before.
    """
    there: dict[Identity, list[Registration]] = {}
    beside = {each.owner: each.owner._declared.find(each.registration) for each in before}
    for owner in dict.fromkeys(each.owner for each in made):
        for placed in owner._declared.placed:
            registration = placed.registration
            if registration not in known or registration.kind not in REPEATABLE:
                there.setdefault(identity_of(owner, registration), []).append(registration)
    for each in made:
        same = there.get(identity_of(each.owner, each.registration))
        last = beside.get(each.owner)
        if same:
            yield Replace(each.owner, same.pop(0), each.registration)
        else:
            place = (*last.place, *next_place()) if last is not None else each.place
            yield Add(each.owner, each.registration, place)


def _following(renewed: Renewed, known: Collection[Registration]) -> Iterator[Operation]:
    """Yield what lets inclusions and mounts follow that no cell has made."""
    for parent in {parent: None for old in renewed for parent in old._parents}:
        for placed in parent._declared.placed:
            old = placed.registration
            value = following(old.value, renewed)
            if old not in known and value is not old.value:
                yield Replace(parent, old, registration_of(value))


def _moved(renewed: Renewed, known: Collection[Registration]) -> Iterator[Operation]:
    """Yield what takes over what others registered on an object that is made anew.

    known: what is not theirs, but cells' or the module's own.
    """
    for old, new in renewed.items():
        for placed in old._declared.placed:
            if placed.place[0] < 0 or placed.registration in known:
                continue
            value = placed.registration.value
            if isinstance(old, APIRouter) and isinstance(new, APIRouter):
                try:
                    value = on_other(value, old, new, said_in(""))
                except NotTold:
                    continue
            is_same = value is placed.registration.value
            yield Add(new, placed.registration if is_same else registration_of(value), placed.place)
