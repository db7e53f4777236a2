"""fastapi-pagination: pages by the return annotation, in the application and in routers."""

import pytest
from fastapi_pagination import Page, add_pagination, paginate
from fastapi_pagination.utils import disable_installed_extensions_check

from notebookapi import APIRouter, NotebookAPI
from notebookapi.testclient import TestClient

disable_installed_extensions_check()


def application() -> NotebookAPI:
    app, router, inner = NotebookAPI(), APIRouter(prefix="/router"), APIRouter(prefix="/inner")

    @app.get("/numbers")
    @router.get("/numbers")
    @inner.get("/numbers")
    def numbers() -> Page[int]:
        return paginate(range(10))

    router.include_router(inner)
    app.include_router(router)
    return add_pagination(app)


@pytest.mark.parametrize("path", ["/numbers", "/router/numbers", "/router/inner/numbers"])
def test_page(path: str) -> None:
    with TestClient(application()) as client:
        answer = client.get(path, params={"page": 2, "size": 4})
        assert answer.status_code == 200, answer.text
        assert answer.json() == {
            "items": [4, 5, 6, 7],
            "total": 10,
            "page": 2,
            "size": 4,
            "pages": 3,
        }
        assert client.get(path, params={"page": 0}).status_code == 422


def test_document_has_the_parameters() -> None:
    with TestClient(application()) as client:
        operation = client.get("/openapi.json").json()["paths"]["/router/numbers"]["get"]
        assert [each["name"] for each in operation["parameters"]] == ["page", "size"]
