"""Changing what is served: stage any number of changes, publish them by one assignment.

    with edit() as draft:          # what is registered inside is staged ...
        app.get("/a")(read_a)
        draft.remove(router, old)
                                   # ... and published together here, or not at all

What owners are, and how operations on them are published, is told in `_publishing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from notebookapi._publishing import LOCK, Composition, Opened, current, fold, running
from notebookapi._publishing import Add as Add
from notebookapi._publishing import Application as Application
from notebookapi._publishing import Operation as Operation
from notebookapi._publishing import Owner as Owner
from notebookapi._publishing import Remove as Remove
from notebookapi._publishing import Replace as Replace
from notebookapi._publishing import View as View
from notebookapi._publishing import publish as publish
from notebookapi._table.published import Declared, Published, Registration, next_place


class Draft:
    """Staged changes. Nothing is served before they are published."""

    def __init__(self, targets: Sequence[Owner] = (), outer: Draft | None = None) -> None:
        """targets: owners whose changes are staged; none: all. outer: takes those of the others."""
        self._targets = targets
        self._outer = outer
        self._operations = list(outer.operations) if outer else []
        self._folded: dict[Owner, tuple[Declared, Declared]] = {}
        self._prepared: tuple[int, Composition | None] = (0, None)
        self._opened = Opened(self)

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
        if not self._stages(operation.owner):
            others = [operation]
            publish(others) if self._outer is None else self._outer.stage_all(others)
            return
        owner = operation.owner
        staged = operation.apply(self.declared(owner))
        self._operations.append(operation)
        self._folded[owner] = (owner._declared, staged)

    def stage_all(self, operations: Iterable[Operation]) -> None:
        """Stage operations together. Raises EditError with none of them staged."""
        length, others = len(self._operations), []
        try:
            for operation in operations:
                if self._stages(operation.owner):
                    self.stage(operation)
                else:
                    others.append(operation)
            if others:
                publish(others) if self._outer is None else self._outer.stage_all(others)
        except BaseException:
            self.roll_back(length)
            raise

    def roll_back(self, length: int) -> None:
        """Forget the operations staged behind the first `length`."""
        del self._operations[length:]
        self._prepared = (0, None)
        self._folded.clear()

    def close(self) -> None:
        """Stage nothing more: what is registered in a context that still holds this draft, such
        as a task that outlives it, is published at once. Such a context keeps nothing of it."""
        self._opened.draft = None
        self._prepared = (0, None)

    def _stages(self, owner: Owner) -> bool:
        return not self._targets or owner in self._targets

    def declared(self, owner: Owner) -> Declared:
        """Return what an owner would declare if this were published now."""
        if self._outer is not None and not self._stages(owner):
            return self._outer.declared(owner)
        base, staged = self._folded.get(owner, (None, owner._declared))
        if base is owner._declared:
            return staged
        own = [operation for operation in self._operations if operation.owner is owner]
        staged = fold(own).get(owner, owner._declared)
        self._folded[owner] = (owner._declared, staged)
        return staged

    def preview(self, application: Application) -> Published:
        """Return what an application would serve if this were published now."""
        with LOCK:
            prepared = self.prepared
            if prepared is None:
                prepared = Composition(fold(self._operations))
                self._prepared = len(self._operations), prepared
            return prepared.published(application)

    @property
    def prepared(self) -> Composition | None:
        """What a preview has composed of all that is staged, as long as it holds."""
        length, prepared = self._prepared
        holds = prepared is not None and prepared.is_current and length == len(self._operations)
        return prepared if holds else None


def current_draft() -> Draft | None:
    """Return the draft that registrations of this context are staged on, or None."""
    draft = running()
    return draft if isinstance(draft, Draft) else None


def stage_on(draft: Draft | None) -> None:
    """Let this context's registrations be staged on `draft`; None: published at once."""
    current.set(draft._opened if draft is not None else None)


@contextmanager
def edit(*targets: Owner) -> Iterator[Draft]:
    """Stage changes and publish them together on leaving; an exception publishes nothing.

    targets: the applications and routers whose changes are staged; none given: all. Inside
    another `edit`, leaving hands the changes to that one.
    """
    outer = current_draft()
    draft = Draft(_with_routers(targets), outer)
    first = len(draft.operations)
    stage_on(draft)
    try:
        yield draft
        prepared = draft.prepared
    finally:
        stage_on(outer)
        draft.close()
    if outer is None:
        publish(draft.operations, prepared)
    else:
        outer.stage_all(draft.operations[first:])


def _with_routers(targets: Sequence[Owner]) -> list[Owner]:
    inner = [getattr(target, "router", None) for target in targets]
    return [*targets, *(router for router in inner if isinstance(router, Owner))]
