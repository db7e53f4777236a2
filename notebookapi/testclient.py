"""Clients for tests of an application."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, Self

from starlette.testclient import TestClient as TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

try:
    import httpx2 as _httpx
except ModuleNotFoundError:  # as starlette's client does, which has warned of it
    import httpx as _httpx  # type: ignore[no-redef]  # the same names

__all__ = ["AsyncTestClient", "TestClient"]


class AsyncTestClient(_httpx.AsyncClient):
    """A client for tests that run on an event loop of their own, the application's.

        async with AsyncTestClient(app) as client:
            response = await client.get("/items/1")

    Entering starts the application up, leaving shuts it down. What the lifespan yields is in
    `app_state`. asyncio only. A response is there when it is whole, so a stream has to end;
    WebSockets are for `TestClient`.
    """

    def __init__(
        self,
        app: ASGIApp,
        base_url: str = "http://testserver",
        *,
        raise_server_exceptions: bool = True,
        root_path: str = "",
        client: tuple[str, int] = ("testclient", 50000),
        **options: Any,
    ) -> None:
        """raise_server_exceptions: raise what the application raises instead of answering 500.

        options: those of `httpx2.AsyncClient`.
        """
        self.app = app
        self.app_state: dict[str, Any] = {}
        transport = _httpx.ASGITransport(
            self._with_state,
            raise_app_exceptions=raise_server_exceptions,
            root_path=root_path,
            client=client,
        )
        options.setdefault("follow_redirects", True)
        super().__init__(transport=transport, base_url=base_url, **options)
        self._lifespan: _Lifespan | None = None

    async def __aenter__(self) -> Self:
        """Start the application up. Raises what its lifespan raises."""
        self.app_state.clear()
        self._lifespan = _Lifespan(self.app, self.app_state)
        await self._lifespan.tell("startup")
        return await super().__aenter__()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """Shut the application down. Raises what its lifespan raises."""
        await super().__aexit__(exc_type, exc_value, traceback)
        if self._lifespan is not None:
            await self._lifespan.tell("shutdown")
            self._lifespan = None

    async def _with_state(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = self.app_state.copy()
        await self.app(scope, receive, send)


class _Lifespan:
    """The lifespan protocol, spoken to an application in a task of its own."""

    def __init__(self, app: ASGIApp, state: dict[str, Any]) -> None:
        self._inbox: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self._outbox: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": state}
        running = app(scope, self._inbox.get, self._outbox.put)
        self._task = asyncio.ensure_future(running)

    async def tell(self, event: str) -> None:
        """Announce "startup" or "shutdown" and wait until it is done."""
        self._inbox.put_nowait({"type": f"lifespan.{event}"})
        answer = asyncio.ensure_future(self._outbox.get())
        await asyncio.wait({answer, self._task}, return_when=asyncio.FIRST_COMPLETED)
        failed = not answer.done() or answer.result()["type"].endswith(".failed")
        answer.cancel()
        if failed or event == "shutdown":
            await self._task  # raises what went wrong
