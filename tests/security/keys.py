"""Keys for the tests, made anew for each run."""

from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

OLD_SECRET = "old secret, long enough to sign with"
SECRET = "new secret, long enough to sign with"


@cache
def pem(kind: str) -> tuple[str, str]:
    """Return a private and a public key as PEM. kind: "EdDSA", "P-256", "P-384", or RSA's bits."""
    key: Any
    if kind == "EdDSA":
        key = ed25519.Ed25519PrivateKey.generate()
    elif kind.startswith("P-"):
        key = ec.generate_private_key(ec.SECP256R1() if kind == "P-256" else ec.SECP384R1())
    else:
        key = rsa.generate_private_key(65537, int(kind))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()
