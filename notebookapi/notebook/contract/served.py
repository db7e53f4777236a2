"""What an application served and what it serves -> the operations whose contract changed."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from notebookapi._route import APIRoute
from notebookapi._table import Entry
from notebookapi._table.published import Published, Registration
from notebookapi.applications import NotebookAPI
from notebookapi.notebook.contract.model import Change, Operation
from notebookapi.notebook.contract.operations import compare, shape
from notebookapi.notebook.swap.transaction import Outcome

if TYPE_CHECKING:
    from notebookapi._openapi.operation import Operable

MOST = 200
"""Operations that one publication compares; more change only where a router is included anew."""


@dataclass(frozen=True, slots=True)
class Served:
    """What an application serves at one moment."""

    app: NotebookAPI
    published: Published

    @classmethod
    def by(cls, app: NotebookAPI | None) -> Served | None:
        return cls(app, app.published) if app is not None else None

    def is_other(self, before: Served | None) -> bool:
        """Tell whether anything has been published since."""
        return before is None or before.published is not self.published

    def anew(self, before: Served | None) -> list[tuple[str, Sequence[Registration]]]:
        """Return what is served now and was not: its label, and what brought it there."""
        known = set(before.published.table) if before is not None else set()
        chains = self.published.chains
        new = [entry for entry in self.published.table if entry not in known]
        ordered = sorted(new, key=lambda each: each.order)
        return [(chains[each.order][-1].label, chains[each.order]) for each in ordered]


@dataclass(frozen=True, slots=True, eq=False)
class Changed:
    """An operation that is served anew. registration: the last of those that brought it there.

    is_compared: whether its changes are known, since there were not too many operations.
    """

    label: str
    registration: Registration
    changes: tuple[Change, ...]
    is_compared: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    method: str
    route: APIRoute
    registration: Registration
    app: NotebookAPI

    @property
    def identity(self) -> tuple[str, str]:
        return self.method, shape(self.route.path_format)

    def described(self) -> Operation:
        # The making of documents is loaded with the first that is wanted.
        from notebookapi._openapi.single import single

        made = single(
            cast("Operable", self.route),
            self.method,
            separate=self.app.separate_input_output_schemas,
            problems=self.app.problem_details,
        )
        return Operation(self.method, self.route.path_format, made.described, made.components)


def contract_changes(
    before: Served | None,
    after: Served | None,
    replaced: Mapping[Registration, Registration],
) -> list[Changed]:
    """Return the operations that changed for their clients, in the order in which they match.

    replaced: new registration -> the one that it stands in for, maybe under another path.
    What is only added or withdrawn is not among them. Those behind the first MOST are not
    compared: each takes a millisecond or more, and the person waits.
    """
    if before is None or after is None or before.published is after.published:
        return []
    known = set(before.published.table)
    gone = known.difference(after.published.table)
    lines = list(_lines(before, gone))
    served = {line.identity: line for line in reversed(lines)}
    renamed = {(line.registration, line.method): line for line in lines}
    found: list[Changed] = []
    for line in _lines(after, set(after.published.table) - known):
        old = replaced.get(line.registration)
        was = served.get(line.identity) or (renamed.get((old, line.method)) if old else None)
        if was is None or was.route is line.route:
            continue
        is_compared = len(found) < MOST
        changes = _compared(was, line) if is_compared else ()
        label = f"{line.method} {line.route.path_format}"
        found.append(Changed(label, line.registration, changes, is_compared))
    return [each for each in found if each.changes or not each.is_compared]


def contract_of(outcome: Outcome, before: Served | None, after: Served | None) -> list[Changed]:
    """Return the operations whose contract a run of a cell has changed."""
    pairs = (*outcome.change.replaced, *outcome.change.taken)
    replaced = {new.registration: old.registration for old, new in pairs}
    return contract_changes(before, after, replaced)


def _compared(was: _Line, now: _Line) -> tuple[Change, ...]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they are told where the document is made
            return compare(was.described(), now.described())
    except Exception as error:  # a type of the program's own that has no schema
        return (Change("", f"cannot be compared ({type(error).__name__})"),)


def _lines(served: Served, entries: Iterable[Entry]) -> Iterator[_Line]:
    published = served.published
    for entry in sorted(entries, key=lambda each: each.order):
        route: Any = entry.route
        if isinstance(route, APIRoute) and route.spec.include_in_schema:
            registration = published.chains[entry.order][-1]
            for method in sorted(route.methods or ()):
                yield _Line(method, route, registration, served.app)
