"""Widgets in a plain page, with JupyterLab's colours.

In a notebook axe-core takes all text for hidden, and says nothing of its contrast.
"""

from __future__ import annotations

import base64
import gzip
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from notebookapi.notebook.contract.model import Change
from notebookapi.notebook.views import html as views
from notebookapi.notebook.views.model import Card, Line, Message, Note
from notebookapi.notebook.views.state import State
from notebookapi.notebook.views.widgets import assets

from .axe import faults
from .served import app

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

# What JupyterLab's themes say.
COLOURS = {
    "light": {
        "ui-font-color1": "rgba(0, 0, 0, 0.87)", "ui-font-color2": "rgba(0, 0, 0, 0.54)",
        "layout-color1": "white", "content-link-color": "#0d47a1", "success-color1": "#388e3c",
        "warn-color1": "#f57c00", "error-color1": "#d32f2f",
    },
    "dark": {
        "ui-font-color1": "rgba(255, 255, 255, 0.87)",
        "ui-font-color2": "rgba(255, 255, 255, 0.54)",
        "layout-color1": "#212121", "content-link-color": "#64b5f6", "success-color1": "#4caf50",
        "warn-color1": "#ff9800", "error-color1": "#f44336",
    },
}  # fmt: skip
PAGE = "<!doctype html><html lang=en><title>A form</title><main><h1>A form</h1><div id=place></div>"
# The wire is faked: what is asked of one kind gets the same answers, whose bodies are texts.
SHOW = """
async ([source, assets, traits, answers]) => {
    const heard = new Set();
    const say = (said, bodies) => {
        for (const each of [...heard]) each(said, bodies.map(body => new DataView(body.buffer)));
    };
    const written = text => new TextEncoder().encode(text);
    const model = {
        get: name => traits[name],
        on: (event, each) => event === "msg:custom" && heard.add(each),
        off: (event, each) => heard.delete(each),
        send: ({type, id, name}) => {
            if (type === "asset")
                say({type, id}, [Uint8Array.from(atob(assets[name]), each => each.charCodeAt(0))]);
            // Each time anew, as it comes over a wire.
            for (const [said, ...texts] of structuredClone(answers[type] ?? []))
                say({id, ...said}, texts.map(written));
        },
    };
    const url = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
    const core = await import(url);
    if (traits.kind === "cards") core.begin(model);
    else await core.render(model, document.getElementById("place"));
}
"""
HTTP = {
    "method": "POST",
    "path": "/items/{item_id}",
    "summary": "Make an item",
    "description": "Puts it on the shelf.",
    "parameters": [
        {"name": "item_id", "in": "path", "required": True, "schema": {"type": "integer"}},
        {"name": "size", "in": "query", "schema": {"enum": ["a", "b"], "default": "a"}},
        {"name": "since", "in": "query", "schema": {"type": "string", "format": "date"}},
        {
            "name": "tags",
            "in": "query",
            "description": "Many",
            "schema": {"type": "array", "items": {"type": "integer", "maximum": 3}},
        },
    ],
    "contents": [
        {"media": "application/json", "schema": {}, "example": '{"a": 1}', "is_required": True}
    ],
    "security": {"Key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
    "schemas": {},
}
DETAIL = (
    '{"detail": [{"loc": ["path", "item_id"], "msg": "no number", "input": [1.5, null, true]},'
    ' {"loc": ["body", "a"], "msg": "wrong"}]}'
)
LOGGED = {"number": 1, "endpoint": "make", "cell": "cell 2", "stdout": "printed", "stderr": "err"}
LOGGED |= {"logs": ["INFO:a:b"], "displays": [], "traceback": "ValueError: x", "duration": 0.01}
JSON = [["content-type", "application/json"]]
FACTS = [["URL", "http://127.0.0.1:1"], ["Requests", "2, 1 failed"], ["Last failure", "GET /: x"]]
ROW = {"time": "10:00:00.000", "method": "GET", "path": "/items/1", "duration": 0.01,
       "cell": "cell 2", "cellId": "a", "endpoint": "read", "isOpen": False}  # fmt: skip
ROWS = [
    {**ROW, "number": 1, "status": 200, "failure": ""},
    {**ROW, "number": 2, "status": 404, "failure": ""},
    {**ROW, "number": 3, "status": 500, "failure": "ValueError: x"},
    {**ROW, "number": 4, "status": None, "failure": "", "isOpen": True},
]
MESSAGE = {"headers": JSON, "media": "application/json", "size": len(DETAIL)}
OPENED = {**ROWS[2], **LOGGED, "number": 3, "route": "/items/{id}", "client": "127.0.0.1:2",
          "links": {"cell 2": "a"}, "request": MESSAGE, "response": MESSAGE,
          "hasFrames": True}  # fmt: skip
FRAMES = [{"text": "text"}, {"text": '{"a": [1, null, "b"]}'}]
ANSWERS: dict[str, list[Any]] = {
    "http": [
        [{"type": "head", "status": 422, "reason": "No", "headers": JSON}],
        [{"type": "chunk", "seq": 1}, DETAIL],
        [{"type": "logged", **LOGGED}],
        [{"type": "end"}],
    ],
    "ws-open": [
        [{"type": "ws-opened", "protocol": "loud"}],
        [{"type": "ws-frames", "size": 9, "frames": FRAMES}],
    ],
    "check": [[{"type": "checked", "faults": [{"loc": ["body", "a"], "msg": "no number"}]}]],
    "follow": [[{"type": "rows", "rows": ROWS, "facts": FACTS, "uptime": 65}]],
    "open": [[{"type": "opened", **OPENED}, DETAIL, DETAIL]],
    "undo": [[{"type": "done", "text": "Taken back: GET /items/{id}."}]],
}
ASSETS = ["editor.js", "swagger-ui-bundle.js", "swagger-ui.css", "redoc.standalone.js"]
SOCKET = {**HTTP, "method": "WEBSOCKET", "contents": [], "security": {}}


def opened(browser: Browser, theme: str, operation: dict[str, Any]) -> Page:
    """Return a page with the form of an operation."""
    url, values = "http://127.0.0.1:1", {"path:item_id": "x"}
    return shown(browser, theme, kind="try", operation=operation, url=url, values=values)


def shown(browser: Browser, theme: str, html: str = "", **traits: Any) -> Page:
    """Return a page with a widget. html: what is there besides."""
    page = browser.new_context(viewport={"width": 1100, "height": 1400}).new_page()
    page.route(
        "http://plain.test/", lambda route: route.fulfill(body=PAGE, content_type="text/html")
    )
    page.goto("http://plain.test/")
    page.evaluate(
        """([theme, colours]) => {
            document.body.dataset.jpThemeLight = String(theme === "light");
            for (const [name, value] of Object.entries(colours))
                document.body.style.setProperty(`--jp-${name}`, value);
            document.body.style.background = colours["layout-color1"];
            document.body.style.color = colours["ui-font-color1"];
            const style = document.createElement("style");
            style.textContent = "a { color: var(--jp-content-link-color); }";
            document.head.append(style);
        }""",
        [theme, COLOURS[theme]],
    )
    page.evaluate("html => document.getElementById('place').innerHTML = html", html)
    core = gzip.decompress(assets.packed("core.js")).decode()
    packed = {name: base64.b64encode(assets.packed(name)).decode() for name in ASSETS}
    page.evaluate(SHOW, [core, packed, traits, ANSWERS])
    return page


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    made: str = request.param
    return made


def test_a_form_can_be_read(browser: Browser, theme: str) -> None:
    page = opened(browser, theme, HTTP)
    assert faults(page, "#place") == []
    for _ in range(2):
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.locator(".headline .status")).to_have_text("422 No")
    expect(page.locator('[id="field-path:item_id-fault"]')).to_have_text("no number")
    for part in page.locator("summary").all():
        if part.locator("xpath=..").get_attribute("open") is None:
            part.click()
    page.get_by_role("button", name="+ Header").click()
    page.get_by_role("button", name="Compare with 1").click()
    expect(page.locator(".difference")).to_be_visible()
    assert faults(page, "#place") == []
    page.context.close()


