"""Widgets in a plain page, with JupyterLab's colours.

In a notebook axe-core takes all text for hidden, and says nothing of its contrast.
"""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from notebookapi.notebook.views.widgets import assets

from .axe import faults

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

# What JupyterLab's themes say.
COLOURS = {
    "light": {"ui-font-color1": "rgba(0, 0, 0, 0.87)", "layout-color1": "white"},
    "dark": {"ui-font-color1": "rgba(255, 255, 255, 1)", "layout-color1": "#212121"},
}
PAGE = "<!doctype html><html lang=en><title>A form</title><main><h1>A form</h1><div id=place></div>"
# The wire is faked: each request gets the same answer.
SHOW = """
async ([source, traits, answer]) => {
    const heard = new Set();
    const say = (said, text) => {
        const bytes = new TextEncoder().encode(text ?? "").buffer;
        for (const each of [...heard]) each(said, [new DataView(bytes)]);
    };
    const model = {
        get: name => traits[name],
        on: (event, each) => event === "msg:custom" && heard.add(each),
        off: (event, each) => heard.delete(each),
        send: ({type, id}) => {
            if (type === "http") for (const [said, text] of answer) say({...said, id}, text);
            if (type === "ws-open") {
                say({type: "ws-opened", id, protocol: "loud"});
                const frames = [{text: "text"}, {text: '{"a": [1, null, "b"]}'}];
                say({type: "ws-frames", id, size: 9, frames});
            }
        },
    };
    const url = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
    const core = await import(url);
    await core.render(model, document.getElementById("place"));
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
ANSWER: list[Any] = [
    [{"type": "head", "status": 422, "reason": "No", "headers": JSON}],
    [{"type": "chunk", "seq": 1}, DETAIL],
    [{"type": "logged", **LOGGED}],
    [{"type": "end"}],
]  # fmt: skip
SOCKET = {**HTTP, "method": "WEBSOCKET", "contents": [], "security": {}}


def opened(browser: Browser, theme: str, operation: dict[str, Any]) -> Page:
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
        }""",
        [theme, COLOURS[theme]],
    )
    traits = {
        "kind": "try",
        "operation": operation,
        "url": "http://127.0.0.1:1",
        "values": {"path:item_id": "x"},
    }
    page.evaluate(SHOW, [gzip.decompress(assets.packed("core.js")).decode(), traits, ANSWER])
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
