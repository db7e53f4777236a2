"""What the person should know after a cell besides what it changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from notebookapi.applications import NotebookAPI
from notebookapi.editing import Owner
from notebookapi.exceptions import DeclarationError
from notebookapi.notebook.contract.served import Served
from notebookapi.notebook.face import Session
from notebookapi.notebook.notes.live import binder, holds, readers
from notebookapi.notebook.swap.naming import applications_of, described, left_alone, owners_named
from notebookapi.notebook.swap.ownership import Owned
from notebookapi.notebook.swap.recorder import CellDraft, Made
from notebookapi.notebook.swap.transaction import Outcome
from notebookapi.notebook.views.model import Note


def remarks(
    outcome: Outcome, draft: CellDraft | None, session: Session, *, is_same: bool = False
) -> list[Note]:
    """Return the notes of a run, on what is not served although it might be expected to be.

    is_same: the cell ran before as it stands; its card says again what it said then.
    """
    if draft is None:
        return []
    if not outcome.is_published:
        return [*_not_served(draft, session), *_anew(outcome)]
    return [
        *_anew(outcome),
        *_carried(outcome),
        *_rebound(outcome, is_same),
        *(() if is_same else _instances(outcome, session)),
        *_replaced_by_other(draft, session),
        *_waiting(outcome.made, session),
    ]


def failing(outcome: Outcome, error: BaseException | None, session: Session) -> Iterator[Note]:
    """Say what a failing cell leaves as it was, where its first registration has failed.

    A cell that has registered something says it anyway.
    """
    if isinstance(error, DeclarationError) and not (outcome.dropped or outcome.kept):
        if any(not each.shadowed for each in session.owned):
            label = _capital(outcome.cell.label)
            yield Note("error", f"{label} did not end well; what served before still serves.")
    yield from _read_already(outcome, session)
    url = session.server.url
    is_loop = isinstance(error, RuntimeError) and "loop" in str(error)
    if is_loop and url and "uvicorn" in outcome.cell.source:
        yield Note("info", f"`app` is served already, at {url}: a notebook needs no `uvicorn.run`.")


def _read_already(outcome: Outcome, session: Session) -> Iterator[Note]:
    """Say which endpoints meet what a failed cell has left behind: bodies read names live."""
    if not outcome.bound:
        return
    found = readers(session.owned, session.namespace)
    for name in sorted(outcome.bound & found.keys()):
        owned = found[name]
        verb = "reads" if len(owned) == 1 else "read"
        yield Note(
            "warning",
            f"{_listed(each.label for each in owned)} of {_cells(owned)} {verb} `{name}`, which "
            f"{outcome.cell.label} has bound anew.",
        )


def _instances(outcome: Outcome, session: Session) -> Iterator[Note]:
    """Name what endpoints read that was made of a class as it was before."""
    old = {each.__name__: each for each in outcome.rebound.old}
    if not old:
        return
    for name in sorted(readers(session.owned, session.namespace)):
        value = session.namespace.get(name)
        kinds = [each for each, kind in old.items() if holds(value, (kind,))]
        cell = binder(name, session.cells) if kinds else None
        if cell is not None:
            words = _listed(f"`{each}`" for each in kinds)
            yield Note(
                "warning",
                f"`{name}` of {cell.label} still holds instances of the old {words}; re-run "
                f"{cell.label}.",
            )


def brought(
    outcome: Outcome, before: Served | None, now: Served | None, session: Session
) -> list[Note]:
    """Say what is served since this cell that no cell has registered, such as a module's."""
    if now is None or outcome.anew or not now.is_other(before):
        return []  # of modules that are loaded anew it is said already
    # Nearly always it is the cell itself that has: what all cells own is not looked at.
    made = {each.registration for each in outcome.made}
    new = [each for each in now.anew(before) if made.isdisjoint(each[1])]
    if not new:
        return []
    known = {each.registration for each in session.owned} | {
        placed.registration
        for owner in (now.app, now.app.router)
        for placed in owner._declared.placed
        if placed.place[0] < 0  # made with the application
    }
    labels = [label for label, chain in new if known.isdisjoint(chain)]
    if not labels:
        return []
    more = [f"{len(labels) - 3} more"] if len(labels) > 3 else []
    verb = "is" if len(labels) == 1 else "are"
    text = f"{_listed([*labels[:3], *more])}, registered outside of cells, {verb} served."
    return [Note("info", text)]


