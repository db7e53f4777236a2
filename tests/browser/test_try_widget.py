"""`%api try` in a real JupyterLab: forms whose requests go by way of the kernel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from .axe import faults
from .lab import Lab, Notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

# A PNG of one pixel.
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)
CANARY = "<img src=x onerror='top.canary=1;parent.canary=1'><script>parent.canary=1</script>"
ENDPOINTS = f'''
import asyncio, base64, json
from datetime import date
from enum import Enum
from typing import Annotated
from pydantic import BaseModel, Field, SecretStr
from notebookapi import Cookie, Depends, Form, Header, HTTPException, Query, Request, Response
from notebookapi import UploadFile, WebSocket
from notebookapi.responses import HTMLResponse, StreamingResponse
from notebookapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm

CANARY = """{CANARY}"""

class Size(str, Enum):
    small = "small"
    large = "large"

class Item(BaseModel):
    name: str = Field(examples=["pen"])
    price: float = Field(gt=0)

@app.post("/items/{{item_id}}", status_code=201)
def create(
    item_id: int, item: Item, size: Size = Size.small, since: date | None = None,
    notify: bool = False, tag: Annotated[list[str], Query()] = [],
    x_word: Annotated[str, Header()] = "", theme: Annotated[str, Cookie()] = "",
) -> dict:
    print("made", item.name)
    return {{"got": [item_id, item.name, size, since, notify, tag, x_word, theme]}}

@app.post("/upload")
async def upload(word: Annotated[SecretStr, Form()], one: UploadFile, many: list[UploadFile]):
    sizes = [len(await each.read()) for each in many]
    return [len(word.get_secret_value()), one.filename, len(await one.read()), sizes]

@app.put("/raw")
async def raw(request: Request):
    body = await request.body()
    return [request.headers["content-type"], len(body), body[255]]

@app.get("/kinds/{{kind}}")
def kinds(kind: str):
    if kind == "number":
        return Response('{{"big": 9007199254740993, "exact": 1.10}}', media_type="application/json")
    if kind == "canary":
        return {{CANARY: [CANARY]}}
    if kind == "page":
        return HTMLResponse(CANARY + "<h1>A page</h1><a href='/lab'>away</a>")
    if kind == "picture":
        return Response(base64.b64decode("{PIXEL}"), media_type="image/png")
    if kind == "bytes":
        return Response(bytes(range(256)), media_type="application/octet-stream",
                        headers={{"content-disposition": 'attachment; filename="all.bin"'}})
    if kind == "broken":
        print(CANARY)
        raise ValueError("it is broken")
    return Response(CANARY, media_type="text/plain")

stopped = asyncio.Event()

@app.get("/ticks")
async def ticks():
    async def events():
        try:
            yield "event: tick\\ndata: {{\\"n\\": 1}}\\n\\n"
            yield "data: second\\n\\n"
            await asyncio.sleep(3600)
        finally:
            stopped.set()
    return StreamingResponse(events(), media_type="text/event-stream")

@app.get("/lines")
def lines():
    return StreamingResponse((json.dumps({{"n": n}}) + "\\n" for n in range(3)),
                             media_type="application/jsonl")

bearer = OAuth2PasswordBearer("token")

@app.post("/token")
def token(form: OAuth2PasswordRequestForm = Depends()):
    if form.password[::-1] != "emases":
        raise HTTPException(400, "no")
    return {{"access_token": "hush-" + form.username, "token_type": "bearer"}}

@app.get("/me")
def me(given: str = Depends(bearer)) -> str:
    return given[::-1]

@app.get("/mine")
def mine(given: str = Depends(bearer)) -> str:
    return given[::-1]

@app.websocket("/rooms/{{room}}")
async def rooms(websocket: WebSocket, room: int):
    await websocket.accept()
    try:
        while True:
            text = await websocket.receive_text()
            if text == "bye":
                await websocket.close(4001, "told to")
                return
            await websocket.send_text(text.upper())
    finally:
        print("left")
'''
FORMS = [
    "POST /items/{item_id}", "POST /upload", "PUT /raw", "/kinds/number", "/ticks", "/lines",
    "GET /me", "GET /mine", "WS /rooms/{room}",
]  # fmt: skip
CELLS = ["%load_ext notebookapi", ENDPOINTS, *(f"%api try {each}" for each in FORMS), ""]
LAST = len(CELLS) - 1


def at(form: str) -> int:
    return CELLS.index(f"%api try {form}")


@pytest.fixture(scope="module")
def notebook(lab: Lab, browser: Browser) -> Iterator[Notebook]:
    """A notebook with a form for each operation; each test has forms of its own."""
    permissions = ["clipboard-read", "clipboard-write"]
    made = lab.open(browser, "forms", CELLS, permissions=permissions)
    made.run_all()
    expect(made.page.locator("form.try")).to_have_count(len(FORMS) - 1)
    yield made
    assert made.elsewhere == []
    made.page.context.close()


def run_source(notebook: Notebook, source: str) -> str:
    notebook.write(LAST, source)
    notebook.run(LAST)
    return notebook.text_of(LAST)


def type_in(notebook: Notebook, field: Locator, text: str) -> None:
    """Type as a person does: what is stolen by a shortcut is not there then."""
    field.click()
    notebook.page.keyboard.press("ControlOrMeta+a")
    notebook.page.keyboard.type(text)


def labelled(form: Locator, name: str) -> Locator:
    return form.get_by_label(name, exact=True)


def write_body(notebook: Notebook, form: Locator, text: str) -> None:
    """Replace the body, in the editor that comes when it is turned to."""
    form.get_by_role("textbox", name="Body", exact=True).click()
    expect(form.locator(".editor .cm-editor")).to_be_visible()
    notebook.page.keyboard.press("ControlOrMeta+a")
    notebook.page.keyboard.insert_text(text)


def send(form: Locator) -> None:
    form.get_by_role("button", name="Send", exact=True).click()


def status_of(form: Locator) -> Locator:
    return form.locator(".headline .status")


def body_of(form: Locator) -> Locator:
    return form.get_by_role("region", name="Response body")


def test_every_field_arrives_and_no_key_is_stolen(notebook: Notebook) -> None:
    before = notebook.sources()
    form = notebook.cell(at("POST /items/{item_id}"))
    type_in(notebook, labelled(form, "item_id"), "7")
    labelled(form, "size").select_option("large")
    labelled(form, "since").fill("2026-02-03")
    labelled(form, "notify").select_option("true")
    # "dd" deletes a cell and "b" makes one, where JupyterLab's shortcuts get at them.
    type_in(notebook, labelled(form, "tag"), "abdd\nb")
    type_in(notebook, labelled(form, "x-word"), "add")
    type_in(notebook, labelled(form, "theme"), "dark")
    # The editor comes while somebody types: no key is lost, and none goes to the notebook.
    body = form.get_by_role("textbox", name="Body", exact=True)
    body.click()
    notebook.page.keyboard.type("typed dd while it comes", delay=20)
    expect(form.locator(".editor .cm-content")).to_contain_text("typed dd while it comes")
    write_body(notebook, form, '{"name": "<i>x</i>", "price": 1.5}')
    notebook.page.keyboard.press("Control+Enter")
    expect(status_of(form)).to_have_text("201 Created")
    form.get_by_role("button", name="Text", exact=True).click()
    expect(body_of(form)).to_contain_text(
        '[7,"<i>x</i>","large","2026-02-03",true,["abdd","b"],"add","dark"]'
    )
    expect(form.get_by_label("What the endpoint left")).to_contain_text("made <i>x</i>")
    expect(form.get_by_label("What the endpoint left")).to_contain_text(
        "answered by create, cell 2"
    )
    assert notebook.sources() == before

    body.press("Escape")
    notebook.page.keyboard.type("dd\nb")
    expect(body).to_contain_text("ddb")
    body.press("Shift+Enter")
    assert notebook.sources() == before
    expect(labelled(form, "item_id")).to_have_value("7")  # the cell has not run again
    seen = "print([(each.method, each.path.partition('?')[0], each.status) for each in api.log])"
    assert "('POST', '/items/7', 201)" in run_source(notebook, seen)


def test_errors_stand_at_their_fields(notebook: Notebook) -> None:
    form = notebook.cell(at("POST /items/{item_id}"))
    type_in(notebook, labelled(form, "item_id"), "x")
    write_body(notebook, form, '{"name": "pen", "price": -1}')
    # The kernel has checked the body before it is sent.
    expect(form.locator("#body-faults")).to_have_text("price Input should be greater than 0")
    send(form)
    expect(status_of(form)).to_contain_text("422")
    expect(labelled(form, "item_id")).to_have_attribute("aria-invalid", "true")
    expect(form.locator('[id="field-path:item_id-fault"]')).to_contain_text("valid integer")
    type_in(notebook, labelled(form, "item_id"), "8")
    expect(labelled(form, "item_id")).not_to_have_attribute("aria-invalid", "true")


def test_files_and_secrets_of_a_form(notebook: Notebook, tmp_path: Path) -> None:
    form = notebook.cell(at("POST /upload"))
    (tmp_path / "one.bin").write_bytes(bytes(range(256)))
    (tmp_path / "two").write_bytes(b"abc")
    expect(labelled(form, "word")).to_have_attribute("type", "password")
    type_in(notebook, labelled(form, "word"), "secret")
    labelled(form, "one").set_input_files(tmp_path / "one.bin")
    labelled(form, "many").set_input_files([tmp_path / "one.bin", tmp_path / "two"])
    send(form)
    expect(status_of(form)).to_have_text("200 OK")
    form.get_by_role("button", name="Text", exact=True).click()
    expect(body_of(form)).to_contain_text('[6,"one.bin",256,[256,3]]')


def test_a_file_is_the_whole_body(notebook: Notebook, tmp_path: Path) -> None:
    form = notebook.cell(at("PUT /raw"))
    (tmp_path / "all.bin").write_bytes(bytes(range(256)))
    form.locator("summary", has_text="Body: none is declared").click()
    form.get_by_label("Body from a file").set_input_files(tmp_path / "all.bin")
    expect(form.get_by_text("all.bin is sent, 256 B.")).to_be_visible()
    send(form)
    form.get_by_role("button", name="Text", exact=True).click()
    expect(body_of(form)).to_contain_text('["application/octet-stream",256,255]')
    form.get_by_role("button", name="Text instead").click()
    expect(form.get_by_role("textbox", name="Body", exact=True)).to_be_visible()


def of_kind(notebook: Notebook, kind: str) -> Locator:
    form = notebook.cell(at("/kinds/number"))
    type_in(notebook, labelled(form, "kind"), kind)
    send(form)
    expect(form.get_by_role("button", name="Request", exact=True)).to_be_visible()
    form.get_by_role("button", name="Request", exact=True).click()
    expect(body_of(form)).to_contain_text(f"/kinds/{kind}")
    form.get_by_role("button", name="Body", exact=True).click()
    return form


def test_numbers_are_shown_as_they_were_written(notebook: Notebook) -> None:
    form = of_kind(notebook, "number")
    expect(body_of(form).locator(".number")).to_have_text(["9007199254740993", "1.10"])


@pytest.mark.parametrize("kind", ["canary", "page", "text", "broken"])
def test_nothing_in_an_answer_runs(notebook: Notebook, kind: str) -> None:
    form = of_kind(notebook, kind)
    if kind == "page":
        frame = form.frame_locator('iframe[title="The page of the response"]')
        expect(frame.get_by_role("heading", name="A page")).to_be_visible()
        expect(frame.get_by_text("away")).not_to_have_attribute("href", "/lab")
    elif kind == "broken":
        expect(status_of(form)).to_contain_text("500")
        expect(form.get_by_label("What the endpoint left")).to_contain_text("it is broken")
        expect(form.get_by_label("What the endpoint left")).to_contain_text("onerror")
    else:
        expect(body_of(form)).to_contain_text("onerror")
    assert notebook.page.evaluate("() => window.canary") is None


def test_a_picture_and_bytes(notebook: Notebook, tmp_path: Path) -> None:
    form = of_kind(notebook, "picture")
    picture = body_of(form).get_by_role("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("async each => { await each.decode(); return each.naturalWidth; }") == 1
    form = of_kind(notebook, "bytes")
    expect(body_of(form)).to_contain_text("bytes that are no text")
    with notebook.page.expect_download() as download:
        form.get_by_role("link", name="Save").click()
    assert download.value.suggested_filename == "all.bin"
    download.value.save_as(tmp_path / "all.bin")
    assert (tmp_path / "all.bin").read_bytes() == bytes(range(256))


def test_events_come_one_by_one_and_are_stopped(notebook: Notebook) -> None:
    form = notebook.cell(at("/ticks"))
    send(form)
    items = form.get_by_label("What has come of the stream")
    expect(items.locator("li").filter(has_text="second")).to_be_visible()
    expect(items.locator("li").first).to_contain_text("tick")
    form.get_by_role("button", name="Stop", exact=True).click()
    expect(form.locator(".headline")).to_contain_text("stopped")
    wait = "await api.on_server(asyncio.wait_for(stopped.wait(), 20)); print('stopped')"
    assert run_source(notebook, wait) == "stopped\n"


def test_json_lines_are_items(notebook: Notebook) -> None:
    form = notebook.cell(at("/lines"))
    send(form)
    expect(form.locator(".headline")).to_contain_text("3 items")
    expect(form.locator(".items .number")).to_have_text(["0", "1", "2"])


def test_a_token_serves_all_forms_and_no_copy_has_it(notebook: Notebook) -> None:
    form, other = notebook.cell(at("GET /me")), notebook.cell(at("GET /mine"))
    type_in(notebook, labelled(form, "User"), "ada")
    type_in(notebook, labelled(form, "Password"), "wrong")
    form.get_by_role("button", name="Get a token").click()
    expect(form.get_by_text("No token: 400")).to_be_visible()
    type_in(notebook, labelled(form, "Password"), "sesame")
    form.get_by_role("button", name="Get a token").click()
    expect(form.get_by_text("Got a token.")).to_be_visible()
    send(other)
    expect(body_of(other)).to_contain_text("ada-hsuh")
    for name, part in (
        ("curl", '-H "authorization: Bearer $O_AUTH2_PASSWORD_BEARER"'),
        ("Python", '"Bearer " + os.environ["O_AUTH2_PASSWORD_BEARER"]'),
        ("fetch", "`Bearer ${O_AUTH2_PASSWORD_BEARER}`"),
    ):
        other.get_by_role("button", name=f"Copy as {name}").click()
        expect(other.get_by_text(f"Copied as {name}.")).to_be_visible()
        copied = notebook.page.evaluate("() => navigator.clipboard.readText()")
        assert part in copied
        assert "hush" not in copied
    notebook.save()
    saved = notebook.file.read_text()
    assert "hush-ada" not in saved
    assert "sesame" not in saved


def test_what_was_sent_is_sent_again_compared_and_kept(notebook: Notebook) -> None:
    form = notebook.cell(at("POST /items/{item_id}"))
    for number, name in (("1", "ink"), ("2", "cap")):
        type_in(notebook, labelled(form, "item_id"), number)
        write_body(notebook, form, f'{{"name": "{name}", "price": 1}}')
        send(form)
        expect(body_of(form)).to_contain_text(f'"{name}"')
    past = form.locator(".past")
    past.locator("summary").click()
    # The one before the one that is shown.
    row = past.locator("tbody tr").nth(1)
    row.get_by_role("button", name="Compare").click()
    expect(past.locator(".difference .bad")).to_contain_text(["1", "ink"])
    expect(past.locator(".difference .good")).to_contain_text(["2", "cap"])
    row.get_by_role("button", name="Resend").click()
    expect(body_of(form)).to_contain_text('"ink"')
    form.get_by_text("Save as example").click()
    form.get_by_label("The example's name").fill("ink")
    form.get_by_role("button", name="Save example").click()
    expect(form.get_by_text("Kept in")).to_contain_text("ink")
    told = "print([(each.name, each.endpoint, each.expected.status) for each in api.examples])"
    assert run_source(notebook, told) == "[('ink', '/items/{item_id}', 201)]\n"


def test_frames_of_a_websocket(notebook: Notebook) -> None:
    panel = notebook.cell(at("WS /rooms/{room}"))
    type_in(notebook, labelled(panel, "room"), "x")
    panel.get_by_role("button", name="Connect").click()
    expect(panel.get_by_text("The server refused the connection: 403")).to_be_visible()
    type_in(notebook, labelled(panel, "room"), "3")
    panel.get_by_role("button", name="Connect").click()
    expect(panel.get_by_text("connected", exact=True)).to_be_visible()
    frames = panel.get_by_role("log", name="Frames")
    type_in(notebook, labelled(panel, "Frame"), "<b>add</b>")
    notebook.page.keyboard.press("Control+Enter")
    expect(frames).to_contain_text("<B>ADD</B>")
    type_in(notebook, labelled(panel, "Frame"), '{"n": 9007199254740993}')
    panel.get_by_role("button", name="Send", exact=True).click()
    expect(frames.locator(".in .number")).to_have_text("9007199254740993")
    panel.get_by_label("Close code").fill("4000")
    panel.get_by_label("Close reason").fill("done")
    panel.get_by_role("button", name="Close", exact=True).click()
    expect(frames).to_contain_text("Closed: 4000 done")
    panel.get_by_role("button", name="Connect").click()
    expect(panel.get_by_text("connected", exact=True)).to_be_visible()
    type_in(notebook, labelled(panel, "Frame"), "bye")
    notebook.page.keyboard.press("Control+Enter")
    expect(frames).to_contain_text("Closed: 4001 told to")


def test_everybody_can_use_it(notebook: Notebook) -> None:
    form = notebook.cell(at("/kinds/number"))
    of_kind(notebook, "number")
    form.get_by_text("Save as example").click()
    form.locator(".past summary").click()
    form.locator("summary", has_text="Headers").click()
    form.get_by_role("button", name="+ Header").click()
    assert (
        faults(notebook.page, ".jp-Notebook .lm-Widget.nbapi-live, .jp-Notebook .nbapi-live") == []
    )
    for name in FORMS:
        notebook.cell(at(name)).evaluate("each => each.setAttribute('id', 'looked-at')")
        assert faults(notebook.page, "#looked-at .nbapi-live") == []
        notebook.cell(at(name)).evaluate("each => each.removeAttribute('id')")


# --- each of these changes what its notebook serves, or ends its kernel

SMALL = """
@app.get("/items/{item_id}")
def read(item_id: int) -> int:
    return item_id
"""


@pytest.fixture
def small(lab: Lab, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Notebook]:
    cells = ["%load_ext notebookapi", SMALL, "%api try /items/5", ""]
    made = lab.open(browser, request.node.name, cells)
    made.run_all()
    expect(made.cell(2).locator("form.try")).to_have_count(1)
    yield made
    assert made.elsewhere == []
    made.page.context.close()


def test_the_form_follows_what_is_published(small: Notebook) -> None:
    form = small.cell(2)
    expect(labelled(form, "item_id")).to_have_value("5")
    type_in(small, labelled(form, "item_id"), "6")
    small.write(1, SMALL.replace("item_id: int", "item_id: int, more: str = 'x'"))
    small.run(1)
    expect(labelled(form, "more")).to_have_attribute("placeholder", "x")
    expect(labelled(form, "item_id")).to_have_value("6")
    small.write(1, "pass")
    small.run(1)
    expect(form.get_by_text("This is served no more")).to_be_visible()
