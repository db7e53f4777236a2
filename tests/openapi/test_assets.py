"""The packaged docs assets, fetched over HTTP."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from notebookapi.openapi import assets
from notebookapi.openapi.assets import (
    ASSETS,
    FAVICON,
    REDOC_JS,
    SWAGGER_CSS,
    SWAGGER_JS,
    AssetsNotBuilt,
    asset_path,
    serve_asset,
)

TYPES = {
    SWAGGER_JS: "text/javascript; charset=utf-8",
    SWAGGER_CSS: "text/css; charset=utf-8",
    REDOC_JS: "text/javascript; charset=utf-8",
    FAVICON: "image/svg+xml",
}
BUNDLES = [SWAGGER_JS, SWAGGER_CSS, REDOC_JS]


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = Starlette(routes=[Route("/assets/{name:path}", serve_asset)])
    with TestClient(app) as client:
        yield client


def raw_body(client: TestClient, name: str, accept_encoding: str) -> bytes:
    """Return the bytes as they travel, before the client decompresses them."""
    with client.stream(
        "GET", f"/assets/{name}", headers={"accept-encoding": accept_encoding}
    ) as response:
        return b"".join(response.iter_raw())


def test_every_asset_has_a_case() -> None:
    assert TYPES.keys() == ASSETS.keys()


@pytest.mark.parametrize("name", ASSETS)
def test_asset_is_served_with_its_type(client: TestClient, name: str) -> None:
    response = client.get(f"/assets/{name}")
    assert response.status_code == 200
    assert response.headers["content-type"] == TYPES[name]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["cache-control"] == "public, no-cache"
    assert response.content


@pytest.mark.parametrize("name", BUNDLES)
def test_compressed_bytes_go_through_as_they_are(client: TestClient, name: str) -> None:
    assert raw_body(client, name, "gzip") == asset_path(name).read_bytes()


GZIP_CASES = [
    ("gzip", True),
    ("br, gzip;q=0.8", True),
    ("GZIP", True),
    ("*", True),
    ("*;q=0.1", True),
    ("", False),
    ("br", False),
    ("identity", False),
    ("gzip;q=0", False),
    ("gzip; q=0.000", False),
    ("gzip;q=0, *", False),
    ("*;q=0", False),
    ("gzip;q=0.001", True),
    ("x-gzip-like", False),
]


@pytest.mark.parametrize(("accept_encoding", "is_compressed"), GZIP_CASES, ids=str)
def test_compression_is_agreed_on(
    client: TestClient, accept_encoding: str, is_compressed: bool
) -> None:
    response = client.get(f"/assets/{SWAGGER_CSS}", headers={"accept-encoding": accept_encoding})
    assert response.headers.get("content-encoding") == ("gzip" if is_compressed else None)
    assert response.headers["vary"] == "Accept-Encoding"
    stored = asset_path(SWAGGER_CSS).read_bytes()
    expected = stored if is_compressed else gzip.decompress(stored)
    assert raw_body(client, SWAGGER_CSS, accept_encoding) == expected
    assert response.headers["content-length"] == str(len(expected))


@pytest.mark.parametrize("name", ASSETS)
def test_known_version_is_not_sent_again(client: TestClient, name: str) -> None:
    etag = client.get(f"/assets/{name}").headers["etag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        response = client.get(f"/assets/{name}", headers={"if-none-match": known})
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["etag"] == etag
    other = client.get(f"/assets/{name}", headers={"if-none-match": '"other"'})
    assert other.status_code == 200


def test_each_encoding_has_its_own_tag(client: TestClient) -> None:
    tags = {
        client.get(f"/assets/{SWAGGER_JS}", headers={"accept-encoding": coding}).headers["etag"]
        for coding in ("gzip", "identity")
    }
    assert len(tags) == 2


@pytest.mark.parametrize(
    "name",
    [
        "",
        "nothing.js",
        "assets.py",
        "static/swagger-ui.css",
        "swagger-ui.css.gz",
        ".built-from",
        "../docs.py",
        "..%2fdocs.py",
        "%2e%2e/%2e%2e/__init__.py",
        "%2fetc%2fpasswd",
        "favicon.svg%00",
    ],
)
def test_other_names_are_not_found(client: TestClient, name: str) -> None:
    assert client.get(f"/assets/{name}").status_code == 404


def test_head_answers_without_a_body(client: TestClient) -> None:
    response = client.head(f"/assets/{FAVICON}")
    assert response.status_code == 200
    assert response.headers["content-length"] == str(len(asset_path(FAVICON).read_bytes()))


def test_icon_is_a_drawing() -> None:
    root = ElementTree.fromstring(asset_path(FAVICON).read_text())
    assert root.tag == "{http://www.w3.org/2000/svg}svg"


@pytest.mark.parametrize("name", BUNDLES)
def test_bundle_fetches_nothing_by_itself(name: str) -> None:
    text = gzip.decompress(asset_path(name).read_bytes()).decode()
    assert "cdn.redoc.ly" not in text
    assert "sourceMappingURL=redoc" not in text
    assert "sourceMappingURL=swagger" not in text


def test_unknown_name_has_no_path() -> None:
    with pytest.raises(KeyError):
        asset_path("nothing.js")


def test_unbuilt_checkout_says_what_to_do(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(assets, "_HERE", tmp_path)
    with pytest.raises(AssetsNotBuilt, match=r"pip install -e \."):
        asset_path(REDOC_JS)
    response = client.get(f"/assets/{REDOC_JS}")
    assert response.status_code == 503
    assert "scripts/test" in response.text
