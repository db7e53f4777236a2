"""Which file of the package each part of a module goes to.

main      what makes the application, and all that has to know it
NAME      of a router: its routes, and what only these use
models    classes that several files use
shared    whatever else several files use
Imports point in one direction: main -> routers -> shared -> models.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from notebookapi.export.project.parts import Part, joined

MAIN, SHARED, MODELS = "main", "shared", "models"
_RESERVED = frozenset({MAIN, SHARED, MODELS, "settings", "health", "ray", "routers"})


@dataclass(slots=True)
class _Group:
    parts: Sequence[Part]
    home: str

    @property
    def binds(self) -> set[str]:
        return {name for part in self.parts for name in part.binds}

    @property
    def reads(self) -> set[str]:
        return {name for part in self.parts for name in part.names.reads} - self.binds


def place(
    parts: Sequence[Part], application: str, routers: Mapping[Part, str]
) -> Mapping[Part, str] | None:
    """Return the file of each part; None where a module has to stay in one piece.

    routers: parts that a router's file is meant for -> its name.
    """
    groups = [_Group(several, _first_home(several, routers)) for several in joined(parts)]
    for group in groups:
        if application in group.binds | group.reads:
            group.home = MAIN
    _push_up(groups)
    if any(_is_loose(group) for group in groups):
        return None
    _pull_down(groups)
    _tell_models(groups)
    return {part: group.home for group in groups for part in group.parts}


def _first_home(parts: Sequence[Part], routers: Mapping[Part, str]) -> str:
    homes = {routers[part] for part in parts if part in routers}
    if not homes:
        return SHARED
    return homes.pop() if len(homes) == 1 else MAIN


def _is_loose(group: _Group) -> bool:
    """A statement that is there for its effect alone has to run when it did, before what follows.

    Setting up logs may come when it likes.
    """
    if group.home != SHARED or group.binds:
        return False
    is_log = all(part.text.lstrip().startswith("logging.") for part in group.parts)
    if is_log:
        group.home = MAIN
    return not is_log


def _holders(groups: Sequence[_Group]) -> Mapping[str, _Group]:
    return {name: group for group in groups for name in group.binds}


def _push_up(groups: Sequence[_Group]) -> None:
    """Nothing may read from above, nor from beside: it moves until it does not."""
    holders, is_moving = _holders(groups), True
    while is_moving:
        is_moving = False
        for group in groups:
            homes = {holders[name].home for name in group.reads if name in holders}
            above = _above(group.home, homes - {group.home, SHARED})
            if above != group.home:
                group.home, is_moving = above, True


def _above(home: str, read: set[str]) -> str:
    if not read or home == MAIN:
        return home
    return read.pop() if home == SHARED and len(read) == 1 else MAIN


def _pull_down(groups: Sequence[_Group]) -> None:
    """What one file alone uses belongs there."""
    is_moving = True
    while is_moving:
        is_moving = False
        for group in groups:
            if group.home != SHARED:
                continue
            users = {one.home for one in groups if one is not group and one.reads & group.binds}
            if len(users) < 2 and users != {SHARED}:
                group.home, is_moving = (users.pop() if users else MAIN), True


def _tell_models(groups: Sequence[_Group]) -> None:
    """Classes that stand upon nothing but classes get a file of their own."""
    holders = _holders(groups)
    models = [
        group
        for group in groups
        if group.home == SHARED and all(part.is_class for part in group.parts)
    ]
    is_moving = True
    while is_moving:
        kept = [
            group
            for group in models
            if all(holders[name] in models for name in group.reads if name in holders)
        ]
        is_moving, models = len(kept) < len(models), kept
    for group in models:
        group.home = MODELS


def file_name(said: str, taken: Sequence[str]) -> str:
    """Return a module's name for a tag or a router, which none of the others has."""
    name = re.sub(r"\W+", "_", said.lower(), flags=re.ASCII).strip("_")
    name = name if name.isidentifier() else f"routes_{name}".rstrip("_")
    name = f"{name}_routes" if name in _RESERVED or keyword.iskeyword(name) else name
    number, free = 2, name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free
