"""Access and refresh tokens: signed JWTs (RFC 7519), checked as RFC 8725 advises, by PyJWT.

    tokens = Tokens([SecretKey("2026-11", settings.secret)], issuer="shop", audience="shop-api")
    pair = tokens.pair("alice", scopes=["orders"])      # return it from the token endpoint
    claims = tokens.check(pair.access_token)            # claims.subject == "alice"
    pair = tokens.pair(tokens.check(pair.refresh_token, kind="refresh").subject)

To change keys, put the new one first: it signs from then on, and the old ones go on checking what
they signed; drop them when that has expired. Tokens cannot be called back before they expire: for
that, keep a list of their ids (`Claims.id`).

    TokenError
    ├── MalformedToken      not a JWT of ours: broken, incomplete, or of another form
    ├── UnknownKey          signed with a key that is not (or no longer) here
    ├── WrongAlgorithm      not that of its key: "none", or a public key used as a secret
    ├── BadSignature        changed, or signed by somebody else
    ├── ExpiredToken
    ├── ImmatureToken       not valid yet; the clocks differ by more than `leeway`
    ├── WrongIssuer
    ├── WrongAudience       meant for another service
    └── WrongKind           a refresh token where an access token is due, or the other way round
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from notebookapi.exceptions import InvalidOption
from notebookapi.security.keys import Key as Key
from notebookapi.security.keys import KeyPair as KeyPair
from notebookapi.security.keys import SecretKey as SecretKey
from notebookapi.security.keys import check_key

try:
    import jwt
except ImportError as error:
    raise ImportError(
        f'Tokens need PyJWT ({error}). Run: pip install "notebookapi[security]"'
    ) from error

Kind = Literal["access", "refresh"]

# Explicit types, so that no kind of token passes for another (RFC 8725, section 3.11). That of
# access tokens is registered (RFC 9068, section 2.1), that of refresh tokens our own.
_TYPES: Mapping[Kind, str] = {"access": "at+jwt", "refresh": "rt+jwt"}
_SCOPE = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+")
_OURS = ("iss", "aud", "sub", "exp", "iat", "jti")


class TokenError(Exception):
    """A token is not accepted. The text is for logs; it does not contain the token."""


class MalformedToken(TokenError):
    """Not a token of this form."""


class UnknownKey(TokenError):
    """Signed with a key that is not here."""


class WrongAlgorithm(TokenError):
    """Not signed with the algorithm of its key."""


class BadSignature(TokenError):
    """Changed on the way, or signed by somebody else."""


class ExpiredToken(TokenError):
    """Too old."""


class ImmatureToken(TokenError):
    """Not valid yet."""


class WrongIssuer(TokenError):
    """Issued by somebody else."""


class WrongAudience(TokenError):
    """Meant for somebody else."""


class WrongKind(TokenError):
    """A refresh token where an access token is due, or the other way round."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token that was accepted says.

    subject: whom it is about. id: its own, to call it back by. issued, expires: in UTC.
    scopes: what it allows. others: what else was put into it.
    """

    subject: str
    id: str
    issued: datetime
    expires: datetime
    scopes: tuple[str, ...] = ()
    others: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a token endpoint answers with (RFC 6749, section 5.1). expires_in: seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    scope: str
    token_type: str = "bearer"


class Tokens:
    """Issues and checks tokens.

    keys: the newest first: it signs, all of them check.
    issuer, audience: who issues, and for which service; both are checked.
    access_for, refresh_for: how long tokens are good for.
    leeway: by how much the clocks of who issues and who checks may differ.
    Raises InvalidOption for keys that are weak, do not fit their algorithm, or share an id.
    """

    def __init__(
        self,
        keys: Sequence[Key],
        *,
        issuer: str,
        audience: str,
        access_for: timedelta = timedelta(minutes=15),
        refresh_for: timedelta = timedelta(days=30),
        leeway: timedelta = timedelta(0),
    ) -> None:
        if not keys:
            raise InvalidOption("Tokens([]): give at least one key; the first one signs.")
        self._keys = {key.id: key for key in keys}
        if len(self._keys) < len(keys):
            raise InvalidOption("Tokens(keys): two keys have the same id; give each its own.")
        for key in keys:
            check_key(key)
            _check_fits(key)
        self._newest = keys[0]
        self._issuer, self._audience = issuer, audience
        self._lasts: Mapping[Kind, timedelta] = {"access": access_for, "refresh": refresh_for}
        if min(access_for, refresh_for) <= timedelta(0) or leeway < timedelta(0):
            raise InvalidOption(
                f"Tokens(access_for={access_for}, refresh_for={refresh_for}, leeway={leeway}): "
                "tokens must be good for some time, and clocks cannot differ by less than nothing."
            )
        self._leeway = leeway

    def issue(
        self,
        subject: str,
        *,
        kind: Kind = "access",
        scopes: Sequence[str] = (),
        claims: Mapping[str, Any] | None = None,
    ) -> str:
        """Return a new token.

        subject: whom it is about, such as a user's id. scopes: what it allows.
        claims: what else to put into it, of what JSON can hold; everybody can read it.
        Raises InvalidOption where no key can sign, where claims have a name that is set here, or
            where a scope is none (RFC 6749, section 3.3): one with a space in it would be two.
        """
        taken = sorted({*_OURS, "nbf", "scope"} & (claims or {}).keys())
        if taken:
            raise InvalidOption(f"The claim {taken[0]!r} is set by `issue`; choose another name.")
        key = self._newest
        if key.signing is None:
            raise InvalidOption(f"The key {key.id!r} has no private half, so it can only check.")
        if not isinstance(subject, str):
            raise InvalidOption(f"The subject {subject!r} is no string; write `str(…)` (RFC 7519).")
        now = datetime.now(UTC)
        payload = {
            **(claims or {}),
            "iss": self._issuer,
            "aud": self._audience,
            "sub": subject,
            "iat": now,
            "exp": now + self._lasts[kind],
            "jti": uuid.uuid4().hex,
        }
        if scopes:
            payload["scope"] = _joined(scopes)  # RFC 8693, section 4.2
        headers = {"kid": key.id, "typ": _TYPES[kind]}
        return jwt.encode(payload, key.signing, key.algorithm, headers)

    def pair(
        self, subject: str, *, scopes: Sequence[str] = (), claims: Mapping[str, Any] | None = None
    ) -> TokenPair:
        """Return an access token and a refresh token; return it from the token endpoint."""
        return TokenPair(
            access_token=self.issue(subject, scopes=scopes, claims=claims),
            refresh_token=self.issue(subject, kind="refresh", scopes=scopes, claims=claims),
            expires_in=int(self._lasts["access"].total_seconds()),
            scope=_joined(scopes),
        )

    def check(self, token: str, *, kind: Kind = "access") -> Claims:
        """Return what a token says. Raises the TokenError that tells why it is not accepted."""
        header = _header_of(token)
        key = self._key_for(header)
        payload = self._decoded(token, key)
        if header.get("typ") != _TYPES[kind]:
            raise WrongKind(f"A token of the type {header.get('typ')!r} is no {kind} token.")
        scope = payload.pop("scope", "")
        if not isinstance(scope, str):
            raise MalformedToken("The claim 'scope' is not a string (RFC 8693, section 4.2).")
        return Claims(
            subject=payload["sub"],
            id=payload["jti"],
            issued=datetime.fromtimestamp(payload["iat"], UTC),
            expires=datetime.fromtimestamp(payload["exp"], UTC),
            scopes=tuple(scope.split()),
            others={name: value for name, value in payload.items() if name not in _OURS},
        )

    def _key_for(self, header: Mapping[str, Any]) -> Key:
        key = self._keys.get(header.get("kid", ""))
        if key is None:
            raise UnknownKey(f"There is no key {header.get('kid')!r} here.")
        # The key decides, never the token: else "none" would do, or a public key as a secret.
        if header.get("alg") != key.algorithm:
            raise WrongAlgorithm(
                f"The token has the algorithm {header.get('alg')!r}, its key {key.id!r} has "
                f"{key.algorithm!r}."
            )
        return key

    def _decoded(self, token: str, key: Key) -> dict[str, Any]:
        try:
            return jwt.decode(
                token,
                key.checking,
                algorithms=[key.algorithm],
                audience=self._audience,
                issuer=self._issuer,
                leeway=self._leeway,
                options={"require": list(_OURS)},
            )
        except jwt.InvalidTokenError as error:
            raise _explained(error) from error


_EXPLAINED: tuple[tuple[type[jwt.InvalidTokenError], type[TokenError]], ...] = (
    (jwt.InvalidSignatureError, BadSignature),
    (jwt.ExpiredSignatureError, ExpiredToken),
    (jwt.ImmatureSignatureError, ImmatureToken),
    (jwt.InvalidIssuerError, WrongIssuer),
    (jwt.InvalidAudienceError, WrongAudience),
)


def _explained(error: jwt.InvalidTokenError) -> TokenError:
    for theirs, ours in _EXPLAINED:
        if isinstance(error, theirs):
            return ours(f"{error}.")
    return MalformedToken(f"{error}.")


def _joined(scopes: Sequence[str]) -> str:
    each = [scopes] if isinstance(scopes, str) else scopes
    wrong = [scope for scope in each if not _SCOPE.fullmatch(scope)]
    if wrong or isinstance(scopes, str):
        raise InvalidOption(
            f"scopes={scopes!r}: give a list of names, without spaces, quotes or backslashes."
        )
    return " ".join(each)


def _header_of(token: str) -> dict[str, Any]:
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.InvalidTokenError, UnicodeError) as error:
        raise MalformedToken(f"Not a JWT: {error}.") from error
    if "crit" in header:  # RFC 7515, section 4.1.11: who does not understand it, must refuse
        raise MalformedToken("The token needs extensions that are not known here.")
    return header


def _check_fits(key: Key) -> None:
    """Raise InvalidOption where PEM is not a key of the algorithm, or a secret is PEM."""
    halves = [half for half in (key.signing, key.checking) if half is not None]
    try:
        algorithm = jwt.get_algorithm_by_name(key.algorithm)
        made = [algorithm.prepare_key(half) for half in halves]
    except NotImplementedError as error:
        raise InvalidOption(
            f'{key.algorithm} needs cryptography ({error}). Run: pip install "pyjwt[crypto]"'
        ) from error
    except (jwt.InvalidKeyError, ValueError, TypeError) as error:
        raise InvalidOption(f"The key {key.id!r} is no key for {key.algorithm}.") from error
    bits = min((getattr(each, "key_size", 2048) for each in made), default=2048)
    if key.algorithm[:2] in ("RS", "PS") and bits < 2048:
        raise InvalidOption(
            f"The key {key.id!r} has {bits} bits; {key.algorithm} needs 2048 (RFC 7518, section "
            "3.3)."
        )
