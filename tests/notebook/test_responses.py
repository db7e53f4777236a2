"""How responses look: readable, exact, bounded, and never run."""

from __future__ import annotations

import html
import json
import struct
import zlib
from html.parser import HTMLParser
from typing import Any

import pytest

from notebookapi.notebook.views import terminal
from notebookapi.notebook.views.response import ResponseView

from .conftest import Notebook
from .driver import Kernel


def view(content: bytes | None, kind: str = "application/json", **more: Any) -> ResponseView:
    headers = ((b"content-type", kind.encode()), *more.pop("headers", ()))
    fields = {"method": "GET", "target": b"/x", "status": 200, "phrase": "OK", **more}
    return ResponseView(headers=headers, content=content, **fields)


def body_of(shown: ResponseView) -> str:
    return shown.text.partition("\n")[2]


def _png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")


SHOWN: dict[str, tuple[bytes, str, str]] = {
    "JSON": (b'{"a":[1,{"b":null}],"c":{}}', "application/json",
             '{\n  "a": [\n    1,\n    {\n      "b": null\n    }\n  ],\n  "c": {}\n}'),
    "numbers keep their digits": (
        b"[9007199254740993,1.10,1e400,-0]", "application/json",
        "[\n  9007199254740993,\n  1.10,\n  1e400,\n  -0\n]"),
    "a number of very many digits": (b"9" * 3000, "application/json", "9" * 3000),
    "strings keep their brackets": (b'["[{,:\\"}"]', "application/json", '[\n  "[{,:\\"}"\n]'),
    "a key twice": (b'{"a":1,"a":2}', "application/json", '{\n  "a": 1,\n  "a": 2\n}'),
    "of another type": (b'{"a":1}', "application/problem+json; charset=utf-8", '{\n  "a": 1\n}'),
    "what is no JSON": (b"{a: 1}", "application/json", "{a: 1}"),
    "JSON lines": (b'{"a":1}\n{"a":2}\n', "application/jsonl", '{"a":1}\n{"a":2}'),
    "events": (b"data: 1\n\n", "text/event-stream", "data: 1\n"),
    "HTML is its source": (b"<h1>Hi</h1>", "text/html", "<h1>Hi</h1>"),
    "SVG is its source": (b"<svg/>", "image/svg+xml", "<svg/>"),
    "text without a type": (b"plain", "", "plain"),
    "latin-1": ("caf\xe9".encode("latin-1"), "text/plain; charset=latin-1", "café"),
    "bytes": (
        bytes(range(0x41, 0x53)), "application/octet-stream",
        "00000000  41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f 50  |ABCDEFGHIJKLMNOP|\n"
        f"00000010  51 52{' ' * 42}  |QR|\nThe first of 18 bytes."),
    "bytes without a type": (
        b"\0\1", "", f"00000000  00 01{' ' * 42}  |..|\nThe first of 2 bytes."),
    "a picture that is none": (
        b"<script>", "image/png",
        f"00000000  3c 73 63 72 69 70 74 3e{' ' * 24}  |<script>|\n"
        "It is no image/png, as its type says."),
    "control characters": (b"a\x1b[2Jb\x07\r\nc", "text/plain", "a␛[2Jb␇\nc"),
    "turned text": ("a\u202eb".encode(), "text/plain", "a\ufffdb"),
    "a secret": (
        b'{"access_token":"abc","n":1}', "application/json",
        '{\n  "access_token": "•••",\n  "n": 1\n}\n'
        "What names call a secret is not shown, since outputs are saved; the response has it."),
}  # fmt: skip


@pytest.mark.parametrize("case", SHOWN)
def test_body(case: str) -> None:
    content, kind, expected = SHOWN[case]
    encoding = "latin-1" if "latin-1" in kind else "utf-8"
    shown = view(content, kind, encoding=encoding)
    assert body_of(shown) == expected
    for line in expected.splitlines():
        assert html.escape(line) in shown._repr_html_()


