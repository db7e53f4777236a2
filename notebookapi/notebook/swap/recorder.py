"""Registrations made while a cell runs: staged on its draft, each with the line it stands on."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dis import opname
from types import FrameType, ModuleType
from typing import Any

from notebookapi._table.published import Place, Published, Registration, next_place
from notebookapi.editing import (
    Add,
    Application,
    Draft,
    Operation,
    Owner,
    Remove,
    Replace,
    current_draft,
    stage_on,
)
from notebookapi.notebook.swap.naming import Names


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A registration that a cell made. line: 1-based, of the cell's transformed source.

    module: the module whose import made it; such a registration is not the cell's own, since the
    import does not run again when the cell does. frame: what ran the module's code.
    is_whole: whether all of that code ran; autoreload may run only the functions that changed.
    """

    owner: Owner
    registration: Registration
    place: Place
    line: int
    module: ModuleType | None = None
    frame: FrameType | None = None
    is_whole: bool = True

    @property
    def is_lost(self) -> bool:
        """Whether the import that made it failed."""
        module = self.module
        if module is None:
            return False
        return sys.modules.get(module.__name__) is not module or _has_failed(self.frame)


Planner = Callable[["CellDraft"], Sequence[Operation]]
"""Returns what would be published if a cell ended now."""


class CellDraft(Draft):
    """What one run of a cell stages.

    position: the cell's place among the others; its registrations divide it, in their order.
    cell_id: the front end's; None where it sends none.
    named: what the names of applications and routers stood for when the cell began.
    has_failed: whether a magic has run the cell's text as a cell of its own, and that has failed:
    `%%capture` itself does not.
    """

    has_failed = False

    def __init__(
        self,
        position: Place,
        namespace: Mapping[str, Any],
        *,
        cell_id: str | None = None,
        named: Names | None = None,
        plan: Planner | None = None,
    ) -> None:
        super().__init__()
        self.position = position
        self.cell_id = cell_id
        self.named = named or {}
        self._namespace = namespace
        self._plan = plan
        self._made: dict[Registration, Made] = {}
        self._count = 0

    def stage(self, operation: Operation) -> None:
        # Not only `add` and `replace` come here: an `edit` inside the cell hands over on leaving.
        if isinstance(operation, Remove):
            super().stage(operation)
            return
        if isinstance(operation, Replace) and operation.new.kind == "override":
            # Setting the same again takes nothing away: who set it before is asked at the end.
            if operation.old not in self._made:
                operation = Add(operation.owner, operation.new, ())
        made = self._noted(operation)
        if isinstance(operation, Add):
            operation = Add(made.owner, made.registration, made.place)
        super().stage(operation)
        self._made[made.registration] = made

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
            (each.owner, each.old if isinstance(each, Replace) else each.registration)
            for each in self.operations
            if not isinstance(each, Add)
        ]
        return [Remove(owner, old) for owner, old in gone if old not in self._made]

    def preview(self, application: Application) -> Published:
        """Return what an application would serve if the cell ended now.

        What it has not registered again yet is served as before.
        """
        if self._plan is None:
            return super().preview(application)
        draft = Draft()
        for operation in self._plan(self):
            draft.stage(operation)
        return draft.preview(application)

    def _noted(self, operation: Add | Replace) -> Made:
        where = _where(self._namespace)
        line, module, told = where.line, where.module, (where.frame, where.is_whole)
        if isinstance(operation, Replace):
            there = self.declared(operation.owner).find(operation.old)
            # Behind the old one's place and before the next: its own may be taken again by the
            # cell that made the old one.
            place = (*(there.place if there else self.position), *next_place())
            return Made(operation.owner, operation.new, place, line, module, *told)
        if module is not None:
            return Made(operation.owner, operation.registration, next_place(), line, module, *told)
        if len(operation.place) > 1:  # it is to stand between others: put into a list of routes
            return Made(operation.owner, operation.registration, operation.place, line)
        place = (*self.position, self._count)
        self._count += 1
        return Made(operation.owner, operation.registration, place, line)


def is_module_level(frame: FrameType, namespace: Mapping[str, Any]) -> bool:
    """Tell whether a frame runs a cell's own statements, and not those of a function in it."""
    return frame.f_globals is namespace and not frame.f_code.co_flags & inspect.CO_OPTIMIZED


