"""Whatever comes in from outside is shown, and nothing of it runs where Jupyter is.

Each place has a canary of its own: one that sang says where.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, expect

from .lab import Lab, Notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

ENDPOINTS = r"""
import json, logging
from enum import Enum
from typing import Annotated
from IPython.display import HTML, display
from pydantic import BaseModel, Field
from notebookapi import Header, NotebookAPI, Path, Request, Response, UploadFile, WebSocket
from notebookapi.responses import HTMLResponse, StreamingResponse

def bad(name):
    sings = f"top.canary='{name}'"
    link = f"[link](javascript:{sings}) <a href=\"javascript:{sings}\">link</a>"
    formula = f"$\\href{{javascript:{sings}}}{{x}}$"
    return f'<img src=x onerror="{sings}"><script>{sings}</script>{link} {formula}'

app = NotebookAPI(title=bad("title"), description=bad("about"), version=bad("version"))
Kind = Enum("Kind", {"one": bad("choice")}, type=str)

class Thing(BaseModel):
    name: str = Field(default=bad("default"), description=bad("field"), examples=[bad("example")])

@app.post("/things/{thing_id}", summary=bad("summary"), description=bad("description"),
          tags=[bad("tag")], response_description=bad("answer"), name=bad("name"))
def make(
    thing: Thing,
    thing_id: Annotated[str, Path(description=bad("parameter"), examples=["7"])],
    x_word: Annotated[str, Header(description=bad("request header"))] = bad("header default"),
    kind: Kind = Kind.one,
):
    headers = {"x-bad": bad("header"), "content-disposition": f'inline; filename="{bad("file")}"'}
    return HTMLResponse(bad("page"), headers=headers)

@app.get("/kinds/{kind}")
def kinds(kind: str):
    media = {"json": "application/json", "xml": "application/xhtml+xml", "svg": "image/svg+xml",
             "type": "text/" + bad("type").replace("/", "").replace(";", "")}[kind]
    sings = 'onload="top.canary=`svg`"><script>top.canary="svg"</script>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {sings}</svg>'
    texts = {"json": json.dumps({bad("json name"): [bad("json text")]}), "svg": svg, "xml": svg}
    return Response(texts.get(kind, bad("body")), media_type=media)

@app.post("/upload")
async def upload(file: UploadFile):
    return file.filename

@app.get("/fails")
def fails():
    print(bad("printed"))
    logging.getLogger(bad("logger")).warning(bad("logged"))
    raise ValueError(bad("exception"))

@app.get("/shows")
def shows():
    display(HTML(bad("displayed")))

@app.get("/events")
def events():
    lines = f"event: {bad('event')}\nid: {bad('id')}\ndata: {bad('data')}\n\n"
    return StreamingResponse(iter([lines]), media_type="text/event-stream")

@app.get("/paths/<svg/onload=top.canary='path'>")
def path(): ...

@app.websocket("/rooms")
async def rooms(websocket: WebSocket):
    if websocket.headers.get("x-refuse"):
        await websocket.send_denial_response(HTMLResponse(bad("refusal"), status_code=403))
        return
    await websocket.accept()
    await websocket.send_text(bad("frame"))
    await websocket.send_text(json.dumps([bad("json frame")]))
    await websocket.close(4000, bad("reason")[:100])
