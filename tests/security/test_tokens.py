"""Issuing and checking tokens: what is accepted, what is not, and what an attacker tries."""

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from notebookapi.exceptions import InvalidOption
from notebookapi.security import tokens as t
from notebookapi.security.keys import Pair
from notebookapi.security.tokens import Key, KeyPair, SecretKey, Tokens
from tests.security.keys import OLD_SECRET, SECRET, pem

OLD, NEW = SecretKey("old", OLD_SECRET), SecretKey("new", SECRET)


def made(*keys: Key, **options: Any) -> Tokens:
    return Tokens(keys or (NEW,), **{"issuer": "shop", "audience": "shop-api", **options})


def part(value: Any) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def payload(**changed: Any) -> dict[str, Any]:
    """Return the claims of a token that is accepted, some of them changed; None leaves one out."""
    now = int(time.time())
    claims = {
        "iss": "shop",
        "aud": "shop-api",
        "sub": "ann",
        "iat": now,
        "exp": now + 60,
        "jti": "1",
        **changed,
    }
    return {name: value for name, value in claims.items() if value is not None}


def header(**changed: Any) -> dict[str, Any]:
    made = {"alg": "HS256", "typ": "at+jwt", "kid": "new", **changed}
    return {name: value for name, value in made.items() if value is not None}


def signed(head: dict[str, Any], body: Any, secret: str = SECRET) -> str:
    """Sign by hand, without the library, whatever the header says."""
    text = f"{part(head)}.{part(body)}"
    return f"{text}.{part(hmac.digest(secret.encode(), text.encode(), hashlib.sha256))}"


def test_access_token_says_what_was_put_into_it() -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    token = made().issue("ann", scopes=["read", "write"], claims={"team": 7})
    claims = made().check(token)
    assert (claims.subject, claims.scopes, claims.others) == ("ann", ("read", "write"), {"team": 7})
    assert claims.expires - claims.issued == timedelta(minutes=15)
    assert before <= claims.issued <= datetime.now(UTC)


def test_token_is_a_jwt_that_others_can_check() -> None:
    token = made().issue("ann", scopes=["read"])
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "kid": "new", "typ": "at+jwt"}
    claims = jwt.decode(token, SECRET, ["HS256"], issuer="shop", audience="shop-api")
    assert claims.keys() == {"iss", "aud", "sub", "iat", "exp", "jti", "scope"}
    assert claims["scope"] == "read"


def test_token_made_elsewhere_is_accepted() -> None:
    claims = made().check(signed(header(), payload(scope="a  b", x=1)))
    assert (claims.subject, claims.id, claims.scopes, claims.others) == (
        "ann",
        "1",
        ("a", "b"),
        {"x": 1},
    )


def test_tokens_have_ids_of_their_own() -> None:
    tokens = made()
    assert tokens.check(tokens.issue("ann")).id != tokens.check(tokens.issue("ann")).id


def test_pair_is_what_a_token_endpoint_answers() -> None:
    tokens = made(access_for=timedelta(minutes=5), refresh_for=timedelta(days=1))
    pair = tokens.pair("ann", scopes=["read", "write"])
    assert (pair.token_type, pair.expires_in, pair.scope) == ("bearer", 300, "read write")
    assert tokens.check(pair.access_token).scopes == ("read", "write")
    refresh = tokens.check(pair.refresh_token, kind="refresh")
    assert refresh.expires - refresh.issued == timedelta(days=1)
    assert refresh.subject == "ann"


@pytest.mark.parametrize(("issued", "checked"), [("access", "refresh"), ("refresh", "access")])
def test_one_kind_does_not_pass_for_the_other(issued: t.Kind, checked: t.Kind) -> None:
    tokens = made()
    with pytest.raises(t.WrongKind, match=f"is no {checked} token"):
        tokens.check(tokens.issue("ann", kind=issued), kind=checked)


def test_keys_are_changed_without_signing_anybody_out() -> None:
    before, during, after = made(OLD), made(NEW, OLD), made(NEW)
    old = before.issue("ann")
    new = during.issue("ann")
    assert jwt.get_unverified_header(new)["kid"] == "new"
    assert during.check(old).subject == during.check(new).subject == "ann"
    assert after.check(new).subject == "ann"
    with pytest.raises(t.UnknownKey, match="no key 'old'"):
        after.check(old)
    with pytest.raises(t.UnknownKey, match="no key 'new'"):
        before.check(new)


KINDS: list[tuple[str, Pair]] = [
    ("EdDSA", "EdDSA"),
    ("P-256", "ES256"),
    ("P-384", "ES384"),
    ("2048", "RS256"),
    ("2048", "PS512"),
]


@pytest.mark.parametrize(("kind", "algorithm"), KINDS)
def test_public_key_checks_what_the_private_one_signed(kind: str, algorithm: Pair) -> None:
    private, public = pem(kind)
    issuer = made(KeyPair("k", public, private, algorithm))
    checker = made(KeyPair("k", public, algorithm=algorithm))
    assert checker.check(issuer.issue("ann")).subject == "ann"
    with pytest.raises(InvalidOption, match="'k' has no private half"):
        checker.issue("ann")


