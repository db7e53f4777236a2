"""The docs pages as an application serves them: its options, and pages of a program's own."""

import re
from typing import Any

import pytest

from notebookapi import NotebookAPI
from notebookapi.openapi.docs import (
    get_redoc_html,
    get_swagger_ui_html,
    get_swagger_ui_oauth2_redirect_html,
)
from notebookapi.responses import HTMLResponse
from notebookapi.testclient import TestClient

IN_SWAGGER: list[tuple[dict[str, Any], str]] = [
    ({}, "url: '/openapi.json',"),
    ({}, "oauth2RedirectUrl: window.location.origin + '/docs/oauth2-redirect',"),
    ({"openapi_url": "/api.json"}, "url: '/api.json',"),
    ({"title": "Shop"}, "<title>Shop - Swagger UI</title>"),
    ({"title": "<b>"}, "<title>&lt;b&gt; - Swagger UI</title>"),
    ({"swagger_ui_oauth2_redirect_url": "/back"},
     "oauth2RedirectUrl: window.location.origin + '/back',"),
    ({"swagger_ui_init_oauth": {"clientId": "shop"}}, 'ui.initOAuth({"clientId": "shop"})'),
    ({"swagger_ui_parameters": {"deepLinking": False}}, '"deepLinking": false,'),
    ({"swagger_ui_parameters": {"syntaxHighlight": {"theme": "nord"}}},
     '"syntaxHighlight": {"theme": "nord"},'),
    ({"docs_url": "/pages"}, '<script src="/pages/assets/swagger-ui-bundle.js">'),
]  # fmt: skip


@pytest.mark.parametrize(("options", "expected"), IN_SWAGGER, ids=str)
def test_swagger_page(options: dict[str, Any], expected: str) -> None:
    app = NotebookAPI(**options)
    page = TestClient(app).get(options.get("docs_url", "/docs"))
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert expected in page.text


@pytest.mark.parametrize(
    ("options", "absent"),
    [
        ({}, "initOAuth"),
        ({"swagger_ui_oauth2_redirect_url": None}, "oauth2RedirectUrl"),
        ({"swagger_ui_parameters": {"deepLinking": False}}, '"deepLinking": true'),
    ],
)
def test_swagger_page_leaves_out(options: dict[str, Any], absent: str) -> None:
    assert absent not in TestClient(NotebookAPI(**options)).get("/docs").text


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/docs/oauth2-redirect", "/openapi.json"])
def test_each_is_there_for_get_and_head_and_hidden(path: str) -> None:
    client = TestClient(NotebookAPI())
    assert client.get(path).status_code == client.head(path).status_code == 200
    assert client.post(path).status_code == 405
    assert client.get("/openapi.json").json()["paths"] == {}


def test_behind_a_proxy_all_urls_begin_with_its_path() -> None:
    client = TestClient(NotebookAPI(), root_path="/proxy/")
    for path in ("/docs", "/redoc"):
        text = client.get(path).text
        assert "/proxy/openapi.json" in text
        assert 'src="/proxy/docs/assets/' in text
        assert "/proxy//" not in text
    assert "origin + '/proxy/docs/oauth2-redirect'" in client.get("/docs").text


def test_options_are_read_when_a_page_is_asked_for() -> None:
    app = NotebookAPI()
    client = TestClient(app)
    app.title, app.swagger_ui_parameters = "Later", {"filter": True}
    app.swagger_ui_init_oauth = {"appName": "later"}
    text = client.get("/docs").text
    assert "<title>Later - Swagger UI</title>" in text
    assert '"filter": true,' in text
    assert '"appName": "later"' in text


def test_pages_of_a_programs_own() -> None:
    app = NotebookAPI(docs_url=None, redoc_url=None)

    @app.get("/docs", include_in_schema=False)
    async def swagger() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url=app.openapi_url or "",
            title=f"{app.title} - own",
            oauth2_redirect_url=app.swagger_ui_oauth2_redirect_url,
            swagger_js_url="/static/swagger.js",
            swagger_css_url="/static/swagger.css",
        )

    @app.get(app.swagger_ui_oauth2_redirect_url or "", include_in_schema=False)
    async def back() -> HTMLResponse:
        return get_swagger_ui_oauth2_redirect_html()

    @app.get("/redoc", include_in_schema=False)
    async def redoc() -> HTMLResponse:
        return get_redoc_html(
            openapi_url=app.openapi_url or "", title="own", redoc_js_url="/static/redoc.js"
        )

    client = TestClient(app)
    assert 'src="/static/swagger.js"' in client.get("/docs").text
    assert "swaggerUIRedirectOauth2" in client.get("/docs/oauth2-redirect").text
    assert 'src="/static/redoc.js"' in client.get("/redoc").text
    assert client.get("/openapi.json").json()["paths"] == {}
    assert client.get("/docs/assets/favicon.svg").status_code == 404


def test_without_a_document_there_is_no_page() -> None:
    client = TestClient(NotebookAPI(openapi_url=None))
    paths = ("/docs", "/redoc", "/docs/oauth2-redirect", "/docs/assets/favicon.svg")
    assert {client.get(path).status_code for path in paths} == {404}
    assert NotebookAPI(openapi_url="").routes == []


PAGES: list[tuple[dict[str, Any], str]] = [
    ({"docs_url": "/"}, "/"),
    ({"docs_url": "/docs/"}, "/docs/"),
    ({"docs_url": None, "redoc_url": "/"}, "/"),
    ({"docs_url": None, "redoc_url": "/redoc/"}, "/redoc/"),
    ({"docs_url": "/", "redoc_url": "/redoc"}, "/redoc"),
]


@pytest.mark.parametrize("below", ["", "/proxied", "/mounted"])
@pytest.mark.parametrize(("options", "path"), PAGES, ids=str)
def test_a_page_with_a_slash_at_its_end_finds_its_files(
    options: dict[str, Any], path: str, below: str
) -> None:
    app = outer = NotebookAPI(**options)
    if below == "/mounted":
        outer = NotebookAPI(docs_url=None, redoc_url=None)
        outer.mount(below, app)
    client = TestClient(outer, root_path="/proxied" if below == "/proxied" else "")
    page = client.get(path if below == "/proxied" else below + path).text
    urls = re.findall(r'<(?:script|link)[^>]* (?:src|href)="([^"]+)"', page)
    assert urls
    for url in urls:
        assert url.startswith(f"{below}/")
        assert "//" not in url
        served = url.removeprefix(below) if below == "/proxied" else url
        assert client.get(served).status_code == 200
