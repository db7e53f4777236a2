"""The session: one kernel's application, cells, server and views. `api` is its face."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from starlette.types import Receive, Scope, Send

from notebookapi._table.published import Place, next_place
from notebookapi.applications import NotebookAPI
from notebookapi.cells import Cell, Registered
from notebookapi.editing import current_draft, stage_on
from notebookapi.notebook import client
from notebookapi.notebook.errors import NothingToServe
from notebookapi.notebook.guard import guarded
from notebookapi.notebook.journal import Journal
from notebookapi.notebook.ownership import Owned
from notebookapi.notebook.port import sticky_port
from notebookapi.notebook.recorder import CellDraft
from notebookapi.notebook.swap import Outcome, finish
from notebookapi.notebook.views.model import RouteRow, State
from notebookapi.serving import BackgroundServer, ServerEnd

if TYPE_CHECKING:
    import httpx2


class Screen(Protocol):
    """Where views are shown: the front end's output, or the terminal."""

    def show(self, view: Any) -> None:
        """Show a view in the running cell's output."""
        ...

    def name_of(self, filename: str) -> str | None:
        """Return how the person knows a file of source: "Cell In[3]"; None for a real file."""
        ...


class Session:
    """What `api` is in a notebook: `api.get("/items")` sends, `api.url` is where it is served."""

    def __init__(self, namespace: MutableMapping[str, Any], screen: Screen) -> None:
        self.namespace = namespace
        self.screen = screen
        self.journal = Journal(lambda filename: self.screen.name_of(filename))
        self.cells: list[Cell] = []
        self.deleted: frozenset[str] = frozenset()
        self._implicit: NotebookAPI | None = None
        self._chosen: str | None = None
        self._last: NotebookAPI | None = None
        self._owned: Sequence[Owned] = ()
        self._all: list[Owned] = []
        self._positions: dict[str, Place] = {}
        self._server: BackgroundServer | None = None
        self._stopped = False
        self._lifespan_state: dict[str, Any] | None = None
        self._lock = threading.RLock()

    # --- what is served

    @property
    def app(self) -> NotebookAPI:
        """The application that is served. Raises NothingToServe."""
        named = self.namespace.get(self._chosen or "app")
        if isinstance(named, NotebookAPI):
            return named
        if self._chosen is None and self._last is not None:
            return self._last
        raise NothingToServe(
            f"`{self._chosen or 'app'}` is {_described(named)}, so there is nothing to serve. Run "
            "`from notebookapi import NotebookAPI` and `app = NotebookAPI()`, or choose another "
            "application by `%api serve NAME`."
        )

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
        """Where the application is served; starts the server if need be."""
        return self._started().url

    def bind_names(self) -> list[str]:
        """Bind `app` and `api` where the names are free; return what to say about the others."""
        notes = []
        there = self.namespace.get("app")
        if "app" not in self.namespace:
            self._implicit = NotebookAPI()
            self.namespace["app"] = self._implicit
        elif not isinstance(there, NotebookAPI):
            notes.append(_left_alone(there))
        if self.namespace.setdefault("api", self) is not self:
            notes.append(
                "`api` is taken and left alone; the session is "
                "`notebookapi.notebook.session()`."
            )
        return notes

    # --- cells

    def position_of(self, key: str) -> Place:
        """Return a cell's place among the others: that of its first successful run."""
        return self._positions.get(key) or next_place()

    @property
    def next_run(self) -> int:
        """The number of the run that comes next: 1, 2, 3, …"""
        return len(self.cells) + 1

    def forget_deleted(self, reported: frozenset[str], running: str) -> None:
        """Note the cells that the front end reports deleted; one that runs again is back."""
        self.deleted = (self.deleted | reported) - {running}

    def pause(self) -> None:
        """Let the server start by itself again, as after loading."""
        self._stopped = False

    def finish(self, cell: Cell, draft: CellDraft | None) -> Outcome:
        """Publish what a run registered, or drop it; start the server with the first route."""
        with self._lock:
            self.cells.append(cell)
            if draft is None:
                return Outcome(cell)
            outcome, owned = finish(self._owned, cell, draft)
            if cell.succeeded and outcome.refused is None:
                self._positions.setdefault(cell.key, draft.position)
                self._all += [each for each in owned if each.cell is cell]
                self._owned = owned
                self._note_application(draft)
            return outcome

    def owned(self) -> Sequence[Owned]:
        """Return every registration that a cell owns, those that are shadowed included."""
        return self._owned

    def registered(self) -> list[Registered]:
        """Return every registration that any run made, and whether it is served now."""
        live = {each.registration for each in self._owned if not each.shadowed}
        return [
            Registered(
                run=each.cell.run,
                line=each.line,
                label=each.label,
                endpoint=each.endpoint,
                live=each.registration in live,
            )
            for each in self._all
        ]

    def _note_application(self, draft: CellDraft) -> None:
        for made in draft.made:
            if isinstance(made.owner, NotebookAPI):
                self._last = made.owner
            else:
                parents = [p for p in made.owner._parents if isinstance(p, NotebookAPI)]
                self._last = parents[0] if parents else self._last

    # --- the server

    def serve(self, name: str | None = None, port: int | None = None) -> BackgroundServer:
        """Serve, on a port of the person's choice if one is given.

        name: of the application, kept from now on. Raises NothingToServe and ServingError; the
        server that ran before goes on then.
        """
        if name is not None:
            if not isinstance(self.namespace.get(name), NotebookAPI):
                raise NothingToServe(
                    f"`{name}` is {_described(self.namespace.get(name))}, not a NotebookAPI, so it "
                    f"cannot be served. Define it first: `{name} = NotebookAPI()`."
                )
            self._chosen = name
        self._stopped = False
        if port is None or (self._server and self._server.running and self._server.port == port):
            return self._started()
        fresh = self._make_server(port, fallback=False)
        fresh.start()
        old, self._server = self._server, fresh
        if old is not None:
            old.stop()
        return fresh

    def start_if_needed(self) -> BackgroundServer | None:
        """Start with the first published route, unless the person has stopped the server."""
        if self._stopped or (self._server is not None and self._server.running):
            return None
        if not any(each.registration.kind == "route" for each in self._owned):
            return None
        return self._started()

    def stop(self) -> bool:
        """Stop the server; tell whether it ran. Registrations are kept."""
        self._stopped = True
        server = self._server
        was_running = server is not None and server.running
        if server is not None:
            server.stop()
        return was_running

    def _started(self) -> BackgroundServer:
        if self._server is None:
            self._server = self._make_server(sticky_port(self.namespace), fallback=True)
        if not self._server.running:
            # The server's threads must not inherit the running cell's draft.
            self._server.start()
        return self._server

    def _make_server(self, port: int, *, fallback: bool) -> BackgroundServer:
        return BackgroundServer(
            guarded(self.journal.watching(self._answer)),
            port=port,
            fallback=fallback,
            on_end=self._server_ended,
        )

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        stage_on(None)  # a request is nobody's cell
        if scope["type"] == "lifespan":
            self._lifespan_state = scope.get("state")
        await self.app(scope, receive, send)

    def _server_ended(self, end: ServerEnd) -> None:
        self.last_end = end

    # --- requests

    def request(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Send a request to the served application; `options` are those of httpx2.

        A cell that has staged changes gets their answer before they are published: its request
        goes to the application in process, on the server's loop. Any other goes over the socket.
        """
        server, app = self._started(), self.app
        draft = current_draft()
        if draft is None or not draft.operations:
            return client.over_the_socket(server, self.journal, method.upper(), path, options)
        staged = self.journal.watching(
            client.with_state(app.serving(draft.preview(app)), self._lifespan_state)
        )
        return client.in_process(server, self.journal, staged, method.upper(), path, options)

    def get(self, path: str, **options: Any) -> httpx2.Response:
        """Send a GET request."""
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx2.Response:
        """Send a POST request."""
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Any) -> httpx2.Response:
        """Send a PUT request."""
        return self.request("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> httpx2.Response:
        """Send a PATCH request."""
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> httpx2.Response:
        """Send a DELETE request."""
        return self.request("DELETE", path, **options)

    def head(self, path: str, **options: Any) -> httpx2.Response:
        """Send a HEAD request."""
        return self.request("HEAD", path, **options)

    def options(self, path: str, **options: Any) -> httpx2.Response:
        """Send an OPTIONS request."""
        return self.request("OPTIONS", path, **options)

    # --- views

    @property
    def routes(self) -> list[RouteRow]:
        """The path operations that are served, as rows of a table."""
        return list(self._rows())

    def state(self) -> State:
        """Return the session at a glance."""
        server = self._server
        running = server is not None and server.running
        return State(
            url=server.url if running and server else None,
            application=repr(self.app),
            name=self.application_name,
            routes=len(self.routes),
            requests=self.journal.requests,
            errors=self.journal.errors,
            failure=self.journal.last_failure,
            uptime=time.monotonic() - self.journal.since,
            notice=server.notice if running and server else None,
        )

    def _rows(self) -> Iterator[RouteRow]:
        from notebookapi._tree import routes_in

        owners: Mapping[Any, Owned] = {
            each.registration.value: each
            for each in self._owned
            if each.registration.kind == "route" and not each.shadowed
        }
        for route in routes_in(self.app.published):
            if not route.include_in_schema and route.origin not in owners:
                continue
            owner = owners.get(route.origin)
            yield RouteRow(
                methods=", ".join(sorted(route.methods)),
                path=route.path,
                endpoint=route.name,
                cell=owner.cell.label if owner else "",
                version=owner.version if owner else 1,
                hits=self.journal.hits[route.origin],
            )

    def __repr__(self) -> str:
        return f"<notebookapi session: {self.state().line}>"


def _described(value: object) -> str:
    kind = type(value)
    return "not defined" if value is None else f"a {kind.__module__}.{kind.__qualname__}"


def _left_alone(value: object) -> str:
    kind = type(value)
    if kind.__module__.partition(".")[0] == "fastapi":
        return (
            "`app` is a FastAPI application and left alone. To serve it from here, change the "
            "import: `from notebookapi import NotebookAPI as FastAPI`."
        )
    return (
        f"`app` is {_described(value)} and left alone. `NotebookAPI()` makes an application; "
        "`%api serve NAME` serves it under another name."
    )


