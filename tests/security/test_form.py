"""The form of the password flow (RFC 6749, section 4.3.2)."""

from typing import Annotated, Any

import pytest

from notebookapi import Depends, NotebookAPI
from notebookapi.security import OAuth2PasswordRequestForm, OAuth2PasswordRequestFormStrict
from notebookapi.testclient import TestClient

APP = NotebookAPI()


@APP.post("/loose")
def loose(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> dict[str, Any]:
    return vars(form)


@APP.post("/strict")
def strict(form: Annotated[OAuth2PasswordRequestFormStrict, Depends()]) -> dict[str, Any]:
    return vars(form)


CLIENT = TestClient(APP)
USER = {"username": "ann", "password": "pw"}
READ: dict[str, Any] = {
    **USER,
    "grant_type": None,
    "scopes": [],
    "client_id": None,
    "client_secret": None,
}


@pytest.mark.parametrize(
    ("path", "sent", "read"),
    [
        ("/loose", USER, READ),
        ("/loose", {**USER, "grant_type": ""}, READ),
        ("/loose", {**USER, "grant_type": "password"}, {**READ, "grant_type": "password"}),
        ("/strict", {**USER, "grant_type": "password"}, {**READ, "grant_type": "password"}),
        ("/loose", {**USER, "scope": " a  b:c "}, {**READ, "scopes": ["a", "b:c"]}),
        (
            "/loose",
            {**USER, "client_id": "c", "client_secret": "s"},
            {**READ, "client_id": "c", "client_secret": "s"},
        ),
    ],
)
def test_form_is_read(path: str, sent: dict[str, str], read: dict[str, Any]) -> None:
    response = CLIENT.post(path, data=sent)
    assert (response.status_code, response.json()) == (200, read)


PATTERN = ("string_pattern_mismatch", ["body", "grant_type"])


@pytest.mark.parametrize(
    ("path", "sent", "errors"),
    [
        ("/loose", {"username": "ann"}, [("missing", ["body", "password"])]),
        ("/loose", {**USER, "grant_type": "client_credentials"}, [PATTERN]),
        ("/loose", {**USER, "grant_type": "passwordx"}, [PATTERN]),
        ("/strict", {**USER, "grant_type": "refresh_token"}, [PATTERN]),
        ("/strict", USER, [("missing", ["body", "grant_type"])]),
        (
            "/strict",
            {},
            [("missing", ["body", name]) for name in ("grant_type", "username", "password")],
        ),
    ],
)
def test_form_that_does_not_fit(path: str, sent: dict[str, str], errors: list[Any]) -> None:
    response = CLIENT.post(path, data=sent)
    assert response.status_code == 422
    assert [(each["type"], each["loc"]) for each in response.json()["detail"]] == errors


def test_form_is_documented_with_hidden_passwords() -> None:
    document = APP.openapi()
    body = document["paths"]["/loose"]["post"]["requestBody"]
    assert list(body["content"]) == ["application/x-www-form-urlencoded"]
    schema = document["components"]["schemas"]["Body_loose_loose_post"]
    assert schema["required"] == ["username", "password"]
    hidden = [name for name, each in schema["properties"].items() if each.get("format")]
    assert hidden == ["password", "client_secret"]


def test_form_by_hand() -> None:
    form = OAuth2PasswordRequestForm(username="ann", password="pw", scope="a b")
    assert (form.username, form.password, form.scopes) == ("ann", "pw", ["a", "b"])
