"""slowapi: limits by decorator, and default limits that reach included routers."""

import pytest
from slowapi import Limiter, _rate_limit_exceeded_handler
from slowapi.errors import RateLimitExceeded
from slowapi.middleware import SlowAPIMiddleware
from slowapi.util import get_remote_address

from notebookapi import APIRouter, NotebookAPI, Request
from notebookapi.testclient import TestClient


def application(limiter: Limiter) -> NotebookAPI:
    app = NotebookAPI()
    app.state.limiter = limiter
    app.add_exception_handler(RateLimitExceeded, _rate_limit_exceeded_handler)
    return app


def test_limit_by_decorator() -> None:
    limiter = Limiter(key_func=get_remote_address)
    app = application(limiter)

    @app.get("/")
    @limiter.limit("2/minute")
    async def read(request: Request) -> str:
        return "read"

    client = TestClient(app)
    assert [client.get("/").status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize("path", ["/direct", "/router/items", "/router/inner/items"])
def test_default_limits_reach_every_route(path: str) -> None:
    app = application(Limiter(key_func=get_remote_address, default_limits=["2/minute"]))
    app.add_middleware(SlowAPIMiddleware)
    router, inner = APIRouter(prefix="/router"), APIRouter(prefix="/inner")

    @app.get("/direct")
    @router.get("/items")
    @inner.get("/items")
    def read() -> str:
        return "read"

    router.include_router(inner)
    app.include_router(router)
    client = TestClient(app)
    assert [client.get(path).status_code for _ in range(3)] == [200, 200, 429]
