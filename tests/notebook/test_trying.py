"""`%api try` without a page: which operation is meant, what a form is told, and what it may ask."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from notebookapi.notebook.errors import BadArguments
from notebookapi.notebook.views import html, terminal
from notebookapi.notebook.views.trying import Trying
from notebookapi.notebook.views.widgets.operation import Operation, operation_of
from notebookapi.notebook.views.widgets.sample import sample
from notebookapi.notebook.views.widgets.trying import TryWidget

from .conftest import Notebook

ENDPOINTS = '''
from typing import Annotated
from pydantic import BaseModel, Field
from notebookapi import Depends, Form, UploadFile, WebSocket, WebSocketDisconnect
from notebookapi.security import HTTPBearer

class Item(BaseModel):
    name: str = Field(description="What <it> is called", examples=["pen"])
    price: float = Field(gt=0)

@app.get("/items/{item_id}")
def read(item_id: int, q: str = ""):
    """Read it."""
    print("read", item_id)
    return {"id": item_id}

@app.post("/items/{item_id}", status_code=201)
def create(item_id: int, item: Item, user=Depends(HTTPBearer())):
    return item

@app.post("/login")
def login(user: Annotated[str, Form()], file: UploadFile): ...

@app.websocket("/rooms/{room}")
async def room(websocket: WebSocket, room: int, name: str = "you"):
    """Say it louder."""
    await websocket.accept(subprotocol="loud" if websocket.scope["subprotocols"] else None)
    try:
        while True:
            message = await websocket.receive()
            if message.get("bytes"):
                await websocket.send_bytes(message["bytes"] * 2)
            elif message.get("text") == "bye":
                return await websocket.close(4001, "bye")
            elif "text" in message:
                await websocket.send_text(message["text"].upper())
            else:
                print("left with", message["code"])
                return
    except WebSocketDisconnect:
        pass
'''


def tried(notebook: Notebook, words: str) -> Trying:
    assert notebook.run(f"%api try {words}").error is None
    return next(each for each in notebook.shown if isinstance(each, Trying))


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("GET /items/{item_id}", "GET /items/{item_id}"),
        ("post /items/{whatever}", "POST /items/{item_id}"),
        ("POST /items/7", "POST /items/{item_id}"),
        ("/login", "POST /login"),
        ("WS /rooms/{room}", "WEBSOCKET /rooms/{room}"),
        ("/rooms/1", "WEBSOCKET /rooms/{room}"),
        ("", "WEBSOCKET /rooms/{room}"),
    ],
)
def test_which_operation_is_meant(shop: Notebook, words: str, label: str) -> None:
    shop.run("item_id = 'a name of the cells'")  # IPython would put it into the braces
    assert tried(shop, words).operation.label == label


def test_without_words_the_latest_is_meant(shop: Notebook) -> None:
    shop.run("@app.get('/late')\ndef late(): ...", "late")
    shop.run(ENDPOINTS.replace("Read it.", "Read it now."), "endpoints")
    assert tried(shop, "").operation.label != "GET /late"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("GET /item/7", r"Nothing answers `GET /item/7`\. Did you mean `%api try GET /items"),
        ("DELETE /zzz", r"Nothing answers `DELETE /zzz`\. There are: GET /items/\{item_id\}, POST"),
        ("GET / more", "does not understand this. Write `%api try METHOD PATH`"),
    ],
)
def test_what_is_not_there(shop: Notebook, words: str, told: str) -> None:
    with pytest.raises(BadArguments, match=told):
        shop.session.try_(*words.split())


def test_nothing_is_served(notebook: Notebook) -> None:
    with pytest.raises(BadArguments, match="Nothing is served yet"):
        notebook.session.try_()


def test_the_still_and_the_text(shop: Notebook) -> None:
    view = tried(shop, "POST /items/7")
    assert view.line == "notebookapi: try POST /items/{item_id}"
    page, text = html.rendered(view), terminal.render(view, width=200)
    assert "What &lt;it&gt; is called" in page
    assert "<it>" not in page
    for told in (page, text):
        assert "item_id" in told
        assert "required" in told
        assert "POST /items/1\ncontent-type: application/json\n\n{" in told
    assert '{\n  "name": "pen",\n  "price": 1\n}' in text
    assert "%%http\nPOST /items/1" in text


# --- what a form is told

ITEM: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "string"}}}


def test_an_operation_has_what_it_refers_to_and_no_more() -> None:
    document = {
        "paths": {
            "/a": {
                "parameters": [
                    {"name": "p", "in": "query", "schema": {"type": "string"}},
                    {"name": "q", "in": "query"},
                ],
                "post": {
                    "parameters": [
                        {"name": "p", "in": "query", "schema": {"type": "integer"}},
                        {"$ref": "#/components/parameters/Trace"},
                    ],
                    "requestBody": {
                        "required": True,
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Outer"}}
                        },
                    },
                    "security": [{"Key": []}, {"Gone": []}],
                },
            }
        },
        "components": {
            "parameters": {"Trace": {"name": "trace", "in": "header"}},
            "schemas": {
                "Outer": {"properties": {"inner": {"$ref": "#/components/schemas/Inner"}}},
                "Inner": ITEM,
                "Other": ITEM,
            },
            "securitySchemes": {"Key": {"type": "http"}, "Unused": {"type": "http"}},
        },
    }
    made = operation_of(document, "POST", "/a")
    assert made is not None
    found = [(each["in"], each["name"], each.get("schema")) for each in made.parameters]
    assert found == [
        ("query", "p", {"type": "integer"}),
        ("query", "q", None),
        ("header", "trace", None),
    ]
    assert set(made.schemas) == {"Outer", "Inner"}
    assert made.security == {"Key": {"type": "http"}}
    assert operation_of(document, "GET", "/a") is None


SCHEMAS: dict[str, Any] = {
    "Tree": {"properties": {"child": {"anyOf": [{"$ref": "#/components/schemas/Tree"}, {}]}}},
    "Size": {"enum": ["small", "large"]},
}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, ""),
        ({"type": "string", "minLength": 3}, "xxx"),
        ({"type": "string", "format": "date"}, "2026-01-31"),
        ({"type": "integer"}, 1),
        ({"type": "integer", "minimum": 5}, 5),
        ({"type": "integer", "exclusiveMaximum": 0}, -1),
        ({"type": "number", "exclusiveMinimum": 2}, 2.5),
        ({"type": "boolean"}, True),
        ({"type": "boolean", "default": False}, False),
        ({"type": "array", "items": {"type": "integer"}}, [1]),
        ({"type": "array"}, []),
        ({"anyOf": [{"type": "null"}, {"type": "integer"}]}, 1),
        ({"anyOf": [{"type": "integer"}], "default": 3}, 3),
        ({"$ref": "#/components/schemas/Size"}, "small"),
        ({"const": "x"}, "x"),
        ({"type": "integer", "examples": [7, 8]}, 7),
        ({"allOf": [ITEM, {"properties": {"b": {"type": "integer"}}}]}, {"a": "", "b": 1}),
        ({"$ref": "#/components/schemas/Gone"}, None),
        ({}, None),
    ],
    ids=str,
)
def test_a_value_to_begin_with(schema: dict[str, Any], expected: Any) -> None:
    assert sample(schema, SCHEMAS) == expected


def test_a_schema_without_an_end_gives_a_value() -> None:
    made, depth = sample({"$ref": "#/components/schemas/Tree"}, SCHEMAS), 0
    while made:
        made, depth = made["child"], depth + 1
    assert 0 < depth < 20


# --- what a form asks: the wire is faked, everything behind it is real


class Page:
    """A form's page: it says something, and hears what the kernel says."""

    def __init__(self, notebook: Notebook, words: str) -> None:
        self._heard: queue.Queue[tuple[dict[str, Any], list[bytes]]] = queue.Queue()
        view = tried(notebook, words)
        assert view.open_live is not None
        view.open_live()
        widgets: list[Any] = [
            each for group in notebook.session.widgets._by_cell.values() for each in group
        ]
        self.widget: TryWidget = widgets[-1]
        self.widget.send = lambda said, buffers=None: self._heard.put((said, buffers or []))

    @property
    def operation(self) -> dict[str, Any]:
        return dict(self.widget.operation)

    def say(self, kind: str, *buffers: bytes, **more: Any) -> None:
        self.widget._heard(None, {"type": kind, "id": "1", **more}, list(buffers))

    def hear(self, *kinds: str) -> tuple[dict[str, Any], list[bytes]]:
        """Return the next message of one of these kinds."""
        while True:
            said, buffers = self._heard.get(timeout=10)
            if said["type"] in kinds:
                return said, buffers