def test_line_about_it() -> None:
    shown = view(b"{}", target=b"/x?a=1&api_key=k", status=201, phrase="Created")
    assert shown.text.splitlines()[0] == (
        "201 Created · GET /x?a=1&api_key=••• · application/json · 2 bytes"
    )
    assert view(b"", "").text == "200 OK · GET /x · no body"
    assert view(None).text.endswith("body not read")


def test_time_is_in_the_terminal_only() -> None:
    shown = view(b"{}", seconds=0.0123)
    assert "12.3 ms" in terminal.render(shown)
    assert "12.3" not in shown.text + shown._repr_html_()


def test_headers_are_there_on_demand() -> None:
    headers = [(b"x-a", b"1"), (b"date", b"Tue"), (b"server", b"uvicorn"), (b"set-cookie", b"s=1")]
    shown = view(b"{}", headers=headers)._repr_html_()
    summary, _, inside = shown.partition("<summary")[2].partition("</summary>")
    assert summary.endswith(">Headers") and "<details open" not in shown
    assert ">x-a</code>" in inside and ">1</code>" in inside
    assert "Tue" not in shown and "uvicorn" not in shown, "they differ with every answer"
    assert "set-cookie" in inside and "s=1" not in shown, "it is a credential"


def test_picture_is_shown() -> None:
    shown = view(_png(), "image/png")
    assert '<img alt="The picture that GET /x answered"' in shown._repr_html_()
    assert "data:image/png;base64,iVBOR" in shown._repr_html_()
    assert body_of(shown) == ""
    large = view(_png() + b"\0" * 600_000, "image/png")
    assert len(large._repr_html_()) < 2000 and "more than 512 KiB" in large._repr_html_()


def test_validation_errors_are_a_list() -> None:
    errors = [
        {"loc": ["body", "price"], "msg": "Input should be a valid number", "input": "x"},
        {"loc": ["query", 0], "msg": "<b>Field required</b>"},
    ]
    expected = "  body → price: Input should be a valid number\n  query → 0: <b>Field required</b>"
    for document in ({"detail": errors}, {"type": "about:blank", "errors": errors}):
        shown = view(json.dumps(document).encode(), status=422, phrase="Unprocessable Content")
        assert body_of(shown) == expected
        assert ">body → price: Input should" in shown._repr_html_()
        assert "&quot;valid number" not in shown._repr_html_().partition("<details")[0]
    many = view(json.dumps({"detail": errors * 15}).encode(), status=422)
    assert body_of(many).splitlines()[-1] == "  … 10 more"
    assert len(body_of(many).splitlines()) == 21


@pytest.mark.parametrize(
    "document", [{"detail": "no"}, {"detail": [1]}, [1], "x", {"detail": None}]
)
def test_other_422_are_bodies(document: Any) -> None:
    shown = view(json.dumps(document, indent=2).encode(), status=422)
    assert body_of(shown) == json.dumps(document, indent=2)


LARGE = {
    "list": (json.dumps(list(range(100_000))).encode(), "application/json"),
    "one line": (b"x" * 5_000_000, "text/plain"),
    "one string": (b'"' + b"x" * 5_000_000 + b'"', "application/json"),
    "beyond what is read": (b"[" + b"1," * 1_000_000 + b"1]", "application/json"),
    "lines": (b"x\n" * 1_000_000, "text/plain"),
    "deep": (b"[" * 50_000 + b"]" * 50_000, "application/json"),
    "deeper than is read": (b"[" * 1_000_000 + b"]" * 1_000_000, "application/json"),
    "deep and shallow": (b"[" * 200 + b"1" + b"]" * 200, "application/json"),
    "HTML": (b"<p>" * 1_000_000, "text/html"),
    "bytes": (b"\0" * 5_000_000, "application/zip"),
    "errors": (
        json.dumps({"detail": [{"loc": ["x" * 10_000], "msg": "y" * 10_000}]}).encode(),
        "application/json",
    ),
}


