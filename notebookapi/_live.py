"""What is declared, as lists and mappings that programs change in place: the change is declared."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, SupportsIndex, TypeVar

from notebookapi._table.published import Place, Registration, place_between
from notebookapi.editing import Add, Owner, edit

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")


def declare_instead(
    owner: Owner, known: Sequence[Registration], wanted: Sequence[Registration]
) -> None:
    """Let an owner declare `wanted`, in this order, instead of `known`.

    As many as can be stay where they are: what stands in both, in the same order.
    """
    number = {registration: at for at, registration in enumerate(known)}
    order = [number[registration] for registration in wanted if registration in number]
    staying = {known[at] for at in _longest_rise(order)}
    if len(staying) == len(known) == len(wanted):
        return
    places = {each.registration: each.place for each in owner.declared.placed}
    with edit() as draft:
        for registration in known:
            if registration not in staying:
                draft.remove(owner, registration)
        low: Place = ()
        for at, registration in enumerate(wanted):
            if registration in staying:
                low = places[registration]
                continue
            following = (places[each] for each in wanted[at:] if each in staying)
            draft.stage(Add(owner, registration, place_between(low, next(following, None))))


def _longest_rise(numbers: Iterable[int]) -> list[int]:
    """Return as many of these numbers as stand in rising order."""
    ends: list[int] = []  # by length, the least number that a rise of this length ends with
    before: dict[int, int | None] = {}
    for number in numbers:
        at = bisect_left(ends, number)
        before[number] = ends[at - 1] if at else None
        ends[at : at + 1] = [number]
    found: list[int] = []
    last = ends[-1] if ends else None
    while last is not None:
        found.append(last)
        last = before[last]
    return found


class LiveList(list[T]):
    """A list of what is declared. Each change of it is one publication."""

    def __init__(self, read: Callable[[], Iterable[T]], write: Callable[[list[T]], None]) -> None:
        """read: returns what is declared now. write: declares a list instead of that."""
        super().__init__(read())
        self._read = read
        self._write = write

    def _change(self, change: Callable[[list[T]], Any]) -> Any:
        wanted = list(self._read())  # another list may have changed it since
        result = change(wanted)
        self._write(wanted)
        super().__setitem__(slice(None), wanted)
        return result

    def append(self, item: T) -> None:
        """Declare it behind the others."""
        self._change(lambda items: items.append(item))

    def extend(self, items: Iterable[T]) -> None:
        """Declare them behind the others, all at once."""
        self._change(lambda wanted: wanted.extend(items))

    def __iadd__(self, items: Iterable[T]) -> LiveList[T]:  # type: ignore[override, misc]  # a list's own returns Self
        self.extend(items)
        return self

    def insert(self, index: SupportsIndex, item: T) -> None:
        """Declare it in front of others."""
        self._change(lambda items: items.insert(index, item))

    def remove(self, item: T) -> None:
        """Withdraw it. Raises ValueError where it is not declared."""
        self._change(lambda items: items.remove(item))

    def pop(self, index: SupportsIndex = -1) -> T:
        """Withdraw what stands at `index` and return it."""
        popped: T = self._change(lambda items: items.pop(index))
        return popped

    def clear(self) -> None:
        """Withdraw all."""
        self._change(lambda items: items.clear())

    def reverse(self) -> None:
        """Declare them the other way round."""
        self._change(lambda items: items.reverse())

    def sort(self, *, key: Any = None, reverse: bool = False) -> None:
        """Declare them in another order."""
        self._change(lambda items: items.sort(key=key, reverse=reverse))

    def __setitem__(self, index: Any, value: Any) -> None:
        self._change(lambda items: items.__setitem__(index, value))

    def __delitem__(self, index: Any) -> None:
        self._change(lambda items: items.__delitem__(index))


class LiveDict(dict[K, V]):
    """A mapping of what is declared. Each change of it is one publication."""

    def __init__(
        self, read: Callable[[], Mapping[K, V]], write: Callable[[dict[K, V]], None]
    ) -> None:
        """read: returns what is declared now. write: declares a mapping instead of that."""
        super().__init__(read())
        self._read = read
        self._write = write

    def _change(self, change: Callable[[dict[K, V]], Any]) -> Any:
        wanted = dict(self._read())  # another mapping may have changed it since
        result = change(wanted)
        self._write(wanted)
        super().clear()
        super().update(wanted)
        return result

    def __setitem__(self, key: K, value: V) -> None:
        self._change(lambda items: items.__setitem__(key, value))

    def __delitem__(self, key: K) -> None:
        self._change(lambda items: items.__delitem__(key))

    def update(self, *given: Any, **more: Any) -> None:
        """Declare what is given, all at once."""
        self._change(lambda items: items.update(*given, **more))

    def __ior__(self, given: Any) -> LiveDict[K, V]:  # type: ignore[override, misc]  # a dict's own returns Self
        self.update(given)
        return self

    def setdefault(self, key: K, default: Any = None) -> Any:
        """Declare it where nothing is declared for its key; return what is."""
        return self._change(lambda items: items.setdefault(key, default))

    def pop(self, key: K, *default: Any) -> Any:
        """Withdraw what is declared for a key and return it."""
        return self._change(lambda items: items.pop(key, *default))

    def popitem(self) -> tuple[K, V]:
        """Withdraw what was declared last and return it with its key."""
        popped: tuple[K, V] = self._change(lambda items: items.popitem())
        return popped

    def clear(self) -> None:
        """Withdraw all."""
        self._change(lambda items: items.clear())
