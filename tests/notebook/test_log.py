"""The log of requests: what is kept, how it is asked for, and that it stays bounded."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from notebookapi.notebook.log import capture, journal
from notebookapi.notebook.log.records import Output
from notebookapi.notebook.log.redacting import HIDDEN, body, headers, query
from notebookapi.notebook.views import html, terminal
from notebookapi.notebook.views.log import RequestLog
from notebookapi.notebook.views.model import Message

from .conftest import Notebook

CELL = """
@app.get("/items/{n}")
def item(n: int):
    print("item", n)
    return {"n": n}
@app.post("/login")
def login(body: dict): return {"token": "t0p", "name": body["name"]}
@app.get("/fails")
def fails(): return {}["name"]
"""


@pytest.fixture
def served(notebook: Notebook) -> Notebook:
    assert notebook.run(CELL, "first").error is None
    return notebook


def test_an_entry_has_what_came_and_what_went(served: Notebook) -> None:
    served.session.post("/login?api_key=k1&page=2", json={"name": "ada", "password": "p4ss"})
    entry = served.session.log[-1]
    assert (entry.id, entry.method, entry.route, entry.status) == (1, "POST", "/login", 200)
    assert entry.path == f"/login?api_key={HIDDEN}&page=2"
    assert (entry.endpoint, entry.cell, entry.cell_id) == ("login", "cell 1", "first")
    assert entry.request_body.text == '{"name":"ada","password":"' + HIDDEN + '"}'
    assert entry.response_body.text == '{"token":"' + HIDDEN + '","name":"ada"}'
    assert (entry.bytes, entry.is_open, entry.is_failed) == (28, False, False)
    assert ("content-type", "application/json") in entry.response_headers
    assert 0 < entry.duration < 30 and entry.time.tzinfo is not None


def test_a_failure_has_its_traceback_and_links(served: Notebook) -> None:
    served.session.get("/fails")
    entry = served.session.log[-1]
    assert (entry.status, entry.failure) == (500, "KeyError: 'name' (Cell In[1], line 8)")
    assert entry.traceback == (
        "Traceback (most recent call last):\n"
        "  Cell In[1], line 8, in fails\n    def fails(): return {}[\"name\"]\nKeyError: 'name'"
    )
    assert entry.links == {"Cell In[1]": "first"}
    assert '<a href="#cell-id=first">Cell In[1]</a>, line 8' in html.rendered(entry)


CHAINS = {
    "middleware in a cell": (
        "@app.middleware('http')\nasync def around(request, go): return await go(request)\n"
        "@app.get('/x')\nasync def x(): return 1 / 0",
        ["in x", "ZeroDivisionError: division by zero"],
    ),
    "cause": (
        "@app.get('/x')\ndef x():\n    try: {}['a']\n"
        "    except KeyError as e: raise ValueError('no') from e",
        ["in x", "KeyError: 'a'", "direct cause", "in x", "ValueError: no"],
    ),
    "through ours": (
        "@app.get('/x')\ndef x(): return app.url_path_for('nowhere')",
        ["in x", "NoMatchFound"],
    ),
    "instance": (
        "class Read:\n    def __call__(self): raise OSError('gone')\napp.get('/x')(Read())",
        ["in __call__", "OSError: gone"],
    ),
}


@pytest.mark.parametrize("name", CHAINS)
def test_a_traceback_begins_with_the_endpoint(notebook: Notebook, name: str) -> None:
    source, expected = CHAINS[name]
    assert notebook.run(source, "a").error is None
    notebook.session.get("/x")
    told = notebook.session.log[-1].traceback
    at = 0
    for part in expected:
        at = told.index(part, at) + 1
    assert told.splitlines()[1].startswith("  Cell In[1], line ") and "around" not in told


GROUP = """
import asyncio
async def fails(n): raise ValueError(f"in task {n}")
@app.get("/x")
async def x():
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(fails(1))
        tasks.create_task(fails(2))