@pytest.fixture
def page(shop: Notebook) -> Iterator[Page]:
    made = Page(shop, "POST /items/7?q=x")
    yield made
    made.widget.close()


def test_a_form_begins_with_what_was_written(page: Page, shop: Notebook) -> None:
    assert page.widget.values == {"path:item_id": "7", "query:q": "x"}
    assert page.widget.url == shop.session.url
    assert list(page.operation["security"]) == ["HTTPBearer"]


def test_it_follows_what_is_published(page: Page, shop: Notebook) -> None:
    shop.run(ENDPOINTS.replace("item: Item,", "item: Item, more: str = '',"), "endpoints")
    assert [each["name"] for each in page.operation["parameters"]] == ["item_id", "more"]
    shop.run("pass", "endpoints")
    assert page.operation["gone"] is True


def test_a_stopped_server_is_no_failure_of_each_cell(page: Page, shop: Notebook) -> None:
    shop.run("%api docs")
    shop.session.stop()
    assert shop.run("1", "other").card == ""
    page.say("http", method="GET", url="/items/1")
    assert "`%api serve` starts it" in page.hear("error")[0]["text"]
    shop.session.serve()
    shop.run("pass", "endpoints")
    assert page.operation["gone"] is True


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ('{"name": "a", "price": 1}', []),
        ('{"name": 1, "price": 1}', [(["body", "name"], "Input should be a valid string")]),
        ('{"name": "a"}', [(["body", "price"], "Field required")]),
        ('{"name": ', [(["body", 9], "No JSON: Expecting value")]),
    ],
)
def test_a_body_is_checked(page: Page, body: str, faults: list[Any]) -> None:
    page.say("check", body=body)
    said, _ = page.hear("checked")
    assert [(each["loc"], each["msg"]) for each in said["faults"]] == faults