def refused(token: str, error: type[t.TokenError], *keys: Key, **options: Any) -> str:
    with pytest.raises(t.TokenError) as caught:
        made(*keys, **options).check(token)
    assert type(caught.value) is error
    assert token not in str(caught.value) or not token
    return str(caught.value)


NOW = int(time.time())
DAY = 86_400  # tests may run long after their cases were made
CLAIMS: list[tuple[dict[str, Any], type[t.TokenError]]] = [
    ({"exp": NOW - 100}, t.ExpiredToken),
    ({"nbf": NOW + DAY}, t.ImmatureToken),
    ({"iat": NOW + DAY, "exp": NOW + 2 * DAY}, t.ImmatureToken),
    ({"aud": "other-api"}, t.WrongAudience),
    ({"aud": ["other-api", "third-api"]}, t.WrongAudience),
    ({"aud": []}, t.MalformedToken),
    ({"iss": "other"}, t.WrongIssuer),
    *(({name: None}, t.MalformedToken) for name in ("exp", "iat", "iss", "aud", "sub", "jti")),
    ({"exp": "soon"}, t.MalformedToken),
    ({"sub": 7}, t.MalformedToken),
    ({"scope": ["read"]}, t.MalformedToken),
]


@pytest.mark.parametrize(("changed", "error"), CLAIMS, ids=str)
def test_claims_are_checked(changed: dict[str, Any], error: type[t.TokenError]) -> None:
    refused(signed(header(), payload(**changed)), error)


def test_one_of_several_audiences_is_enough() -> None:
    assert made().check(signed(header(), payload(aud=["x", "shop-api"]))).subject == "ann"


@pytest.mark.parametrize(
    ("changed", "leeway", "accepted"),
    [
        ({"exp": -20}, 30, True),
        ({"exp": -60}, 30, False),
        ({"iat": 20}, 30, True),
        ({"iat": 60}, 30, False),
        ({"nbf": 20}, 30, True),
        ({"nbf": 60}, 30, False),
        ({"exp": -20}, 0, False),
    ],
)
def test_leeway(changed: dict[str, int], leeway: int, accepted: bool) -> None:
    times = {name: int(time.time()) + seconds for name, seconds in changed.items()}
    token = signed(header(), payload(**times))
    tokens = made(leeway=timedelta(seconds=leeway))
    if accepted:
        assert tokens.check(token).subject == "ann"
    else:
        with pytest.raises(t.ExpiredToken if "exp" in changed else t.ImmatureToken):
            tokens.check(token)


RSA_PRIVATE, RSA_PUBLIC = pem("2048")
RSA = KeyPair("new", RSA_PUBLIC, RSA_PRIVATE, "RS256")


def test_no_algorithm_is_no_signature() -> None:
    for alg in ("none", "None", "NONE", "nOnE"):
        token = f"{part(header(alg=alg))}.{part(payload())}."
        assert alg in refused(token, t.WrongAlgorithm)


def test_public_key_is_no_secret() -> None:
    # The classic: sign with HMAC, the published RSA key being the secret (RFC 8725, section 2.1).
    for secret in (RSA_PUBLIC, RSA_PUBLIC.strip(), RSA_PUBLIC.replace("\n", "")):
        refused(signed(header(), payload(), secret), t.WrongAlgorithm, RSA)


def test_token_does_not_choose_among_the_algorithms_of_a_key() -> None:
    token = jwt.encode(payload(), RSA_PRIVATE, "PS256", header(alg="PS256"))
    refused(token, t.WrongAlgorithm, RSA)


def test_other_key_of_the_same_kind_is_refused() -> None:
    refused(signed(header(), payload(), OLD_SECRET), t.BadSignature, NEW, OLD)
    refused(signed(header(kid="old"), payload()), t.BadSignature, NEW, OLD)


@pytest.mark.parametrize(
    "kid", ["../../dev/null", "' OR 1=1 --", "", "NEW", "new\x00", "https://evil.example/key"]
)
def test_key_is_looked_up_and_nothing_else(kid: str) -> None:
    refused(signed(header(kid=kid), payload()), t.UnknownKey)


def test_token_without_a_key_is_refused() -> None:
    refused(signed(header(kid=None), payload()), t.UnknownKey)


def test_key_that_a_token_brings_along_is_ignored() -> None:
    own = base64.urlsafe_b64encode(b"attacker's own secret, just as long").decode()
    brought = {"jwk": {"kty": "oct", "k": own}, "jku": "https://evil.example/keys", "x5u": "x"}
    token = signed(header(**brought), payload(), "attacker's own secret, just as long")
    refused(token, t.BadSignature)


@pytest.mark.parametrize("typ", [None, "JWT", "jwt", "AT+JWT;", "rt+jwt", "dpop+jwt"])
def test_token_of_another_type_is_refused(typ: str | None) -> None:
    refused(signed(header(typ=typ), payload()), t.WrongKind)


