"""`%api fuzz`: what requests made from the schema bring to light."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from notebookapi.notebook.errors import BadArguments, NotInstalled
from notebookapi.notebook.fuzzing.findings import Finding, Fuzzed, Kind
from notebookapi.notebook.sending.outgoing import Outgoing
from notebookapi.notebook.views import html, terminal
from notebookapi.notebook.views.fuzzing import Fuzzing

from .conftest import Notebook
from .driver import Kernel

pytest.importorskip("schemathesis")
pytestmark = [pytest.mark.slow]

ENDPOINTS = """
from typing import Annotated
from pydantic import BaseModel, Field
from notebookapi import Depends, HTTPException, Query, Request, Response, WebSocket
from notebookapi.security import HTTPBearer

class Item(BaseModel):
    name: str
    count: int = Field(ge=0)

ASKED = []

@app.get("/sound/{number}")
def sound(number: int, text: Annotated[str, Query(max_length=3)] = "") -> dict[str, int]:
    return {"number": number}

@app.get("/fails")
def fails(number: int):
    if number >= 100:
        raise ZeroDivisionError("<no>")

@app.get("/status")
def status(number: int):
    if number < 0:
        raise HTTPException(404)

@app.get("/kind")
def kind():
    return Response("a,b", media_type="text/csv")

@app.get("/shape", responses={200: {"model": Item}})
def shape():
    return Response('{"name": 1, "count": 2}', media_type="application/json")

@app.get("/secret", responses={403: {}})
def secret(who=Depends(HTTPBearer())) -> dict[str, str]:
    if who.credentials != "hush":
        raise HTTPException(403)
    ASKED.append(who.credentials)
    return {}

@app.get("/quits")
def quits():
    raise SystemExit

@app.get("/ticks")
async def ticks():
    while True:
        yield "x" * 100_000

@app.post("/items")
def create(item: Item) -> Item:
    print("created")
    ASKED.append(item)
    return item

LAX = {"content": {"application/json": {"schema": {"type": "integer"}}}, "required": True}

@app.post("/lax", openapi_extra={"requestBody": LAX})
async def lax(request: Request) -> dict[str, str]:
    return {}

@app.websocket("/rooms")
async def rooms(websocket: WebSocket):
    await websocket.accept()