def test_frames_can_be_read(browser: Browser, theme: str) -> None:
    page = opened(browser, theme, SOCKET)
    page.get_by_role("button", name="Connect").click()
    page.get_by_label("Frame", exact=True).fill("{")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("log")).to_contain_text("Connected, subprotocol loud")
    assert faults(page, "#place") == []
    page.context.close()


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD"])
def test_methods_can_be_read(browser: Browser, theme: str, method: str) -> None:
    page = opened(browser, theme, {**HTTP, "method": method, "gone": True})
    assert faults(page, "#place") == []
    page.context.close()


def test_the_editor_can_be_read(browser: Browser, theme: str) -> None:
    page = opened(browser, theme, HTTP)
    page.get_by_role("textbox", name="Body", exact=True).click()
    editor = page.locator(".cm-editor")
    expect(editor).to_be_visible()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text('{"a": [1.5, true, null, "text"],\n "b": {}}')
    expect(page.locator("#body-faults")).to_contain_text("no number")
    expect(editor.locator(".cm-lintRange-error")).to_have_count(1)
    assert faults(page, "#place") == []
    page.context.close()


def test_the_log_can_be_read(browser: Browser, theme: str) -> None:
    page = shown(browser, theme, kind="log", failed=False)
    expect(page.locator(".space [role=row]")).to_have_count(4)
    page.locator(".space [role=row] .path").nth(2).click()
    details = page.locator("section.details")
    expect(details).to_contain_text("printed")
    for part in details.locator("summary").all():
        if part.locator("xpath=..").get_attribute("open") is None:
            part.click()
    assert faults(page, "#place") == []
    page.get_by_role("searchbox").fill("nothing like it")
    page.get_by_role("button", name="Pause").click()
    assert faults(page, "#place") == []
    page.context.close()