VALID = signed(header(), payload(exp=NOW + 10**6))
BROKEN = {
    "nothing": "",
    "dots": "..",
    "one part": VALID.split(".")[0],
    "two parts": VALID.rpartition(".")[0],
    "four parts": f"{VALID}.{part(b'x')}",
    "five parts (encrypted)": f"{part({'alg': 'dir', 'enc': 'A256GCM'})}....",
    "header is no object": f"{part([1])}.{part(payload())}.x",
    "header is no JSON": f"{part(b'{')}.{part(payload())}.x",
    "header is no text": f"{part(bytes([255, 254]))}.{part(payload())}.x",
    "payload is no object": signed(header(), [1]),
    "payload is no JSON": signed(header(), b"{"),
    "kid is no string": signed(header(kid=["new"]), payload()),
    "unknown critical extension": signed(header(crit=["x"], x=1), payload()),
    "not ASCII": "é.é.é",
    "half a character": "\ud800.a.b",
    "not base64": VALID.replace(".", ".%", 1),
}


@pytest.mark.parametrize("token", BROKEN.values(), ids=BROKEN)
def test_broken_tokens_are_malformed(token: str) -> None:
    refused(token, t.MalformedToken)


@given(st.integers(0, len(VALID) - 1), st.characters(codec="ascii"))
def test_no_character_can_be_changed(place: int, character: str) -> None:
    changed = VALID[:place] + character + VALID[place + 1 :]

    def read(text: str) -> list[bytes]:
        return [base64.urlsafe_b64decode(piece + "==") for piece in text.split(".")]

    try:
        claims = made().check(changed)
    except t.TokenError:
        return
    # The last character of each part has bits that mean nothing.
    assert claims.subject == "ann"
    assert read(changed) == read(VALID)


@given(st.text(st.characters(categories=None), max_size=60))
def test_nonsense_is_a_token_error(text: str) -> None:
    with pytest.raises(t.TokenError):
        made().check(text)


DECLARATIONS: list[tuple[list[Key], dict[str, Any], str]] = [
    ([], {}, "at least one key"),
    ([NEW, SecretKey("new", OLD_SECRET)], {}, "same id"),
    ([SecretKey("", SECRET)], {}, "needs an id"),
    ([SecretKey("k", "short")], {}, "has 5 bytes; HS256 needs 32"),
    ([SecretKey("k", SECRET, "HS512")], {}, "HS512 needs 64"),
    ([SecretKey("k", SECRET, "none")], {}, "'none'; a SecretKey has one of HS256"),  # type: ignore[arg-type]  # the mistake
    ([SecretKey("k", SECRET, "RS256")], {}, "'RS256'; a SecretKey"),  # type: ignore[arg-type]  # the mistake
    ([SecretKey("k", RSA_PUBLIC)], {}, "'k' is no key for HS256"),
    ([KeyPair("k", RSA_PUBLIC, algorithm="HS256")], {}, "'HS256'; a KeyPair"),  # type: ignore[arg-type]  # the mistake
    ([KeyPair("k", RSA_PUBLIC)], {}, "'k' is no key for EdDSA"),
    ([KeyPair("k", pem("P-384")[1], algorithm="ES256")], {}, "'k' is no key for ES256"),
    ([KeyPair("k", SECRET, algorithm="RS256")], {}, "'k' is no key for RS256"),
    ([KeyPair("k", pem("1024")[1], algorithm="RS256")], {}, "has 1024 bits; RS256 needs 2048"),
    ([NEW], {"access_for": timedelta(0)}, "good for some time"),
    ([NEW], {"refresh_for": timedelta(days=-1)}, "good for some time"),
    ([NEW], {"leeway": timedelta(seconds=-1)}, "less than nothing"),
]


@pytest.mark.parametrize(("keys", "options", "complaint"), DECLARATIONS, ids=str)
def test_mistakes_show_at_once(keys: list[Key], options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InvalidOption, match=complaint) as caught:
        Tokens(keys, **{"issuer": "shop", "audience": "shop-api", **options})
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "exp", "iat", "jti", "nbf", "scope"])
def test_claims_of_ours_cannot_be_replaced(name: str) -> None:
    with pytest.raises(InvalidOption, match=f"'{name}' is set by `issue`"):
        made().issue("ann", claims={name: "x"})


@pytest.mark.parametrize(
    "scopes", ["read", ["read admin"], [""], ['a"b'], ["a\\b"], ["ä"], ["a\n"]]
)
def test_scope_is_one_name(scopes: list[str]) -> None:
    with pytest.raises(InvalidOption, match="give a list of names"):
        made().pair("ann", scopes=scopes)


def test_subject_is_text() -> None:
    with pytest.raises(InvalidOption, match="7 is no string"):
        made().issue(7)  # type: ignore[arg-type]  # the mistake


def test_secrets_are_not_shown() -> None:
    assert SECRET not in repr(NEW)
    assert RSA_PRIVATE not in repr(RSA)
