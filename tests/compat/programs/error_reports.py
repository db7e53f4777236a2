"""sentry-sdk: failures are reported with the route's template, those of included routers too."""

from typing import Any

import pytest
import sentry_sdk

from notebookapi import APIRouter, NotebookAPI
from notebookapi.testclient import TestClient

EVENTS: list[dict[str, Any]] = []


def keep(event: dict[str, Any], hint: dict[str, Any]) -> None:
    EVENTS.append(event)  # and send nothing


sentry_sdk.init(dsn="http://key@127.0.0.1:9/1", before_send=keep)


@pytest.mark.parametrize("path", ["/direct/1", "/router/items/1"])
def test_failure_is_reported(path: str) -> None:
    EVENTS.clear()
    app, router = NotebookAPI(), APIRouter(prefix="/router")

    @app.get("/direct/{item_id}")
    @router.get("/items/{item_id}")
    def fail(item_id: int) -> None:
        raise RuntimeError("on purpose")

    app.include_router(router)
    answer = TestClient(app, raise_server_exceptions=False).get(path)
    assert answer.status_code == 500
    [event] = EVENTS
    assert event["transaction"] == path.replace("/1", "/{item_id}")
    assert event["exception"]["values"][-1]["value"] == "on purpose"
    assert event["request"]["url"] == f"http://testserver{path}"
