"""Keys that tokens are signed and checked with (RFC 7518)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from notebookapi.exceptions import InvalidOption

Secret = Literal["HS256", "HS384", "HS512"]
Pair = Literal[
    "EdDSA", "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"
]


@dataclass(frozen=True, slots=True)
class SecretKey:
    """A secret that signs and checks alike, for tokens that only their issuer checks.

    id: the token's `kid` (RFC 7515, section 4.1.4): never give a new secret an old id.
    secret: at least as long as the hash: 32, 48 or 64 bytes (RFC 7518, section 3.2), random, such
        as `secrets.token_hex(32)`.
    """

    id: str
    secret: str = field(repr=False)
    algorithm: Secret = "HS256"

    @property
    def signing(self) -> str:
        """What tokens are signed with."""
        return self.secret

    @property
    def checking(self) -> str:
        """What tokens are checked with."""
        return self.secret


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key that signs and a public one that checks, both PEM.

    id: the token's `kid` (RFC 7515, section 4.1.4): never give a new pair an old id.
    private: None where tokens are only checked.
    """

    id: str
    public: str
    private: str | None = field(default=None, repr=False)
    algorithm: Pair = "EdDSA"

    @property
    def signing(self) -> str | None:
        """What tokens are signed with; None: they are only checked here."""
        return self.private

    @property
    def checking(self) -> str:
        """What tokens are checked with."""
        return self.public


Key = SecretKey | KeyPair

_LEAST_BYTES = {"HS256": 32, "HS384": 48, "HS512": 64}


def check_key(key: Key) -> None:
    """Raise InvalidOption for what can be told of a key without looking into PEM."""
    if not key.id:
        raise InvalidOption(f"A {type(key).__name__} needs an id, which tokens name it by.")
    known = _LEAST_BYTES if isinstance(key, SecretKey) else get_args(Pair)
    if key.algorithm not in known:
        raise InvalidOption(
            f"The key {key.id!r} has the algorithm {key.algorithm!r}; a {type(key).__name__} "
            f"has one of {', '.join(known)}."
        )
    if isinstance(key, SecretKey) and len(key.secret.encode()) < _LEAST_BYTES[key.algorithm]:
        raise InvalidOption(
            f"The secret of the key {key.id!r} has {len(key.secret.encode())} bytes; "
            f"{key.algorithm} needs {_LEAST_BYTES[key.algorithm]} (RFC 7518, section 3.2). Make "
            "one with `secrets.token_hex(64)` and keep it outside the program."
        )
