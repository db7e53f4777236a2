"""Changing what is served: stage any number of changes, publish them by one assignment.

    with edit() as draft:          # what is registered inside is staged ...
        app.get("/a")(read_a)
        draft.remove(router, old)
                                   # ... and published together here, or not at all

Applications and routers are `Owner`s: each holds its own `Declared` record. A publication folds
the staged operations into new records, composes what every affected application serves from them,
and only then, when nothing can fail any more, assigns.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol
from weakref import WeakSet

from notebookapi._table.published import Declared, Place, Published, Registration, next_place
from notebookapi.exceptions import EditError


class Owner:
    """Something that registrations are made on: an application or a router."""

    def __init__(self) -> None:
        self._declared = Declared()
        self._parents: WeakSet[Owner] = WeakSet()

    @property
    def declared(self) -> Declared:
        """What is declared here, with what the running `edit` has staged."""
        draft = current_draft()
        return draft.declared(self) if draft else self._declared

    def _begin_with(self, registration: Registration) -> None:
        """Declare something in a constructor, ahead of all that follows, whenever it follows.

        Nothing is staged or published: nobody serves a new owner yet.
        """
        place = (-1, len(self._declared.placed))
        self._declared = self._declared.with_added(registration, place)

    def _register(self, registration: Registration) -> None:
        draft = current_draft()
        if draft:
            draft.add(self, registration)
        else:
            publish([Add(self, registration, next_place())])


class Application(Owner):
    """An owner that serves: it has a slot for what it publishes."""

    def __init__(self) -> None:
        super().__init__()
        self._slot: _Slot | None = None

    @property
    def published(self) -> Published:
        """What is served now."""
        slot = self._slot
        if slot is None:
            return _first_published(self)
        return slot.new if slot.commit.done else slot.old

    def _settle(self) -> None:
        """Called when something has been published; nothing can fail any more."""

    def _compose(self, view: View, before: Published | None) -> Published:
        raise NotImplementedError  # the application knows its routers, middleware and handlers


class View(Protocol):
    """What one publication reads: everything as it will be once it is made."""

    def declared(self, owner: Owner) -> Declared:
        """Return what an owner declares."""
        ...

    def published(self, application: Application) -> Published:
        """Return what an application serves."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Add:
    """Declare a registration on an owner, at a place."""

    owner: Owner
    registration: Registration
    place: Place

    def apply(self, declared: Declared) -> Declared:
        return declared.with_added(self.registration, self.place)


@dataclass(frozen=True, slots=True, eq=False)
class Remove:
    """Withdraw a registration from its owner."""

    owner: Owner
    registration: Registration

    def apply(self, declared: Declared) -> Declared:
        if declared.find(self.registration) is None:
            raise EditError(
                f"{self.registration.label} cannot be withdrawn: it is not declared on "
                f"{self.owner!r} (any more). Look at what is declared and stage the change again."
            )
        return declared.without(self.registration)


@dataclass(frozen=True, slots=True, eq=False)
class Replace:
    """Put a registration in the place of another."""

    owner: Owner
    old: Registration
    new: Registration

    def apply(self, declared: Declared) -> Declared:
        there = declared.find(self.old)
        if there is None:
            raise EditError(
                f"{self.old.label} cannot be replaced by {self.new.label}: it is not declared on "
                f"{self.owner!r} (any more). Look at what is declared and stage the change again."
            )
        return declared.without(self.old).with_added(self.new, there.place)


Operation = Add | Remove | Replace


class Draft:
    """Staged changes. Nothing is served before they are published."""

    def __init__(self, targets: Sequence[Owner] = (), outer: Draft | None = None) -> None:
        """targets: owners whose changes are staged; none: all. outer: takes those of the others."""
        self._targets = targets
        self._outer = outer
        self._operations = list(outer.operations) if outer else []
        self._folded: dict[Owner, tuple[Declared, Declared]] = {}
        self.closed = False

    @property
    def operations(self) -> Sequence[Operation]:
        """What is staged, in order."""
        return tuple(self._operations)

    def add(self, owner: Owner, registration: Registration) -> None:
        """Stage one registration, behind the others."""
        self.stage(Add(owner, registration, next_place()))

    def remove(self, owner: Owner, registration: Registration) -> None:
        """Stage the withdrawal of a registration."""
        self.stage(Remove(owner, registration))

    def replace(self, owner: Owner, old: Registration, new: Registration) -> None:
        """Stage `new` in the place of `old`."""
        self.stage(Replace(owner, old, new))

    def stage(self, operation: Operation) -> None:
        """Stage an operation. Raises EditError for one that could not be published."""
        owner = operation.owner
        if self._targets and owner not in self._targets:
            if self._outer is None:
                publish([operation])
            else:
                self._outer.stage(operation)
            return
        staged = operation.apply(self.declared(owner))
        self._operations.append(operation)
        self._folded[owner] = (owner._declared, staged)

    def roll_back(self, length: int) -> None:
        """Forget the operations staged behind the first `length`."""
        del self._operations[length:]
        self._folded.clear()

    def close(self) -> None:
        """Stage nothing more: what is registered in a context that still holds this draft, such
        as a task that outlives it, is published at once."""
        self.closed = True

    def declared(self, owner: Owner) -> Declared:
        """Return what an owner would declare if this were published now."""
        if self._outer is not None and self._targets and owner not in self._targets:
            return self._outer.declared(owner)
        base, staged = self._folded.get(owner, (None, owner._declared))
        if base is owner._declared:
            return staged
        own = [operation for operation in self._operations if operation.owner is owner]
        staged = _fold(own).get(owner, owner._declared)
        self._folded[owner] = (owner._declared, staged)
        return staged

    def preview(self, application: Application) -> Published:
        """Return what an application would serve if this were published now."""
        with _LOCK:
            return _Composition(_fold(self._operations)).published(application)


