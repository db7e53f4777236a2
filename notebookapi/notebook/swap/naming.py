"""What names stand for: an application or router under a name may be replaced by another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import compress, repeat, takewhile
from operator import is_, is_not, ne
from typing import Any

from notebookapi.applications import NotebookAPI
from notebookapi.editing import Owner
from notebookapi.notebook.errors import NothingToServe
from notebookapi.routing import APIRouter

Names = Mapping[str, Owner]
Renewed = Mapping[Owner, Owner]
"""An application or router -> the one that has taken its name."""


def owners_named(namespace: Mapping[str, Any]) -> Names:
    """Return the names of applications and routers, those of IPython's own (`_`, `_3`) left out."""
    return {name: value for name, value in dict(namespace).items() if _is_owner(name, value)}


def _is_owner(name: str, value: object) -> bool:
    return issubclass(type(value), Owner) and not name.startswith("_")


_NOTHING: Any = object()


class Bindings:
    """What the names of a namespace stood for at the end of the cell before.

    Not those that begin with `_`: IPython adds some with every cell, and they stand for nothing
    that is served.

    seen: all of it. owners: the applications and routers among it.
    rebound: the names that stand for something else now, but those of applications and routers.
    owners_now: the applications and routers of now.
    """

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace
        self._anew: Mapping[str, Any] = {}
        self._seen: dict[str, Any] = {}
        # How many names there were, and the last of them.
        self._end = self._end_now = (0, "")
        self.owners = self.owners_now = owners_named(namespace)
        self.rebound: Sequence[str] = ()

    @property
    def seen(self) -> Mapping[str, Any]:
        return self._seen

    def compare(self) -> None:
        """Find the names that stand for something else now, and those that are new."""
        there, seen = self._namespace, self._seen
        try:
            self._anew = self._found(there)
        except (RuntimeError, KeyError):  # a thread has changed it meanwhile
            self._anew = self._found(dict(there))
        self.rebound = [n for n in self._anew if n in seen and not isinstance(seen[n], Owner)]
        same = {name: each for name, each in self.owners.items() if there.get(name) is each}
        new = {name: value for name, value in self._anew.items() if _is_owner(name, value)}
        self.owners_now = same | new

    def _found(self, there: dict[str, Any]) -> Mapping[str, Any]:
        # After every cell, in what may be a long notebook: the loops are C's.
        count, last = self._end
        self._end_now = len(there), next(reversed(there), "")
        now = list(map(there.get, self._seen, repeat(_NOTHING)))
        names = list(takewhile(partial(ne, last), reversed(there)))  # names are kept in their order
        if len(names) != len(there) - count or any(map(is_, now, repeat(_NOTHING))):
            names = list(there)  # names were deleted
        else:
            names += compress(self._seen, map(is_not, now, self._seen.values()))
        public = (name for name in names if not name.startswith("_"))
        return {n: there[n] for n in public if there[n] is not self._seen.get(n, _NOTHING)}

    def settle(self) -> None:
        """Let what was compared last be what names stood for before."""
        self._seen |= self._anew
        if not self._seen.keys() <= self._namespace.keys():
            self._seen = {n: each for n, each in self._seen.items() if n in self._namespace}
        self.owners, self._end = self.owners_now, self._end_now
        self._anew, self.rebound = {}, ()


def followed(known: Names, before: Names, now: Names, used: Iterable[Owner]) -> Names:
    """Return what names stand for after a cell that ended well.

    A name counts as bound anew when this cell bound it, or registers on what it stands for: that
    way a binding that is left of a failed cell counts for nothing by itself.
    """
    used = set(used)
    anew = {
        name: owner
        for name, owner in now.items()
        if name not in known or before.get(name) is not owner or used & _parts(owner)
    }
    # A name that is deleted, by `%reset` say, takes nothing away from what is served.
    return {**known, **anew}


def renewed(known: Names, names: Names, now: Names) -> Renewed:
    """Return which objects another one stands for, now that `known` names became `names`.

    now: what the namespace says. A second name there keeps an object.
    """
    kept = set(now.values())
    pairs: dict[Owner, Owner] = {}
    for name, old in known.items():
        new = names[name]
        if new is old or old in kept:
            continue
        if isinstance(old, NotebookAPI) and isinstance(new, NotebookAPI):
            pairs |= {old: new, old.router: new.router}
        elif isinstance(old, APIRouter) and isinstance(new, APIRouter):
            pairs[old] = new
    return pairs


def _parts(owner: Owner) -> set[Owner]:
    return {owner, owner.router} if isinstance(owner, NotebookAPI) else {owner}


def applications_of(owner: Owner) -> list[NotebookAPI]:
    """Return the applications that an owner's registrations are served by, the nearest first."""
    found: list[NotebookAPI] = []
    seen: set[Owner] = set()
    waiting = [owner]
    while waiting:
        each = waiting.pop(0)
        if each not in seen:
            seen.add(each)
            found += [each] if isinstance(each, NotebookAPI) else []
            waiting += each._parents
    return found


def serves_something(application: NotebookAPI) -> bool:
    """Tell whether anything was registered that answers requests, by a cell or by a module."""
    owners: list[Owner] = [application, application.router]
    placed = (each for owner in owners for each in owner._declared.placed)
    return any(each.registration.kind in _ANSWER and each.place[0] >= 0 for each in placed)


_ANSWER = ("route", "mount", "include")


def described(value: object) -> str:
    """Say what a name stands for."""
    kind = type(value)
    return "not defined" if value is None else f"a {kind.__module__}.{kind.__qualname__}"


def left_alone(value: object) -> str:
    """Say why an object under the name `app` is not served, and what to do."""
    kind = type(value)
    if kind.__module__.partition(".")[0] == "fastapi":
        return (
            "`app` is a FastAPI application and left alone. To serve it from here, change the "
            "import: `from notebookapi import NotebookAPI as FastAPI`."
        )
    return (
        f"`app` is {described(value)} and left alone. `NotebookAPI()` makes an application; "
        "`%api serve NAME` serves it under another name."
    )


def nothing_to_serve(name: str, value: object) -> NothingToServe:
    """Return the error where nothing is served yet, and a name is to stand for it."""
    return NothingToServe(
        f"`{name}` is {described(value)}, so there is nothing to serve. Run `from notebookapi "
        "import NotebookAPI` and `app = NotebookAPI()`, or choose another application by "
        "`%api serve NAME`."
    )


def cannot_be_served(name: str, value: object) -> NothingToServe:
    """Return the error for a name that stands for no application."""
    cure = f"define it: `{name} = NotebookAPI()`"
    if value is None:
        return NothingToServe(f"`{name}` is not defined, so it cannot be served. First {cure}.")
    return NothingToServe(
        f"`{name}` is {described(value)}, not a NotebookAPI, so it cannot be served. Serve "
        f"another name, or {cure}."
    )