@pytest.mark.parametrize("case", LARGE)
def test_what_is_shown_is_bounded(case: str) -> None:
    content, kind = LARGE[case]
    shown = view(content, kind, status=422 if case == "errors" else 200)
    assert len(shown.text) < 13_000 and len(shown.text.splitlines()) < 35
    assert len(shown._repr_html_()) < 60_000
    assert "more" in shown.text or "first of" in shown.text or case == "errors"


# --- nothing of it is run

CANARIES = (
    "<script>canary()</script>",
    '"><img src=x onerror=canary()>',
    "' onload='canary()",
    "javascript:canary()",
    "<svg onload=canary()>",
    "</pre></code></div><iframe srcdoc='<script>canary()</script>'>",
    "<style>@import 'https://example.org/canary'</style>",
    "$\\href{javascript:canary()}{x}$",
    "\\(\\href{javascript:canary()}{x}\\)",
)
_TAGS = frozenset(
    "div b code pre span table thead tbody tr th td ul li details summary img".split()
)
_ATTRIBUTES = frozenset("class style scope open alt src".split())


class _Elements(HTMLParser):
    """Collects what a browser would make of a piece of HTML. formulas: text that pages typeset."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.depth: list[str] = []
        self.unprotected = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag != "img":
            self.depth.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.depth.pop() == tag, "what is not closed goes on behind the output"

    def handle_data(self, data: str) -> None:
        if not {"pre", "code"} & set(self.depth):
            self.unprotected += data


def check_harmless(markup: str) -> None:
    elements = _Elements()
    elements.feed(markup)
    elements.close()
    assert elements.tags <= _TAGS and not elements.depth
    for name, value in elements.attributes:
        assert name in _ATTRIBUTES, name
        assert name != "src" or value.startswith("data:image/png;base64,")
        assert name != "style" or "url(" not in value
    assert "canary" not in elements.unprotected


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize(
    "place", ["body", "html", "header", "header name", "file name", "type", "phrase", "target",
              "title", "traceback", "problem", "picture"],
)  # fmt: skip
def test_nothing_is_run(place: str, canary: str) -> None:
    raw = canary.encode()
    made = {
        "body": lambda: view(json.dumps({canary: [canary]}).encode()),
        "html": lambda: view(raw, "text/html"),
        "header": lambda: view(b"{}", headers=[(b"x-a", raw)]),
        "header name": lambda: view(b"{}", headers=[(raw, b"a")]),
        "file name": lambda: view(
            b"\0", "application/zip",
            headers=[(b"content-disposition", b"attachment; filename=" + raw)],
        ),
        "type": lambda: view(b"{}", canary),
        "phrase": lambda: view(b"{}", phrase=canary),
        "target": lambda: view(b"{}", target=b"/" + raw, method=canary),
        "title": lambda: view(b"{}", title=canary),
        "traceback": lambda: view(b"", status=500, traceback=canary),
        "problem": lambda: view(
            json.dumps({"detail": [{"loc": [canary], "msg": canary}]}).encode(), status=422
        ),
        "picture": lambda: view(_png() + raw, "image/png", target=raw),
    }[place]()  # fmt: skip
    check_harmless(made._repr_html_())


# --- in notebooks

SHOWS = """
from notebookapi.responses import HTMLResponse
@app.get("/x")
def x(): return {"n": 2**70}
@app.get("/page", response_class=HTMLResponse)
def page(): return "<script>canary()</script>"
"""


def test_equal_answers_give_equal_bytes(kernel: Kernel) -> None:
    kernel.run(SHOWS, "a")
    first = kernel.run("api.get('/x')", "b")
    again = kernel.run("api.get('/x')", "b")
    assert first.result == again.result
    assert '"n": 1180591620717411303424' in first.result["text/plain"]
    assert "\x1b" not in first.result["text/plain"], "colours are not saved"
    page = kernel.run("api.get('/page')", "c").result
    assert "&lt;script&gt;canary()" in page["text/html"] and "<script" not in page["text/html"]


def test_response_in_a_list_is_text(notebook: Notebook) -> None:
    notebook.run(SHOWS, "a")
    assert repr([notebook.session.get("/page")]).startswith("[200 OK · GET /page · text/html")