_current: ContextVar[Draft | None] = ContextVar("notebookapi_draft", default=None)
_LOCK = threading.RLock()


def current_draft() -> Draft | None:
    """Return the draft that registrations of this context are staged on, or None."""
    draft = _current.get()
    return draft if draft is not None and not draft.closed else None


def stage_on(draft: Draft | None) -> None:
    """Let this context's registrations be staged on `draft`; None: published at once."""
    _current.set(draft)


@contextmanager
def edit(*targets: Owner) -> Iterator[Draft]:
    """Stage changes and publish them together on leaving; an exception publishes nothing.

    targets: the applications and routers whose changes are staged; none given: all. Inside
    another `edit`, leaving hands the changes to that one.
    """
    outer = current_draft()
    draft = Draft(_with_routers(targets), outer)
    first = len(draft.operations)
    _current.set(draft)
    try:
        yield draft
    finally:
        _current.set(outer)
        draft.close()
    if outer is None:
        publish(draft.operations)
    else:
        for operation in draft.operations[first:]:
            outer.stage(operation)


def publish(operations: Iterable[Operation]) -> None:
    """Carry out operations on any number of owners, by one assignment.

    Raises what composing raises (a path that cannot be served, say), with nothing changed.
    """
    with _LOCK:
        declared = _fold(operations)
        composition = _Composition(declared)
        for application in _affected(declared):
            if application._slot is not None:
                composition.published(application)
        # All that can fail has been done; from here on there are assignments only.
        for owner, new in declared.items():
            owner._declared = new
            for each in new.placed:
                if each.registration.child is not None:
                    each.registration.child._parents.add(owner)
        _flip(composition.composed)


def _with_routers(targets: Sequence[Owner]) -> list[Owner]:
    inner = [getattr(target, "router", None) for target in targets]
    return [*targets, *(router for router in inner if isinstance(router, Owner))]


def _fold(operations: Iterable[Operation]) -> dict[Owner, Declared]:
    declared: dict[Owner, Declared] = {}
    for operation in operations:
        owner = operation.owner
        declared[owner] = operation.apply(declared.get(owner, owner._declared))
    return declared


def _affected(changed: Iterable[Owner]) -> list[Application]:
    """Return the applications that reach a changed owner, in no particular order."""
    seen: set[Owner] = set()
    waiting = list(changed)
    while waiting:
        owner = waiting.pop()
        if owner not in seen:
            seen.add(owner)
            waiting.extend(owner._parents)
    return [owner for owner in seen if isinstance(owner, Application)]


class _Composition:
    """The view of one publication: each application is composed once."""

    def __init__(self, changed: dict[Owner, Declared]) -> None:
        self._changed = changed
        self._affected = set(_affected(changed))
        self._open: set[Application] = set()
        self.composed: dict[Application, Published] = {}

    def declared(self, owner: Owner) -> Declared:
        return self._changed.get(owner, owner._declared)

    def published(self, application: Application) -> Published:
        known = self.composed.get(application)
        if known is not None:
            return known
        slot = application._slot
        before = slot.new if slot else None
        if before is not None and application not in self._affected:
            return before
        if application in self._open:
            raise EditError(f"{application!r} is mounted inside itself; mount another application.")
        self._open.add(application)
        composed = application._compose(self, before)
        self.composed[application] = composed
        return composed


class _Commit:
    """One publication: everything that refers to it changes when `done` does."""

    __slots__ = ("done",)

    def __init__(self) -> None:
        self.done = False


@dataclass(frozen=True, slots=True, eq=False)
class _Slot:
    commit: _Commit
    old: Published
    new: Published


def _flip(composed: dict[Application, Published]) -> None:
    """Let applications serve what was composed for them, all at one moment."""
    commit = _Commit()
    for application, new in composed.items():
        before = application._slot
        application._slot = _Slot(commit, before.new if before else new, new)
    commit.done = True
    for application, new in composed.items():  # let go of what was served before
        application._slot = _Slot(commit, new, new)
        application._settle()


def _first_published(application: Application) -> Published:
    with _LOCK:
        if application._slot is None:
            composition = _Composition({})
            composition.published(application)
            _flip(composition.composed)
        slot = application._slot
        if slot is None:  # _flip has just filled it
            raise EditError(f"{application!r} published nothing.")
        return slot.new
