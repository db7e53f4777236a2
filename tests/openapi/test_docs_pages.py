"""The pages: what they contain, what they load, and that no value can break out of its place."""

import html
import inspect
import json
import re
from collections.abc import Callable
from enum import Enum
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import HTMLResponse
from starlette.testclient import TestClient

from notebookapi import NotebookAPI
from notebookapi.openapi.docs import (
    get_redoc_html,
    get_swagger_ui_html,
    get_swagger_ui_oauth2_redirect_html,
    swagger_ui_default_parameters,
)


class Page(HTMLParser):
    """What a browser sees: the elements with their attributes, and the text of each kind."""

    def __init__(self, response: HTMLResponse) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._inside = ""
        self.feed(bytes(response.body).decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self._inside, []).append(data)

    @property
    def title(self) -> str:
        return "".join(self.texts.get("title", []))

    @property
    def loads(self) -> list[str | None]:
        """URLs that the browser fetches to show the page."""
        return [a.get("src") or a.get("href") for tag, a in self.elements if tag in LOADING]


LOADING = {"script", "link", "img", "iframe"}


def swagger_text(**options: Any) -> str:
    response = get_swagger_ui_html(openapi_url="/openapi.json", title="Shop", **options)
    return bytes(response.body).decode()


def redoc_text(**options: Any) -> str:
    response = get_redoc_html(openapi_url="/openapi.json", title="Shop", **options)
    return bytes(response.body).decode()


class Colour(Enum):
    RED = "red"


SWAGGER_CASES: list[tuple[dict[str, Any], str]] = [
    ({}, "SwaggerUIBundle({"),
    ({}, "url: '/openapi.json',"),
    ({}, '"dom_id": "#swagger-ui",'),
    ({}, '<div id="swagger-ui">'),
    ({}, '"layout": "BaseLayout",'),
    ({}, '"deepLinking": true,'),
    ({}, '"showExtensions": true,'),
    ({}, '"showCommonExtensions": true,'),
    ({}, "SwaggerUIBundle.presets.apis,"),
    ({}, "SwaggerUIBundle.SwaggerUIStandalonePreset,"),
    (
        {"oauth2_redirect_url": "/docs/back"},
        "oauth2RedirectUrl: window.location.origin + '/docs/back',",
    ),
    ({"swagger_ui_parameters": {"syntaxHighlight": False}}, '"syntaxHighlight": false,'),
    ({"swagger_ui_parameters": {"deepLinking": False}}, '"deepLinking": false,'),
    (
        {"swagger_ui_parameters": {"syntaxHighlight": {"theme": "obsidian"}}},
        '"syntaxHighlight": {"theme": "obsidian"},',
    ),
    ({"swagger_ui_parameters": {"colour": Colour.RED}}, '"colour": "red",'),
    (
        {"init_oauth": {"clientId": "shop", "usePkceWithAuthorizationCodeGrant": True}},
        'ui.initOAuth({"clientId": "shop", "usePkceWithAuthorizationCodeGrant": true})',
    ),
    ({"swagger_js_url": "/js"}, '<script src="/js">'),
    ({"swagger_css_url": "/css"}, '<link rel="stylesheet" href="/css">'),
    ({"swagger_favicon_url": "/icon"}, '<link rel="icon" href="/icon">'),
]


@pytest.mark.parametrize(("options", "expected"), SWAGGER_CASES, ids=str)
def test_swagger_page_contains(options: dict[str, Any], expected: str) -> None:
    assert expected in swagger_text(**options)


@pytest.mark.parametrize(
    ("options", "absent"),
    [
        ({}, "oauth2RedirectUrl"),
        ({}, "initOAuth"),
        ({"swagger_ui_parameters": {"deepLinking": False}}, '"deepLinking": true'),
    ],
    ids=str,
)
def test_swagger_page_leaves_out(options: dict[str, Any], absent: str) -> None:
    assert absent not in swagger_text(**options)


def test_options_do_not_leak_into_the_defaults() -> None:
    before = dict(swagger_ui_default_parameters)
    swagger_text(swagger_ui_parameters={"deepLinking": False})
    assert swagger_ui_default_parameters == before


REDOC_CASES: list[tuple[dict[str, Any], str]] = [
    ({}, '<redoc spec-url="/openapi.json">'),
    ({}, "https://fonts.googleapis.com/"),
    ({"redoc_js_url": "/js"}, '<script src="/js">'),
    ({"redoc_favicon_url": "/icon"}, '<link rel="icon" href="/icon">'),
]


@pytest.mark.parametrize(("options", "expected"), REDOC_CASES, ids=str)
def test_redoc_page_contains(options: dict[str, Any], expected: str) -> None:
    assert expected in redoc_text(**options)


