"""Hashing and checking passwords. Cheap parameters where the price is not the point."""

import re
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notebookapi.exceptions import InvalidOption
from notebookapi.security.passwords import (
    Passwords,
    UnknownHash,
    Verified,
    hash_password,
    verify_password,
)

CHEAP = Passwords(memory=8, passes=1, lanes=1)


def test_default_is_the_second_recommendation_of_rfc_9106() -> None:
    hashed = hash_password("correct horse")
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert verify_password("correct horse", hashed) == Verified(ok=True)
    assert verify_password("battery staple", hashed) == Verified(ok=False)
    assert verify_password("correct horse", None) == Verified(ok=False)


def test_verified_is_true_where_the_password_is_right() -> None:
    hashed = CHEAP.hash("pw")
    assert CHEAP.verify("pw", hashed)
    assert not CHEAP.verify("PW", hashed)


def test_same_password_has_another_hash_each_time() -> None:
    assert CHEAP.hash("pw") != CHEAP.hash("pw")


def test_old_parameters_ask_for_a_new_hash() -> None:
    dearer = Passwords(memory=16, passes=2, lanes=1)
    found = dearer.verify("pw", CHEAP.hash("pw"))
    assert found.ok
    assert found.rehash is not None
    assert found.rehash.startswith("$argon2id$v=19$m=16,t=2,p=1$")
    assert dearer.verify("pw", found.rehash) == Verified(ok=True, rehash=None)


def test_wrong_password_never_asks_for_a_new_hash() -> None:
    dearer = Passwords(memory=16, passes=2, lanes=1)
    assert dearer.verify("wrong", CHEAP.hash("pw")) == Verified(ok=False, rehash=None)


def test_unknown_user_takes_as_long_as_a_wrong_password() -> None:
    passwords = Passwords(memory=16384, passes=2, lanes=1)
    hashed = passwords.hash("pw")

    def seconds(stored: str | None) -> float:
        def once() -> float:
            begin = time.perf_counter()
            passwords.verify("wrong", stored)
            return time.perf_counter() - begin

        return min(once() for _ in range(5))

    # Without the dummy it would be about a thousandth; the machine may be busy.
    assert seconds(None) > seconds(hashed) / 3


@pytest.mark.parametrize("stored", ["", "pw", "$2b$12$abcdefghijklmnopqrstuv", "$argon2id$", "é"])
def test_what_is_no_hash_is_an_error_that_does_not_show_it(stored: str) -> None:
    with pytest.raises(UnknownHash, match="not a hash of Argon2") as caught:
        CHEAP.verify("pw", stored)
    assert not stored or stored not in str(caught.value)


@pytest.mark.parametrize("options", [{"memory": 7}, {"passes": 0}, {"memory": 31, "lanes": 4}])
def test_impossible_parameters_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(InvalidOption, match=re.escape("8 KiB of memory for each lane")):
        Passwords(**{"memory": 8, "passes": 1, "lanes": 1, **options})


@settings(max_examples=50)
@given(st.text(st.characters(categories=None), max_size=40), st.text(max_size=40))
def test_every_text_is_a_password_and_only_itself(password: str, another: str) -> None:
    hashed = CHEAP.hash(password)
    assert CHEAP.verify(password, hashed).ok
    assert CHEAP.verify(another, hashed).ok is (another == password)


@pytest.mark.parametrize(("module", "library"), [("passwords", "pwdlib"), ("tokens", "jwt")])
def test_missing_library_names_the_install_line(module: str, library: str) -> None:
    code = f"import sys; sys.modules[{library!r}] = None; import notebookapi.security.{module}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=50)
    assert "ImportError: " in done.stderr
    assert 'pip install "notebookapi[security]"' in done.stderr.splitlines()[-1]


def test_package_does_without_both() -> None:
    code = (
        "import sys, notebookapi, notebookapi.security\n"
        "print([name for name in ('pwdlib', 'argon2', 'jwt', 'cryptography', "
        "'notebookapi.security.http', 'notebookapi.security.oauth2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=50)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
