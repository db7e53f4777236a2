"""`%%http` cells: what is sent, what is bound and shown, and what is said of mistakes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from notebookapi.notebook.views.response import ResponseView

from .conftest import Notebook
from .driver import Kernel

ENDPOINTS = """
from datetime import date
from pydantic import BaseModel
from notebookapi import Request
from notebookapi.responses import RedirectResponse

class Item(BaseModel):
    name: str
    day: date

@app.api_route("/echo/{rest:path}", methods=["GET", "POST", "PUT", "PURGE"])
async def echo(request: Request, rest: str):
    return {
        "method": request.method,
        "path": rest,
        "query": dict(request.query_params),
        "type": request.headers.get("content-type"),
        "word": request.headers.get("x-word"),
        "login": request.headers.get("authorization"),
        "body": (await request.body()).decode("latin-1"),
    }

@app.get("/count")
def count(n: int = 0): return {"n": n + 1}

@app.get("/away")
def away(): return RedirectResponse("/count")

item = Item(name='a "b"', day=date(2020, 1, 2))
word, quote, items, nothing = "w x", '"', [1, 2], None
"""


@pytest.fixture
def cells(notebook: Notebook) -> Notebook:
    assert notebook.run(ENDPOINTS, "endpoints").error is None
    return notebook


def echoed(notebook: Notebook, text: str) -> dict[str, Any]:
    """Run a cell; return what the endpoint saw of its last request."""
    ran = notebook.run(f"%%http\n{text}", "http")
    assert ran.error is None
    seen: dict[str, Any] = notebook.shell.user_ns["_response"].json()
    return seen


# Text -> what the endpoint sees of it.
WRITTEN: dict[str, tuple[str, dict[str, Any]]] = {
    "method and path": ("GET /echo/a", {"method": "GET", "path": "a", "body": ""}),
    "no method": ("/echo/a", {"method": "GET", "path": "a"}),
    "version": ("GET /echo/a HTTP/1.1", {"path": "a"}),
    "lower case": ("post /echo/a", {"method": "POST"}),
    "a method of one's own": ("PURGE /echo/a", {"method": "PURGE"}),
    "absolute": ("GET {{api.url}}/echo/a", {"path": "a"}),
    "blank lines above": ("\n\nGET /echo/a\n\n", {"path": "a"}),
    "comments above": ("# one\n// two\nGET /echo/a", {"path": "a"}),
    "comment among headers": ("GET /echo/a\n# no\nX-Word: w", {"word": "w"}),
    "header": ("GET /echo/a\nX-Word:  w \n", {"word": "w"}),
    "user and password": (
        "GET /echo/a\nAuthorization: Basic {{word[0]}} x:y",
        {"login": "Basic dzp4Onk="},  # w:x:y
    ),
    "with a colon": ("GET /echo/a\nAuthorization: basic w:x", {"login": "Basic dzp4"}),
    "encoded already": ("GET /echo/a\nAuthorization: Basic dzp4", {"login": "Basic dzp4"}),
    "query": ("GET /echo/a?b=c&d=e%20f", {"query": {"b": "c", "d": "e f"}}),
    "query in lines": ("GET /echo/a\n  ?b=c\n  &d=e\nX-Word: w", {"query": {"b": "c", "d": "e"}}),
    "query in lines at the margin": ("GET /echo/a\n?b=c\n&d=e", {"query": {"b": "c", "d": "e"}}),
    "path in lines": ("GET /echo\n    /a\n    /b", {"path": "a/b"}),
    "body": (
        "POST /echo/a\nContent-Type: text/plain\n\none\n\n# two\n\n",
        {"type": "text/plain", "body": "one\n\n# two"},
    ),
    "a length of another body": ("POST /echo/a\nContent-Length: 999\n\nabc", {"body": "abc"}),
    "JSON is told by its looks": (
        'POST /echo/a\n\n{"n": 1}',
        {"type": "application/json", "body": '{"n": 1}'},
    ),
    "a list too": ("POST /echo/a\n\n[1]", {"type": "application/json", "body": "[1]"}),
    "not what is no JSON": ("POST /echo/a\n\n{n}", {"type": None, "body": "{n}"}),
    "form in lines": (
        "POST /echo/a\nContent-Type: application/x-www-form-urlencoded\n\na=b\n&c={{1 + 1}}",
        {"body": "a=b&c=2"},
    ),
    "Windows line ends": ("POST /echo/a\r\nX-Word: w\r\n\r\nbody", {"word": "w", "body": "body"}),
    "expression in the path": ("GET /echo/{{items[0]}}", {"path": "1"}),
    "in the query": ("GET /echo/a?b={{word}}", {"query": {"b": "w x"}}),
    "in a header": ("GET /echo/a\nX-Word: {{word.upper()}}", {"word": "W X"}),
    "in JSON": (
        'POST /echo/a\n\n{"a": {{items}}, "b": {{nothing}}, "c": {{word}}, "d": {{True}}}',
        {"body": '{"a": [1, 2], "b": null, "c": "w x", "d": true}'},
    ),
    "a model in JSON": (
        "POST /echo/a\nContent-Type: application/json\n\n{{item}}",
        {"body": '{"name": "a \\"b\\"", "day": "2020-01-02"}'},
    ),
    "in quotes of JSON": (
        'POST /echo/a\n\n{"\\"{{quote}}": "day {{item.day}}", "n": {{1}}}',
        {"body": '{"\\"\\"": "day 2020-01-02", "n": 1}'},
    ),
    "in JSON of another type": (
        'POST /echo/a\nContent-Type: application/merge-patch+json\n\n{"a": {{word}}}',
        {"body": '{"a": "w x"}'},
    ),
    "in text": (
        "POST /echo/a\nContent-Type: text/plain\n\n{{word}} {{items}}",
        {"body": "w x [1, 2]"},
    ),
    "with braces": ('POST /echo/a\n\n[{{ {"b": {"c": 1}}["b"] }}]', {"body": '[{"c": 1}]'}),
    "with braces at its end": ('POST /echo/a\n\n{"a": {{{"b": 1}}}}', {"body": '{"a": {"b": 1}}'}),
    "braces themselves": (
        "POST /echo/a\nContent-Type: text/plain\n\n{{'{{'}}a}}",
        {"body": "{{a}}"},
    ),
    "in a comprehension": ("GET /echo/{{''.join(word for each in items)}}", {"path": "w xw x"}),
    "variable": ("@a = b\n@c = {{a}}{{a}}\nGET /echo/{{c}}", {"path": "bb"}),
    "variable before a name": ("@word = v\nGET /echo/{{word}}", {"path": "v"}),
    "variable of a block above": (
        "@a = b\nGET /count\n\n###\n\n@c = {{a}}\nGET /echo/{{c}}",
        {"path": "b"},
    ),
    "answer before": (
        "GET /count?n=4\n### next\nGET /echo/{{_response.json()['n']}}",
        {"path": "5"},
    ),
    "answer by name": (
        "# @name first\nGET /count\n\n###\nGET /count?n=7\n###\nGET /echo/{{first.json()['n']}}",
        {"path": "1"},
    ),
    "recorded answers are left out": ("POST /echo/a\n\nx\n<> a.json", {"body": "x"}),
}  # fmt: skip


@pytest.mark.parametrize("case", WRITTEN)
def test_what_is_sent(cells: Notebook, case: str) -> None:
    text, expected = WRITTEN[case]
    seen = echoed(cells, text)
    assert {name: seen[name] for name in expected} == expected


def test_body_from_a_file(cells: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.bin").write_bytes(b"\xff{{word}}")
    (tmp_path / "a.json").write_text('{"a": {{word}}}')
    seen = echoed(cells, "POST /echo/a\n\n< ./a.bin")
    assert seen["body"].encode("latin-1") == b"\xff{{word}}"
    head = "POST /echo/a\nContent-Type: application/json\n\n"
    assert echoed(cells, head + "<@ ./{{'a'}}.json")["body"] == '{"a": "w x"}'
    form = (
        "POST /echo/a\nContent-Type: multipart/form-data; boundary=b\n\n"
        '--b\nContent-Disposition: form-data; name="f"; filename="a.bin"\n\n< a.bin\n--b--'
    )
    part = b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.bin"\r\n\r\n'
    seen = echoed(cells, form)["body"].encode("latin-1")
    assert seen == part + b"\xff{{word}}\r\n--b--\r\n"


WRONG = {
    "nothing": ("# only a comment", 2, "no request is written down. Write `GET /items`"),
    "no path": ("GET", 2, "`GET` is no request line. Write a method and a path"),
    "a header above": ("X-Word: a\nGET /count", 2, "is no request line"),
    "no header": ("GET /count\n\n###\nGET /count\noops", 6, "`oops` is no header. Write `Name: va"),
    "name": ("GET /echo/{{nope}}", 2, "`{{nope}}` failed with NameError: name 'nope' is not"),
    "attribute": ("GET /count\nX: {{item.x}}", 3, "`{{item.x}}` failed with AttributeError"),
    "in a body": ("POST /count\n\n{\n\"a\": {{1/0}}}", 5, "`{{1/0}}` failed with ZeroDivisionErr"),
    "syntax": ("GET /echo/{{a b}}", 2, "`{{a b}}` is no expression"),
    "statement": ("GET /echo/{{a = 1}}", 2, "`{{a = 1}}` is no expression"),
    "of other programs": ("GET /echo/{{$guid}}", 2, "Write it in Python: `{{uuid4()}}`"),
    "not closed": ("GET /echo/{{a", 2, "`{{` is not closed"),
    "not for JSON": ("POST /count\n\n[{{print}}]", 4, "`{{print}}` is a builtin_function_or_me"),
    "no file": ("POST /count\n\n< nowhere.json", 4, "`nowhere.json` cannot be read: No such file"),
    "elsewhere": ("GET https://example.org/x", 2, "Give the path alone, \"/x\""),
    "not ASCII": ("GET /count\nX-A: {{'ä'}}", 3, "`X-A: ä` is not ASCII, as headers are; percent-"),
    "line end in a header": ("GET /count\nX: {{'a\\nb'}}", 2, "cannot be sent: Illegal header"),
    "websocket": ("WEBSOCKET /ws", 2, "`with api.websocket(path) as ws:` opens one"),
    "handler": ("GET /count\n\n> {% client.log() %}", 4, "`_response` is the last"),
    "variable alone": ("@a = b", 2, "`@a` is followed by no request"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_mistakes_name_line_and_cure(
    cells: Notebook, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text, line, message = WRONG[case]
    cells.run(f"%%http\n{text}", "http")
    printed = capsys.readouterr()
    shown = (printed.out + printed.err).strip()
    assert f"%%http, line {line}: " in shown and message in shown
    assert shown.count("\n") == 0, "one line"


def test_nothing_is_sent_where_one_request_cannot_be_read(cells: Notebook) -> None:
    cells.run("%%http\nGET /count\n\n###\noops", "http")
    assert len(cells.session.log) == 0


def test_responses_are_bound_and_shown(cells: Notebook) -> None:
    cells.run("%%http\n### One\nGET /count\n\n###\nGET /nowhere\n\n### Three\nGET /count?n=2", "h")
    names = cells.shell.user_ns
    assert [each.status_code for each in names["_responses"]] == [200, 404, 200]
    assert names["_response"] is names["_responses"][-1]
    views = [each for each in cells.shown if isinstance(each, ResponseView)]
    assert [each.title for each in views] == ["One", "", "Three"]
    assert "<h1>" not in views[0]._repr_html_() and "### One" in views[0].text


def test_responses_before_a_mistake_stay(cells: Notebook) -> None:
    cells.run("%%http\nGET /count\n###\nGET /echo/{{nope}}", "http")
    assert [each.status_code for each in cells.shell.user_ns["_responses"]] == [200]


def test_first_line_may_stand_beside_the_magic(cells: Notebook) -> None:
    cells.run("%%http GET /count?n={{items[1]}}\nX-Word: w", "http")
    assert cells.shell.user_ns["_response"].json() == {"n": 3}


def test_redirects_are_followed_unless_told_otherwise(cells: Notebook) -> None:
    assert echoed(cells, "GET /away") == {"n": 1}
    cells.run("%%http\n# @no-redirect\nGET /away", "http")
    assert cells.shell.user_ns["_response"].status_code == 307


def test_cell_owns_nothing_and_publishes_nothing(cells: Notebook) -> None:
    before = cells.routes()
    assert cells.run("%%http\nGET /count", "http").card == ""
    assert cells.routes() == before
    assert {each.cell.key for each in cells.session.owned} == {"endpoints"}


def test_inside_of_another_cell_it_sees_what_is_staged(cells: Notebook) -> None:
    code = (
        "@app.get('/new')\ndef new(): return 'new'\n"
        "get_ipython().run_cell_magic('http', '', 'GET /new')\nseen = _response.json()"
    )
    assert cells.run(code, "new").error is None
    assert cells.shell.user_ns["seen"] == "new"


def test_export_leaves_it_out(cells: Notebook, tmp_path: Path) -> None:
    cells.run("%%http\nPOST /echo/{{word}}\n\n{{item}}", "http")
    file = tmp_path / "api.py"
    cells.run(f"%api export {file}")
    module = file.read_text()
    assert "/count" in module
    assert "http'" not in module and "run_cell_magic" not in module and "/echo/{{" not in module


def test_unloading_takes_it_away(cells: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    cells.run("%unload_ext notebookapi")
    cells.run("%%http\nGET /count")
    assert "`%%http` not found" in capsys.readouterr().err


def test_in_a_real_kernel(kernel: Kernel) -> None:
    kernel.run(ENDPOINTS, "a")
    ran = kernel.run("%%http\n### First\nGET /count?n={{items[1]}}\n\n###\nGET /nowhere", "b")
    assert ran.error == ""
    first, second = ran.displays
    assert first["text/plain"].splitlines()[:2] == [
        "### First",
        "200 OK · GET /count?n=2 · application/json · 7 bytes",
    ]
    assert "404 Not Found" in second["text/html"]
    assert kernel.value("[each.status_code for each in _responses]") == [200, 404]
    again = kernel.run("%%http\n### First\nGET /count?n={{items[1]}}\n\n###\nGET /nowhere", "b")
    assert again.displays == ran.displays, "equal answers, equal bytes"
