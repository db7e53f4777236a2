"""`api`, the face of the session: one kernel's application, cells, server and views."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Coroutine, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from notebookapi._table.published import Place
from notebookapi.applications import NotebookAPI
from notebookapi.cells import Cell, Registered
from notebookapi.editing import Draft, Operation, Owner, current_draft
from notebookapi.notebook.commands.calling import method_of, names
from notebookapi.notebook.edges import Debugger, Screen
from notebookapi.notebook.errors import NothingToServe
from notebookapi.notebook.examples.keeping import Examples
from notebookapi.notebook.log.journal import Journal
from notebookapi.notebook.log.record import Cells
from notebookapi.notebook.notes.notices import own_warnings
from notebookapi.notebook.rows import route_rows
from notebookapi.notebook.sending import client
from notebookapi.notebook.server.crossing import on_server
from notebookapi.notebook.server.server import Server, has_sockets
from notebookapi.notebook.server.token import Token
from notebookapi.notebook.swap.history import History
from notebookapi.notebook.swap.naming import (
    Bindings,
    Names,
    applications_of,
    cannot_be_served,
    followed,
    left_alone,
    nothing_to_serve,
    owners_named,
    renewed,
    serves_something,
)
from notebookapi.notebook.swap.ownership import Owned
from notebookapi.notebook.swap.places import Places
from notebookapi.notebook.swap.putting import putting, telling
from notebookapi.notebook.swap.rebind import Interpreter
from notebookapi.notebook.swap.recorder import CellDraft
from notebookapi.notebook.swap.redefinitions import Redefinitions
from notebookapi.notebook.swap.reloading import is_pending
from notebookapi.notebook.swap.transaction import Ended, Outcome, finish, planned
from notebookapi.notebook.swap.undoing import Forget, Standing, Steps, Undone
from notebookapi.notebook.swap.versions import Versions
from notebookapi.notebook.views.log import RequestLog
from notebookapi.notebook.views.routes import RouteList
from notebookapi.notebook.views.state import State, state_of
from notebookapi.notebook.views.widgets.opened import Opened

if TYPE_CHECKING:
    from starlette.types import ASGIApp

T = TypeVar("T")


class Session(client.Sender):
    """What `api` is in a notebook: `api.get("/items")` sends, `api.url` is where it is served."""

    def __init__(self, namespace: dict[str, Any], screen: Screen, run_again: Interpreter) -> None:
        self.namespace = namespace
        self.screen = screen
        name_of = lambda filename: self.screen.name_of(filename)  # noqa: E731  # it may change
        self.journal = Journal(Cells(name_of, self._id_of))
        self.debugger: Debugger | None = None
        self.widgets = Opened()
        self.server = Server(namespace, self.journal, telling(lambda: self.screen))
        self._history = History()
        self.steps = Steps()
        self.versions = Versions()
        self.examples = Examples(self)
        self.places = Places()
        self.preloaded: frozenset[str] = frozenset()
        self._implicit: NotebookAPI | None = None
        self._chosen: str | None = None
        self._last: NotebookAPI | None = None
        self._latest: NotebookAPI | None = None
        self._names: Names = {}
        self._owned: Sequence[Owned] = ()
        self.bindings = Bindings(namespace)
        self._redefinitions = Redefinitions(namespace, run_again, self.bindings)
        self._lock = threading.RLock()

    # --- what is served

    @property
    def app(self) -> NotebookAPI:
        """The application that is served. Raises NothingToServe.

        What a running cell binds to the name is served when that cell has ended well.
        """
        served = self.server.app
        if served is not None:
            return served
        raise self._nothing()

    @property
    def application_name(self) -> str:
        """The name that cells know the served application by."""
        app = self.app
        if self.namespace.get(self._chosen or "app") is app:
            return self._chosen or "app"
        names = (name for name, value in list(self.namespace.items()) if value is app)
        return next((name for name in names if not name.startswith("_")), "app")

    @property
    def is_implicit(self) -> bool:
        """Whether the session made the application itself."""
        return self._implicit is not None and self.app is self._implicit

    @property
    def url(self) -> str:
        """Where the application is served; starts the server unless it was stopped."""
        return self.server.wanted()

    def bind_names(self) -> list[str]:
        """Bind `app` and `api` where the names are free; return what to say about the others."""
        notes = []
        # No cell that is known has bound them; an export says so.
        self.preloaded |= {name for name in self.namespace if not name.startswith("_")}
        if "app" not in self.namespace:
            if self._latest is None:
                self._latest = self._implicit = NotebookAPI()
            self.namespace["app"] = self._latest
        elif not isinstance(self.namespace["app"], NotebookAPI):
            notes.append(left_alone(self.namespace["app"]))
        if self.namespace.setdefault("api", self) is not self:
            notes.append(
                "`api` is taken and left alone; the session is `notebookapi.notebook.session()`."
            )
        self._names = {**owners_named(self.namespace), **self._names}
        if self.server.app is None:
            self.server.app = self._latest = self._choose()
        return notes

    def _choose(self, standing: Standing | None = None) -> NotebookAPI | None:
        standing = standing or self._standing()
        named = standing.names.get(self._chosen or "app")
        return named if isinstance(named, NotebookAPI) else standing.last

    def _nothing(self) -> NothingToServe:
        name = self._chosen or "app"
        return nothing_to_serve(name, self.namespace.get(name))

    def _candidate(self, draft: Draft | None) -> NotebookAPI:
        """Return what will be served when the running cell has ended well."""
        named = self.namespace.get(self._chosen or "app") if draft is not None else None
        if isinstance(named, NotebookAPI):
            return named
        if isinstance(draft, CellDraft) and self.server.app is None:
            apps = [app for made in draft.made for app in applications_of(made.owner)]
            if apps:
                return apps[-1]
        return self.app

    # --- cells

    def position_of(self, cell_id: str | None, source: str) -> Place:
        """Return a cell's place among the others: that of its first successful run."""
        return self.places.of(self._owned, cell_id, source)

    def planned(self, draft: CellDraft) -> Sequence[Operation]:
        """Return what publishes a running cell, as far as it has come."""
        cell = Ended(draft.cell_id, None, "", "", succeeded=True).as_cell(self._history.count + 1)
        return planned(self._owned, cell, draft)

    def note_deleted(self, reported: frozenset[str] | None, running: str | None) -> list[Owned]:
        """Note the cells that the front end reports deleted; one that runs again is back.

        reported: None of a front end that never tells. Returns what new ones go on serving.
        """
        new = self.places.note_deleted(reported, running)
        among = self._owned if new else ()  # seldom any
        return [each for each in among if each.cell.key in new and not each.shadowed]

    def withdraw(self, by: str, forget: Forget, *owners: Owner) -> Sequence[Owned]:
        """Withdraw, by a command, what cells own, or nobody on `owners`; return what was owned."""
        with self._lock:
            concerned = {*(each.owner for each in self._owned), *owners}
            standing, before = self._standing(), {each: each._declared for each in concerned}
            self._owned, removed = forget(self._owned)
            self.steps.note(by, standing, before)
            self.versions.note_withdrawn(removed, by)
            return removed

    def passed(self, ended: Ended, draft: CellDraft | None) -> Cell | None:
        """Note a good run that concerns nothing that is served, as nearly all do; None for others.

        It is quick, and may be interrupted; `finish` takes the run then.
        """
        with self._lock:
            cell = ended.as_cell(run=self._history.count + 1)
            if draft is None or draft.operations or not cell.succeeded:
                return None
            self.bindings.compare()
            if not self._is_ordinary(cell, draft):
                return None
            self._history.add(cell)
            self._history.keep(cell, self.places.owners(self._owned))
            self.steps.note_meant(self._redefinitions.note_ordinary(cell.run))
            self.places.note(cell, draft.position)
            return cell

    def finish(self, ended: Ended, draft: CellDraft | None) -> Outcome:
        """Publish what a run registered, or drop it."""
        with self._lock:
            cell = ended.as_cell(run=self._history.count + 1)
            self._history.add(cell)
            if draft is None:
                return Outcome(cell, self._owned)
            self.bindings.compare()
            with own_warnings() as warned:
                outcome = self._publish(cell, draft)
            return replace(outcome, warned=warned)

    def _is_ordinary(self, cell: Cell, draft: CellDraft) -> bool:
        now, owned = self.bindings.owners_now, self._owned
        return not (
            draft.named != now
            or now.keys() - self._names.keys()
            or self.places.owns(owned, cell.key)
            or self.places.key_before(owned, draft.cell_id, cell.source)
            or self._redefinitions.is_concerned(self._history, cell)
            or is_pending()
            or self.server.is_to_start
        )

    def _publish(self, cell: Cell, draft: CellDraft) -> Outcome:
        standing = self._standing()
        now = self.bindings.owners_now
        used = [o for m in draft.made for o in (m.owner, m.registration.child) if o is not None]
        names = followed(self._names, draft.named, now, used)
        name, rebind = self._chosen or "app", self._redefinitions.rebind
        outcome = finish(
            self._owned, cell, draft, renewed(self._names, names, now),
            lambda owned, made: rebind(self._history, owned, cell, made, name, names),
            putting(
                self.server, draft, (names.get(name), self._last),
                self.namespace, self._redefinitions.latest,
            ),
            self.places.key_before(self._owned, draft.cell_id, cell.source),
        )  # fmt: skip
        self._owned = outcome.owned
        made = [each for each in outcome.owned if each.cell is cell]
        self._history.keep(cell, self.places.owners(outcome.owned), made)
        if outcome.is_published:
            self.steps.note(cell.label, standing, outcome.before, outcome.lifespans)
            self._keep(outcome, names)
            self.versions.note(outcome)
        else:
            outcome = outcome.leaving(self._redefinitions.note_failed())
        return outcome

    def _standing(self) -> Standing:
        return Standing(self._owned, self._names, self._last)

    def take_back(self, count: int) -> Undone:
        """Serve what was served before the last `count` publications; names stay as they are.

        Raises BadArguments, and ServingError where the application before cannot be served.
        """
        with self._lock:
            undone = self.steps.take_back(
                count, lambda operations, was: self.server.publish(operations, self._choose(was))
            )
            was = undone.standing
            self._owned, self._names, self._last = was.owned, was.names, was.last
            self._history.bring_back(self._owned)
            self._redefinitions.take_back(undone.meant)
            self.versions.note_undone(undone)
        self.follow(may_start=False)
        return undone

    def _keep(self, outcome: Outcome, names: Names) -> None:
        cell = outcome.cell
        self.steps.note_meant(self._redefinitions.note(outcome.rebound, cell.run))
        self.places.note(cell, outcome.position)
        self._names = names
        for made in outcome.made:
            self._last = next(iter(applications_of(made.owner)), self._last)

    @property
    def cells(self) -> Sequence[Cell]:
        """The runs that are remembered, in their order."""
        return self._history.cells

    @property
    def owned(self) -> Sequence[Owned]:
        """Every registration that a cell owns, those that are shadowed included."""
        return self._owned

    def _id_of(self, number: int) -> str | None:
        ran = [each for each in self.cells if each.number == number and not each.is_anonymous]
        return ran[-1].key if ran else None

    def registered(self) -> list[Registered]:
        """Return what the runs that are remembered registered, and whether it is served now."""
        return self._history.registered(self._owned)

    # --- the server

    def serve(
        self, name: str | None = None, port: int | None = None, host: str | None = None
    ) -> str:
        """Serve, at a port and an address of the person's choice if given; return the URL.

        name: of the application, kept from now on. Raises NothingToServe and ServingError; the
        server that ran before goes on then.
        """
        if name is not None:
            app = self.namespace.get(name)
            if not isinstance(app, NotebookAPI):
                raise cannot_be_served(name, app)
            self.server.follow(app)
            self._chosen, self._latest = name, app
            self._names = {**self._names, name: app}
        if self.server.app is None:
            raise self._nothing()
        return self.server.start() if (port or host) is None else self.server.move(port, host)

    def follow(self, *, may_start: bool) -> None:
        """Serve what the cells have come to, and start the server with the first route.

        may_start: whether there is something new to serve. Raises ServingError.
        """
        chosen = self._choose()
        if chosen is not self._latest:
            # Once: one whose start-up failed is not tried again after every cell.
            self._latest = chosen
            self.server.follow(chosen)
        if not may_start or not self.server.may_start or self.server.app is None:
            return
        if serves_something(self.server.app):
            self.server.start()

    def on_server(self, coroutine: Coroutine[Any, Any, T]) -> Awaitable[T]:
        """Run a coroutine on the server's loop: `await api.on_server(connect())`."""
        return on_server(self.server, coroutine)

    @property
    def token(self) -> Token:
        """What other computers have to send where they can reach the server."""
        return self.server.access.token

    def stop(self) -> bool:
        """Stop the server; tell whether it ran. Registrations are kept."""
        return self.server.stop()

    # --- requests

    def answering(self) -> ASGIApp | None:
        """Return what answers this context's requests in process; None where the server does.

        A cell that has staged changes gets their answer before they are published.
        """
        draft = current_draft()
        app = self._candidate(draft)
        if draft is not None and (draft.operations or app is not self.server.app):
            staged = app.serving(draft.preview(app))
            return client.with_state(staged, self.server.lifespan_state)
        return None if has_sockets() else client.with_state(app, None)

    # --- views

    @property
    def routes(self) -> RouteList:
        """The path operations that are served, as rows of a table."""
        rows = route_rows(self.app, self._owned, self.places.deleted, self.journal)
        return RouteList(rows, self.application_name)

    @property
    def log(self) -> RequestLog:
        """The requests that are kept, the oldest first."""
        return RequestLog(self.journal.entries(), command=method_of(self, "log"))

    def state(self, *, is_told: bool = True) -> State:
        """Return the session at a glance. is_told: whether the person sees it, news included."""
        return state_of(self, self.server.take_news() if is_told else ())

    def __getattr__(self, name: str) -> Any:
        """Return a subcommand of `%api` as a method."""
        method = None if name.startswith("_") else method_of(self, name)
        if method is None:
            raise AttributeError(f"`api` has no {name!r}. `%api help` lists what it can do.")
        return method

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *names()]

    def __repr__(self) -> str:
        where = f"at {self.server.url}" if self.server.running else "not running"
        return f"<notebookapi session, {where}>"
