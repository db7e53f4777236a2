"""Examples -> a pytest file: what the module answers, as it did when it was exported."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from notebookapi.examples.record import Answer, Example, Pairs, is_json
from notebookapi.export.replay import VARYING, Replayed, parsed

_ENVIRONMENT = "NOTEBOOKAPI_SECRET_"
_LONGEST = 500
"""Characters of a body, other than JSON, that a test spells out."""

_METHODS = frozenset("GET POST PUT PATCH DELETE HEAD OPTIONS".split())
_WITH_BODY = frozenset("POST PUT PATCH".split())
_PLACEHOLDER = re.compile(r"\{\{secret:([A-Z][A-Z0-9_]*)\}\}")


def pytest_file(
    replayed: Sequence[Replayed],
    document: Mapping[str, Any],
    module: str,
    application: str,
    variables: Iterable[str] = (),
    *,
    framework: str = "notebookapi",
) -> str:
    """Tests of `module`, in the order of the examples: an earlier request may make what a later
    one reads. Secrets are fixtures, from the environment; values that vary stand as ANY.

    document: the application's OpenAPI document.
    variables: of the environment; the module cannot be imported without them.
    framework: the package that the client comes from.
    """
    paths = ", ".join(repr(path) for path in sorted(document.get("paths", {})))
    tests = list(_tests(replayed, application))
    secrets = sorted({name for each in replayed for name in each.example.secrets})
    inside = f"{{{paths}}}" if paths else "set()"
    parts = [
        _head(module, application, sorted(variables), framework),
        *([_CLIENT.format(application=application)] if tests else []),
        *map(_fixture, secrets),
        f'def test_paths() -> None:\n    assert set({application}.openapi()["paths"]) == {inside}',
        *tests,
    ]
    return "\n\n\n".join(parts) + "\n"


_CLIENT = """@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    # As a server does: with the lifespan, and a failure as status 500.
    with TestClient({application}, raise_server_exceptions=False) as client:
        yield client"""


def _head(module: str, application: str, variables: Sequence[str], framework: str) -> str:
    """Every import that a test may need; the formatter drops the others."""
    needed = "".join(
        f"if {name!r} not in os.environ:\n"
        f'    pytest.skip("set {name} in the environment", allow_module_level=True)\n\n'
        for name in variables
    )
    return (
        f'"""Requests to `{module}`, and what it answered when it was exported."""\n\n'
        "import os\n"
        "from collections.abc import Iterator\n"
        "from unittest.mock import ANY\n"
        "from urllib.parse import quote\n\n"
        "import pytest\n"
        f"from {framework}.testclient import TestClient\n\n"
        f"{needed}from {module} import {application}"
    )


def _fixture(name: str) -> str:
    variable = _ENVIRONMENT + name
    return (
        f"@pytest.fixture\ndef {name.lower()}() -> str:\n"
        f"    if not (value := os.environ.get({variable!r})):\n"
        f'        pytest.skip("set {variable} in the environment")\n'
        "    return value"
    )


def _tests(replayed: Sequence[Replayed], application: str) -> Iterator[str]:
    taken = {"test_paths"}
    for each in replayed:
        name = _free(f"test_{_word(each.example.name)}", taken)
        taken.add(name)
        yield _Test(each).text(name)


def _word(text: str) -> str:
    return re.sub(r"\W+", "_", text).strip("_").lower() or "example"


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


@dataclass(frozen=True, slots=True)
class _Test:
    replayed: Replayed

    def text(self, name: str) -> str:
        fixtures = "".join(f", {each.lower()}: str" for each in self._example.secrets)
        lines = [f"def {name}(client: TestClient{fixtures}) -> None:", self._request()]
        lines += self._checks()
        return "\n    ".join(lines)

    @property
    def _example(self) -> Example:
        return self.replayed.example

    # --- the request

    def _request(self) -> str:
        example = self._example
        method = example.method
        call = f"client.{method.lower()}(" if method in _METHODS else f"client.request({method!r}, "
        arguments = [_string(example.path, quoted=True)]
        if example.query:
            arguments.append(f"params={_pairs(example.query)}")
        headers, body = self._body()
        if headers:
            arguments.append(f"headers={_pairs(headers)}")
        if 300 <= self.replayed.module.status < 400:
            # The client would go where it is sent.
            arguments.append("follow_redirects=False")
        if body and method not in _WITH_BODY:
            # The client's own methods for the others take no body.
            call, arguments[0] = "client.request(", f"{method!r}, {arguments[0]}"
        return f"response = {call}{', '.join(filter(None, [*arguments, body]))})"

    def _body(self) -> tuple[Pairs, str]:
        """The headers to give, and the argument that gives the body."""
        example = self._example
        if not example.body:
            return example.headers, ""
        sent = parsed(Answer(0, example.headers, example.body))
        if sent is not None:
            others = tuple(pair for pair in example.headers if pair[0] != "content-type")
            return others, f"json={_literal(sent[0])}"
        try:
            return example.headers, f"content={_string(example.body.decode())}"
        except UnicodeDecodeError:
            return example.headers, f"content={example.body!r}"

    # --- the answer

    def _checks(self) -> Iterator[str]:
        answer = self.replayed.module
        yield f"assert response.status_code == {answer.status}"
        if is_json(answer.content_type) and parsed(answer) is not None:
            expected = self.replayed.expected()
            if expected is not VARYING:
                is_ = "is" if expected is None else "=="
                yield f"assert response.json() {is_} {_literal(expected, self._known)}"
            return
        if answer.content_type:
            yield f'assert response.headers["content-type"].startswith({answer.content_type!r})'
        text = self.replayed.text
        if text and len(text) <= _LONGEST and not _PLACEHOLDER.search(text):
            yield f"assert response.text == {text!r}"

    @property
    def _known(self) -> frozenset[str]:
        return frozenset(self._example.secrets)


def _pairs(pairs: Pairs) -> str:
    if len(dict(pairs)) == len(pairs):
        inside = ", ".join(f"{name!r}: {_string(value)}" for name, value in pairs)
        return f"{{{inside}}}"
    return f"[{', '.join(f'({name!r}, {_string(value)})' for name, value in pairs)}]"


def _string(text: str, *, quoted: bool = False) -> str:
    """A literal; with the values of fixtures in it where placeholders of secrets are."""
    if not _PLACEHOLDER.search(text):
        return repr(text)
    if (whole := _PLACEHOLDER.fullmatch(text)) and not quoted:
        return whole.group(1).lower()
    parts = _PLACEHOLDER.split(text)
    for index, part in enumerate(parts):
        if index % 2:
            parts[index] = f"{{quote({part.lower()})}}" if quoted else f"{{{part.lower()}}}"
        else:
            parts[index] = (
                repr(part)[1:-1].replace("{", "{{").replace("}", "}}").replace('"', '\\"')
            )
    return f'f"{"".join(parts)}"'


def _literal(value: Any, known: frozenset[str] | None = None) -> str:
    """Python for a value of JSON; ANY for what varies.

    known: the secrets that there is a fixture for; None: all of them.
    """
    if value is VARYING:
        return "ANY"
    if isinstance(value, dict):
        pairs = (f"{key!r}: {_literal(inner, known)}" for key, inner in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(_literal(inner, known) for inner in value)}]"
    if isinstance(value, str):
        unknown = known is not None and not known.issuperset(_PLACEHOLDER.findall(value))
        return "ANY" if unknown else _string(value)
    if isinstance(value, float) and value != value or value in (float("inf"), float("-inf")):
        return f"float({str(value)!r})"
    return repr(value)
