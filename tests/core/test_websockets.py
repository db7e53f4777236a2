"""WebSocket endpoints: what they take, what runs around them, who closes them."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Annotated, Any

import pytest
from pydantic import BaseModel
from starlette.requests import HTTPConnection, Request
from starlette.testclient import WebSocketDenialResponse

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
)
from notebookapi.exceptions import (
    WebSocketRequestValidationError,
)
from notebookapi.param_functions import Security
from notebookapi.security import HTTPBearer, SecurityScopes
from notebookapi.testclient import TestClient
from tests.core.serving import label
from tests.core.sockets import connect, tell, told

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


class Page(BaseModel):
    size: int
    tags: list[str] = []


def scopes(asked: SecurityScopes) -> list[str]:
    return asked.scopes


async def models(
    websocket: WebSocket,
    page: Annotated[Page, Query()],
    asked: Annotated[list[str], Security(scopes, scopes=["x"])],
) -> None:
    await tell(websocket, [page.model_dump(), asked])


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
    (models, "/7?size=1&tags=a&tags=b", {}, [{"size": 1, "tags": ["a", "b"]}, ["x"]]),
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
