"""WebSocket endpoints: what they take, who closes them, which version they are served by."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager
from typing import Annotated, Any

import pytest
from pydantic import BaseModel
from starlette.requests import HTTPConnection, Request
from starlette.routing import WebSocketRoute
from starlette.testclient import WebSocketDenialResponse, WebSocketTestSession

from notebookapi import (
    APIRouter,
    BackgroundTasks,
    Cookie,
    Depends,
    Header,
    HTTPException,
    NotebookAPI,
    Query,
    WebSocket,
    WebSocketDisconnect,
    WebSocketException,
    edit,
)
from notebookapi.exceptions import (
    InvalidParameter,
    InvalidPath,
    InvalidResponse,
    WebSocketRequestValidationError,
)
from notebookapi.routing import APIWebSocketRoute, iter_route_contexts
from notebookapi.security import HTTPBearer
from notebookapi.testclient import TestClient
from tests.core.serving import label


def connect(app: NotebookAPI, path: str = "/", **options: Any) -> WebSocketTestSession:
    """Return a connection, to be entered."""
    return TestClient(app).websocket_connect(path, **options)


def told(connection: AbstractContextManager[WebSocketTestSession]) -> Any:
    """Return the one document that an endpoint sends."""
    with connection as websocket:
        return websocket.receive_json()


async def tell(websocket: WebSocket, document: Any) -> None:
    """Accept, send a document, and close."""
    await websocket.accept()
    await websocket.send_json(document)
    await websocket.close()


# --- parameters


async def path_and_query(websocket: WebSocket, id: int, q: list[int] = Query()) -> None:
    await tell(websocket, [id, q])


async def header_and_cookie(
    websocket: WebSocket, x_one: Annotated[int, Header()], two: Annotated[str, Cookie()] = "-"
) -> None:
    await tell(websocket, [x_one, two])


async def connection(websocket: WebSocket, seen: HTTPConnection) -> None:
    await tell(websocket, websocket is seen)


def shared(ws: WebSocket = None, request: Request = None) -> list[str]:  # type: ignore[assignment]  # how programs write it
    return [type(each).__name__ for each in (ws, request)]


async def dependency(
    websocket: WebSocket, seen: Annotated[list[str], Depends(shared)], id: str
) -> None:
    await tell(websocket, [*seen, id])


async def bearer(
    websocket: WebSocket, token: Annotated[Any, Depends(HTTPBearer(auto_error=False))]
) -> None:
    await tell(websocket, token and token.credentials)


GIVEN: list[tuple[Callable[..., Any], str, dict[str, Any], Any]] = [
    (path_and_query, "/7?q=1&q=2", {}, [7, [1, 2]]),
    (header_and_cookie, "/7", {"headers": {"x-one": "3", "cookie": "two=b"}}, [3, "b"]),
    (header_and_cookie, "/7", {"headers": {"x-one": "3"}}, [3, "-"]),
    (connection, "/7", {}, True),
    (dependency, "/7", {}, ["WebSocket", "NoneType", "7"]),
    (bearer, "/7", {"headers": {"authorization": "Bearer t"}}, "t"),
    (bearer, "/7", {}, None),
]


@pytest.mark.parametrize(("endpoint", "path", "options", "expected"), GIVEN, ids=label)
def test_parameters(
    endpoint: Callable[..., Any], path: str, options: dict[str, Any], expected: Any
) -> None:
    app = NotebookAPI()
    app.websocket("/{id}")(endpoint)
    assert told(connect(app, path, **options)) == expected


def test_what_does_not_fit_closes_with_1008() -> None:
    app = NotebookAPI()
    app.websocket("/{id}")(path_and_query)
    with pytest.raises(WebSocketDisconnect) as closed, connect(app, "/a"):
        pass
    assert closed.value.code == 1008
    assert closed.value.reason == (
        "path.id: Input should be a valid integer, unable to parse string as an integer; "
        "query.q: Field required"
    )


def test_the_reason_fits_into_a_close_frame() -> None:
    async def endpoint(websocket: WebSocket, ä: int, ö: int, ü: int) -> None: ...

    app = NotebookAPI()
    app.websocket("/")(endpoint)
    with pytest.raises(WebSocketDisconnect) as closed, connect(app, "/?ä=ä&ö=ö&ü=ü"):
        pass
    assert 120 <= len(closed.value.reason.encode()) <= 123


def test_what_does_not_fit_may_have_a_handler() -> None:
    seen: list[WebSocketRequestValidationError] = []

    async def handler(websocket: WebSocket, error: WebSocketRequestValidationError) -> None:
        seen.append(error)
        await websocket.close(4000)

    app = NotebookAPI(exception_handlers={WebSocketRequestValidationError: handler})
    app.websocket("/{id}")(path_and_query)
    with pytest.raises(WebSocketDisconnect) as closed, connect(app, "/1"):
        pass
    assert closed.value.code == 4000
    assert [e["loc"] for e in seen[0].errors()] == [("query", "q")]
    assert seen[0].endpoint_ctx["function"] == "path_and_query"
    assert seen[0].endpoint_ctx["path"] == "WEBSOCKET /{id}"


# --- who closes


def test_exceptions_close() -> None:
    app = NotebookAPI()

    @app.websocket("/policy")
    async def policy(websocket: WebSocket) -> None:
        await websocket.accept()
        raise WebSocketException(4001, "no")

    @app.websocket("/denied")
    async def denied(websocket: WebSocket) -> None:
        raise HTTPException(403, {"why": "no"}, {"x-why": "no"})

    with connect(app, "/policy") as websocket, pytest.raises(WebSocketDisconnect) as closed:
        websocket.receive_text()
    assert (closed.value.code, closed.value.reason) == (4001, "no")
    with pytest.raises(WebSocketDenialResponse) as answer, connect(app, "/denied"):
        pass
    assert (answer.value.status_code, answer.value.headers["x-why"]) == (403, "no")
    assert answer.value.json() == {"detail": {"why": "no"}}


@pytest.mark.parametrize("path", ["/none", "/get"])
def test_a_path_without_an_endpoint_closes(path: str) -> None:
    app = NotebookAPI()
    app.get("/get")(lambda: None)
    with pytest.raises(WebSocketDisconnect) as closed, connect(app, path):
        pass
    assert closed.value.code == 1000


def test_a_request_for_an_endpoints_path_is_answered_404() -> None:
    app = NotebookAPI()
    app.websocket("/ws")(path_and_query)
    assert TestClient(app).get("/ws").status_code == 404


# --- dependencies


def test_yield_dependencies_are_left_when_the_endpoint_has_returned() -> None:
    seen: list[str] = []

    def outer() -> Iterator[str]:
        seen.append("enter outer")
        yield "outer"
        seen.append("leave outer")

    async def inner() -> AsyncIterator[str]:
        seen.append("enter inner")
        try:
            yield "inner"
        except ValueError as error:
            seen.append(repr(error))
            raise
        finally:
            seen.append("leave inner")

    app = NotebookAPI()

    @app.websocket("/")
    async def endpoint(
        websocket: WebSocket,
        a: Annotated[str, Depends(outer)],
        b: Annotated[str, Depends(inner, scope="function")],
        tasks: BackgroundTasks,
        fail: bool = False,
    ) -> None:
        tasks.add_task(seen.append, "task")
        await tell(websocket, [a, b])
        seen.append("end")
        if fail:
            raise ValueError("fails")

    with connect(app) as websocket:
        assert websocket.receive_json() == ["outer", "inner"]
    left = ["leave inner", "leave outer"]
    assert seen == ["enter outer", "enter inner", "end", "task", *left]
    seen.clear()
    with pytest.raises(ValueError, match="fails"), connect(app, "/?fail=1") as websocket:
        websocket.receive_json()
    assert seen == ["enter outer", "enter inner", "end", "ValueError('fails')", "leave inner"]


def test_dependencies_of_all_around_apply_outermost_first() -> None:
    ran: list[str] = []

    def mark(name: str) -> Any:
        def run() -> None:
            ran.append(name)

        return [Depends(run)]

    async def endpoint(websocket: WebSocket) -> None:
        await tell(websocket, ran)

    inner = APIRouter(prefix="/inner", dependencies=mark("inner"))
    inner.websocket("/ws", dependencies=mark("endpoint"))(endpoint)
    outer = APIRouter(dependencies=mark("outer"))
    outer.include_router(inner, prefix="/at", dependencies=mark("inclusion"))
    app = NotebookAPI(dependencies=mark("application"))
    app.include_router(outer)
    names = ["application", "outer", "inclusion", "inner", "endpoint"]
    assert told(connect(app, "/at/inner/ws")) == names


def test_overrides() -> None:
    def original() -> str:
        return "original"

    def replacement(q: int) -> int:
        return q

    app = NotebookAPI()

    @app.websocket("/")
    async def endpoint(websocket: WebSocket, value: Annotated[Any, Depends(original)]) -> None:
        await tell(websocket, value)

    assert told(connect(app)) == "original"
    app.dependency_overrides[original] = replacement
    assert told(connect(app, "/?q=3")) == 3
    app.dependency_overrides.clear()
    assert told(connect(app)) == "original"


# --- where they are declared


async def here(websocket: WebSocket) -> None:
    await tell(websocket, websocket.url.path)


def by_method(owner: NotebookAPI | APIRouter) -> None:
    owner.add_api_websocket_route("/ws", here, name="named")


def by_decorator(owner: NotebookAPI | APIRouter) -> None:
    assert owner.websocket("/ws", name="named")(here) is here


def by_plain_decorator(owner: NotebookAPI | APIRouter) -> None:
    assert owner.websocket_route("/ws", name="named")(here) is here


def by_plain_method(owner: NotebookAPI | APIRouter) -> None:
    owner.add_websocket_route("/ws", here, name="named")


def by_list(owner: NotebookAPI | APIRouter) -> None:
    owner.routes.append(WebSocketRoute("/ws", here, name="named"))


@pytest.mark.parametrize(
    "declare", [by_method, by_decorator, by_plain_decorator, by_plain_method, by_list], ids=label
)
def test_declaring(declare: Callable[[Any], None]) -> None:
    app = NotebookAPI()
    declare(app)
    router = APIRouter()
    app.include_router(router, prefix="/late")
    declare(router)  # live: after the inclusion
    inner = NotebookAPI()
    declare(inner)
    app.mount("/mounted", inner)
    for path in ("/ws", "/late/ws", "/mounted/ws"):
        assert told(connect(app, path)) == path
    assert app.url_path_for("named") == "/ws"


def test_tools_see_the_routes() -> None:
    app, router = NotebookAPI(openapi_url=None), APIRouter(prefix="/r")
    router.websocket("/ws/{id:int}")(here)
    app.include_router(router, prefix="/p")
    [context] = iter_route_contexts(app.routes)
    assert (context.path, context.path_format, context.name) == (
        "/p/r/ws/{id:int}", "/p/r/ws/{id}", "here",
    )  # fmt: skip
    assert context.endpoint is here
    assert context.original_route is router.routes[0]
    assert isinstance(router.routes[0], APIWebSocketRoute)


def test_the_document_does_not_show_them() -> None:
    app = NotebookAPI()
    app.websocket("/ws")(here)
    assert app.openapi()["paths"] == {}


# --- versions


def test_an_open_connection_keeps_its_version() -> None:
    app = NotebookAPI()

    def version(number: int) -> Callable[..., Any]:
        async def endpoint(websocket: WebSocket) -> None:
            await websocket.accept()
            async for _ in websocket.iter_text():
                await websocket.send_json([number, websocket.url_for("other").path])

        return endpoint

    app.websocket("/ws")(version(1))
    app.get("/a", name="other")(lambda: None)
    [first, other] = [each.registration for each in app.router.declared.placed[-2:]]
    with connect(app, "/ws") as old:
        with edit() as draft:
            draft.remove(app.router, first)
            draft.remove(app.router, other)
            app.websocket("/ws")(version(2))
            app.get("/b", name="other")(lambda: None)
        with connect(app, "/ws") as new:
            for websocket, expected in ((old, [1, "/a"]), (new, [2, "/b"])):
                websocket.send_text("")
                assert websocket.receive_json() == expected


# --- mistakes


class Item(BaseModel):
    name: str


async def takes_a_body(websocket: WebSocket, item: Item) -> None: ...


async def takes_a_request(websocket: WebSocket, request: Request) -> None: ...


async def yields(websocket: WebSocket) -> AsyncIterator[int]:
    yield 1


@pytest.mark.parametrize(
    ("path", "endpoint", "error", "message"),
    [
        ("/", takes_a_body, InvalidParameter, "`item` is read from the body"),
        ("/", takes_a_request, InvalidParameter, "take the WebSocket or an HTTPConnection"),
        ("/", yields, InvalidResponse, "websocket.send_text"),
        ("ws", here, InvalidPath, "must start with a slash"),
        ("", here, InvalidPath, "prefix and path are both empty"),
        ("/{id:none}", here, InvalidPath, "none"),
    ],
    ids=label,
)
def test_mistake(
    path: str, endpoint: Callable[..., Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        NotebookAPI().websocket(path)(endpoint)
