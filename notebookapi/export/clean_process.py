"""Run as a script, in a process of its own: import a module, write its OpenAPI document.

The document is asked for as a client does, by a request, where the application serves it.
Standard library only, and nothing of this package: what the module imports is what it asked for.
Reads from `job.json` in the folder given as its only argument, writes `result.json` there.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
import traceback
from pathlib import Path
from typing import Any

_SHOWN = 200
"""Characters of an answer that a failure shows."""


def main(folder: Path) -> None:
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    for name in job["absent"]:
        # As if it were not installed: optional imports elsewhere fall back as they should.
        sys.modules[name] = None  # type: ignore[assignment]  # the documented way to block one
    sys.path[:0] = [str(folder / "module"), *job["paths"]]
    result: dict[str, Any]
    try:
        module = importlib.import_module(job["module"])
        result = _document(getattr(module, job["application"]))
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
    """Status and body of a GET that is sent to the application without a socket."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1"), (b"accept", b"application/json")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    statuses: list[int] = []
    parts: list[bytes] = []
    requests = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> dict[str, Any]:
        for request in requests:
            return request
        await asyncio.Event().wait()  # The client stays.
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])
        parts.append(message.get("body", b""))

    await app(scope, receive, send)
    if not statuses:
        raise RuntimeError(f"GET {path} was not answered")
    return statuses[-1], b"".join(parts)


def _failure(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "error": "".join(traceback.format_exception_only(error)).strip(),
        "frames": [
            [frame.filename, frame.lineno, frame.name, frame.line]
            for frame in frames
            if frame.filename != __file__ and not _is_import_system(frame.filename)
        ],
    }


def _is_import_system(filename: str) -> bool:
    """The files that an import passes through; the frame that asks for it is in none of them."""
    return filename.startswith("<frozen") or Path(filename).parent.name == "importlib"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