BASELINES = """
row => [...row.children].map(cell => {
    const mark = document.createElement("span");  // its bottom stands where letters do
    mark.style.display = "inline-block";
    (cell.querySelector("b, a") ?? cell).prepend(mark);
    return mark.getBoundingClientRect().bottom;
})
"""


def test_what_stands_in_a_row_of_the_log_is_level(browser: Browser) -> None:
    page = shown(browser, "light", kind="log", failed=False)
    rows = page.locator(".log [role=row]")
    expect(rows).to_have_count(5)
    for row in rows.all():
        places = row.evaluate(BASELINES)
        assert max(places) - min(places) < 0.5, "pixels"
        height = row.evaluate("row => [row.scrollHeight, row.clientHeight]")
        assert height[0] == height[1], "no text hangs out"
    page.context.close()


def test_the_state_can_be_read(browser: Browser, theme: str) -> None:
    page = shown(browser, theme, kind="state")
    expect(page.get_by_role("row").filter(has_text="Uptime")).to_contain_text("1 min")
    assert faults(page, "#place") == []
    page.context.close()


LINES = [
    Line("+", "GET /a", "a", tried="GET /a"),
    Line("~", "GET /b", "b", changes=[Change("", "a word", breaking=True)], tried="GET /b"),
    Line("-", "GET /c", "c"),
    Line("=", "GET /d", "d"),
]
NOTES = [Note("info", "so"), Note("warning", "careful"), Note("error", "no")]


STILLS = [
    Card(LINES, NOTES, "http://127.0.0.1:1", "nbapi-x"), Message("It is done"),
    Message("It is not", ["so"], good=False),
    State("http://127.0.0.1:1", "NotebookAPI()", "app", 1, 2, 1, 3.0, failure="GET /: x"),
]  # fmt: skip


def test_cards_and_stills_can_be_read(browser: Browser, theme: str) -> None:
    html = "".join(map(views.rendered, STILLS))
    page = shown(browser, theme, html, kind="cards", page="nbapi-x")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".said")).to_contain_text("Taken back")
    page.locator("summary").first.click()
    assert faults(page, "#place") == []
    page.context.close()


def test_swagger_ui_can_be_read(browser: Browser, theme: str) -> None:
    page = shown(browser, theme, kind="docs", document=app.openapi())
    expect(page.locator(".opblock")).to_have_count(10)
    for control in page.locator(".opblock-summary-control").all():
        control.press("Enter")
    page.get_by_role("button", name="Execute").first.press("Enter")
    block = page.locator(".opblock").first
    block.get_by_placeholder("item_id").fill("7")
    block.get_by_role("button", name="Execute").press("Enter")
    expect(block.locator(".live-responses-table .response-col_status").last).to_contain_text("422")
    assert faults(page, "#place") == []
    page.locator(".auth-wrapper > .authorize").press("Enter")
    expect(page.locator(".dialog-ux .modal-ux")).to_be_visible()
    assert faults(page, "#place") == []
    page.context.close()


def test_redoc_can_be_read(browser: Browser, theme: str) -> None:
    page = shown(browser, theme, kind="redoc", document=app.openapi())
    expect(page.locator(f'iframe[data-shown="{theme}"]')).to_be_visible()
    inside = page.frames[-1]
    for response in inside.get_by_role("button", name="Validation Error").all():
        response.press("Enter")
    found = faults(inside, "body")
    # Its own: the name of an entry in its menu leaves out what the badge says.
    assert [each for each in found if each["id"] != "label-content-name-mismatch"] == []
    page.context.close()
