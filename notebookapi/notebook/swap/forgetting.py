"""`%api forget METHOD PATH`: one registration is withdrawn, whatever cell made it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from notebookapi._table.published import Registration
from notebookapi.editing import Owner, Remove, current_draft, publish
from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.face import Session
from notebookapi.notebook.swap.ownership import Owned
from notebookapi.notebook.swap.transaction import forget as forget_cell

_PATHS = ("route", "mount")


def withdraw(session: Session, method: str, path: str) -> str:
    """Withdraw what is registered for a method, WEBSOCKET or MOUNT, and a path; return its label.

    A running cell withdraws it when it ends well, as it publishes everything else; called outside
    of one, by a thread say, it is withdrawn at once.
    Raises BadArguments where there is nothing of that name.
    """
    wanted = f"{method.upper()} {path}"
    there = list(_registered(session))
    found = next((each for each in there if _name(each[1]) == wanted), None)
    if found is None:
        names = [_name(registration) for _, registration in there]
        near = difflib.get_close_matches(wanted, names, n=1)
        guess = f"Did you mean `%api forget {near[0]}`?" if near else "`%api routes` lists all."
        raise BadArguments(f"Nothing is registered as `{wanted}`. {guess}")
    operation = Remove(*found)
    draft = current_draft()
    if draft is not None:
        draft.stage(operation)
        return wanted

    def forget(owned: Sequence[Owned]) -> tuple[Sequence[Owned], Sequence[Owned]]:
        publish([operation])
        gone = [each for each in owned if each.registration is operation.registration]
        # What it hid does not come back, as where a cell forgets.
        lost = {each.identity for each in gone}
        return [each for each in owned if each.identity not in lost], gone

    session.withdraw("%api forget", forget, operation.owner)
    return wanted


def withdraw_deleted(session: Session) -> Sequence[Owned]:
    """Withdraw what the cells registered that the front end reports deleted; return it."""

    def forget(owned: Sequence[Owned]) -> tuple[Sequence[Owned], Sequence[Owned]]:
        removed: list[Owned] = []
        for key in sorted(session.places.deleted):
            owned, change = forget_cell(owned, key)
            removed += change.removed
        return owned, removed

    return session.withdraw("%api forget --deleted", forget)


def _registered(session: Session) -> Iterator[tuple[Owner, Registration]]:
    """Yield what has a path, on the served application and in its routers; its own pages not."""
    for owner, declared in session.app.published.declared.items():
        for placed in declared.placed:
            if placed.registration.kind in _PATHS and placed.place[0] >= 0:
                yield owner, placed.registration


def _name(registration: Registration) -> str:
    method, _, path = registration.label.partition(" ")
    return f"{method.upper()} {path}"
