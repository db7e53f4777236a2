"""The public names. A change here is a change for every program."""

from importlib import import_module

import pytest

NAMES = {
    "": """APIRouter BackgroundTasks Body Cookie Depends HTTPException Header NotebookAPI Path Query
        Request Response WebSocket WebSocketDisconnect WebSocketException edit status""",
    "applications": "NotebookAPI",
    "background": "BackgroundTask BackgroundTasks",
    "concurrency": """contextmanager_in_threadpool iterate_in_threadpool run_in_threadpool
        run_until_first_complete""",
    "datastructures": "URL Address FormData Headers QueryParams State UploadFile",
    "controllers": "Controller api_route delete get head options patch post put trace",
    "encoders": "jsonable_encoder",
    "exceptions": """DeclarationError DependencyScopeError EditError EndpointContext
        FastAPIDeprecationWarning FastAPIError HTTPException InvalidConcurrency
        InvalidController InvalidDependency InvalidError InvalidInclusion InvalidLimit
        InvalidOption InvalidParameter InvalidPath InvalidResponse MissingMultipart
        NotebookAPIDeprecationWarning NotebookAPIError RequestValidationError
        ResponseValidationError RouteConflictWarning StarletteHTTPException
        ValidationException WebSocketException WebSocketRequestValidationError""",
    "exception_handlers": """http_exception_handler request_validation_exception_handler
        websocket_request_validation_exception_handler""",
    "middleware": "Middleware",
    "middleware.cors": "CORSMiddleware",
    "middleware.gzip": "GZipMiddleware",
    "middleware.httpsredirect": "HTTPSRedirectMiddleware",
    "middleware.trustedhost": "TrustedHostMiddleware",
    "param_functions": "Body Cookie Depends File Form Header Path Query",
    "params": "Body Cookie Depends File Form Header Param ParamTypes Path Query",
    "requests": "HTTPConnection Request",
    "sse": "EventSourceResponse ServerSentEvent format_sse_event",
    "responses": """EventSourceResponse FileResponse HTMLResponse JSONResponse ORJSONResponse
        PlainTextResponse RedirectResponse Response StreamingResponse UJSONResponse""",
    "routing": "APIRoute APIRouter APIWebSocketRoute Inclusion Mount Route RouteContext"
    " iter_route_contexts",
    "staticfiles": "StaticFiles",
    "testclient": "AsyncTestClient TestClient",
    "websockets": "WebSocket WebSocketDisconnect WebSocketState",
}


@pytest.mark.parametrize(("module", "names"), NAMES.items(), ids=NAMES)
def test_names(module: str, names: str) -> None:
    loaded = import_module(f"notebookapi.{module}".rstrip("."))
    assert [name for name in names.split() if not hasattr(loaded, name)] == []


@pytest.mark.parametrize("module", ["applications", "controllers", "routing"])
def test_all_is_what_is_locked(module: str) -> None:
    loaded = import_module(f"notebookapi.{module}")
    assert sorted(loaded.__all__) == sorted(NAMES[module].split())
