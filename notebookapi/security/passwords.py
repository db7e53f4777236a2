"""Keeping passwords: Argon2id (RFC 9106), by way of pwdlib.

    hashed = hash_password("correct horse")
    found = verify_password(form.password, user.hashed if user else None)
    if found.rehash:
        user.hashed = found.rehash

Hashing is slow on purpose (tens of milliseconds, 64 MiB): call it from a `def` endpoint, which
runs in a thread, or with `run_in_threadpool`.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cache

from notebookapi.exceptions import InvalidOption, NotebookAPIError

try:
    from pwdlib import PasswordHash
    from pwdlib.exceptions import UnknownHashError
    from pwdlib.hashers.argon2 import Argon2Hasher
except ImportError as error:
    raise ImportError(
        f'Passwords need pwdlib with Argon2 ({error}). Run: pip install "notebookapi[security]"'
    ) from error


class UnknownHash(NotebookAPIError):
    """What is stored as a password's hash is none that can be checked."""


@dataclass(frozen=True, slots=True)
class Verified:
    """The outcome of checking a password; true where it is right.

    rehash: a new hash to store in place of the old one, which was made with other parameters than
        those in use; None: keep the old one.
    """

    ok: bool
    rehash: str | None = None

    def __bool__(self) -> bool:
        return self.ok


class Passwords:
    """Hashes and checks passwords with parameters of your own.

    memory: KiB. passes: over that memory. lanes: threads that may share the work. More of any
    makes guessing dearer; the defaults are the second recommendation of RFC 9106, section 4.
    Raises InvalidOption for parameters that Argon2 does not have.
    """

    def __init__(self, *, memory: int = 65536, passes: int = 3, lanes: int = 4) -> None:
        if passes < 1 or lanes < 1 or memory < 8 * lanes:
            raise InvalidOption(
                f"Passwords(memory={memory}, passes={passes}, lanes={lanes}): Argon2 takes at "
                "least one pass, one lane, and 8 KiB of memory for each lane."
            )
        hasher = Argon2Hasher(memory_cost=memory, time_cost=passes, parallelism=lanes)
        self._argon2 = PasswordHash((hasher,))
        # Nobody's password. Made now, so that the first unknown user takes no longer than others.
        self._nobody = self.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """Return what to store: the hash with its salt and parameters, as one string."""
        return self._argon2.hash(_bytes(password))

    def verify(self, password: str, hashed: str | None) -> Verified:
        """Check a password.

        hashed: what is stored; None where there is no such user: it takes as long as a wrong
            password, so that the time does not tell who is registered.
        Raises UnknownHash where `hashed` is not a hash of Argon2.
        """
        if hashed is None:
            self._argon2.verify(_bytes(password), self._nobody)
            return Verified(ok=False)
        try:
            ok, rehash = self._argon2.verify_and_update(_bytes(password), hashed)
        except UnknownHashError as error:
            raise UnknownHash(
                f"The stored password ({len(hashed)} characters) is not a hash of Argon2, which "
                'would begin with "$argon2"; store what `hash_password` returns, and let users '
                "with hashes of another kind choose a new password."
            ) from error
        return Verified(ok, rehash)


def _bytes(password: str) -> bytes:
    # JSON can hold half a surrogate pair: that is a wrong password, not a broken program.
    return password.encode("utf-8", "surrogatepass")


@cache
def _default() -> Passwords:
    return Passwords()


def hash_password(password: str) -> str:
    """Return what to store: the hash with its salt and parameters, as one string."""
    return _default().hash(password)


def verify_password(password: str, hashed: str | None) -> Verified:
    """Check a password; see `Passwords.verify`. hashed: None where there is no such user."""
    return _default().verify(password, hashed)