"""


def fuzzed(notebook: Notebook, words: str) -> Fuzzed:
    assert notebook.run(f"%api fuzz {words} --seed 1").error is None
    return next(each.of for each in notebook.shown if isinstance(each, Fuzzing))


def found(notebook: Notebook, words: str) -> Finding:
    (finding,) = fuzzed(notebook, words).findings
    return finding


def test_what_keeps_its_promises_is_found_sound(shop: Notebook) -> None:
    result = fuzzed(shop, "GET /sound/1 --examples 40")
    assert (result.findings, result.is_whole, result.seed) == ([], True, 1)
    assert result.requests >= 20
    assert len(shop.session.log) == 0  # thousands would push out what the person asked


def test_a_failure_is_made_small_and_placed(shop: Notebook) -> None:
    finding = found(shop, "fails --examples 30")
    assert (finding.operation, finding.status) == ("GET /fails", 500)
    assert finding.complaint.kind is Kind.FAILS
    assert finding.complaint.text == "ZeroDivisionError: <no> (Cell In[1], line 19)"
    # No smaller number fails.
    assert finding.request.cell == "%%http\nGET /fails?number=100"
    assert finding.request.curl("http://x") == "curl -i -X GET 'http://x/fails?number=100'"
    assert "Cell In[1], line 19, in fails" in finding.traceback


@pytest.mark.parametrize(
    ("words", "kind", "text"),
    [
        ("status", Kind.STATUS, "404 is not declared; `responses={404: …}` declares it"),
        ("kind", Kind.CONTENT_TYPE, "text/csv"),
        ("shape", Kind.RESPONSE, 'name: 1 is not of type "string"'),
        ("quits", Kind.FAILS, "SystemExit"),
    ],
)
def test_what_else_is_wrong(shop: Notebook, words: str, kind: Kind, text: str) -> None:
    finding = found(shop, f"{words} --examples 20")
    assert finding.complaint.kind is kind
    assert text in finding.complaint.text
    assert shop.get("/sound/1") == {"number": 1}  # the server lives


def test_the_cell_of_a_finding_shows_it_again(shop: Notebook) -> None:
    cell = found(shop, "fails --examples 30").request.cell
    shop.run(cell)
    assert shop.shell.user_ns["_response"].status_code == 500


def test_an_invalid_request_that_is_accepted_is_a_remark(shop: Notebook) -> None:
    result = fuzzed(shop, "POST /lax --examples 20")
    assert [each.complaint.kind for each in result.findings] == [Kind.ACCEPTED]
    assert result.faults == 0
    assert "1 remark" in Fuzzing(result).line


def test_a_stream_without_an_end_is_not_waited_for(shop: Notebook) -> None:
    assert fuzzed(shop, "ticks --examples 1").requests == 1


def test_a_stream_that_waits_for_nothing_is_ended(notebook: Notebook) -> None:
    notebook.run(
        "from notebookapi.responses import StreamingResponse\n"
        "async def pieces():\n    while True: yield bytes(1000)\n"
        "@app.get('/stream')\nasync def stream(): return StreamingResponse(pieces())\n"
        "@app.get('/other')\ndef other(): return 1",
        "a",
    )
    assert notebook.run("%api fuzz GET /stream --examples 2", "f").error is None
    assert notebook.get("/other") == 1


def test_without_words_only_what_is_safe_is_asked(shop: Notebook) -> None:
    result = fuzzed(shop, "--examples 2")
    assert [each.operation for each in result.asked][:2] == ["GET /sound/{number}", "GET /fails"]
    assert list(result.skipped) == ["POST /items", "POST /lax"]
    assert all("POST" not in each.operation for each in result.asked)
    assert "say `--all`" in terminal.render(Fuzzing(result))


def test_all_is_all(shop: Notebook) -> None:
    result = fuzzed(shop, "--all --examples 2")
    assert (result.asked[-1].operation, list(result.skipped)) == ("POST /lax", [])
    assert shop.shell.user_ns["ASKED"]


def test_what_the_framework_answers_is_no_fault_of_an_endpoint(shop: Notebook) -> None:
    result = fuzzed(shop, "POST /items --examples 30")
    assert result.faults == 0  # bodies that are no JSON are among the requests


@pytest.mark.parametrize("words", ["", "--seed 5"], ids=["any", "given"])
def test_the_persons_random_numbers_stay_theirs(shop: Notebook, words: str) -> None:
    before = random.getstate()
    assert shop.run(f"%api fuzz fails --examples 10 {words}").error is None
    assert random.getstate() == before


def test_a_seed_makes_the_same_requests_again(shop: Notebook) -> None:
    asked = []
    for own in (1, 2):
        random.seed(own)
        shop.run("ASKED.clear()")
        shop.run("%api fuzz POST /items --examples 30 --seed 5")
        asked.append([each.model_dump_json() for each in shop.shell.user_ns["ASKED"]])
    assert asked[0] == asked[1] != []


def test_who_is_not_let_in_is_told_how(shop: Notebook) -> None:
    (asked,) = fuzzed(shop, "secret --examples 4").asked
    assert asked.note.startswith("no request was let in; give one by `--header")


def test_a_header_of_the_person_is_sent_and_not_shown(shop: Notebook) -> None:
    result = fuzzed(shop, "secret --examples 4 --header 'Authorization: Bearer hush'")
    assert "hush" in shop.shell.user_ns["ASKED"]
    for told in (html.rendered(Fuzzing(result)), terminal.render(Fuzzing(result))):
        assert "hush" not in told
        assert "Sent with Authorization" in told


def test_a_finding_is_kept_as_an_example(shop: Notebook) -> None:
    fuzzed(shop, "fails --examples 30")
    shop.run("%api fuzz --keep 1 big-number")
    (kept,) = shop.session.examples
    assert (kept.name, kept.label) == ("big-number", "GET /fails?number=100")
    assert kept.expected is not None
    assert kept.expected.status == 500


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["create"], r"POST /items may change something .* `%api fuzz POST /items`"),
        (["WS", "/rooms"], "/rooms is a WebSocket"),
        (["GET", "/nothing"], "Nothing answers `GET /nothing`"),
        (["--keep", "1"], "There is no finding 1: the last `%api fuzz` brought none to light"),
        (["--seed", "x"], "`--seed x`: give a number"),
    ],
)
def test_what_cannot_be_done(shop: Notebook, words: Sequence[str], told: str) -> None:
    with pytest.raises(BadArguments, match=told):
        shop.session.fuzz(*words)


def test_nothing_safe_is_served(notebook: Notebook) -> None:
    notebook.run("@app.post('/a')\ndef a(): ...")
    with pytest.raises(BadArguments, match="All that is served may change something: POST /a"):
        notebook.session.fuzz()


def test_it_can_be_read_anywhere(shop: Notebook) -> None:
    view = Fuzzing(fuzzed(shop, "fails --examples 30"))
    page, text = html.rendered(view), terminal.render(view, width=100)
    assert "<no>" not in page
    assert view.line.startswith("notebookapi: GET /fails: 1 fault in ")
    for told in (page, text):
        assert "GET /fails?number=100" in told
        assert "Cell In[1], line 19" in told
        assert "--seed 1" in told


def test_without_the_library_the_cure_is_told(shop: Notebook) -> None:
    program = (
        "import sys; sys.modules['schemathesis'] = None\n"
        "from notebookapi.notebook.fuzzing.cases import Cases\n"
        "from notebookapi.notebook.errors import NotInstalled\n"
        "try: Cases({}, 'GET', '/')\n"
        "except NotInstalled as error: print(error)\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert '`%pip install "notebookapi[fuzz]"`' in ran.stdout
    assert issubclass(NotInstalled, ImportError)


@pytest.mark.parametrize(
    ("request_", "cell"),
    [
        (Outgoing("GET", "/a?b=%20"), "%%http\nGET /a?b=%20"),
        (
            Outgoing("POST", "/a", [("content-type", "application/json")], b'{"a": 1}'),
            '%%http\nPOST /a\ncontent-type: application/json\n\n{"a": 1}',
        ),
        (Outgoing("POST", "/a", [], b"\xff"), "api.request('POST', '/a', content=b'\\xff')"),
        # What would be read as something else in such a cell.
        (Outgoing("PUT", "/a", [], b"###"), "api.request('PUT', '/a', content=b'###')"),
        (Outgoing("PUT", "/a", [], b'"{{x}}"'), "api.request('PUT', '/a', content=b'\"{{x}}\"')"),
        (
            Outgoing("GET", "/a", [("x", "\u00e9")]),
            "api.request('GET', '/a', headers=[('x', '\u00e9')])",
        ),
    ],
    ids=lambda each: each.label if isinstance(each, Outgoing) else "",
)
def test_a_request_as_a_cell(request_: Outgoing, cell: str) -> None:
    assert request_.cell == cell


def test_in_a_kernel_an_interrupt_keeps_what_was_found(
    start_kernel: object, tmp_path: Path
) -> None:
    kernel: Kernel = start_kernel(cwd=str(tmp_path))  # type: ignore[operator]  # StartKernel
    kernel.run("%load_ext notebookapi")
    kernel.run("@app.get('/a')\ndef a(n: int):\n    assert n < 5")
    run = kernel.begin("%api fuzz a --examples 100000")
    while not any("1 finding" in str(each["content"]) for each in kernel._seen[run]):
        kernel._take()
    kernel.manager.interrupt_kernel()
    last = kernel.ended(run).left[-1]
    assert "interrupted" in last["text/plain"]
    assert "GET /a?n=" in last["text/plain"]
    assert "AssertionError" in last["text/html"]
    assert kernel.value("api.get('/a?n=1').status_code") == 200
    assert list(tmp_path.iterdir()) == []
