"""Owners of what is declared, and how changes of it are published: by one assignment.

Applications and routers are `Owner`s: each holds its own `Declared` record. A publication folds
operations into new records, composes what every affected application serves from them, and only
then, when nothing can fail any more, assigns.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextvars import ContextVar
from typing import ClassVar, Protocol
from weakref import WeakSet

from notebookapi._records import record
from notebookapi._table.published import (
    Commit,
    Declared,
    Place,
    Published,
    Registration,
    Slot,
    includes_itself,
    next_place,
)
from notebookapi.exceptions import EditError, InvalidInclusion
from notebookapi.logger import logger


class Owner:
    """Something that registrations are made on: an application or a router."""

    def __init__(self) -> None:
        self._declared = Declared()
        self._parents: WeakSet[Owner] = WeakSet()

    @property
    def declared(self) -> Declared:
        """What is declared here, with what the running `edit` has staged."""
        draft = running()
        return draft.declared(self) if draft else self._declared

    def _begin_with(self, registration: Registration) -> None:
        """Declare something in a constructor, ahead of all that follows, whenever it follows.

        Nothing is staged or published: nobody serves a new owner yet.
        """
        place = (-1, len(self._declared.placed))
        self._declared = self._declared.with_added(registration, place)
        self._adopt(registration)

    def _adopt(self, registration: Registration) -> None:
        """Let what is inside a registration know where it is served."""
        if registration.child is not None:
            registration.child._parents.add(self)

    def _register(self, registration: Registration) -> None:
        draft = running()
        if draft:
            draft.add(self, registration)
        else:
            publish([Add(self, registration, next_place())])


class Application(Owner):
    """An owner that serves: it has a slot for what it publishes."""

    def __init__(self) -> None:
        super().__init__()
        self._slot: Slot | None = None

    @property
    def published(self) -> Published:
        """What is served now."""
        slot = self._slot
        if slot is None:
            return _first_published(self)
        return slot.new if slot.commit.done else slot.old

    def _announce(self, new: Published, before: Published | None) -> None:
        """Called when what was composed is about to be published. Raises to prevent it."""

    def _settle(self, before: Published) -> None:
        """Called when something has been published instead of `before`, to let go of that."""

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


def _not_there(owner: Owner, registration: Registration, done: str) -> EditError:
    return EditError(
        f"{registration.label} cannot be {done}: it is not declared on {owner!r} (any more). "
        "Look at what is declared and stage the change again."
    )


@record(frozen=True, slots=True, eq=False)
class Add:
    """Declare a registration on an owner, at a place."""

    owner: Owner
    registration: Registration
    place: Place

    def apply(self, declared: Declared) -> Declared:
        return declared.with_added(self.registration, self.place)


@record(frozen=True, slots=True, eq=False)
class Remove:
    """Withdraw a registration from its owner."""

    owner: Owner
    registration: Registration

    def apply(self, declared: Declared) -> Declared:
        if declared.find(self.registration) is None:
            raise _not_there(self.owner, self.registration, "withdrawn")
        return declared.without(self.registration)


@record(frozen=True, slots=True, eq=False)
class Replace:
    """Put a registration in the place of another."""

    owner: Owner
    old: Registration
    new: Registration

    def apply(self, declared: Declared) -> Declared:
        there = declared.find(self.old)
        if there is None:
            raise _not_there(self.owner, self.old, f"replaced by {self.new.label}")
        return declared.without(self.old).with_added(self.new, there.place)


Operation = Add | Remove | Replace


class Staging(Protocol):
    """What a running `edit` stages changes on."""

    def declared(self, owner: Owner) -> Declared:
        """Return what an owner would declare if this were published now."""
        ...

    def add(self, owner: Owner, registration: Registration) -> None:
        """Stage one registration, behind the others."""
        ...


class Opened:
    """What a context holds of a draft: the way to it, as long as it is open."""

    __slots__ = ("draft",)

    def __init__(self, draft: Staging) -> None:
        self.draft: Staging | None = draft


current: ContextVar[Opened | None] = ContextVar("notebookapi_draft", default=None)
LOCK = threading.RLock()
"""Held while something is composed and published."""


def running() -> Staging | None:
    """Return what this context's registrations are staged on, or None."""
    opened = current.get()
    return opened.draft if opened is not None else None


