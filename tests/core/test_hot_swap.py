"""Requests while everything is replaced: each is answered by one version from end to end."""

import asyncio
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, BaseModel, create_model
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from notebookapi import APIRouter, Depends, Header, HTTPException, NotebookAPI, edit
from notebookapi._table.published import Registration
from notebookapi.editing import Owner
from notebookapi.requests import Request
from notebookapi.responses import JSONResponse
from tests.core.serving import ask

CLIENTS = 20
SWAPS = 200


Pause = Callable[[], Awaitable[None]]
"""Where others may run, swaps among them."""


async def pause() -> None:
    await asyncio.sleep(0)


class Stamp:
    """Middleware that writes its version into a header."""

    def __init__(self, app: ASGIApp, version: int, pause: Pause) -> None:
        self.app, self.version, self.pause = app, version, pause

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-version", b"%d" % self.version)]
            await send(message)

        await self.pause()
        await self.app(scope, receive, stamped)


@dataclass
class World:
    """Two applications, one mounted in the other, with a router inside; and what is declared."""

    pause: Pause
    app: NotebookAPI = field(default_factory=lambda: NotebookAPI(title="outer"))
    inner: NotebookAPI = field(default_factory=lambda: NotebookAPI(title="inner"))
    router: APIRouter = field(default_factory=APIRouter)
    declared: list[tuple[Owner, Registration]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.app.mount("/inner", self.inner)
        self.app.include_router(self.router, prefix="/router")
        self.publish(0)

    def publish(self, version: int) -> None:
        """Replace everything that a version can be told by, at one moment."""
        with edit() as draft:
            for owner, registration in self.declared:
                draft.remove(owner, registration)
            owners: list[Owner] = [self.app, self.app.router, self.inner.router, self.router]
            before = {
                owner: {id(e.registration) for e in owner.declared.placed} for owner in owners
            }
            self.app.add_middleware(Stamp, version=version, pause=self.pause)
            self.app.add_exception_handler(HTTPException, failed(version))
            for owner in (self.app, self.inner, self.router):
                owner.api_route("/{v}")(endpoint(version, self.pause))
            self.declared = [
                (owner, each.registration)
                for owner in owners
                for each in owner.declared.placed
                if id(each.registration) not in before[owner]
            ]


def failed(version: int) -> Callable[..., Any]:
    def handler(request: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"handler": version, "endpoint": error.detail}, 418)

    return handler


def endpoint(version: int, pause: Pause) -> Callable[..., Any]:
    """Return an endpoint whose every part knows its version."""

    def check(value: str) -> str:
        return f"{value} by {version}"

    async def dependency(request: Request) -> int:
        await pause()  # others run here, swaps among them
        return version

    model: type[BaseModel] = create_model("Answer", **{f"model_{version}": (str, ...)})  # type: ignore[call-overload]  # the name is computed

    async def answer(
        v: Annotated[str, AfterValidator(check)],
        needed: Annotated[int, Depends(dependency)],
        fail: Annotated[bool, Header()] = False,
    ) -> Any:
        await pause()
        if fail:
            raise HTTPException(400, version)
        return {f"model_{version}": f"{v}, {needed}, {version}", "left out": 1}

    answer.__annotations__["return"] = model
    return answer


async def ask_version(app: ASGIApp, path: str, *, fail: bool = False) -> tuple[int, int, Any]:
    """Return the status, the version of the middleware, and the document."""
    status, headers, document = await ask(app, path, [(b"fail", b"true")] if fail else [])
    return status, int(headers[b"x-version"]), document


async def check_one(world: World, number: int) -> int:
    """Ask once; assert that all parts of the answer are of one version, and return that."""
    path = ("/x", "/inner/x", "/router/x")[number % 3]
    fail = number % 7 == 0
    status, version, document = await ask_version(world.app, path, fail=fail)
    if not fail:
        assert status == 200
        assert document == {f"model_{version}": f"x by {version}, {version}, {version}"}
    elif path == "/inner/x":
        # The application inside has handlers of its own.
        assert (status, document) == (400, {"detail": version})
    else:
        assert (status, document) == (418, {"handler": version, "endpoint": version})
    return version


@pytest.mark.anyio
async def test_no_request_fails_or_mixes_versions_on_one_loop() -> None:
    world = World(pause)
    assert world.app.published.version == 1
    done = asyncio.Event()
    seen: set[int] = set()

    async def client(number: int) -> int:
        asked = 0
        while not done.is_set():
            seen.add(await check_one(world, number + asked))
            asked += 1
        return asked

    clients = [asyncio.create_task(client(number)) for number in range(CLIENTS)]
    for version in range(1, SWAPS + 1):
        world.publish(version)
        await asyncio.sleep(0)
    done.set()
    asked = await asyncio.gather(*clients)
    assert min(asked) > 0
    assert len(seen) > SWAPS // 4
    assert world.app.published.version == SWAPS + 1


def test_no_request_fails_or_mixes_versions_across_threads() -> None:
    world = World(pause)
    done = threading.Event()
    started = threading.Barrier(5)
    problems: list[BaseException] = []
    seen: set[int] = set()

    async def clients() -> None:
        async def client(number: int) -> None:
            asked = 0
            while not done.is_set():
                seen.add(await check_one(world, number + asked))
                asked += 1

        await asyncio.gather(*(client(number) for number in range(CLIENTS // 4)))

    def serve() -> None:
        started.wait()
        try:
            asyncio.run(clients())
        except BaseException as error:
            problems.append(error)
            done.set()

    threads = [threading.Thread(target=serve) for _ in range(4)]
    for thread in threads:
        thread.start()
    started.wait()
    for version in range(1, SWAPS + 1):
        world.publish(version)
    done.set()
    for thread in threads:
        thread.join()
    assert problems == []
    assert seen


@pytest.fixture
def impatient() -> Iterator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("impatient")
def test_applications_change_at_one_moment() -> None:
    """A reader that looks at one after the other never finds a later one older."""
    apps = [NotebookAPI(openapi_url=None) for _ in range(20)]
    assert {app.published.version for app in apps} == {1}
    done = threading.Event()
    problems: list[list[int]] = []

    def watch() -> None:
        while not done.is_set():
            versions = [app.published.version for app in apps]
            if versions != sorted(versions):
                problems.append(versions)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(200):
        with edit():
            for app in apps:
                app.add_exception_handler(418, failed(1))
    done.set()
    watcher.join()
    assert problems == []
    assert {app.published.version for app in apps} == {201}


@pytest.fixture
def slow() -> Iterator[tuple[NotebookAPI, asyncio.Event, asyncio.Event]]:
    yield NotebookAPI(), asyncio.Event(), asyncio.Event()


@pytest.mark.anyio
async def test_a_running_request_keeps_what_it_began_with(
    slow: tuple[NotebookAPI, asyncio.Event, asyncio.Event],
) -> None:
    app, entered, go_on = slow
    app.add_middleware(Stamp, version=1, pause=pause)

    @app.get("/")
    async def old(request: Request) -> Any:
        entered.set()
        await go_on.wait()
        return {"url": request.url_for("old").path, "document": "old"}

    running = asyncio.create_task(ask_version(app, "/"))
    await entered.wait()
    registration = app.router.declared.placed[-1].registration
    with edit() as draft:
        draft.remove(app.router, registration)
        for each in app.declared.placed:
            draft.remove(app, each.registration)
        app.add_middleware(Stamp, version=2, pause=pause)
        app.get("/")(lambda: "new")
    go_on.set()
    assert await running == (200, 1, {"url": "/", "document": "old"})
    assert await ask_version(app, "/") == (200, 2, "new")
