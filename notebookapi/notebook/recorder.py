"""Registrations made while a cell runs: staged on its draft, each with the line it stands on."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any

from notebookapi._table.published import Place, Registration
from notebookapi.editing import Add, Draft, Owner, Remove, Replace, current_draft, stage_on


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A registration that a cell made. line: 1-based, of the cell's transformed source."""

    owner: Owner
    registration: Registration
    place: Place
    line: int


class CellDraft(Draft):
    """What one run of a cell stages.

    position: the cell's place among the others; its registrations divide it, in their order.
    """

    def __init__(self, position: Place, namespace: Mapping[str, Any]) -> None:
        super().__init__()
        self.position = position
        self._namespace = namespace
        self._made: dict[Registration, Made] = {}
        self._count = 0

    def add(self, owner: Owner, registration: Registration) -> None:
        place = (*self.position, self._count)
        self._count += 1
        self._made[registration] = Made(owner, registration, place, self._line())
        self.stage(Add(owner, registration, place))

    def replace(self, owner: Owner, old: Registration, new: Registration) -> None:
        there = self.declared(owner).find(old)
        super().replace(owner, old, new)
        if there is not None:
            self._made[new] = Made(owner, new, there.place, self._line())

    @property
    def made(self) -> list[Made]:
        """What the cell added and did not withdraw again, in order."""
        return [
            made
            for registration, made in self._made.items()
            if self.declared(made.owner).find(registration) is not None
        ]

    @property
    def withdrawn(self) -> list[Remove]:
        """What the cell withdrew, or replaced, of others' registrations."""
        gone = [
            (operation.owner, operation.old if isinstance(operation, Replace)
             else operation.registration)
            for operation in self.operations
            if not isinstance(operation, Add)
        ]
        return [Remove(owner, old) for owner, old in gone if old not in self._made]

    def _line(self) -> int:
        frame = outermost(sys._getframe(1), self._is_cell)
        return frame.f_lineno if frame else 1

    def _is_cell(self, frame: FrameType) -> bool:
        return is_module_level(frame, self._namespace)


def is_module_level(frame: FrameType, namespace: Mapping[str, Any]) -> bool:
    """Tell whether a frame runs a cell's own statements, and not those of a function in it."""
    return frame.f_globals is namespace and not frame.f_code.co_flags & inspect.CO_OPTIMIZED


def outermost(frame: FrameType | None, accept: Callable[[FrameType], bool]) -> FrameType | None:
    """Return the accepted frame that was entered first, going outwards from `frame`."""
    found = None
    while frame is not None:
        if accept(frame):
            found = frame
        frame = frame.f_back
    return found


@dataclass(slots=True, eq=False)
class _Open:
    draft: CellDraft
    nested_at: int | None


class Recorder:
    """Opens a draft when a cell starts and hands it over when the cell ends.

    A cell is known by its execution's info object, since cells on subshells end in any order. A
    cell that runs inside another (`%%capture`, `run_cell`) stages on the other's draft.
    """

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self._namespace = namespace
        self._open: dict[int, _Open] = {}

    def begin(self, info: object, position: Place) -> None:
        """Start recording for an execution."""
        outer = current_draft()
        if isinstance(outer, CellDraft):
            self._open[id(info)] = _Open(outer, len(outer.operations))
            return
        draft = CellDraft(position, self._namespace)
        self._open[id(info)] = _Open(draft, None)
        stage_on(draft)

    def abandon(self) -> list[CellDraft]:
        """Stop recording altogether; return the drafts of the cells that are running."""
        drafts = [there.draft for there in self._open.values() if there.nested_at is None]
        self._open.clear()
        for draft in drafts:
            draft.close()
        stage_on(None)
        return drafts

    def is_nested(self, info: object) -> bool:
        """Tell whether an execution runs inside another."""
        there = self._open.get(id(info))
        return there is not None and there.nested_at is not None

    def end(self, info: object, *, succeeded: bool) -> CellDraft | None:
        """Stop recording; return the draft, or None for a cell inside another, and for one whose
        start was not seen."""
        there = self._open.pop(id(info), None)
        if there is None:
            return None
        if there.nested_at is not None:
            if not succeeded:
                there.draft.roll_back(there.nested_at)
            return None
        # A task that the cell left running still holds the draft: what it registers from now on
        # is published at once. `reset` would raise here: async cells run in a copied context.
        there.draft.close()
        stage_on(None)
        return there.draft
