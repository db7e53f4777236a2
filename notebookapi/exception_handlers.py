"""Errors -> responses."""

from __future__ import annotations

import json
from typing import Any

from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from notebookapi._respond.compile import has_body
from notebookapi.encoders import jsonable_encoder
from notebookapi.exceptions import RequestValidationError


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
    errors = jsonable_encoder(exc.errors(), custom_encoder={bytes: _text})
    return _Readable({"detail": errors}, status_code=422)


class _Readable(JSONResponse):
    """JSON of what a client sent, which may hold what JSON cannot: NaN, half a character."""

    def render(self, content: Any) -> bytes:
        try:
            return super().render(content)
        except ValueError:
            finite = json.loads(json.dumps(content), parse_constant=lambda name: None)
            return json.dumps(finite, separators=(",", ":")).encode()


def _text(value: bytes) -> str:
    return value.decode(errors="replace")
