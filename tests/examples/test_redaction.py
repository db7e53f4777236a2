"""No credential is in an example, wherever it stood; what is sent again has them all."""

from __future__ import annotations

import pytest

from notebookapi.examples.record import Answer, Example, placeholder
from notebookapi.examples.redaction import is_secret, redacted, redacted_answer

JSON = (("content-type", "application/json"),)
FORM = (("content-type", "application/x-www-form-urlencoded"),)
PARTS = (("content-type", "multipart/form-data; boundary=xx"),)
SECRET = "s3cret-value"


@pytest.mark.parametrize(
    "name",
    [
        "Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "X-API-Key", "apiKey",
        "api_key", "access_token", "accessToken", "password", "newPassword", "client_secret",
        "X-CSRF-Token", "private-key", "sessionid", "otp",
    ],
)  # fmt: skip
def test_secret_names(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name", ["token_type", "name", "author", "tokens", "key", "monkey", "max_tokens", "session"]
)
def test_other_names(name: str) -> None:
    assert not is_secret(name)


def example(**more: object) -> Example:
    options: dict[str, object] = {"name": "a", "method": "POST", "path": "/a", **more}
    return Example(**options)  # type: ignore[arg-type]  # a table of cases


CASES = {
    "header": (example(headers=(("x-api-key", SECRET),)), "X_API_KEY"),
    "bearer": (example(headers=(("authorization", f"Bearer {SECRET}"),)), "AUTHORIZATION"),
    "cookie": (example(headers=(("cookie", f"id={SECRET}"),)), "COOKIE"),
    "query": (example(query=(("token", SECRET), ("q", "x"))), "TOKEN"),
    "path": (example(path=f"/reset/{SECRET}", endpoint="/reset/{token}"), "TOKEN"),
    "json": (example(headers=JSON, body=b'{"a":{"password":"s3cret-value"}}'), "PASSWORD"),
    "json, inside": (example(headers=JSON, body=b'{"secret":{"a":["s3cret-value"]}}'), "SECRET"),
    "form": (example(headers=FORM, body=b"user=ada&password=s3cret-value"), "PASSWORD"),
    "multipart": (
        example(
            headers=PARTS,
            body=b'--xx\r\nContent-Disposition: form-data; name="password"\r\n\r\n'
            b"s3cret-value\r\n--xx--\r\n",
        ),
        "PASSWORD",
    ),
    "by its schema": (example(headers=JSON, body=b'{"phrase":"s3cret-value"}'), "PHRASE"),
}


@pytest.mark.parametrize("case", CASES)
def test_redacted_and_filled_again(case: str) -> None:
    original, name = CASES[case]
    made, secrets = redacted(original, {"phrase"})
    assert SECRET not in repr(made)
    assert made.secrets == (name,)
    assert made.with_secrets(secrets) == original


def test_a_value_with_quotes_stays_json() -> None:
    original = example(headers=JSON, body='{"password":"a\\"b\\\\c ö","n":1}'.encode())
    made, secrets = redacted(original)
    assert made.with_secrets(secrets) == original


def test_two_values_of_one_name_have_two_placeholders() -> None:
    body = b'[{"password":"first-one"},{"password":"second-one"},{"password":"first-one"}]'
    made, secrets = redacted(example(headers=JSON, body=body))
    assert secrets == {"PASSWORD": "first-one", "PASSWORD_2": "second-one"}
    assert made.with_secrets(secrets).body == body


def test_an_answer_that_repeats_a_secret() -> None:
    answer = Answer(200, (("content-type", "text/plain"),), b"you sent s3cret-value")
    made, secrets = redacted(example(headers=(("x-api-key", SECRET),), expected=answer))
    assert made.expected is not None
    assert made.expected.body == b"you sent {{secret:X_API_KEY}}"
    assert redacted_answer(answer, secrets) == made.expected


def test_a_token_that_is_new_each_time_is_the_same_placeholder() -> None:
    first, second = (Answer(200, JSON, b'{"token":"%d"}' % n) for n in (1, 2))
    made, secrets = redacted(example(expected=first))
    assert redacted_answer(second, secrets) == made.expected


def test_without_secrets_nothing_is_rewritten() -> None:
    original = example(headers=JSON, body=b'{ "a" : 1.50 }')
    assert redacted(original) == (original, {})


def test_an_unknown_secret_cannot_be_filled() -> None:
    with pytest.raises(KeyError):
        example(query=(("a", placeholder("token")),)).with_secrets({})
