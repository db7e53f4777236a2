"""Server errors, exception handlers and the dispatcher in one frame, where nothing is between."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from starlette._utils import get_route_path
from starlette.exceptions import HTTPException
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from notebookapi._plan.raw import Noting
from notebookapi._respond.failing import HANDLERS, answer_failure
from notebookapi._table.dispatch import dispatched
from notebookapi._table.published import Published
from notebookapi.exception_handlers import http_exception_handler

_BEGUN: Message = {"type": "http.response.start", "status": 0}
_Served = Coroutine[Any, Any, None]


class Frame(ServerErrorMiddleware):
    """The outermost part of a chain without middleware; `app` is the rest, for who takes it apart.

    HTTP requests go past `app`: what it does for them is done here.
    """

    def __init__(self, app: ExceptionMiddleware, handler: Any = None, debug: bool = False) -> None:
        super().__init__(app, handler, debug)
        self._inside = app
        self._handlers = (app._exception_handlers, app._status_handlers)
        self._tells_404_as_usual = (
            app._exception_handlers.get(HTTPException) is http_exception_handler
            and 404 not in app._status_handlers
        )

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> _Served:
        """Serve a connection. Raises again what no handler answers, when that is answered by 500.

        It returns a coroutine and is none, since each one costs every request. Where a generated
        function answers, that is the function's own: it comes back here with what it raises.
        """
        if scope["type"] != "http" or self.app is not self._inside:
            return super().__call__(scope, receive, send)
        scope[HANDLERS] = self._handlers
        published: Published = scope["notebookapi"].published
        if published.hosts or published.around:
            return self._guarded(scope, receive, send)
        path = get_route_path(scope) if scope.get("root_path") else scope["path"]
        entry = published.table.seek(scope["method"], path)
        if not entry:
            if entry is False and self._tells_404_as_usual and not published.frontends:
                scope.setdefault("router", published)
                return _tell_404(send)
            return self._guarded(scope, receive, send)
        route, pattern = entry.route, entry.pattern
        find = getattr(route, "function_for", None)
        function = find(scope, published) if find is not None else None
        if function is None or (pattern.convertors and pattern.may_raise):
            return self._guarded(scope, receive, send)
        if "router" not in scope:
            scope["router"] = published
        # What `enter` does with a route, without asking whether it is a mount.
        values = pattern.values(path) if pattern.convertors else {}
        outer = scope.get("path_params")
        scope["path_params"] = {**outer, **values} if outer else values
        scope["endpoint"] = route.endpoint
        scope["route"] = route
        served: _Served = function(scope, receive, send, self)
        return served

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        noting = Noting(send)
        try:
            await dispatched(scope, receive, noting)
        except Exception as error:
            await self.answer(error, scope, receive, noting)

    async def answer(
        self, error: Exception, scope: Scope, receive: Receive, noting: Noting
    ) -> None:
        """Answer by a handler of the application; by 500, raising again, where there is none."""
        try:
            request = Request(scope, receive, noting)
            await answer_failure(error, request, noting, scope, receive, noting)
        except Exception as failure:
            await self._answer_500(failure, scope, receive, noting)

    async def _answer_500(
        self, failure: Exception, scope: Scope, receive: Receive, noting: Noting
    ) -> None:
        begun = noting.started

        async def fail(scope: Scope, receive: Receive, send: Send) -> None:
            if begun:
                await send(_BEGUN)  # for the one around; it goes no further
            raise failure

        async def send_further(message: Message) -> None:
            if message is not _BEGUN:
                await noting(message)

        around = ServerErrorMiddleware(fail, self.handler, self.debug)
        await around(scope, receive, send_further)


_DETAIL = b'{"detail":"Not Found"}'
_HEADERS = ((b"content-length", b"%d" % len(_DETAIL)), (b"content-type", b"application/json"))


async def _tell_404(send: Send) -> None:
    """Send what `http_exception_handler` makes of a 404."""
    await send({"type": "http.response.start", "status": 404, "headers": list(_HEADERS)})
    await send({"type": "http.response.body", "body": _DETAIL})