"""


def test_a_group_of_errors_is_told_with_each(notebook: Notebook) -> None:
    notebook.run(GROUP, "a")
    notebook.session.get("/x")
    entry = notebook.session.log[-1]
    assert entry.failure == "ExceptionGroup, 1 of 2: ValueError: in task 1 (Cell In[1], line 2)"
    assert entry.traceback.endswith(
        "ExceptionGroup: unhandled errors in a TaskGroup (2 sub-exceptions)\n"
        "  1 of 2:\n"
        "    Traceback (most recent call last):\n"
        "      Cell In[1], line 2, in fails\n"
        '        async def fails(n): raise ValueError(f"in task {n}")\n'
        "    ValueError: in task 1\n"
        "  2 of 2:\n"
        "    Traceback (most recent call last):\n"
        "      Cell In[1], line 2, in fails\n"
        '        async def fails(n): raise ValueError(f"in task {n}")\n'
        "    ValueError: in task 2"
    )


ENDLESS = {
    "one": ("def f(): return f()", "  [Previous line repeated "),
    "two": ("def f(): return g()\ndef g(): return f()", " lines left out]\n"),
}


@pytest.mark.parametrize("case", ENDLESS)
def test_what_calls_itself_is_told_briefly(notebook: Notebook, case: str) -> None:
    code, said = ENDLESS[case]
    notebook.run(f"{code}\n@app.get('/x')\ndef x(): return f()", "a")
    notebook.session.get("/x")
    told = notebook.session.log[-1].traceback
    assert said in told and len(told.splitlines()) < 110
    assert told.splitlines()[1].startswith("  Cell In[1], line ")
    assert told.splitlines()[-1].startswith("RecursionError: ")


def test_a_log_is_a_sequence(served: Notebook) -> None:
    for n in (1, 2):
        served.session.get(f"/items/{n}")
    served.session.get("/fails")
    served.session.get("/nowhere")
    log = served.session.log
    assert [each.status for each in log] == [200, 200, 500, 404]
    assert [each.path for each in log[1:3]] == ["/items/2", "/fails"]
    assert [each.id for each in log.failed] == [3]
    assert [each.id for each in log.of("get", "/items/{n}")] == [1, 2]
    assert [each.id for each in log.of(path="/items/2")] == [2]
    assert log.find(9) is None


def test_the_commands(served: Notebook) -> None:
    assert len(served.session.log) == 0
    served.run("%api log")
    assert "No requests yet" in terminal.render(served.shown[0])
    served.session.get("/items/1")
    served.session.get("/fails")
    served.run("%api log --failed --last 5")
    assert isinstance(view := served.shown[0], RequestLog)
    assert [each.id for each in view] == [2]
    served.run("%api log 1")
    assert served.shown[0].stdout == "item 1\n"
    assert "not in the log, which has those from 1 to 2" in str(served.run("%api log 7").error)
    assert "Write `%api log [ID]" in str(served.run("%api log one").error)
    assert "no number of requests" in str(served.run("%api log --last 0").error)
    served.run("%api log --clear")
    assert served.shown[0] == Message("Forgotten: 2 requests.")
    assert len(served.session.log) == 0
    assert served.session.journal.requests == 2, "the counts stay"


def test_routes_have_percentiles(served: Notebook) -> None:
    served.session.get("/items/1")
    row = served.session.routes[0]
    assert (row.path, row.hits) == ("/items/{n}", 1)
    assert row.p50 is not None and row.p50 == row.p99
    assert served.session.routes[1].p50 is None
    assert "p99" in html.rendered(served.session.routes)


WIDTHS = (80, 120)


@pytest.mark.parametrize("width", WIDTHS)
def test_tables_keep_to_the_width(served: Notebook, width: int) -> None:
    served.session.get("/items/1?q=" + "long" * 40)
    served.session.get("/fails")
    for view in (served.session.log, served.session.log[-1], served.session.routes):
        lines = terminal.render(view, width=width).splitlines()
        assert max(map(len, lines)) <= width
    first = terminal.render(served.session.log, width=width).splitlines()[0]
    assert first.split() == "ID Time Method Path Status Duration Cell Endpoint".split()


def test_everything_is_escaped(served: Notebook) -> None:
    served.run("@app.get('/x')\ndef x(): print('<script>')")
    served.session.get("/x?a=<script>")
    entry = replace(
        served.session.log[-1],
        output=Output(displays=[{"text/html": "<script>alert(1)</script>"}]),
        failure="<script>",
    )
    shown = html.rendered(RequestLog([entry])) + html.rendered(entry)
    assert "<script" not in shown and 'sandbox=""' in shown


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(journal, "MOST_BYTES", 200_000)
    yield


def test_it_stays_bounded(notebook: Notebook, small: None) -> None:
    notebook.run(
        "@app.post('/x')\nasync def x(b: dict):\n    print('y' * 1000)\n    return b\n", "a"
    )
    with httpx2.Client(base_url=notebook.session.url, trust_env=False) as client:
        for _ in range(3000):
            assert client.post("/x", json={"a": 1}).is_success
    kept = notebook.session.journal
    assert kept.requests == 3000
    assert 100 < len(notebook.session.log) <= 1000
    # The last one came after there had been room made for it.
    assert kept.size <= 200_000 + 3000
    kept.clear()
    assert kept.size == 0


def test_one_request_is_bounded_and_says_so(notebook: Notebook) -> None:
    notebook.run(
        "import logging\n@app.post('/x')\n"
        "def x(b: dict):\n    print('y' * 100_000)\n"
        "    for n in range(2000): logging.getLogger('m').warning('z' * 100)\n    return b\n",
        "a",
    )
    notebook.session.journal.echo = None
    notebook.session.post("/x", json={"a": "b" * 100_000})
    entry = notebook.session.log[-1]
    assert entry.stdout.endswith(
        f"… {100_001 - capture.LIMIT:,} more characters, which are not kept"
    )
    assert len(entry.request_body.content) == capture.LIMIT
    assert entry.request_body.size == entry.bytes == 100_008
    assert len(entry.logs) == capture.MOST_ITEMS


def test_frames_of_few_failures_are_kept(notebook: Notebook) -> None:
    notebook.run(
        "import weakref\nclass Big: pass\nseen = []\n@app.get('/x')\ndef x():\n"
        "    big = Big()\n    seen.append(weakref.ref(big))\n    raise ValueError\n",
        "a",
    )
    for _ in range(journal.ERRORS + 5):
        notebook.session.get("/x")
    gc.collect()
    seen: list[weakref.ref[Any]] = notebook.shell.user_ns["seen"]
    assert [each() is not None for each in seen] == [False] * 5 + [True] * journal.ERRORS


def test_listeners(served: Notebook) -> None:
    heard: list[tuple[str, int | None]] = []

    def breaks(entry: Any) -> None:
        raise RuntimeError("listener")

    stops = [
        served.session.journal.listen(lambda entry: heard.append((entry.path, entry.status))),
        served.session.journal.listen(breaks),
    ]
    assert served.get("/items/1") == {"n": 1}
    for stop in stops:
        stop()
    served.get("/items/2")
    assert heard == [("/items/1", 200)]


REDACTED = {
    "authorization": (headers([(b"Authorization", b"Bearer x")]), (("Authorization", HIDDEN),)),
    "cookies": (
        headers([(b"cookie", b"a=1"), (b"set-cookie", b"b=2")]),
        (("cookie", HIDDEN), ("set-cookie", HIDDEN)),
    ),
    "token header": (headers([(b"x-my-token", b"1")]), (("x-my-token", HIDDEN),)),
    "key header": (headers([(b"X-API-Key", b"1")]), (("X-API-Key", HIDDEN),)),
    "plain header": (headers([(b"accept", b"*/*")]), (("accept", "*/*"),)),
    "query": (query("a=1&access_token=x&b="), f"a=1&access_token={HIDDEN}&b="),
    "encoded name": (query("api%5Fkey=x"), f"api%5Fkey={HIDDEN}"),
    "field": (body(b'{"sessionid": "x", "max_tokens": 5}', "application/json"),
              f'{{"sessionid": "{HIDDEN}", "max_tokens": 5}}'.encode()),
    "number": (body(b'{"secret": 12, "n": 1}', "application/json"),
               f'{{"secret": "{HIDDEN}", "n": 1}}'.encode()),
    "quote inside": (body(rb'{"password": "a\"b", "n": 1}', "application/json"),
                     f'{{"password": "{HIDDEN}", "n": 1}}'.encode()),
    "cut off": (body(b'{"password": "abc', "application/json"),
                f'{{"password": "{HIDDEN}"'.encode()),
    "form": (body(b"user=a&password=b", "application/x-www-form-urlencoded"),
             f"user=a&password={HIDDEN}".encode()),
    "text": (body(b"password=b", "text/plain"), b"password=b"),
}  # fmt: skip


@pytest.mark.parametrize("name", REDACTED)
def test_secrets_are_left_out(name: str) -> None:
    got, expected = REDACTED[name]
    assert got == expected
