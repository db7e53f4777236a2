"""Response classes, under the names that programs import."""

import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any

from starlette.responses import FileResponse as FileResponse
from starlette.responses import HTMLResponse as HTMLResponse
from starlette.responses import JSONResponse as JSONResponse
from starlette.responses import PlainTextResponse as PlainTextResponse
from starlette.responses import RedirectResponse as RedirectResponse
from starlette.responses import Response as Response
from starlette.responses import StreamingResponse as StreamingResponse

from notebookapi.exceptions import NotebookAPIDeprecationWarning

if TYPE_CHECKING:
    from notebookapi.sse import EventSourceResponse as EventSourceResponse


def __getattr__(name: str) -> Any:
    """Load what is for endpoints that stream when it is asked for."""
    if name != "EventSourceResponse":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from notebookapi.sse import EventSourceResponse

    return EventSourceResponse


class UJSONResponse(JSONResponse):
    """Deprecated: JSON written by ujson."""

    def __init__(self, *args: Any, **options: Any) -> None:
        _deprecate("UJSONResponse")
        super().__init__(*args, **options)

    def render(self, content: Any) -> bytes:
        """Return the content as JSON in UTF-8."""
        written: str = _library("ujson").dumps(content, ensure_ascii=False)
        return written.encode()


class ORJSONResponse(JSONResponse):
    """Deprecated: JSON written by orjson."""

    def __init__(self, *args: Any, **options: Any) -> None:
        _deprecate("ORJSONResponse")
        super().__init__(*args, **options)

    def render(self, content: Any) -> bytes:
        """Return the content as JSON in UTF-8."""
        orjson = _library("orjson")
        written: bytes = orjson.dumps(
            content, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY
        )
        return written


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise ImportError(
            f"This response class writes JSON with {name}, which is not installed: "
            f"pip install {name}, or use JSONResponse.",
            name=name,
        ) from error


def _deprecate(name: str) -> None:
    warnings.warn(
        f"{name} is deprecated: give the operation a response model instead, and pydantic writes "
        "the JSON, which is as fast.",
        NotebookAPIDeprecationWarning,
        stacklevel=3,
    )
