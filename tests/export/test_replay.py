"""Examples, sent to the live application twice and to the module once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from notebookapi.examples.record import Answer, Example
from notebookapi.export import ExportedModule, Proof, prove
from notebookapi.export.replay import VARYING, Replayed, Replays, settled

JSON = (("content-type", "application/json"),)
APP = """
class App:
    def openapi(self): return {}
    openapi_url = None
    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            assert (await receive())["type"] == "lifespan.startup"
            if "fails" in globals(): raise RuntimeError("no database")
            scope["state"]["greeting"] = "hello"
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        body = (await receive())["body"]
        text = " ".join([
            scope["state"]["greeting"], scope["method"], scope["path"],
            scope["query_string"].decode(), dict(scope["headers"]).get(b"x-key", b"").decode(),
            body.decode(),
        ])
        start = {"type": "http.response.start", "status": 200}
        await send({**start, "headers": [(b"Content-Type", b"text/plain"), (b"x-other", b"1")]})
        await send({"type": "http.response.body", "body": text.encode()})
        if scope["path"] == "/raises": raise ValueError("after the answer")
app = App()
"""


def answer(value: Any, status: int = 200) -> Answer:
    return Answer(status, JSON, json.dumps(value).encode())


def said(first: Answer, second: Answer, module: Answer, again: Answer | None = None) -> list[str]:
    example = Example(name="x", method="GET", path="/x")
    replayed = Replayed(example, first, second, module, again or module)
    return [str(each) for each in replayed.differences()]


# the live answers, the module's, what is said
COMPARED: list[tuple[Any, Any, Any, list[str]]] = [
    ({"a": 1}, {"a": 1}, {"a": 1}, []),
    ({"a": 1}, {"a": 1}, {"a": 2}, ["GET /x $.a: 1 live, 2 in the module"]),
    ({"a": 1}, {"a": 1}, {}, ["GET /x $.a: 1 live, nothing in the module"]),
    ({}, {}, {"a": 1}, ["GET /x $.a: nothing live, 1 in the module"]),
    ([1, 2], [1, 2], [1], ["GET /x $: [1, 2] live, [1] in the module"]),
    ([{"b": 1}], [{"b": 1}], [{"b": 2}], ["GET /x $[0].b: 1 live, 2 in the module"]),
    (1, 1, True, ["GET /x $: 1 live, true in the module"]),
    ({"id": 5}, {"id": 6}, {"id": 1}, []),
    ({"id": 5}, {"id": 6.5}, {"id": 7}, []),
    ({"id": 5}, {"id": 6}, {"id": "a"}, ["GET /x $.id: a number live, text in the module"]),
    ({"id": 5}, {"id": None}, {"id": 1}, []),
    ({"id": 5}, {"id": 6}, {}, ["GET /x $.id: a number live, nothing in the module"]),
    ([1], [1, 2], [], []),
    ([1], [1, 2], {}, ["GET /x $: a list live, an object in the module"]),
    ({"t": {"now": 1, "k": 2}}, {"t": {"now": 3, "k": 2}}, {"t": {"now": 9, "k": 3}},
     ["GET /x $.t.k: 2 live, 3 in the module"]),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "module", "expected"), COMPARED)
def test_bodies(first: Any, second: Any, module: Any, expected: list[str]) -> None:
    assert said(answer(first), answer(second), answer(module)) == expected


def test_what_differs_between_two_processes_is_compared_by_type() -> None:
    live, module, again = ({"at": at, "n": 1} for at in ("1", "2", "3"))
    assert said(answer(live), answer(live), answer(module), answer(again)) == []
    assert said(answer(live), answer(live), answer(module), answer(module)) == [
        'GET /x $.at: "1" live, "2" in the module'
    ]
    assert said(answer({"at": 1}), answer({"at": 1}), answer(module), answer(again)) == [
        "GET /x $.at: a number live, text in the module",
        "GET /x $.n: nothing live, 1 in the module",
    ]


def test_what_is_no_json() -> None:
    one, other = (Answer(200, (), text) for text in (b"a", b"\xff"))
    assert said(one, one, other) == ['GET /x body: "a" live, 1 bytes in the module']
    assert said(one, other, Answer(200, (), b"c")) == [], "it varies"
    assert (
        said(one, one, Answer(404, JSON, b"a"))
        == [
            "GET /x status: 200 live, 404 in the module",
            'GET /x content-type: "" live, "application/json" in the module',
            "GET /x body: ".strip(),
        ][:2]
    )


def test_settled() -> None:
    first, second = {"a": [1, {"b": 2}], "c": 1}, {"a": [1, {"b": 3}], "c": 1}
    assert settled(first, second) == {"a": [1, {"b": VARYING}], "c": 1}


def proof_of(*sent: Example, live: str = "", text: str = APP) -> Proof:
    answers = [Answer(200, (("content-type", "text/plain"),), live.encode()) for _ in sent]
    replays = Replays(sent, sent, lambda: answers, lambda example, answer: answer)
    return prove(ExportedModule(text, {}), {}, replays=replays)


def test_a_request_as_it_was_kept_while_the_lifespan_runs() -> None:
    example = Example(
        name="x",
        method="POST",
        path="/caf%C3%A9",
        query=(("q", "a b"),),
        headers=(("x-key", "k"),),
        body=b"data",
    )
    proof = proof_of(example, live="hello POST /café q=a+b k data")
    assert proof.passed and len(proof.replayed) == 1


def test_a_difference_fails_the_proof() -> None:
    proof = proof_of(Example(name="x", method="GET", path="/a"), live="bye GET /a   ")
    assert [str(each) for each in proof.differences] == [
        'GET /a body: "bye GET /a   " live, "hello GET /a   " in the module'
    ]


def test_a_value_that_is_made_when_the_module_starts() -> None:
    text = (
        APP.replace('" ".join([', '" ".join([str(NONCE),') + "import uuid\nNONCE = uuid.uuid4()\n"
    )
    proof = proof_of(
        Example(name="x", method="GET", path="/a"), live="0 hello GET /a   ", text=text
    )
    assert proof.passed and proof.replayed[0].text is None


def test_an_error_that_was_answered_is_an_answer() -> None:
    assert proof_of(
        Example(name="x", method="GET", path="/raises"), live="hello GET /raises   "
    ).passed


def test_a_lifespan_that_fails_is_told() -> None:
    failure = proof_of(Example(name="x", method="GET", path="/a"), text="fails = 1" + APP).failure
    assert (failure or "").startswith("RuntimeError: no database\n  api.py, line 8, in __call__")


def test_secrets_are_in_no_file(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    text = APP + (
        "import pathlib\n"
        "place = pathlib.Path(__file__).parents[1]\n"
        "value = b'hush' + b'-hush'\n"
        "assert not [f for f in place.rglob('*') if f.is_file() and value in f.read_bytes()]\n"
    )
    example = Example(name="x", method="GET", path="/a", headers=(("x-key", "hush-hush"),))
    assert proof_of(example, live="hello GET /a  hush-hush ", text=text).passed
