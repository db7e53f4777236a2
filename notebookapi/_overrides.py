"""Dependencies that an application overrides: a mapping whose changes are published as routes are.

    app.dependency_overrides[get_db] = fake_db

Outside of `edit` that is published at once, inside with the rest of it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from typing import Any

from notebookapi._records import record
from notebookapi._table.published import Declared, Registration
from notebookapi.editing import Owner, edit

Call = Callable[..., Any]

_TURNS = itertools.count()


@record(frozen=True, slots=True, eq=False)
class Override:
    """turn: of several for one original, the one with the greatest counts."""

    original: Call
    override: Call
    turn: int


def override_registration(original: Call, override: Call) -> Registration:
    """Return what identifies an override among the others of its application."""
    name = getattr(original, "__name__", None) or repr(original)
    value = Override(original, override, next(_TURNS))
    return Registration("override", (original,), value, f"override {name}")


def overrides_in(declared: Declared) -> dict[Call, Call]:
    """Return what is overridden, by the original, in the order in which that was said."""
    return {each.value.original: each.value.override for each in _in_turn(declared)}


def kept_overrides(declared: Declared, before: Mapping[Call, Call]) -> Mapping[Call, Call]:
    """Return what is overridden: `before` itself where it is the same."""
    now = overrides_in(declared)
    return before if now == before else now


def _in_turn(declared: Declared) -> list[Registration]:
    found = (each.registration for each in declared.of("override"))
    return sorted(found, key=lambda each: each.value.turn)


class Overrides(MutableMapping[Call, Call]):
    """`app.dependency_overrides`: used as a dictionary, by one application or by several.

    What an assignment to that attribute has put aside goes on as a dictionary of its own.
    """

    def __init__(self, values: Mapping[Call, Call] | Iterable[tuple[Call, Call]] = ()) -> None:
        self._applications: tuple[Owner, ...] = ()
        self._aside: dict[Call, Call] = dict(values)

    def give_to(self, application: Owner) -> None:
        """Let an application override what is in here, and nothing else."""
        wanted = self.copy()
        with edit():
            _clear(application, overrides_in(application.declared).keys() - wanted.keys())
            self._applications = (*self._applications, application)
            _set(application, wanted)

    def take_from(self, application: Owner) -> None:
        """Let an application go; its overrides are left as they are."""
        self._aside = self.copy()
        self._applications = tuple(a for a in self._applications if a is not application)

    def copy(self) -> dict[Call, Call]:
        """Return a dictionary that has no more to do with an application."""
        if not self._applications:
            return dict(self._aside)
        return overrides_in(self._applications[0].declared)

    def __getitem__(self, original: Call) -> Call:
        return self.copy()[original]

    def __setitem__(self, original: Call, override: Call) -> None:
        self.update({original: override})

    def update(self, *others: Any, **named: Any) -> None:
        """Override more, all of it together."""
        more: dict[Any, Call] = dict(*others, **named)
        if not self._applications:
            self._aside |= more
            return
        with edit():
            for application in self._applications:
                _set(application, more)

    def __delitem__(self, original: Call) -> None:
        if original not in self.copy():
            raise KeyError(original)
        self._remove([original])

    def clear(self) -> None:
        """Override nothing any more."""
        self._remove(self.copy())

    def popitem(self) -> tuple[Call, Call]:
        """Take back the latest override and return it. Raises KeyError where there is none."""
        item = self.copy().popitem()
        self._remove([item[0]])
        return item

    def _remove(self, originals: Iterable[Call]) -> None:
        gone = set(originals)
        if not self._applications:
            self._aside = {key: value for key, value in self._aside.items() if key not in gone}
            return
        with edit():
            for application in self._applications:
                _clear(application, gone)

    def __iter__(self) -> Iterator[Call]:
        return iter(self.copy())

    def __reversed__(self) -> Iterator[Call]:
        return reversed(self.copy())

    def __len__(self) -> int:
        return len(self.copy())

    def __or__(self, other: Mapping[Call, Call]) -> dict[Call, Call]:
        return {**self.copy(), **other}

    def __ror__(self, other: Mapping[Call, Call]) -> dict[Call, Call]:
        return {**other, **self.copy()}

    def __ior__(self, other: Any) -> Overrides:  # type: ignore[misc]  # a dictionary's keeps it too
        self.update(other)
        return self

    def __copy__(self) -> dict[Call, Call]:
        return self.copy()

    def __deepcopy__(self, memo: Any) -> dict[Call, Call]:
        return self.copy()  # functions are not copied

    def __repr__(self) -> str:
        return repr(self.copy())


def _set(application: Owner, wanted: Mapping[Call, Call]) -> None:
    with edit() as draft:
        there = {each.value.original: each for each in _in_turn(application.declared)}
        for original, override in wanted.items():
            new, old = override_registration(original, override), there.get(original)
            if old is None:
                draft.add(application, new)
            else:
                draft.replace(application, old, new)


def _clear(application: Owner, originals: set[Call]) -> None:
    with edit() as draft:
        for each in _in_turn(application.declared):
            if each.value.original in originals:
                draft.remove(application, each)
