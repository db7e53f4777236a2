"""`%api bench`: a load over the real server, and what is told of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.measuring.measured import Measured
from notebookapi.notebook.views import html, terminal
from notebookapi.notebook.views.measuring import Measurement

from .conftest import Notebook
from .driver import Kernel

ENDPOINTS = """
from typing import Annotated
from pydantic import BaseModel
from notebookapi import Header, HTTPException, Response, WebSocket
from notebookapi.responses import StreamingResponse

class Item(BaseModel):
    name: str = "pen"

@app.get("/items/{item_id}")
async def read(item_id: int, limit: int = 10):
    return {"id": item_id, "limit": limit}

@app.head("/items/{item_id}")
async def head(item_id: int):
    return Response(headers={"content-length": "1000"})

@app.post("/items")
async def create(item: Item, x_key: Annotated[str, Header()] = ""):
    return {"name": item.name, "key": x_key}

@app.get("/fails")
async def fails():
    raise ValueError("no")

@app.get("/pieces")
async def pieces():
    return StreamingResponse(iter(["a", "b"]), headers={"connection": "close"})

@app.websocket("/rooms")
async def rooms(websocket: WebSocket):
    await websocket.accept()
"""


def measured(notebook: Notebook, words: str) -> Measured:
    assert notebook.run(f"%api bench {words}").error is None
    return next(each.of for each in notebook.shown if isinstance(each, Measurement))


def test_so_many_requests_are_answered_and_told(shop: Notebook) -> None:
    found = measured(shop, "GET /items/7?limit=3 --count 40 --clients 4")
    assert (found.label, found.request) == ("GET /items/{item_id}", "GET /items/7?limit=3")
    assert (found.answers, found.statuses, found.errors) == (40, {"200": 40}, {})
    assert (found.clients, found.is_whole, found.share) == (4, True, 1.0)
    assert list(found.durations) == sorted(found.durations)
    assert sum(each.count for each in found.bars) == 40
    # The first of each client does not count, and is in the log as all are.
    assert len(shop.session.log) == 44
    last = shop.session.log[-1]
    assert (last.path, last.status) == ("/items/7?limit=3", 200)


@pytest.mark.parametrize(
    ("words", "statuses"),
    [
        ("read --count 5", {"200": 5}),
        ("HEAD /items/1 --count 5", {"200": 5}),
        ("GET /fails --count 5", {"500": 5}),
        ("GET /items/none --count 5", {"422": 5}),
        ("GET /pieces --count 5", {"200": 5}),  # its connections are closed each time
        ("POST /items --count 5", {"200": 5}),
    ],
)
def test_answers_of_all_kinds(shop: Notebook, words: str, statuses: dict[str, int]) -> None:
    found = measured(shop, f"{words} --clients 2")
    assert (found.statuses, found.errors) == (statuses, {})


def test_a_body_and_a_header_of_ones_own(shop: Notebook) -> None:
    measured(shop, """POST /items --count 1 --json '{"name": "ink"}' --header 'X-Key: k'""")
    assert shop.session.log[-1].response_body.text == '{"name":"ink","key":"k"}'


def test_for_a_time(shop: Notebook) -> None:
    found = measured(shop, "GET /items/7 --seconds 0.3 --clients 1")
    assert found.is_whole
    assert found.elapsed >= 0.3
    assert found.answers > 0


def test_nothing_of_the_token_is_told(shop: Notebook) -> None:
    shop.session.server.access.is_shared = True  # as on a hub
    token = shop.session.server.token.reveal()
    found = measured(shop, "GET /items/7 --count 3 --clients 1")
    assert found.statuses == {"200": 3}
    assert token not in html.rendered(Measurement(found))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], r"needs to know what to ask. Write `%api bench METHOD PATH"),
        (["create"], r"POST /items may change something .* `%api bench POST /items`"),
        (["WS", "/rooms"], "/rooms is a WebSocket"),
        (["GET", "/item/7"], "Did you mean `%api bench GET /items/"),
        (["GET", "/fails", "--count", "many"], "`--count many`: give a number above 0"),
        (["GET", "/fails", "--count", "0.5"], "`--count 0.5`: give a whole number"),
        (["GET", "/fails", "--clients", "900"], "`--clients 900`: .* up to 500"),
        (["GET", "/fails", "--header", "x"], "is no header; write `--header 'Name: value'`"),
        (["GET", "/fails", "--fast"], "Unrecognized arguments: --fast. Write `%api bench"),
    ],
)
def test_what_cannot_be_measured(shop: Notebook, words: Sequence[str], told: str) -> None:
    with pytest.raises(BadArguments, match=told):
        shop.session.bench(*words)


# --- how it looks: 100 answers of 1, 2, … 100 ms

STILL = Measured(
    "GET /<a>", "GET /<a>?b=1", 10, 2.0, 1.0, [each / 1000 for each in range(1, 101)],
    {"200": 99, "503": 1}, {"closed": 2}, is_over=True, is_whole=True,
)  # fmt: skip


def test_the_figures_are_those_of_the_nearest_rank() -> None:
    assert Measurement(STILL).line == (
        "notebookapi: GET /<a>: 50 requests/s, p50 50.0 ms, p95 95.0 ms, p99 99.0 ms, 1 × 503, "
        "2 × closed (100 answers in 2.0 s)"
    )


def test_every_answer_is_in_one_bar() -> None:
    bars = STILL.bars
    assert sum(each.count for each in bars) == 100
    assert [each.high for each in bars[:-1]] == [each.low for each in bars[1:]]


@pytest.mark.parametrize("durations", [[], [0.001], [0.001] * 9, [0.0, 0.001]], ids=str)
def test_few_answers_make_a_picture_too(durations: list[float]) -> None:
    few = Measured("GET /", "GET /", 1, 1.0, 1.0, durations)
    assert sum(each.count for each in few.bars) == len(durations)
    assert html.rendered(Measurement(few))
    assert terminal.render(Measurement(few))


def test_it_can_be_read_anywhere() -> None:
    page, text = html.rendered(Measurement(STILL)), terminal.render(Measurement(STILL), width=100)
    assert "<a>" not in page
    assert "/&lt;a&gt;?b=1" in page
    assert 'role="img" aria-label="Histogram of 100 answers, from 1.0 ms to 100 ms' in page
    assert len(re.findall("<rect", page)) == sum(each.count > 0 for each in STILL.bars)
    assert "Client and server share this machine" in page
    for name in ("requests/s", "p50", "p95", "p99", "slowest", "1 × 503", "2 × closed"):
        assert name in page
        assert name in text
    longest = max(STILL.bars, key=lambda each: each.count)
    assert f"{'█' * 40} {longest.count}" in text


# --- in a kernel

SLOW = "import asyncio\n@app.get('/slow')\nasync def slow(): await asyncio.sleep(0.01)"


@pytest.mark.parametrize("command", ["%api bench slow --seconds 1 --clients 2",
                                     "api.bench('slow', seconds=1, clients=2)"])  # fmt: skip
def test_in_a_kernel_the_result_takes_the_place_of_the_progress(
    kernel: Kernel, command: str
) -> None:
    kernel.run(SLOW)
    ran = kernel.run(command)
    (progress,), (last,) = ran.displays, ran.left
    assert "% done" in progress["text/plain"]
    assert 'role="progressbar"' in progress["text/html"]
    assert "<svg" in last["text/html"]
    assert "requests/s" in last["text/plain"]


def test_what_another_cell_shows_comes_there(kernel: Kernel) -> None:
    kernel.run(SLOW)
    kernel.run("kept = api.bench('slow', seconds=1, clients=2)")
    (shown,) = kernel.run("kept").displays
    assert "requests/s" in shown["text/plain"]


def test_an_interrupt_keeps_what_there_is(kernel: Kernel) -> None:
    kernel.run(SLOW)
    run = kernel.begin("%api bench slow --seconds 60 --clients 2")
    while not any(each["msg_type"] == "display_data" for each in kernel._seen[run]):
        kernel._take()
    kernel.manager.interrupt_kernel()
    ran = kernel.ended(run)
    assert (ran.status, ran.error) == ("", "")
    assert "interrupted: " in ran.left[-1]["text/plain"]
    assert kernel.value("api.get('/slow').status_code") == 200
