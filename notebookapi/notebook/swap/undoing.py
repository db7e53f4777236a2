"""Taking publications back: what each registered and withdrew, the other way round."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from notebookapi._table.published import Declared, Place, Placed, Registration
from notebookapi.applications import NotebookAPI
from notebookapi.editing import Add, Operation, Owner, Remove
from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.swap.naming import Names, owners_named
from notebookapi.notebook.swap.ownership import Owned
from notebookapi.notebook.swap.reloading import made_by_modules, with_parts
from notebookapi.routing import APIRouter

MOST = 50
"""Publications that can be taken back; what older ones replaced is let go."""

_Placed = tuple[tuple[Owner, Placed], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """How a session stands: who owns what, what names stand for, what was registered on last."""

    owned: Sequence[Owned]
    names: Names
    last: NotebookAPI | None


Put = Callable[[Sequence[Operation], Standing], object]
Forget = Callable[[Sequence[Owned]], tuple[Sequence[Owned], Sequence[Owned]]]
"""Publishes a withdrawal; given what is owned, returns what is owned still, and what was."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One publication. who: what made it, such as "cell 4". before: how the session stood.

    lifespans: the routers that have another one since, with the one before.
    meant: what names stood for before that count for something else since, then or later.
    """

    who: str
    before: Standing
    added: _Placed
    removed: _Placed
    lifespans: Sequence[tuple[APIRouter, Any]] = ()
    meant: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Undone:
    """What taking steps back came to. steps: the newest first. meant: what names count for."""

    steps: Sequence[Step]
    standing: Standing
    withdrawn: Sequence[Registration]
    back: Sequence[Registration]
    meant: Mapping[str, Any]


class Steps:
    """The publications that can be taken back, no more than MOST.

    What cells published is among them, and what a command withdrew. What threads register is not:
    it stays as it is.
    """

    def __init__(self) -> None:
        self._steps: deque[Step] = deque(maxlen=MOST)

    def __len__(self) -> int:
        return len(self._steps)

    @property
    def latest(self) -> Step | None:
        """The publication that would be taken back next."""
        return self._steps[-1] if self._steps else None

    def note(
        self,
        who: str,
        standing: Standing,
        before: Mapping[Owner, Declared],
        lifespans: Sequence[tuple[APIRouter, Any]] = (),
    ) -> None:
        """Note a publication.

        before: what the owners that it concerned declared until then. lifespans: of routers that
        have another one now, the one until then.
        """
        now = {owner: owner._declared for owner in before}
        more = list(_more(before, now))
        kept = _imported(more, before, standing)
        added = tuple(each for each in more if each[1].registration not in kept)
        removed = tuple(_more(now, before))
        if added or removed or lifespans:
            self._steps.append(Step(who, standing, added, removed, lifespans))

    def note_meant(self, before: Mapping[str, Any]) -> None:
        """Note what names stood for that count for something else now."""
        if before and self._steps:
            last = self._steps.pop()
            self._steps.append(replace(last, meant={**before, **last.meant}))

    def take_back(self, count: int, put: Put) -> Undone:
        """Publish what was served before the last `count` publications, by one assignment.

        put: publishes operations, and serves the application of a standing.
        Raises BadArguments where there are fewer, and what publishing raises; nothing is changed
        then.
        """
        if not 0 < count <= len(self._steps):
            raise BadArguments(_too_many(count, len(self._steps)))
        steps = list(self._steps)[: -count - 1 : -1]
        operations = list(_inverse(steps))
        with _lifespans_of(steps):
            put(operations, steps[-1].before)
        for _ in steps:
            self._steps.pop()
        return Undone(
            steps,
            steps[-1].before,
            [each.registration for each in operations if isinstance(each, Remove)],
            [each.registration for each in operations if isinstance(each, Add)],
            {name: value for step in steps for name, value in step.meant.items()},
        )


@contextmanager
def _lifespans_of(steps: Iterable[Step]) -> Iterator[None]:
    """Let routers have the lifespans of before these steps, unless what follows fails."""
    now = []
    for step in steps:
        for router, lifespan in step.lifespans:
            now.append((router, router.lifespan_context))
            router.lifespan_context = lifespan
    try:
        yield
    except BaseException:
        for router, lifespan in reversed(now):
            router.lifespan_context = lifespan
        raise


def _too_many(count: int, there: int) -> str:
    if count < 1:
        return f"`%api undo {count}` takes nothing back; write `%api undo` or `%api undo 2`."
    if not there:
        return "There is nothing to take back: no cell has published anything (any more)."
    plural = "" if there == 1 else "s"
    return (
        f"Only {there} publication{plural} can be taken back; write `%api undo {there}` for all. "
        f"The last {MOST} are kept."
    )


def _more(
    before: Mapping[Owner, Declared], after: Mapping[Owner, Declared]
) -> Iterator[tuple[Owner, Placed]]:
    """Yield what owners declare after and not before."""
    for owner, declared in after.items():
        new = set(declared.registrations).difference(before[owner].registrations)
        among = declared.placed if new else ()  # it may be a thousand routes
        yield from ((owner, each) for each in among if each.registration in new)


def _imported(
    added: Iterable[tuple[Owner, Placed]], before: Mapping[Owner, Declared], standing: Standing
) -> set[Registration]:
    """Return what modules have registered on objects of their own: an import does not run again.

    It stays on such an object, which serves nothing once its inclusion is taken back.
    """
    owners = {owner for owner, _ in added} - with_parts(standing.names.values())
    new = {each for each in owners if all(one.place[0] < 0 for one in before[each].placed)}
    found: set[Registration] = set()
    for module, made in made_by_modules() if new else ():
        own = new & with_parts(owners_named(vars(module)).values())
        found.update(each.registration for each in made if each.owner in own)
    return found


def _inverse(steps: Iterable[Step]) -> Iterator[Operation]:
    """Yield what leads from what is declared now to what was before these steps.

    What somebody else has withdrawn meanwhile is not there to be removed.
    """
    there: dict[Owner, dict[Registration, Place]] = {}
    for step in steps:
        for owner, placed in step.added:
            _declared(there, owner).pop(placed.registration, None)
        for owner, placed in step.removed:
            _declared(there, owner)[placed.registration] = placed.place
    for owner, wanted in there.items():
        now = _declared({}, owner)
        yield from (Remove(owner, each) for each in now if each not in wanted)
        yield from (Add(owner, each, at) for each, at in wanted.items() if each not in now)


def _declared(
    there: dict[Owner, dict[Registration, Place]], owner: Owner
) -> dict[Registration, Place]:
    if owner not in there:
        there[owner] = {each.registration: each.place for each in owner._declared.placed}
    return there[owner]