def publish(operations: Iterable[Operation], prepared: Composition | None = None) -> None:
    """Carry out operations on any number of owners, by one assignment.

    prepared: what has been composed of these operations already; used while it holds.

    Raises what composing raises (a path that cannot be served, say), with nothing changed.
    """
    operations = list(operations)
    with LOCK:
        composition = prepared
        if composition is None or not composition.is_current:
            composition = Composition(fold(operations))
        declared = composition.changed
        for application in composition.affected:
            if application._slot is not None:
                composition.published(application)
        composition.announce()
        # All that can fail has been done; from here on there are assignments only.
        Composition.turn += 1
        for owner, new in declared.items():
            owner._declared = new
        for operation in operations:
            if isinstance(operation, Add):
                operation.owner._adopt(operation.registration)
            elif isinstance(operation, Replace):
                operation.owner._adopt(operation.new)
        _flip(composition.composed)


def fold(operations: Iterable[Operation]) -> dict[Owner, Declared]:
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


class Composition:
    """The view of one publication: each application is composed once.

    changed: what owners will declare.
    """

    turn: ClassVar[int] = 0
    """Counts publications."""

    def __init__(self, changed: dict[Owner, Declared]) -> None:
        self.changed = changed
        self._turn = Composition.turn
        for owner in changed:
            # Asked again here: two edits that saw nothing of each other may make a circle.
            if includes_itself(owner, self.declared):
                raise InvalidInclusion(
                    f"{owner!r} cannot be included in itself, directly or through another router."
                )
        self.affected = set(_affected(changed))
        self._open: set[Application] = set()
        self.composed: dict[Application, Published] = {}

    @property
    def is_current(self) -> bool:
        """Whether nothing has been published since this was begun."""
        return self._turn == Composition.turn

    def declared(self, owner: Owner) -> Declared:
        return self.changed.get(owner, owner._declared)

    def published(self, application: Application) -> Published:
        known = self.composed.get(application)
        if known is not None:
            return known
        slot = application._slot
        before = slot.new if slot else None
        if before is not None and application not in self.affected:
            return before
        if application in self._open:
            raise EditError(f"{application!r} is mounted inside itself; mount another application.")
        self._open.add(application)
        try:
            composed = self.composed[application] = application._compose(self, before)
        finally:
            self._open.discard(application)
        return composed

    def announce(self) -> None:
        """Let the applications tell of what is about to be published."""
        for application, new in self.composed.items():
            slot = application._slot
            application._announce(new, slot.new if slot else None)


def _flip(composed: dict[Application, Published]) -> None:
    """Let applications serve what was composed for them, all at one moment."""
    commit = Commit()
    replaced: list[tuple[Application, Published]] = []
    for application, new in composed.items():
        before = application._slot
        application._slot = Slot(commit, before.new if before else new, new)
        replaced.append((application, before.new if before else new))
    commit.done = True
    for application, new in composed.items():  # let go of what was served before
        application._slot = Slot(commit, new, new)
    for application, old in replaced:
        try:
            application._settle(old)
        except Exception:  # it is published: whoever made the change is to hear of no failure
            logger.exception("Letting go of what %r served before failed", application)


def _first_published(application: Application) -> Published:
    with LOCK:
        if application._slot is None:
            composition = Composition({})
            composition.published(application)
            composition.announce()
            Composition.turn += 1
            _flip(composition.composed)
        slot = application._slot
        if slot is None:  # _flip has just filled it
            raise EditError(f"{application!r} published nothing.")
        return slot.new