def test_a_form_is_not_checked_as_json(shop: Notebook) -> None:
    page = Page(shop, "/login")
    page.say("check", body="{")
    assert page.hear("checked")[0]["faults"] == []


def test_what_the_endpoint_printed_comes_for_ones_own_requests(shop: Notebook) -> None:
    page = Page(shop, "GET /items/7")
    shop.session.get("/items/1")
    page.say("http", method="GET", url="http://elsewhere:1/items/2?q=%20")
    said, _ = page.hear("logged")
    assert (said["id"], said["stdout"], said["endpoint"]) == ("1", "read 2\n", "read")
    assert said["cell"] == "cell 1"


@pytest.mark.parametrize(
    ("replay", "name", "may_replay"), [(False, "mine", False), (True, "", True)], ids=str
)
def test_a_request_is_kept_as_an_example(
    page: Page, shop: Notebook, replay: bool, name: str, may_replay: bool
) -> None:
    sent = [["content-type", "application/json"], ["authorization", "Bearer hush"]]
    body = b'{"name": "a", "price": 1}'
    heard = [["content-type", "application/json"], ["content-encoding", "gzip"]]
    page.say(
        "save", body, body, name=name, replay=replay, method="POST",
        url=f"{shop.session.url}/items/7", sent=sent, heard=heard, status=201,
    )  # fmt: skip
    said, _ = page.hear("saved")
    assert said["good"] is True
    assert "hush" not in said["text"]
    (kept,) = shop.session.examples
    assert (kept.endpoint, kept.body, kept.may_replay) == ("/items/{item_id}", body, may_replay)
    assert "hush" not in str(kept)
    assert said["text"].startswith(f"Kept in memory: {name or 'post-items-item-id'}.")


def test_one_that_is_too_large_is_refused(page: Page, shop: Notebook) -> None:
    url = f"{shop.session.url}/items/7"
    page.say("save", b"", b"x" * 300_000, method="GET", url=url, sent=[], heard=[], status=200)
    said, _ = page.hear("saved")
    assert said["good"] is False
    assert "more than 256 KiB" in said["text"]


# --- long answers


LARGE = """
from notebookapi.responses import StreamingResponse
YIELDED = []

async def pieces():
    for number in range(1001):
        YIELDED.append(number)
        yield bytes([number % 256]) * 65536

@app.get("/large")
def large(): return StreamingResponse(pieces())
"""
MEGABYTE = 1 << 20


