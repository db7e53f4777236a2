"""`%api forget METHOD PATH`: one registration is withdrawn, whatever cell made it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from notebookapi._table.published import Registration
from notebookapi.editing import Owner, Remove, current_draft, publish
from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.face import Session

_PATHS = ("route", "mount")


def withdraw(session: Session, method: str, path: str) -> str:
    """Withdraw what is registered for a method, WEBSOCKET or MOUNT, and a path; return its label.

    A running cell withdraws it when it ends well, as it publishes everything else.
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
    if draft is None:
        publish([operation])
    else:
        draft.stage(operation)
    return wanted


def _registered(session: Session) -> Iterator[tuple[Owner, Registration]]:
    """Yield what has a path, on the served application and in its routers; its own pages not."""
    for owner, declared in session.app.published.declared.items():
        for placed in declared.placed:
            if placed.registration.kind in _PATHS and placed.place[0] >= 0:
                yield owner, placed.registration


def _name(registration: Registration) -> str:
    method, _, path = registration.label.partition(" ")
    return f"{method.upper()} {path}"