def gone(orphans: Sequence[Owned]) -> list[Note]:
    """Say what goes on being served although its cell was deleted."""
    if not orphans:
        return []
    verb = "goes" if len(orphans) == 1 else "go"
    return [
        Note(
            "warning",
            f"{_listed(each.label for each in orphans)} of {_cells(orphans)} {verb} on being "
            "served, although the cell was deleted; `%api forget --deleted` withdraws.",
        )
    ]


def _not_served(draft: CellDraft, session: Session) -> Iterator[Note]:
    """Name the application that a failed cell has bound, since requests do not go to it."""
    now = session.namespace.get("app")
    is_new = isinstance(now, NotebookAPI) and draft.named.get("app") is not now
    if is_new and now is not session.server.app:
        yield Note(
            "warning", "The cell had bound `app` to a new application; the one before is served."
        )


def _anew(outcome: Outcome) -> Iterator[Note]:
    """Say which modules have registered again: no line of the cell does."""
    if outcome.anew:
        names = _listed(f"`{name}`" for name in dict.fromkeys(outcome.anew))
        what, verb = ("Module", "was") if len(outcome.anew) == 1 else ("Modules", "were")
        yield Note(
            "info",
            f"{what} {names} {verb} loaded anew; what it registers now replaces the earlier.",
        )


def _carried(outcome: Outcome) -> Iterator[Note]:
    moved = [new for old, new in outcome.carried.pairs if not old.shadowed]
    if moved:
        yield Note(
            "info",
            f"What {_cells(moved)} registered goes on under the new object: "
            f"{_listed(each.label for each in moved)}.",
        )
    for stuck in outcome.carried.stuck:
        yield Note(
            "warning",
            f"{stuck.label} of {stuck.cell.label} stays on the object before, whose options "
            f"it was made with. Re-run {stuck.cell.label} to have it on the new one.",
        )


def _rebound(outcome: Outcome, is_same: bool) -> Iterator[Note]:
    """Say which registrations follow what the cell redefined, and which cannot."""
    rebound = outcome.rebound
    if rebound.pairs and not is_same:
        pairs = [new for _, new in rebound.pairs]
        verb = "follows" if len(pairs) == 1 else "follow"
        yield Note(
            "info",
            f"{_listed(each.label for each in pairs)} of {_cells(pairs)} {verb} what this cell "
            "redefines.",
        )
    for stale in rebound.stale:
        yield Note("warning", f"{_capital(str(stale))}.")
    if rebound.failure:
        yield Note("warning", _capital(rebound.failure))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _replaced_by_other(draft: CellDraft, session: Session) -> Iterator[Note]:
    """Say that `app` stands for something that cannot be served."""
    now = session.namespace.get("app")
    if "app" in draft.named and now is not None and not isinstance(now, NotebookAPI):
        if callable(now) or hasattr(now, "router"):
            yield Note("warning", left_alone(now))
        else:
            yield Note(
                "warning", f"`app` is {described(now)} now; the application before is still served."
            )


def waiting_of(made: Iterable[Made], session: Session) -> list[Made]:
    """Return what is registered where no request can come to it yet."""
    served = session.server.app
    # What has no slash in front is the URL of a callback: it is described, and never served.
    return [
        each
        for each in made
        if (getattr(each.registration.value, "path", "") or "/").startswith("/")
        and served not in applications_of(each.owner)
    ]


def _waiting(made: Iterable[Made], session: Session) -> Iterator[Note]:
    """Say what is registered where no request can come to it."""
    labels: dict[Owner, list[str]] = {}
    for each in waiting_of(made, session):
        labels.setdefault(each.owner, []).append(each.registration.label)
    for owner, waiting in labels.items():
        apps = applications_of(owner)
        if apps:
            name = _name_of(apps[0], session) or "NAME"
            cure = f"which is not served; `%api serve {name}` serves it"
        else:
            name = _name_of(owner, session) or "router"
            cure = f"which waits for `{session.application_name}.include_router({name})`"
        verb = "is" if len(waiting) == 1 else "are"
        yield Note("info", f"{_listed(waiting)} {verb} registered on `{name}`, {cure}.")


def _name_of(owner: Owner, session: Session) -> str | None:
    wanted = {owner, *(each for each in applications_of(owner) if each.router is owner)}
    there = owners_named(session.namespace).items()
    return next((name for name, value in there if value in wanted), None)


def _cells(owned: Iterable[Owned]) -> str:
    return _listed(dict.fromkeys(each.cell.label for each in owned))


def _listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
