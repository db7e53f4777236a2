"""Errors -> responses."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from notebookapi._respond.compile import has_body
from notebookapi.encoders import jsonable_encoder
from notebookapi.exceptions import RequestValidationError, StarletteHTTPException


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
    return JSONResponse({"detail": jsonable_encoder(exc.errors())}, status_code=422)
