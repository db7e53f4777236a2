"""What `api` sends: by clients, by their short forms, and over WebSockets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from notebookapi.notebook.errors import BadArguments, NotInstalled, SentNotRegistered
from notebookapi.notebook.log.journal import Journal
from notebookapi.notebook.server.server import Server, has_sockets

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from notebookapi.notebook.examples.keeping import Examples
    from notebookapi.notebook.sending.clients import AsyncClient, Client
    from notebookapi.notebook.sending.in_process import Loop
    from notebookapi.notebook.sending.responses import Response
    from notebookapi.notebook.sending.websocket import Opening

Options = dict[str, Any]


def with_state(app: ASGIApp, state: dict[str, Any] | None) -> ASGIApp:
    """Return `app` with what its lifespan yielded, as the server passes it to each request."""

    async def stated(scope: Scope, receive: Receive, send: Send) -> None:
        if state is not None:
            scope["state"] = state.copy()
        await app(scope, receive, send)

    return stated


class Sender:
    """Sends to the served application. httpx2 is loaded with the first use."""

    server: Server
    journal: Journal
    examples: Examples
    _client: Client | None = None
    _aclient: AsyncClient | None = None

    def answering(self) -> ASGIApp | None:
        """Return what answers in process; None where the server does."""
        raise NotImplementedError  # the session knows

    @property
    def client(self) -> Client:
        """An `httpx2.Client` for the served application; it follows the server's port."""
        try:
            from notebookapi.notebook.sending.clients import Client
        except ImportError as error:
            raise NotInstalled.instead_of(error) from None
        if self._client is None or self._client.is_closed:
            self._client = Client(self)
        return self._client

    @property
    def aclient(self) -> AsyncClient:
        """An `httpx2.AsyncClient` for the served application: `await api.aclient.get("/")`."""
        try:
            from notebookapi.notebook.sending.clients import AsyncClient
        except ImportError as error:
            raise NotInstalled.instead_of(error) from None
        if self._aclient is None or self._aclient.is_closed:
            self._aclient = AsyncClient(self)
        return self._aclient

    def websocket(
        self,
        path: str,
        *,
        params: Any = None,
        headers: Mapping[str, str] | None = None,
        subprotocols: Sequence[str] = (),
    ) -> Opening:
        """Open a WebSocket: `with api.websocket("/chat") as ws:`, or `async with`.

        params: of the query. Raises Refused, with the status, where the endpoint does not accept.
        """
        from notebookapi.notebook.sending.websocket import Opening

        return Opening(self, path, params, headers, subprotocols)

    # --- what the clients ask

    @property
    def base(self) -> str:
        """The address that paths are relative to. Raises Stopped, and ServingError."""
        return self.server.wanted() if has_sockets() else "http://127.0.0.1"

    @property
    def loop(self) -> Loop:
        """Where requests in process are answered."""
        from notebookapi.notebook.sending.in_process import Here, OnServer

        return OnServer(self.server) if has_sockets() else Here()

    def credentials(self) -> Mapping[str, str]:
        """Return the headers that the server asks of its own notebook too."""
        return self.server.credentials

    def check_not_inside(self) -> None:
        """Raises WouldWaitForItself where waiting would keep the server from answering."""
        self.server.check_not_inside()

    def noted(self, response: Any) -> None:
        """Remember a response as the latest, for `%api examples save`."""
        self.examples.noted(response)

    # --- the short forms

    def request(self, method: str, path: str, **options: Any) -> Response:
        """Send a request to the served application; `options` are those of httpx2.

        A cell that has staged changes gets their answer before they are published: its request
        goes to the application in process, on the server's loop. Any other goes over the socket.
        """
        response: Any = self.client.request(method.upper(), path, **options)
        return response  # type: ignore[no-any-return]  # its transport makes no others

    def _sent(self, method: str, path: str, unnamed: tuple[Any, ...], options: Options) -> Response:
        verb = method.lower()
        if callable(path):
            raise SentNotRegistered(
                f"`api` sends requests; write `@app.{verb}`, with a path, above "
                f"`{getattr(path, '__name__', path)}`."
            )
        if unnamed:
            raise BadArguments(
                f"`api.{verb}` cannot know what comes after the path. Write `json={{…}}` for a "
                f'body, `params={{…}}` for a query: `api.{verb}("{path}", json={{…}})`.'
            )
        return self.request(method, path, **options)

    def get(self, path: str, *unnamed: Any, **options: Any) -> Response:
        """Send a GET request."""
        return self._sent("GET", path, unnamed, options)

    def post(self, path: str, *unnamed: Any, **options: Any) -> Response:
        """Send a POST request."""
        return self._sent("POST", path, unnamed, options)

    def put(self, path: str, *unnamed: Any, **options: Any) -> Response:
        """Send a PUT request."""
        return self._sent("PUT", path, unnamed, options)

    def patch(self, path: str, *unnamed: Any, **options: Any) -> Response:
        """Send a PATCH request."""
        return self._sent("PATCH", path, unnamed, options)

    def delete(self, path: str, *unnamed: Any, **options: Any) -> Response:
        """Send a DELETE request."""
        return self._sent("DELETE", path, unnamed, options)

    def head(self, path: str, *unnamed: Any, **options: Any) -> Response:
        """Send a HEAD request."""
        return self._sent("HEAD", path, unnamed, options)

    def options(self, path: str, *unnamed: Any, **options: Any) -> Response:
        """Send an OPTIONS request."""
        return self._sent("OPTIONS", path, unnamed, options)
