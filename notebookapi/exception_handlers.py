"""Errors -> responses."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.datastructures import UploadFile as StarletteUploadFile
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.status import WS_1008_POLICY_VIOLATION
from starlette.websockets import WebSocket

from notebookapi._respond.compile import has_body
from notebookapi._respond.json import writer
from notebookapi._respond.problems import PROBLEM_TYPE, problem
from notebookapi.datastructures import UploadFile, described_upload
from notebookapi.encoders import jsonable_encoder
from notebookapi.exceptions import RequestValidationError, WebSocketRequestValidationError


async def http_exception_handler(request: Request, exc: StarletteHTTPException) -> Response:
    """Answer with the exception's status, headers and `{"detail": …}`."""
    headers = dict(exc.headers) if exc.headers else None
    if not has_body(exc.status_code):
        return Response(status_code=exc.status_code, headers=headers)
    return JSONResponse({"detail": exc.detail}, status_code=exc.status_code, headers=headers)


async def request_validation_exception_handler(
    request: Request, exc: RequestValidationError
) -> JSONResponse:
    """Answer 422 with the list of errors."""
    try:
        return _Written(_write_errors(exc.errors()), status_code=422)
    except ValueError:
        detail = {"detail": exc.errors()}
        return _Readable(jsonable_encoder(detail, custom_encoder=_ENCODERS), status_code=422)


async def websocket_request_validation_exception_handler(
    websocket: WebSocket, exc: WebSocketRequestValidationError
) -> None:
    """Close with 1008, policy violation; before the connection is accepted this rejects it."""
    told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in exc.errors())
    # RFC 6455, section 5.5: a close frame holds 125 bytes, two of them the code.
    reason = told.encode()[:123].decode(errors="ignore")
    await websocket.close(code=WS_1008_POLICY_VIOLATION, reason=reason)


async def http_problem_handler(request: Request, exc: StarletteHTTPException) -> Response:
    """Answer with the exception's status, headers and a problem document (RFC 9457)."""
    headers = dict(exc.headers) if exc.headers else None
    if not has_body(exc.status_code):
        return Response(status_code=exc.status_code, headers=headers)
    return problem_response(exc.status_code, exc.detail, headers)


async def request_validation_problem_handler(
    request: Request, exc: RequestValidationError
) -> Response:
    """Answer 422 with a problem document that has the list of errors."""
    errors = jsonable_encoder(exc.errors(), custom_encoder={bytes: _text})
    told = "1 value does" if len(errors) == 1 else f"{len(errors)} values do"
    detail = {"detail": f"{told} not fit what is asked for.", "errors": errors}
    return problem_response(422, detail)


async def server_problem_handler(request: Request, exc: Exception) -> Response:
    """Answer 500 with a problem document that tells nothing of what happened."""
    return problem_response(500, None)


def problem_response(
    status: int, detail: object, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a problem document as a response."""
    return _Problem(problem(status, detail), status, headers)


class _Written(JSONResponse):
    """JSON text."""

    def render(self, content: Any) -> bytes:
        text: bytes = content
        return text


class _Readable(JSONResponse):
    """JSON of what a client sent, which may hold what JSON cannot: NaN, half a character."""

    def render(self, content: Any) -> bytes:
        try:
            return super().render(content)
        except ValueError:
            finite = json.loads(json.dumps(content), parse_constant=lambda name: None)
            return json.dumps(finite, separators=(",", ":")).encode()


class _Problem(_Readable):
    media_type = PROBLEM_TYPE


def _text(value: bytes) -> str:
    return value.decode(errors="replace")


_ENCODERS: dict[Any, Callable[[Any], Any]] = {
    bytes: _text,
    StarletteUploadFile: described_upload,
    UploadFile: described_upload,
}
_write = writer(_ENCODERS)


def _write_errors(errors: Any) -> bytes:
    return _write({"detail": errors})


# The answer alone, for who needs no response object.
vars(request_validation_exception_handler)["write_errors"] = _write_errors