DEFAULTS = [
    (get_swagger_ui_html, "swagger_js_url", "swagger-ui-dist@5/swagger-ui-bundle.js"),
    (get_swagger_ui_html, "swagger_css_url", "swagger-ui-dist@5/swagger-ui.css"),
    (get_redoc_html, "redoc_js_url", "redoc@2/bundles/redoc.standalone.js"),
]


@pytest.mark.parametrize(("function", "parameter", "expected"), DEFAULTS, ids=str)
def test_defaults_name_the_cdn_and_are_used(
    function: Callable[..., HTMLResponse], parameter: str, expected: str
) -> None:
    default = inspect.signature(function).parameters[parameter].default
    assert default == f"https://cdn.jsdelivr.net/npm/{expected}"
    assert default in Page(function(openapi_url="/o", title="t")).loads


def test_every_parameter_is_keyword_only() -> None:
    kinds = {
        parameter.kind
        for function in (get_swagger_ui_html, get_redoc_html)
        for parameter in inspect.signature(function).parameters.values()
    }
    assert kinds == {inspect.Parameter.KEYWORD_ONLY}


LOCAL_PAGES = [
    get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="t",
        swagger_js_url="/a.js",
        swagger_css_url="/a.css",
        swagger_favicon_url="/a.svg",
    ),
    get_redoc_html(
        openapi_url="/openapi.json",
        title="t",
        redoc_js_url="/a.js",
        redoc_favicon_url="/a.svg",
        with_google_fonts=False,
    ),
    get_swagger_ui_oauth2_redirect_html(),
]


@pytest.mark.parametrize("response", LOCAL_PAGES, ids=["swagger", "redoc", "oauth2"])
def test_page_with_local_urls_names_no_other_host(response: HTMLResponse) -> None:
    assert "//" not in bytes(response.body).decode().replace("<!DOCTYPE html>", "")
    assert response.media_type == "text/html"
    assert response.status_code == 200


def test_oauth2_page_hands_the_answer_to_its_opener() -> None:
    text = "".join(Page(get_swagger_ui_oauth2_redirect_html()).texts["script"])
    assert "window.opener.swaggerUIRedirectOauth2" in text
    assert "window.close()" in text


hostile = st.text(alphabet="<>&'\"\\/ !-\n\u2028abcscript", max_size=30) | st.sampled_from(
    ["</script><script>alert(1)</script>", "<!--<script>", "'); alert(1); ('", "\\'", "</title>"]
)
ELEMENTS_OF_SWAGGER_PAGE = [tag for tag, _ in Page(LOCAL_PAGES[0]).elements]
ELEMENTS_OF_REDOC_PAGE = [tag for tag, _ in Page(LOCAL_PAGES[1]).elements]


@given(hostile)
def test_no_value_breaks_out_of_the_swagger_page(value: str) -> None:
    page = Page(
        get_swagger_ui_html(
            openapi_url=value,
            title=value,
            swagger_js_url=value,
            swagger_css_url=value,
            swagger_favicon_url=value,
            oauth2_redirect_url=value,
            init_oauth={value: [value]},
            swagger_ui_parameters={value: {value: value}},
        )
    )
    assert [tag for tag, _ in page.elements] == ELEMENTS_OF_SWAGGER_PAGE
    assert page.title == value
    script = page.texts["script"][-1]
    quoted = re.findall(r"^    url: '([^']*)',$", script, re.MULTILINE)
    # Inside the quotes stands JSON: reading it back gives the value.
    assert [json.loads(f'"{text}"') for text in quoted] == [value]
    options = re.findall(r"^ui\.initOAuth\((.*)\)$", script, re.MULTILINE)
    assert [json.loads(text) for text in options] == [{value: [value]}]
    assert not re.search("[<>]", "".join(quoted + options))


@given(hostile)
def test_no_value_breaks_out_of_the_redoc_page(value: str) -> None:
    page = Page(
        get_redoc_html(
            openapi_url=value,
            title=value,
            redoc_js_url=value,
            redoc_favicon_url=value,
            with_google_fonts=False,
        )
    )
    assert [tag for tag, _ in page.elements] == ELEMENTS_OF_REDOC_PAGE
    assert page.title == value
    assert dict(page.elements)["redoc"] == {"spec-url": value}


def test_title_is_escaped() -> None:
    response = get_redoc_html(openapi_url="/o", title="<Fish & Chips>")
    assert f"<title>{html.escape('<Fish & Chips>')}</title>" in bytes(response.body).decode()


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_application_serves_all_that_its_page_loads(path: str) -> None:
    client = TestClient(NotebookAPI(title="Shop"))
    response = client.get(path)
    page = Page(HTMLResponse(response.content))
    urls = [url for url in page.loads if url is not None]
    assert len(urls) >= 2
    assert [url for url in urls if not url.startswith("/docs/")] == []
    assert {client.get(url).status_code for url in urls} == {200}
