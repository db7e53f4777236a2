"""The generated and the exact path of an operation: same requests, same answers, same effects."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from starlette.types import Message

from notebookapi import NotebookAPI
from notebookapi.routing import APIRoute
from notebookapi.testclient import TestClient
from tests.core.zoo import Counts, Log, zoo


@dataclass(frozen=True)
class Asked:
    """One request; `body` in the chunks in which it comes."""

    method: str
    path: str
    query: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: tuple[bytes, ...] = (b"",)
    breaks_off: bool = False


@dataclass
class Told:
    messages: list[Message]
    raised: str
    log: Log
    counts: Counts

    @property
    def has_failed(self) -> bool:
        """Whether something was called that raised."""
        return bool(self.raised) or self.messages[0]["status"] not in (200, 201, 204, 422)


LOGS: tuple[Log, Log] = ([], [])
COUNTS: tuple[Counts, Counts] = (Counter(), Counter())
GENERATED, EXACT = zoo(LOGS[0], COUNTS[0]), zoo(LOGS[1], COUNTS[1])


def routes_of(app: NotebookAPI) -> list[APIRoute]:
    return [each for each in app.routes if isinstance(each, APIRoute)]


for _route in routes_of(EXACT):
    _route.only_exact = True
for _route in routes_of(GENERATED):
    _route.only_exact = False
    _route.explain()  # generated now, not when it is asked for the second time


async def ask(app: NotebookAPI, asked: Asked, log: Log, counts: Counts) -> Told:
    log.clear()
    counts.clear()
    sent: list[Message] = []
    chunks = list(asked.body)

    async def receive() -> Message:
        if not chunks and asked.breaks_off:
            return {"type": "http.disconnect"}
        chunk = chunks.pop(0)
        more = bool(chunks) or asked.breaks_off
        return {"type": "http.request", "body": chunk, "more_body": more}

    async def send(message: Message) -> None:
        sent.append(message)
        log.append(message["type"])

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": asked.method,
        "path": asked.path, "raw_path": asked.path.encode(), "query_string": asked.query,
        "headers": list(asked.headers), "scheme": "http", "server": ("test", 80), "root_path": "",
        "client": ("test", 1),
    }  # fmt: skip
    raised = ""
    try:
        await app(scope, receive, send)
    except Exception as error:
        raised = f"{type(error).__name__}: {error}"
    return Told(sent, raised, list(log), counts.copy())


def both(*asked: Asked) -> list[tuple[Told, Told]]:
    async def run() -> list[tuple[Told, Told]]:
        return [
            (
                await ask(GENERATED, each, LOGS[0], COUNTS[0]),
                await ask(EXACT, each, LOGS[1], COUNTS[1]),
            )
            for each in asked
        ]

    return asyncio.run(run())


def check_same(*asked: Asked) -> None:
    for generated, exact in both(*asked):
        if exact.has_failed:  # what raised was called before the rest was read: only there
            assert generated.counts >= exact.counts
            exact.counts = generated.counts
        assert generated == exact


NUMBERS = st.sampled_from(["0", "1", "2", "7", "13", "-1", " 3 ", "1.0", "x", "", "9" * 30])
TEXTS = st.sampled_from(["", "a", "abc", "abcdefgh", "é", "a+b", "a%20b", "%ff", "1", "%C3%A9"])
QUERY_NAMES = st.sampled_from(
    ["q", "even_one", "several", "maybe", "named", "other-name", "checked", "made", "anything", ""]
)
QUERIES = st.lists(st.tuples(QUERY_NAMES, NUMBERS | TEXTS), max_size=6).map(
    lambda pairs: "&".join(f"{name}={value}" for name, value in pairs).encode()
) | st.sampled_from([b"&&q", b"q=1&q=2", b"=x&q=%3d", b"q=a;b", b"q"])
HEADERS = st.lists(
    st.sampled_from(
        [(b"x-token", b"abc"), (b"x-token", b"toolong"), (b"x-token", b"\xe9"), (b"x-many", b"1"),
         (b"x-many", b"2"), (b"cookie", b"session=s; other=2"), (b"cookie", b"session=t"),
         (b"host", b"test")]
    ),
    max_size=5,
).map(tuple)  # fmt: skip
FAILS = st.sampled_from(
    [b"", b"awaited", b"broken", b"endpoint", b"key", b"value", b"late", b"twice"]
).map(lambda text: (b"x-fail", text))


@given(
    number=NUMBERS,
    colour=st.sampled_from(["red", "blue", "green"]),
    query=QUERIES,
    headers=HEADERS,
    is_told=st.booleans(),
)
def test_values(
    number: str,
    colour: str,
    query: bytes,
    headers: tuple[tuple[bytes, bytes], ...],
    is_told: bool,
) -> None:
    if is_told:
        headers, query = (*headers, (b"x-token", b"tok")), query + b"&q=last"
    check_same(Asked("GET", f"/values/{number.strip() or 1}/{colour}", query, headers))


ITEMS = st.fixed_dictionaries(
    {"name": st.sampled_from(["a", "é", 5, None])},
    optional={
        "price": st.sampled_from([1, 1.5, "2.5", "x", True, 10**400]),
        "tags": st.sampled_from([[], ["a"], "a", [1]]),
        "inner": st.sampled_from([None, {"name": "i"}, {}, 3]),
        "more": st.integers(),
        "amount": st.sampled_from(["1.50", 1.1, 2, "x"]),
        "either": st.sampled_from([1, "1", str("0" * 32), 1.0, None]),
        "when": st.sampled_from(["2024-01-01T00:00:00", 5]),
        "one": st.just({"name": "one"}),
        "two": st.sampled_from([1, -1, "3"]),
    },
)
TEXTS_OF_JSON = st.sampled_from(
    [b"", b"null", b"[]", b'"a"', b"3", b"{", b'{"name": NaN}', b'{"name": "a", "price": Infinity}',
     b'{"name": "a", "name": "b"}', b'\xef\xbb\xbf{"name": "a"}', '{"name": "é"}'.encode("utf-16"),
     b'{"name": "\\ud800"}', b'{"name": "\xff"}', b'{"amount": 1.10}', b'{"price": 1e400}',
     b'{"name": "a", "price": 1E400}', b' {"name": "a"} ', b"[" * 2000]
)  # fmt: skip
BODIES = ITEMS.map(lambda item: json.dumps(item).encode()) | TEXTS_OF_JSON
TYPES = st.sampled_from(
    [(), ((b"content-type", b"application/json"),), ((b"content-type", b"text/plain"),),
     ((b"content-type", b"application/ld+json; charset=utf-8"),)]
)  # fmt: skip
JSON = ((b"content-type", b"application/json"),)


@given(
    path=st.sampled_from(["/item", "/loose", "/strict", "/optional", "/any", "/embedded"]),
    body=BODIES,
    types=st.just(JSON) | TYPES,
    query=st.sampled_from([b"", b"q=x", b"q=3"]),
    cut=st.integers(0, 30),
    breaks_off=st.sampled_from([False, False, False, True]),
)
def test_bodies(
    path: str,
    body: bytes,
    types: tuple[tuple[bytes, bytes], ...],
    query: bytes,
    cut: int,
    breaks_off: bool,
) -> None:
    chunks = (body[:cut], body[cut:]) if 0 < cut < len(body) else (body,)
    check_same(Asked("POST", path, query, types, chunks, breaks_off))


CELLS = st.fixed_dictionaries(
    {},
    optional={
        "val": st.sampled_from([1, -1, "2", None, "x"]),
        "value": st.just(3),
        "tags": st.sampled_from([[], ["a"], None]),
        "_sa_more": st.just(1),
    },
)
ROWS = st.fixed_dictionaries(
    {"id": st.sampled_from([1, "2", 3.0, 1.5, True])},
    optional={"cells": st.lists(CELLS, max_size=2), "cell": CELLS, "more": st.just(0)},
)


@given(
    path=st.sampled_from(["/rows", "/row", "/row/maybe", "/row/nested"]),
    rows=st.lists(ROWS, max_size=3) | ROWS | st.none() | st.lists(CELLS, max_size=2),
)
def test_dictionaries_in_the_place_of_models(path: str, rows: object) -> None:
    check_same(Asked("POST", path, b"", JSON, (json.dumps(rows).encode(),)))


COUNTED_QUERIES = st.lists(
    st.tuples(
        st.sampled_from(["q", "maybe", "even_one", "checked", "other-name"]),
        st.sampled_from(["1", "7", "x", "broken", "2"]),
    ),
    max_size=5,
).map(lambda pairs: "&".join(f"{name}={value}" for name, value in pairs).encode())
COUNTED_BODIES = st.fixed_dictionaries(
    {},
    optional={
        "text": st.sampled_from(["a", "broken", 5]),
        "name": st.sampled_from(["a", 5]),
        "made": st.sampled_from(["own", 5]),
        "inside": st.sampled_from([None, {}, {"text": "i"}, {"text": 5}, {"text": "broken"}, 3]),
    },
)


@given(
    path=st.sampled_from(["", "/inside", "/embedded", "/plain"]),
    query=COUNTED_QUERIES,
    body=COUNTED_BODIES.map(lambda body: json.dumps(body).encode())
    | st.sampled_from([b"", b"{", b"null", b"[]", b"\xff"]),
)
def test_validators_and_default_factories_run_as_often(
    path: str, query: bytes, body: bytes
) -> None:
    check_same(Asked("POST" if path else "GET", f"/counted{path}", query, JSON, (body,)))


def test_default_factories_run_again_where_the_document_says_it_in_other_words() -> None:
    # Read from text, "an object" was expected; of the document it is told as pydantic tells it.
    asked = Asked("POST", "/counted/plain", b"q=1", JSON, (b'{"name": "a", "inner": 3}',))
    ((generated, exact),) = both(asked)
    assert (generated.counts["made"], exact.counts["made"]) == (2, 1)
    assert generated.messages == exact.messages


@given(
    path=st.sampled_from(["/mixed", "/scopes", "/crossed", "/threads", "/asked"]),
    query=st.sampled_from([b"", b"q=2", b"q=13", b"q=x"]),
    fail=FAILS,
    body=st.sampled_from([b'"text"', b"{", b"5"]),
)
def test_dependencies(path: str, query: bytes, fail: tuple[bytes, bytes], body: bytes) -> None:
    method = "POST" if path == "/threads" else "GET"
    check_same(Asked(method, path, query, (fail, *JSON), (body,)))


ANSWERS = (
    "/headed", "/background/text", "/background/json", "/filtered", "/aliased", "/empty", "/text",
    *(f"/untyped/{which}" for which in range(9)), *(f"/listed/{which}" for which in range(5)),
)  # fmt: skip


@pytest.mark.parametrize("path", ANSWERS)
def test_answers(path: str) -> None:
    check_same(*(Asked("GET", path, query) for query in (b"", b"q=1", b"q=14", b"q=x")))


def test_most_of_them_are_generated() -> None:
    kept = {each.path for each in routes_of(GENERATED) if each.explain().startswith("#")}
    assert kept == {"/crossed"}
    assert all(each.explain().startswith("#") for each in routes_of(EXACT))


@pytest.mark.parametrize("body", [b'{"size": 1.0}', b'{"size": 1e2}', b'{"size": 12}'], ids=str)
def test_settings_that_read_text_and_document_differently(body: bytes) -> None:
    class Loose(BaseModel, coerce_numbers_to_str=True):
        size: str

    def read(item: Loose) -> str:
        return item.size

    answers = []
    for only_exact in (False, True):
        app = NotebookAPI()
        app.post("/")(read)
        (route,) = routes_of(app)
        route.only_exact = only_exact
        route.explain()
        headers = {"content-type": "application/json"}
        answers.append(TestClient(app).post("/", content=body, headers=headers).json())
    assert answers[0] == answers[1] == str(json.loads(body)["size"])
