"""prometheus-fastapi-instrumentator: requests are counted by template, not by path."""

import pytest
from prometheus_client import CollectorRegistry
from prometheus_fastapi_instrumentator import Instrumentator

from notebookapi import APIRouter, NotebookAPI
from notebookapi.testclient import TestClient

CASES = [
    ("/plain/1", "/plain/{item_id}"),
    ("/router/items/1", "/router/items/{item_id}"),
    ("/router/inner/items/1", "/router/inner/items/{item_id}"),
    ("/mounted/items/1", "/mounted/items/{item_id}"),
]


@pytest.mark.parametrize(("path", "template"), CASES)
def test_requests_are_counted_by_template(path: str, template: str) -> None:
    app, mounted = NotebookAPI(), NotebookAPI()
    router, inner = APIRouter(prefix="/router"), APIRouter(prefix="/inner")

    @app.get("/plain/{item_id}")
    @router.get("/items/{item_id}")
    @inner.get("/items/{item_id}")
    @mounted.get("/items/{item_id}")
    def read_item(item_id: int) -> int:
        return item_id

    router.include_router(inner)
    app.include_router(router)
    app.mount("/mounted", mounted)
    Instrumentator(registry=CollectorRegistry()).instrument(app).expose(app)
    client = TestClient(app)
    assert client.get(path).json() == 1
    line = f'http_requests_total{{handler="{template}",method="GET",status="2xx"}} 1.0'
    assert line in client.get("/metrics").text.splitlines()
