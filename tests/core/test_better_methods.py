"""HEAD and OPTIONS answered by themselves, where an application asks for it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message

from notebookapi import APIRouter, Depends, NotebookAPI
from notebookapi.requests import Request
from notebookapi.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from notebookapi.testclient import TestClient


def application(**options: Any) -> NotebookAPI:
    app, router = NotebookAPI(**options), APIRouter(prefix="/r")

    @app.get("/a", response_class=PlainTextResponse)
    def read(response: Response) -> str:
        response.headers["x-own"] = "read"
        return "text"

    @app.post("/a")
    def create() -> int:
        return 1

    @app.head("/own")
    def own_head(response: Response) -> None:
        response.headers["x-own"] = "head"

    @app.get("/own")
    def own_get() -> str:
        return "get"

    @app.options("/own")
    def own_options() -> str:
        return "options"

    @router.get("/{number}")
    def inside(number: int) -> int:
        return number

    @app.put("/put")
    def put() -> int:
        return 1

    app.include_router(router)
    return app


def client_of(**options: Any) -> TestClient:
    return TestClient(application(**options), follow_redirects=False)


HEADS: list[tuple[str, int, dict[str, str]]] = [
    ("/a", 200, {"content-length": "4", "x-own": "read"}),
    ("/own", 200, {"x-own": "head"}),
    ("/r/3", 200, {"content-length": "1", "content-type": "application/json"}),
    ("/r/x", 422, {"content-type": "application/json"}),
    ("/put", 405, {"allow": "OPTIONS, PUT"}),
    ("/none", 404, {}),
    ("/a/", 307, {"location": "http://testserver/a"}),
    ("/docs", 200, {"content-type": "text/html; charset=utf-8"}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "status", "headers"), HEADS, ids=str)
def test_head_is_get_without_the_body(path: str, status: int, headers: dict[str, str]) -> None:
    response = client_of(auto_head=True, auto_options=True).head(path)
    assert (response.status_code, response.content) == (status, b"")
    assert {name: response.headers.get(name) for name in headers} == headers


OPTIONS: list[tuple[str, int, str | None]] = [
    ("/a", 204, "GET, HEAD, OPTIONS, POST"),
    ("/put", 204, "OPTIONS, PUT"),
    ("/r/3", 204, "GET, HEAD, OPTIONS"),
    ("/own", 200, None),
    ("/none", 404, None),
]


@pytest.mark.parametrize(("path", "status", "allow"), OPTIONS, ids=str)
def test_options_tells_what_is_allowed(path: str, status: int, allow: str | None) -> None:
    response = client_of(auto_head=True, auto_options=True).options(path)
    assert (response.status_code, response.headers.get("allow")) == (status, allow)
    assert response.content == (b'"options"' if path == "/own" else response.content)


SWITCHES = [
    ({}, 405, 405, "GET, POST"),
    ({"auto_head": True}, 200, 405, "GET, HEAD, POST"),
    ({"auto_options": True}, 405, 204, "GET, OPTIONS, POST"),
]


@pytest.mark.parametrize(("options", "head", "option", "allow"), SWITCHES, ids=str)
def test_each_has_its_switch(options: dict[str, bool], head: int, option: int, allow: str) -> None:
    client = client_of(**options)
    assert (client.head("/a").status_code, client.options("/a").status_code) == (head, option)
    assert client.delete("/a").headers["allow"] == allow


def test_they_are_not_documented() -> None:
    paths = client_of(auto_head=True, auto_options=True).get("/openapi.json").json()["paths"]
    assert paths == application().openapi()["paths"]


def test_middleware_sees_the_method_that_was_asked_for_and_the_route() -> None:
    app = application(auto_head=True)
    seen: list[object] = []

    @app.middleware("http")
    async def look(request: Request, call_next: Any) -> Any:
        response = await call_next(request)
        seen.extend([request.method, request.scope["route"].path, request.scope["path_params"]])
        return response

    TestClient(app).head("/r/3")
    assert seen == ["HEAD", "/r/{number}", {"number": "3"}]


@pytest.mark.anyio
async def test_a_stream_without_end_is_ended_and_its_dependencies_left() -> None:
    app = NotebookAPI(auto_head=True)
    log: list[str] = []

    def dependency() -> Iterator[None]:
        try:
            yield
        finally:
            log.append("left")

    @app.get("/", dependencies=[Depends(dependency)])
    async def endless() -> StreamingResponse:
        async def chunks() -> AsyncIterator[bytes]:
            while True:
                yield b"x"
                await asyncio.sleep(0)

        return StreamingResponse(chunks())

    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise NotImplementedError  # it waits for ever

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "HEAD", "path": "/", "headers": [], "query_string": b""}
    async with asyncio.timeout(10):
        await app(scope, receive, send)
    assert [(each["type"], each.get("body"), each.get("more_body")) for each in sent] == [
        ("http.response.start", None, None), ("http.response.body", b"", False),
    ]  # fmt: skip
    assert log == ["left"]


def test_a_file_has_its_length(tmp_path: Path) -> None:
    file = tmp_path / "file.txt"
    file.write_text("12345")
    app = NotebookAPI(auto_head=True)

    @app.get("/")
    def read() -> FileResponse:
        return FileResponse(file)

    response = TestClient(app).head("/")
    assert (response.headers["content-length"], response.content) == ("5", b"")


def test_a_mounted_application_answers_for_itself() -> None:
    app, sub = NotebookAPI(auto_head=True), NotebookAPI()
    sub.get("/")(lambda: 1)
    app.mount("/sub", sub)
    assert TestClient(app).head("/sub/").status_code == 405
