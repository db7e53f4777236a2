"""Run as a script, in a process of its own: import a module, write what it serves.

That is its OpenAPI document, asked for as a client does, by a request, where the application
serves it; and the answers to requests, sent while the application's lifespan runs.
Standard library only, and nothing of this package: what the module imports is what it asked for.
The job comes by standard input, as it may hold secrets; `result.json` is written to the folder
given as the only argument.
"""

from __future__ import annotations

import asyncio
import base64
import importlib
import json
import sys
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

_SHOWN = 200
"""Characters of an answer that a failure shows."""

_LONGEST = 20
"""Seconds that one answer, or the end of the lifespan, may take."""


def main(folder: Path) -> None:
    job = json.loads(sys.stdin.buffer.read())
    for name in job["absent"]:
        # As if it were not installed: optional imports elsewhere fall back as they should.
        sys.modules[name] = None  # type: ignore[assignment]  # the documented way to block one
    sys.path[:0] = [str(folder / "module"), *job["paths"]]
    result: dict[str, Any]
    try:
        module = importlib.import_module(job["module"])
        app = getattr(module, job["application"])
        result = _document(app)
        if "openapi" in result and job["starts"]:
            result["answers"] = asyncio.run(_answers(app, job["requests"]))
        text = json.dumps(result)
    except BaseException as error:  # `sys.exit()` in a module is a failure like any other
        text = json.dumps(_failure(error))
    (folder / "result.json").write_text(text, encoding="utf-8")


def _document(app: Any) -> dict[str, Any]:
    """The document as it is served; as the application makes it, where no request gets it."""
    made = app.openapi()
    path = getattr(app, "openapi_url", None)
    # What is mounted or proxied below a path is served with that path among the servers.
    if not path or getattr(app, "root_path", None):
        return {"openapi": made}
    try:
        status, body = asyncio.run(_get(app, path))
    except Exception:
        if _has_middleware(app):
            return {"openapi": made}
        raise
    if status == 200:
        return {"openapi": json.loads(body)}
    # A client without credentials, say, is sent away.
    if status < 500 or _has_middleware(app):
        return {"openapi": made}
    said = body.decode(errors="replace")[:_SHOWN]
    answered = f"GET {path} was answered with {status} in the clean process: {said}"
    return {"error": answered, "frames": []}


def _has_middleware(app: Any) -> bool:
    """Some need what a lifespan makes, and none has run here: their failure says nothing."""
    return bool(getattr(app, "user_middleware", None))


async def _get(app: Any, path: str) -> tuple[int, bytes]:
    """Status and body of a GET."""
    request = {"method": "GET", "target": path, "headers": [["accept", "application/json"]]}
    answer = await _send(app, request, {})
    return answer["status"], answer["body"]


async def _answers(app: Any, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    async with _started(app) as state:
        answers = []
        for request in requests:
            label = f"{request['method']} {request['target']}"
            request["body"] = base64.b64decode(request["body"])
            try:
                answer = await asyncio.wait_for(_send(app, request, state), _LONGEST)
            except TimeoutError:
                raise TimeoutError(f"{label} was not answered within {_LONGEST} s") from None
            answers.append({**answer, "body": base64.b64encode(answer["body"]).decode()})
        return answers


@asynccontextmanager
async def _started(app: Any) -> AsyncIterator[dict[str, Any]]:
    """The application, started up; yields its state. What its start-up raises is raised."""
    state: dict[str, Any] = {}
    came: asyncio.Queue[str] = asyncio.Queue()
    asked: asyncio.Queue[dict[str, str]] = asyncio.Queue()

    async def send(message: dict[str, Any]) -> None:
        came.put_nowait(message["type"])

    scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": state}
    running = asyncio.ensure_future(app(scope, asked.get, send))
    asked.put_nowait({"type": "lifespan.startup"})
    waiting = asyncio.ensure_future(came.get())
    await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if not waiting.done() or waiting.result() == "lifespan.startup.failed":
        waiting.cancel()
        await running
    yield state
    asked.put_nowait({"type": "lifespan.shutdown"})
    # How it ends is not what is asked here.
    await asyncio.wait({running}, timeout=_LONGEST)
    if not running.cancel():
        running.exception()


async def _send(app: Any, request: dict[str, Any], state: dict[str, Any]) -> dict[str, Any]:
    """Status, headers and body of the answer to a request that goes without a socket."""
    path, _, query = request["target"].partition("?")
    headers = [[name.encode(), value.encode()] for name, value in request["headers"]]
    content = request.get("body", b"")
    headers += [[b"host", b"127.0.0.1"], [b"content-length", str(len(content)).encode()]]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request["method"],
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": dict(state),
    }
    starts: list[dict[str, Any]] = []
    parts: list[bytes] = []
    requests = iter([{"type": "http.request", "body": content, "more_body": False}])

    async def receive() -> dict[str, Any]:
        for message in requests:
            return message
        await asyncio.Event().wait()  # The client stays.
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            starts.append(message)
        parts.append(message.get("body", b""))

    try:
        await app(scope, receive, send)
    except Exception:
        # An error that was answered goes on to the server, which would log it.
        if not starts:
            raise
    if not starts:
        raise RuntimeError(f"{request['method']} {path} was not answered")
    answered = [
        [name.decode("latin-1").lower(), value.decode("latin-1")]
        for name, value in starts[-1].get("headers", ())
    ]
    return {"status": starts[-1]["status"], "headers": answered, "body": b"".join(parts)}


def _failure(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    while frames and (frames[0].filename == __file__ or _is_library(frames[0].filename)):
        del frames[0]  # How this script came there: by its own calls, and those of asyncio.
    return {
        "error": "".join(traceback.format_exception_only(error)).strip(),
        "frames": [
            [frame.filename, frame.lineno, frame.name, frame.line]
            for frame in frames
            if frame.filename != __file__ and not _is_import_system(frame.filename)
        ],
    }


def _is_library(filename: str) -> bool:
    """Is it a file of the standard library?"""
    library = Path(asyncio.__file__).parents[1]
    return library in Path(filename).parents and "site-packages" not in filename


def _is_import_system(filename: str) -> bool:
    """The files that an import passes through; the frame that asks for it is in none of them."""
    return filename.startswith("<frozen") or Path(filename).parent.name == "importlib"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
