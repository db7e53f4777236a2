"""What each scheme makes of a request, with and without credentials."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notebookapi import Depends, HTTPException, NotebookAPI
from notebookapi.security import (
    APIKeyCookie,
    APIKeyHeader,
    APIKeyQuery,
    HTTPAuthorizationCredentials,
    HTTPBasic,
    HTTPBasicCredentials,
    HTTPBearer,
    HTTPDigest,
    OAuth2,
    OAuth2AuthorizationCodeBearer,
    OAuth2PasswordBearer,
    OpenIdConnect,
)
from notebookapi.security.base import SecurityBase
from notebookapi.security.http import HTTPBase
from notebookapi.security.utils import get_authorization_scheme_param
from notebookapi.testclient import TestClient

Make = Callable[..., SecurityBase]


def basic(text: str) -> str:
    return f"Basic {b64encode(text.encode()).decode()}"


def answer(scheme: Any, *, query: str = "", **headers: str) -> tuple[int, Any, str | None]:
    """Return status, what the endpoint got (or the error's detail), and the challenge."""
    app = NotebookAPI()

    @app.get("/", response_model=None)
    async def read(found: Any = Depends(scheme)) -> dict[str, Any]:
        known = (HTTPAuthorizationCredentials, HTTPBasicCredentials)
        return {"found": found.model_dump() if isinstance(found, known) else found}

    response = TestClient(app).get(f"/{query}", headers=headers)
    body = response.json()
    got = body["found"] if "found" in body else body["detail"]
    return response.status_code, got, response.headers.get("www-authenticate")


def key_query(**options: Any) -> SecurityBase:
    return APIKeyQuery(name="key", **options)


def key_header(**options: Any) -> SecurityBase:
    return APIKeyHeader(name="X-Key", **options)


def key_cookie(**options: Any) -> SecurityBase:
    return APIKeyCookie(name="key", **options)


def other(**options: Any) -> SecurityBase:
    return HTTPBase(scheme="hoba", **options)


def password(**options: Any) -> SecurityBase:
    return OAuth2PasswordBearer("token", **options)


def code(**options: Any) -> SecurityBase:
    return OAuth2AuthorizationCodeBearer("authorize", "token", **options)


def connect(**options: Any) -> SecurityBase:
    return OpenIdConnect(openIdConnectUrl="/.well-known/openid-configuration", **options)


def bearer(scheme: str, credentials: str) -> dict[str, str]:
    return {"scheme": scheme, "credentials": credentials}


ACCEPTED: list[tuple[Make, str, dict[str, str], Any]] = [
    (key_query, "?key=k1", {}, "k1"),
    (key_query, "?key=a%20b", {}, "a b"),
    (key_header, "", {"x-key": "k1"}, "k1"),
    (key_cookie, "", {"cookie": "other=1; key=k1"}, "k1"),
    (HTTPBasic, "", {"authorization": basic("ann:pw")}, {"username": "ann", "password": "pw"}),
    # Only the first colon separates (RFC 7617, section 2), and each side may be empty.
    (HTTPBasic, "", {"authorization": basic("ann:p:w")}, {"username": "ann", "password": "p:w"}),
    (HTTPBasic, "", {"authorization": basic(":")}, {"username": "", "password": ""}),
    # The name of a scheme has no case (RFC 9110, section 11.1).
    (HTTPBasic, "", {"authorization": "bAsIc YTpi"}, {"username": "a", "password": "b"}),
    (HTTPBearer, "", {"authorization": "Bearer t1"}, bearer("Bearer", "t1")),
    (HTTPBearer, "", {"authorization": "bearer  t1"}, bearer("bearer", "t1")),
    (HTTPDigest, "", {"authorization": 'Digest a="1", b=2'}, bearer("Digest", 'a="1", b=2')),
    (other, "", {"authorization": "Hoba r"}, bearer("Hoba", "r")),
    (other, "", {"authorization": "Negotiate r"}, bearer("Negotiate", "r")),
    (password, "", {"authorization": "Bearer t1"}, "t1"),
    (password, "", {"authorization": "BEARER t1"}, "t1"),
    (code, "", {"authorization": "Bearer t1"}, "t1"),
    (OAuth2, "", {"authorization": "Bearer t1"}, "Bearer t1"),
    (OAuth2, "", {"authorization": "Other t1"}, "Other t1"),
    (connect, "", {"authorization": "Bearer t1"}, "Bearer t1"),
]


@pytest.mark.parametrize(("make", "query", "headers", "found"), ACCEPTED)
@pytest.mark.parametrize("auto_error", [True, False])
def test_credentials_are_handed_on(
    make: Make, query: str, headers: dict[str, str], found: Any, auto_error: bool
) -> None:
    assert answer(make(auto_error=auto_error), query=query, **headers) == (200, found, None)


MISSING: list[tuple[Make, str, dict[str, str], str]] = [
    (key_query, "", {}, "APIKey"),
    (key_query, "?key=", {}, "APIKey"),
    (key_query, "?KEY=k1", {}, "APIKey"),
    (key_header, "", {}, "APIKey"),
    (key_header, "", {"x-key": ""}, "APIKey"),
    (key_cookie, "", {}, "APIKey"),
    (key_cookie, "", {"cookie": "key="}, "APIKey"),
    *[
        (make, "", headers, challenge)
        for make, challenge in (
            (HTTPBasic, "Basic"),
            (HTTPBearer, "Bearer"),
            (HTTPDigest, "Digest"),
            (other, "Hoba"),
            (password, "Bearer"),
            (code, "Bearer"),
            (OAuth2, "Bearer"),
            (connect, "Bearer"),
        )
        for headers in ({}, {"authorization": ""})
    ],
    (HTTPBasic, "", {"authorization": "Basic"}, "Basic"),
    (HTTPBasic, "", {"authorization": "Bearer t1"}, "Basic"),
    (HTTPBearer, "", {"authorization": "Bearer"}, "Bearer"),
    (HTTPBearer, "", {"authorization": "Bearer "}, "Bearer"),
    (HTTPBearer, "", {"authorization": "BearerX t1"}, "Bearer"),
    (HTTPBearer, "", {"authorization": basic("ann:pw")}, "Bearer"),
    (HTTPDigest, "", {"authorization": "Digest"}, "Digest"),
    (HTTPDigest, "", {"authorization": "Bearer t1"}, "Digest"),
    (other, "", {"authorization": "Hoba"}, "Hoba"),
    (password, "", {"authorization": "Basic t1"}, "Bearer"),
    (password, "", {"authorization": "Bearer"}, "Bearer"),
    (code, "", {"authorization": "Basic t1"}, "Bearer"),
    (code, "", {"authorization": "Bearer  "}, "Bearer"),
]


@pytest.mark.parametrize(("make", "query", "headers", "challenge"), MISSING)
def test_missing_credentials_are_challenged(
    make: Make, query: str, headers: dict[str, str], challenge: str
) -> None:
    assert answer(make(), query=query, **headers) == (401, "Not authenticated", challenge)


@pytest.mark.parametrize(("make", "query", "headers", "challenge"), MISSING)
def test_missing_credentials_are_none_where_that_is_asked_for(
    make: Make, query: str, headers: dict[str, str], challenge: str
) -> None:
    assert answer(make(auto_error=False), query=query, **headers) == (200, None, None)


UNDECODABLE = {
    "not base64": "Basic notabase64token",
    "base64 and more": "Basic YTpi!!",
    "no colon": basic("annpw"),
    "not ASCII": basic("änn:pw"),
    "not text": "Basic " + b64encode(b"\xff\xfe:\x00").decode(),
}


@pytest.mark.parametrize("auto_error", [True, False])
@pytest.mark.parametrize("header", UNDECODABLE.values(), ids=UNDECODABLE)
def test_undecodable_basic_is_refused_always(header: str, auto_error: bool) -> None:
    expected = (401, "Not authenticated", "Basic")
    assert answer(HTTPBasic(auto_error=auto_error), authorization=header) == expected


@pytest.mark.parametrize(
    ("realm", "challenge"),
    [
        ("shop", 'Basic realm="shop"'),
        (None, "Basic"),
        # A quoted string escapes its own marks (RFC 9110, section 5.6.4).
        ('the "shop" \\', r'Basic realm="the \"shop\" \\"'),
    ],
)
def test_realm(realm: str | None, challenge: str) -> None:
    assert answer(HTTPBasic(realm=realm)) == (401, "Not authenticated", challenge)


@pytest.mark.parametrize(
    "kind",
    [APIKeyHeader, APIKeyQuery, APIKeyCookie, HTTPBasic, HTTPBearer, HTTPDigest, OAuth2]
    + [OAuth2PasswordBearer, OAuth2AuthorizationCodeBearer, OpenIdConnect],
)
def test_error_can_be_another(kind: Any) -> None:
    class Polite(kind):  # type: ignore[misc]  # a parameter of the test
        def make_not_authenticated_error(self) -> HTTPException:
            return HTTPException(403, "Please sign in", {"X-Sign-In": "here"})

    required: dict[Any, dict[str, str]] = {
        APIKeyHeader: {"name": "k"},
        APIKeyQuery: {"name": "k"},
        APIKeyCookie: {"name": "k"},
        OAuth2PasswordBearer: {"tokenUrl": "t"},
        OAuth2AuthorizationCodeBearer: {"authorizationUrl": "a", "tokenUrl": "t"},
        OpenIdConnect: {"openIdConnectUrl": "u"},
    }
    scheme = Polite(**required.get(kind, {}))
    assert scheme.scheme_name == "Polite"
    assert answer(scheme) == (403, "Please sign in", None)


HEADERS: list[tuple[str | None, tuple[str, str]]] = [
    (None, ("", "")),
    ("", ("", "")),
    ("Bearer", ("Bearer", "")),
    ("Bearer ", ("Bearer", "")),
    ("Bearer t1", ("Bearer", "t1")),
    ("Bearer   t1 ", ("Bearer", "t1")),
    ("Digest a, b", ("Digest", "a, b")),
    (" Bearer t1", ("", "Bearer t1")),
]


@pytest.mark.parametrize(("header", "expected"), HEADERS, ids=str)
def test_header_is_split(header: str | None, expected: tuple[str, str]) -> None:
    assert get_authorization_scheme_param(header) == expected


ascii_text = st.text(st.characters(codec="ascii"), max_size=20)


@given(username=ascii_text.filter(lambda name: ":" not in name), secret=ascii_text)
def test_basic_gives_back_what_was_sent(username: str, secret: str) -> None:
    header = basic(f"{username}:{secret}")
    expected = {"username": username, "password": secret}
    assert answer(HTTPBasic(), authorization=header) == (200, expected, None)


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40))
def test_no_header_breaks_basic(credentials: str) -> None:
    status, *_ = answer(HTTPBasic(auto_error=False), authorization=f"Basic {credentials}")
    assert status in (200, 401)