def is_inside_cell(namespace: Mapping[str, Any]) -> bool:
    """Tell whether this is called, however indirectly, by a cell's own statements."""
    return any(is_module_level(frame, namespace) for frame in _outwards(sys._getframe(1)))


@dataclass(frozen=True, slots=True)
class _Where:
    """line: of the cell that runs. module: what is being imported there, by `frame`."""

    line: int
    module: ModuleType | None
    frame: FrameType | None
    is_whole: bool


def _where(namespace: Mapping[str, Any]) -> _Where:
    line, is_known, is_whole = 1, False, True
    owner: tuple[ModuleType | None, FrameType | None] = (None, None)
    for frame in _outwards(sys._getframe(1)):
        if is_module_level(frame, namespace):
            # The outermost counts: a cell inside this one has other lines.
            line, is_known = frame.f_lineno, True
        elif not is_known and (module := _imported(frame)):
            owner, is_known = (module, frame), True
        elif frame.f_globals.get("__name__") == _PATCHING:
            is_whole = False
    return _Where(line, *owner, is_whole)


def _has_failed(frame: FrameType | None) -> bool:
    """Tell whether a module's code has ended by an exception; a module stays upon `reload`."""
    if frame is None or any(each is frame for each in _outwards(sys._getframe(1))):
        return False
    return not opname[frame.f_code.co_code[frame.f_lasti]].startswith("RETURN_")


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _imported(frame: FrameType) -> ModuleType | None:
    """Return the module whose import a frame runs, if it does; `%run` imports nothing."""
    if frame.f_code.co_name != "<module>":
        return None
    name = frame.f_globals.get("__name__")
    module = sys.modules.get(name) if isinstance(name, str) and name != "__main__" else None
    if module is None or vars(module) is frame.f_globals:
        return module
    # A function that is new in a module runs in a copy of the module's names.
    by = frame.f_back
    return module if by is not None and by.f_globals.get("__name__") == _PATCHING else None


_PATCHING = "IPython.extensions.deduperreload.deduperreload"
"""Autoreload's way of running again only the functions of a module that have changed."""


@dataclass(slots=True, eq=False)
class _Open:
    info: object  # kept: another object must not get its id while it is a key
    draft: Draft
    nested_at: int | None


class Recorder:
    """Opens a draft when a cell starts and hands it over when the cell ends.

    A cell is known by its execution's info object, since cells on subshells end in any order. A
    cell that runs inside another (`%%capture`, `run_cell`) stages on the other's draft.
    """

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self._namespace = namespace
        self._open: dict[int, _Open] = {}

    def begin(
        self,
        info: object,
        position: Place,
        *,
        cell_id: str | None = None,
        named: Names | None = None,
        plan: Planner | None = None,
    ) -> None:
        """Start recording for an execution."""
        outer = current_draft()
        if outer is not None:
            self._open[id(info)] = _Open(info, outer, len(outer.operations))
            return
        draft = CellDraft(position, self._namespace, cell_id=cell_id, named=named, plan=plan)
        self._open[id(info)] = _Open(info, draft, None)
        stage_on(draft)

    def abandon(self) -> list[CellDraft]:
        """Stop recording altogether; return the drafts of the cells that are running."""
        drafts = [
            there.draft
            for there in self._open.values()
            if there.nested_at is None and isinstance(there.draft, CellDraft)
        ]
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
            draft = there.draft
            if not succeeded and isinstance(draft, CellDraft) and self._is_all_of_it(there):
                draft.has_failed = True
            elif not succeeded:
                draft.roll_back(there.nested_at)
            return None
        # A task that the cell left running still holds the draft: what it registers from now on
        # is published at once. `reset` would raise here: async cells run in a copied context.
        there.draft.close()
        stage_on(None)
        return there.draft if isinstance(there.draft, CellDraft) else None

    def _is_all_of_it(self, inner: _Open) -> bool:
        """Tell whether a cell that ran inside another is what a magic made of the other's text."""
        open_ = (each for each in self._open.values() if each.draft is inner.draft)
        outer = next((each.info for each in open_ if each.nested_at is None), None)
        first, _, rest = _source(outer).partition("\n")
        return first.startswith("%%") and rest.strip() == _source(inner.info).strip()


def _source(info: object) -> str:
    return getattr(info, "raw_cell", None) or ""
