"""Dependencies: what is shared, in which order they run and end, who sees which exception."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Annotated, Any

import pytest

from notebookapi import (
    APIRouter,
    BackgroundTasks,
    Body,
    Depends,
    Header,
    HTTPException,
    NotebookAPI,
)
from notebookapi.exceptions import NotebookAPIError
from notebookapi.requests import Request
from notebookapi.responses import JSONResponse, PlainTextResponse
from notebookapi.testclient import TestClient
from tests.core.serving import ask

Log = list[str]


def managed(log: Log, name: str) -> Callable[[], Iterator[str]]:
    def dependency() -> Iterator[str]:
        log.append(f"+{name}")
        try:
            yield name
        except Exception as error:
            log.append(f"!{name} {type(error).__name__}")
            raise
        finally:
            log.append(f"-{name}")

    return dependency


def managed_async(log: Log, name: str) -> Callable[[], AsyncIterator[str]]:
    async def dependency() -> AsyncIterator[str]:
        log.append(f"+{name}")
        try:
            yield name
        except Exception as error:
            log.append(f"!{name} {type(error).__name__}")
            raise
        finally:
            log.append(f"-{name}")

    return dependency


class Sent(PlainTextResponse):
    """A response that tells when it is sent."""

    def __init__(self, log: Log, **options: Any) -> None:
        super().__init__("", **options)
        self.log = log

    async def __call__(self, *connection: Any) -> None:
        self.log.append("sent")
        await super().__call__(*connection)


@pytest.mark.parametrize(
    ("use_cache", "calls"), [(True, ["shared"]), (False, ["shared", "shared", "shared"])]
)
def test_a_result_is_shared_in_one_request(use_cache: bool, calls: Log) -> None:
    log: Log = []

    def shared() -> int:
        log.append("shared")
        return len(log)

    def one(value: Annotated[int, Depends(shared, use_cache=use_cache)]) -> int:
        return value

    app = NotebookAPI(dependencies=[Depends(shared, use_cache=use_cache)])

    @app.get("/")
    def endpoint(
        a: Annotated[int, Depends(one)], b: Annotated[int, Depends(shared, use_cache=use_cache)]
    ) -> list[int]:
        return [a, b]

    client = TestClient(app)
    assert client.get("/").json() == ([1, 1] if use_cache else [2, 3])
    assert log == calls
    client.get("/")
    assert log == calls * 2


def test_dependencies_run_from_the_outside_in() -> None:
    log: Log = []

    def step(name: str) -> Any:
        def run() -> None:
            log.append(name)

        return Depends(run)

    app = NotebookAPI(dependencies=[step("application")])
    inner = APIRouter(dependencies=[step("inner")])
    outer = APIRouter(dependencies=[step("outer")])

    @inner.get("/", dependencies=[step("decorator")])
    def endpoint(own: Annotated[None, step("own")]) -> None:
        log.append("endpoint")

    outer.include_router(inner, dependencies=[step("inner inclusion")])
    app.include_router(outer, dependencies=[step("outer inclusion")])
    assert TestClient(app).get("/").status_code == 200
    assert log == [
        "application", "outer inclusion", "outer", "inner inclusion", "inner", "decorator", "own",
        "endpoint",
    ]  # fmt: skip


def test_exits_run_backwards_after_the_response_and_background_tasks() -> None:
    log: Log = []
    app = NotebookAPI()

    @app.get("/")
    def endpoint(
        tasks: BackgroundTasks,
        a: Annotated[str, Depends(managed(log, "a"))],
        b: Annotated[str, Depends(managed_async(log, "b"))],
        c: Annotated[str, Depends(managed(log, "c"), scope="function")],
        d: Annotated[str, Depends(managed_async(log, "d"), scope="function")],
    ) -> Sent:
        tasks.add_task(log.append, "task")
        log.append("endpoint")
        return Sent(log)

    TestClient(app).get("/")
    assert log == [
        "+a", "+b", "+c", "+d", "endpoint", "-d", "-c", "sent", "task", "-b", "-a",
    ]  # fmt: skip


def test_background_tasks_of_dependencies_and_endpoint_are_one_list() -> None:
    log: Log = []

    def dependency(tasks: BackgroundTasks) -> None:
        tasks.add_task(log.append, "dependency")

    app = NotebookAPI(dependencies=[Depends(dependency)])

    @app.get("/")
    def endpoint(tasks: BackgroundTasks) -> int:
        tasks.add_task(log.append, "endpoint")
        return 1

    assert TestClient(app).get("/").json() == 1
    assert log == ["dependency", "endpoint"]


@pytest.mark.parametrize("manage", [managed, managed_async], ids=["sync", "async"])
@pytest.mark.parametrize("scope", ["function", "request"])
def test_an_exception_reaches_the_dependencies_and_then_its_handler(
    manage: Callable[[Log, str], Any], scope: Any
) -> None:
    log: Log = []
    app = NotebookAPI()

    @app.exception_handler(KeyError)
    def handle(request: Request, error: KeyError) -> JSONResponse:
        log.append("handler")
        return JSONResponse(str(error), 418)

    @app.get("/")
    def endpoint(
        a: Annotated[str, Depends(manage(log, "a"), scope=scope)],
        b: Annotated[str, Depends(manage(log, "b"), scope=scope)],
    ) -> None:
        raise KeyError("k")

    assert TestClient(app).get("/").status_code == 418
    assert log == ["+a", "+b", "!b KeyError", "-b", "!a KeyError", "-a", "handler"]


@pytest.mark.parametrize("scope", ["function", "request"])
def test_a_dependency_may_raise_another_exception(scope: Any) -> None:
    def translate() -> Iterator[None]:
        try:
            yield
        except KeyError as error:
            raise HTTPException(404, "no such key") from error

    app = NotebookAPI()

    @app.get("/", dependencies=[Depends(translate, scope=scope)])
    def endpoint() -> None:
        raise KeyError("k")

    answer = TestClient(app).get("/")
    assert (answer.status_code, answer.json()) == (404, {"detail": "no such key"})


@pytest.mark.parametrize("scope", ["function", "request"])
def test_swallowing_an_exception_is_an_error(scope: Any) -> None:
    def swallow() -> Iterator[None]:
        try:
            yield
        except KeyError:
            pass

    app = NotebookAPI()

    @app.get("/", dependencies=[Depends(swallow, scope=scope)])
    def endpoint() -> None:
        raise KeyError("k")

    with pytest.raises(NotebookAPIError, match=r"endpoint \(.*let it raise the exception again"):
        TestClient(app).get("/")


def test_after_the_response_an_exception_of_an_exit_changes_nothing_that_was_sent() -> None:
    def late() -> Iterator[None]:
        yield
        raise RuntimeError("too late")

    app = NotebookAPI()

    @app.get("/", dependencies=[Depends(late)])
    def endpoint() -> int:
        return 1

    assert TestClient(app, raise_server_exceptions=False).get("/").json() == 1


def test_an_invalid_dependency_is_skipped_and_the_others_run() -> None:
    log: Log = []

    def valid() -> None:
        log.append("valid")

    def invalid(token: Annotated[int, Header()]) -> int:
        log.append("invalid")
        return token

    def needs_invalid(token: Annotated[int, Depends(invalid)], q: int) -> None:
        log.append("needs invalid")

    def needs_only_invalid(token: Annotated[int, Depends(invalid)]) -> None:
        log.append("needs only invalid")

    app = NotebookAPI(dependencies=[Depends(needs_only_invalid)])

    @app.get("/")
    def endpoint(
        a: Annotated[None, Depends(needs_invalid)], b: Annotated[None, Depends(valid)], r: int
    ) -> None:
        log.append("endpoint")

    answer = TestClient(app).get("/", headers={"token": "x"})
    assert [error["loc"] for error in answer.json()["detail"]] == [
        ["header", "token"], ["query", "q"], ["query", "r"],
    ]  # fmt: skip
    assert log == ["valid"]


def test_overrides_hold_while_they_are_set_and_read_parameters_of_their_own() -> None:
    def original() -> str:
        return "original"

    def replacement(q: str) -> str:
        return f"replaced {q}"

    app = NotebookAPI()

    @app.get("/")
    def endpoint(value: Annotated[str, Depends(original)]) -> str:
        return value

    client = TestClient(app)
    assert client.get("/").json() == "original"
    app.dependency_overrides[original] = replacement
    assert client.get("/?q=a").json() == "replaced a"
    assert client.get("/").json()["detail"][0]["loc"] == ["query", "q"]
    app.dependency_overrides.clear()
    assert client.get("/").json() == "original"


def test_body_values_of_dependencies_and_endpoint_make_one_object() -> None:
    def dependency(a: Annotated[int, Body()]) -> int:
        return a

    app = NotebookAPI()

    @app.post("/")
    def endpoint(a: Annotated[int, Depends(dependency)], b: Annotated[int, Body()]) -> int:
        return a + b

    client = TestClient(app)
    assert client.post("/", json={"a": 1, "b": 2}).json() == 3
    errors = client.post("/", json={}).json()["detail"]
    assert [error["loc"] for error in errors] == [["body", "a"], ["body", "b"]]


@pytest.mark.anyio
@pytest.mark.parametrize("yields", [False, True])
async def test_max_concurrency_lets_no_more_in(yields: bool) -> None:
    inside, most = 0, 0
    release = asyncio.Event()

    async def enter() -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        if inside == 2:
            release.set()
        await release.wait()

    async def limited() -> None:
        nonlocal inside
        await enter()
        inside -= 1

    async def limited_yield() -> AsyncIterator[None]:
        nonlocal inside
        await enter()
        yield
        inside -= 1

    app = NotebookAPI()
    depends = Depends(limited_yield if yields else limited, max_concurrency=2)

    @app.get("/", dependencies=[depends])
    async def endpoint() -> int:
        return 1

    answers = await asyncio.gather(*(ask(app, "/") for _ in range(6)))
    assert [status for status, _, _ in answers] == [200] * 6
    assert most == 2