"""
THINGS, UPLOAD, KINDS, FAILS, SHOWS, EVENTS, ROOMS, DOCS, REDOC, LOG, STATE = range(2, 13)
STILLS = [
    "api.post('/things/1', json={'name': 'x'})", "api.get('/fails')", "api.get('/kinds/json')",
    "%%http\nGET /kinds/xml\nX-Bad: {{bad('sent')}}", "%api log", "%api", "%api routes",
    "%api history", "api.log", "%api try POST /things/{thing_id}",
    "%api examples save kept", "%api examples", "%api log 1",
    "%api history POST /things/{thing_id}",
]  # fmt: skip
CELLS = [
    "%load_ext notebookapi", ENDPOINTS, "%api try POST /things/{thing_id}", "%api try POST /upload",
    "%api try GET /kinds/{kind}", "%api try GET /fails", "%api try GET /shows",
    "%api try GET /events",
    "%api try WS /rooms", "%api docs", "%api docs --redoc", "%api log", "%api", *STILLS,
]  # fmt: skip


@pytest.fixture(scope="module")
def notebook(lab: Lab, browser: Browser) -> Iterator[Notebook]:
    made = lab.open(browser, "untrusted", CELLS)
    made.run_all()
    yield made
    made.page.context.close()


def send(form: Locator) -> None:
    form.get_by_role("button", name="Send", exact=True).click()
    expect(form.get_by_role("button", name="Request", exact=True)).to_be_visible()


def look_through(form: Locator) -> None:
    """Look at all that a form shows of an answer, and of those before it."""
    for part in ("Headers", "Request", "Body"):
        form.locator(".answered > .choice").get_by_role("button", name=part).click()
    for part in ("Source", "Text", "Tree", "Page"):
        if (button := form.locator(".preview").get_by_role("button", name=part)).count():
            button.first.click()
    form.locator(".past summary").click()
    form.get_by_role("button", name="Compare with 1").click()


def card(notebook: Notebook) -> None:
    shown = notebook.cell(1).locator(".nbapi-card")
    for more in shown.locator("summary").all():
        more.click()
    expect(shown).to_contain_text("onload=top.canary='path'")
    notebook.cell(1).get_by_role("button", name="Docs").first.click()
    expect(notebook.cell(1).locator(".opblock").first).to_be_visible()


def form(notebook: Notebook) -> None:
    shown = notebook.cell(THINGS)
    for text in ("'summary'", "'description'", "'parameter'", "'request header'"):
        expect(shown).to_contain_text(text)
    shown.get_by_label("thing_id", exact=True).fill("7")
    send(shown)
    expect(shown.locator(".headline")).to_contain_text("200")
    look_through(shown)
    expect(shown.get_by_role("link", name="Save")).to_have_attribute(
        "download", "_img src_x onerror_"
    )


def kinds(notebook: Notebook) -> None:
    shown = notebook.cell(KINDS)
    for kind in ("json", "xml", "svg", "type"):
        shown.get_by_label("kind", exact=True).fill(kind)
        send(shown)
        expect(shown.locator(".headline")).to_contain_text("200")
    look_through(shown)


def file_name(notebook: Notebook) -> None:
    shown = notebook.cell(UPLOAD)
    name = "<img src=x onerror=top.canary='upload'>.txt"
    content = b"<script>top.canary='sent'</script>"
    chosen: FilePayload = {"name": name, "mimeType": "text/html", "buffer": content}
    shown.get_by_label("file", exact=True).set_input_files([chosen])
    send(shown)
    look_through(shown)
    shown.locator(".answered > .choice").get_by_role("button", name="Request").click()
    expect(shown.get_by_role("region", name="Response body")).to_contain_text(name)


def exception(notebook: Notebook) -> None:
    shown = notebook.cell(FAILS)
    send(shown)
    for name in ("exception", "printed", "logged"):
        expect(shown.get_by_label("What the endpoint left")).to_contain_text(f"'{name}'")


def displayed(notebook: Notebook) -> None:
    send(notebook.cell(SHOWS))
    expect(notebook.cell(SHOWS).get_by_label("What the endpoint left")).to_contain_text("HTML")


def events(notebook: Notebook) -> None:
    shown = notebook.cell(EVENTS)
    send(shown)
    for name in ("event", "id", "data"):
        expect(shown.get_by_label("What has come of the stream")).to_contain_text(f"'{name}'")


def frames(notebook: Notebook) -> None:
    shown = notebook.cell(ROOMS)
    shown.get_by_role("button", name="Connect").click()
    expect(shown.get_by_role("log")).to_contain_text("Closed: 4000 <img src=x")
    shown.locator("summary", has_text="Headers").click()
    shown.get_by_role("button", name="+ Header").click()
    shown.get_by_label("Header 1, name").fill("x-refuse")
    shown.get_by_label("Header 1, value").fill("1")
    shown.get_by_role("button", name="Connect").click()
    expect(shown.get_by_role("log")).to_contain_text("403")


def swagger(notebook: Notebook) -> None:
    shown = notebook.cell(DOCS)
    for tag in shown.locator(".opblock-summary-control").all():
        tag.click()
    block = shown.locator(".opblock-post").filter(has_text="/things/")
    block.get_by_placeholder("thing_id").fill("7")
    block.get_by_role("button", name="Execute").click()
    answer = block.locator(".live-responses-table .response-col_description").last
    expect(answer).to_contain_text("x-bad")
    expect(shown.locator(".opblock-description").first).to_contain_text("link")
    expect(shown.locator("a[href^='javascript:' i]")).to_have_count(0)


def redoc(notebook: Notebook) -> None:
    inside = notebook.cell(REDOC).frame_locator("iframe")
    expect(inside.locator("#place")).to_contain_text("/things/")
    for link in inside.get_by_role("link", name="link").all()[:6]:
        link.click()


def log(notebook: Notebook) -> None:
    rows = notebook.cell(LOG).locator(".space [role=row]")
    expect(rows.filter(has_text="/fails").first).to_contain_text("'exception'")
    details = notebook.cell(LOG).locator("section.details")
    for path in (
        "/fails",
        "/things/7",
        "/upload",
        "/kinds/svg",
        "/kinds/xml",
        "/shows",
        "/events",
        "/rooms",
    ):
        rows.filter(has_text=path).last.locator(".path").click()
        expect(details).to_contain_text(path)
        for part in details.locator("summary").all():
            if part.is_visible():
                part.click()


def state(notebook: Notebook) -> None:
    expect(notebook.cell(STATE).get_by_role("row").filter(has_text="Last failure")).to_contain_text(
        "'exception'"
    )


SINKS: dict[str, Callable[[Notebook], None]] = {
    each.__name__: each
    for each in (
        card, form, kinds, file_name, exception, displayed, events, frames, swagger, redoc, log,
        state,
    )
}  # fmt: skip


@pytest.mark.parametrize("name", SINKS)
def test_nothing_runs(notebook: Notebook, name: str) -> None:
    SINKS[name](notebook)
    assert notebook.page.evaluate("() => window.canary ?? null") is None
    assert notebook.elsewhere == []


def test_nothing_runs_where_nbconvert_cleans_nothing(notebook: Notebook, browser: Browser) -> None:
    for index in range(len(CELLS) - len(STILLS), len(CELLS)):
        notebook.run(index)
    notebook.save()
    command = [sys.executable, "-m", "nbconvert", "--to", "html", notebook.file.name]
    subprocess.run(command, cwd=notebook.file.parent, check=True, capture_output=True)
    text = notebook.file.with_suffix(".html").read_text()
    with browser.new_context() as context:
        page = context.new_page()
        # Its own scripts come from elsewhere: none of them is needed to read it.
        page.route("**/*", lambda route: route.abort())
        page.route(
            "http://plain.test/", lambda route: route.fulfill(body=text, content_type="text/html")
        )
        page.goto("http://plain.test/")
        cells = page.locator(".jp-Cell")
        for index, told in {
            1: "onload=top.canary='path'", THINGS: "thing_id", UPLOAD: "file", ROOMS: "/rooms",
            DOCS: "/things/", REDOC: "/things/", LOG: "No requests yet", STATE: "Requests",
        }.items():  # fmt: skip
            still = cells.nth(index).locator(".nbapi-static, .nbapi-card").first
            expect(still).to_contain_text(told)
            expect(still).to_be_visible()
        for more in page.locator("summary").all():
            if more.is_visible():
                more.click()
        for link in page.locator(".nbapi-static a, .nbapi-card a").all():
            assert str(link.get_attribute("href")).startswith(("http://127.0.0.1", "#cell-id"))
        assert page.evaluate("() => window.canary ?? null") is None