@pytest.fixture
def large(notebook: Notebook) -> Iterator[Page]:
    assert notebook.run(LARGE).error is None
    made = Page(notebook, "/large")
    made.say("http", method="GET", url="http://any/large", headers=[])
    assert made.hear("head")[0]["status"] == 200
    yield made
    made.widget.close()


def test_a_page_that_does_not_read_is_waited_for(large: Page, notebook: Notebook) -> None:
    heard = 0
    while heard <= 4 * MEGABYTE:  # so much may be on its way
        heard += len(large.hear("chunk")[1][0])
    for _ in range(20):  # the server's loop goes on
        assert httpx2.get(f"{large.widget.url}/openapi.json", trust_env=False).status_code == 200
    large.say("abort")
    while (more := large.hear("chunk", "error"))[0]["type"] == "chunk":
        heard += len(more[1][0])
    assert heard < 5 * MEGABYTE
    assert more[0]["text"] == "The request was stopped."
    assert 1000 not in notebook.shell.user_ns["YIELDED"], "64 MB are nowhere"


def test_all_of_a_long_answer_comes_in_order(large: Page) -> None:
    heard = []
    while (said := large.hear("chunk", "end"))[0]["type"] == "chunk":
        heard.append(said[1][0])
        large.say("credit", bytes=len(said[1][0]))
    assert b"".join(heard) == b"".join(bytes([n % 256]) * 65536 for n in range(1001))


# --- WebSockets


@pytest.fixture
def room(shop: Notebook) -> Iterator[Page]:
    made = Page(shop, "WS /rooms/{room}")
    yield made
    made.widget.close()


def opened(page: Page, **more: Any) -> dict[str, Any]:
    page.say("ws-open", **{"url": "http://any/rooms/1", "protocols": [], "headers": [], **more})
    return page.hear("ws-opened", "error")[0]


def test_a_websocket_is_an_operation(room: Page) -> None:
    found = [(each["in"], each["name"], each["required"]) for each in room.operation["parameters"]]
    assert found == [("path", "room", True), ("query", "name", False)]
    assert room.operation["summary"] == "Say it louder."


def test_frames_go_both_ways_and_the_other_side_closes(room: Page) -> None:
    assert opened(room, protocols=["loud"])["protocol"] == "loud"
    room.say("ws-send", text="hello")
    assert room.hear("ws-frames")[0]["frames"] == [{"text": "HELLO"}]
    room.say("ws-send", b"\x00\x01")
    said, buffers = room.hear("ws-frames")
    assert (said["frames"], buffers) == ([{}], [b"\x00\x01\x00\x01"])
    room.say("ws-send", text="bye")
    said, _ = room.hear("ws-closed")
    assert (said["code"], said["reason"]) == (4001, "bye")


def test_all_frames_come_in_order_however_many(room: Page) -> None:
    opened(room)
    texts = [str(number) for number in range(500)]
    for text in texts:
        room.say("ws-send", text=text)
    heard: list[str] = []
    messages = 0
    while len(heard) < len(texts):
        said, _ = room.hear("ws-frames")
        room.say("credit", bytes=said["size"])
        heard += [each["text"] for each in said["frames"]]
        messages += 1
    assert heard == texts
    assert messages < len(texts)  # they are put together


def test_the_page_closes_with_a_code(room: Page, shop: Notebook) -> None:
    opened(room)
    room.say("ws-close", code=4002, reason="done")
    said, _ = room.hear("ws-closed")
    assert (said["code"], said["reason"]) == (4002, "done")
    (entry,) = shop.session.log
    assert entry.stdout == "left with 4002\n"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://any/nowhere", "The server refused the connection: 403 Forbidden"),
        ("http://any/rooms/x", "The server refused the connection: 403 Forbidden"),
    ],
)
def test_a_refusal_is_told(room: Page, url: str, told: str) -> None:
    said = opened(room, url=url)
    assert said["type"] == "error"
    assert said["text"].startswith(told)


def test_a_form_that_is_closed_leaves_no_connection(room: Page, shop: Notebook) -> None:
    opened(room)
    room.widget.close()
    assert room.hear("error")[0]["text"] == "The connection was broken off."


def test_an_operation_in_words() -> None:
    made = Operation("GET", "/a", schemas=SCHEMAS)
    assert made.type_of({"$ref": "#/components/schemas/Size"}) == "small | large"
    assert made.type_of({"type": "array", "items": {"type": "string", "format": "date"}}) == (
        "list of string (date)"
    )
    assert made.type_of({}) == "any"
