"""Claims of the token that a request carries."""

from datetime import timedelta
from typing import Annotated, Any

import pytest

from notebookapi import NotebookAPI, Security
from notebookapi.security import HTTPBearer, OAuth2PasswordBearer
from notebookapi.security.bearer import BearerClaims
from notebookapi.security.tokens import Claims, SecretKey, Tokens
from notebookapi.testclient import TestClient
from tests.security.keys import OLD_SECRET, SECRET

TOKENS = Tokens(
    [SecretKey("k", SECRET)], issuer="shop", audience="shop-api", access_for=timedelta(days=1)
)
OTHER = Tokens([SecretKey("k", OLD_SECRET)], issuer="shop", audience="shop-api")

INVALID = (401, {"detail": "Invalid token"}, 'Bearer error="invalid_token"')
MISSING = (401, {"detail": "Not authenticated"}, "Bearer")


def answer(scheme: Any, token: str | None, scopes: list[str]) -> tuple[int, Any, str | None]:
    app = NotebookAPI()
    signed_in = BearerClaims(TOKENS, scheme)

    def read(claims: Annotated[Claims | None, Security(signed_in, scopes=scopes)]) -> Any:
        return claims and claims.subject

    app.add_api_route("/", read, response_model=None)
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    response = TestClient(app).get("/", headers=headers)
    return response.status_code, response.json(), response.headers.get("www-authenticate")


@pytest.mark.parametrize("scheme", [None, HTTPBearer(), OAuth2PasswordBearer("token")])
@pytest.mark.parametrize(
    ("token", "scopes", "expected"),
    [
        (TOKENS.issue("ann"), [], (200, "ann", None)),
        (TOKENS.issue("ann", scopes=["a", "b"]), ["b"], (200, "ann", None)),
        (None, [], MISSING),
        ("", [], MISSING),
        ("x.y.z", [], INVALID),
        (OTHER.issue("ann"), [], INVALID),
        (TOKENS.issue("ann", kind="refresh"), [], INVALID),
        # RFC 6750, section 3.1: the challenge names what is missing.
        (
            TOKENS.issue("ann", scopes=["a"]),
            ["a", "b"],
            (
                403,
                {"detail": "Not enough permissions"},
                'Bearer error="insufficient_scope", scope="a b"',
            ),
        ),
    ],
)
def test_claims(scheme: Any, token: str | None, scopes: list[str], expected: Any) -> None:
    assert answer(scheme, token, scopes) == expected


def test_token_may_be_missing_but_never_wrong() -> None:
    scheme = HTTPBearer(auto_error=False)
    assert answer(scheme, None, ["a"]) == (200, None, None)
    assert answer(scheme, "x.y.z", ["a"]) == INVALID


def test_sign_in_and_out_of_time() -> None:
    short = Tokens(
        [SecretKey("k", SECRET)],
        issuer="shop",
        audience="shop-api",
        access_for=timedelta(microseconds=1),
    )
    # Times are whole seconds: this one is over as soon as it is issued.
    assert answer(None, short.issue("ann"), []) == INVALID


def test_document_has_the_scheme_it_is_given() -> None:
    app = NotebookAPI()
    signed_in = BearerClaims(TOKENS, OAuth2PasswordBearer("token", scopes={"a": "A"}))
    app.add_api_route("/", lambda: None, dependencies=[Security(signed_in, scopes=["a"])])
    document = app.openapi()
    assert document["paths"]["/"]["get"]["security"] == [{"OAuth2PasswordBearer": ["a"]}]
    assert document["components"]["securitySchemes"] == {
        "OAuth2PasswordBearer": {
            "type": "oauth2",
            "flows": {"password": {"tokenUrl": "token", "scopes": {"a": "A"}}},
        }
    }
