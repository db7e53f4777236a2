"""Uploaded files: as `UploadFile`, as bytes, in lists and in models."""

from collections.abc import Callable
from io import BytesIO
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, TypeAdapter
from starlette.background import BackgroundTasks
from starlette.datastructures import Headers

from notebookapi import Depends, File, Form, Header, NotebookAPI, Query, Request, UploadFile
from notebookapi.datastructures import UploadFile as SameUploadFile
from notebookapi.exceptions import InvalidParameter, RequestValidationError
from notebookapi.testclient import TestClient
from tests.core.documents import REF, components, operation
from tests.core.serving import label, serve

MULTIPART = "multipart/form-data"
BINARY = {"type": "string", "contentMediaType": "application/octet-stream"}
ONE = ("f", ("a.txt", b"abc"))
OTHER = ("f", ("b.bin", b"z"))


def empty(name: str = "f") -> Any:
    """Return what a browser sends for a file input in which no file was chosen."""
    head = f'Content-Disposition: form-data; name="{name}"; filename=""'
    return {
        "content": f"--x\r\n{head}\r\n\r\n\r\n--x--\r\n".encode(),
        "headers": {"content-type": f"{MULTIPART}; boundary=x"},
    }


class Papers(BaseModel):
    f: UploadFile
    more: list[UploadFile] = []
    raw: bytes = b""
    name: str = "none"


class Maybe(BaseModel):
    f: UploadFile | None = None
    s: str | None = None


def upload(f: UploadFile) -> Any:
    return f.filename


def upload_or_none(f: UploadFile | None = None) -> Any:
    return f and f.filename


def marked(f: Annotated[UploadFile, File(description="d")]) -> Any:
    return f.filename


def non_annotated(f: UploadFile = File()) -> Any:  # what is tested
    return f.filename


def in_form(f: Annotated[UploadFile, Form()]) -> Any:
    return f.filename


def content(f: Annotated[bytes, File()]) -> Any:
    return f.decode()


def content_or_none(f: Annotated[bytes | None, File()] = None) -> Any:
    return f and f.decode()


def uploads(f: list[UploadFile]) -> Any:
    return [each.filename for each in f]


def uploads_or_none(f: list[UploadFile] | None = None) -> Any:
    return f and [each.filename for each in f]


def some_uploads(f: tuple[UploadFile, ...]) -> Any:
    return [each.filename for each in f]


def contents(f: Annotated[list[bytes], File()]) -> Any:
    return [each.decode() for each in f]


def distinct(f: Annotated[set[bytes], File()]) -> Any:
    return sorted(each.decode() for each in f)


def file_or_text(f: Annotated[UploadFile | str, File()]) -> Any:
    return f if isinstance(f, str) else f.filename


def papers(p: Annotated[Papers, Form()]) -> Any:
    return [p.f.filename, [each.filename for each in p.more], p.raw.decode(), p.name]


def papers_marked(p: Annotated[Papers, File()]) -> Any:
    return p.f.filename


def maybe(p: Annotated[Maybe | None, Form()] = None) -> Any:
    return p and [p.f and p.f.filename, p.s]


MISSING = [["missing", ["body", "f"]]]
NOT_A_FILE = [["value_error", ["body", "f"]]]
FILES: list[tuple[Callable[..., Any], dict[str, Any], int, Any]] = [
    (upload, {"files": [ONE]}, 200, "a.txt"),
    (upload, {"files": [ONE, OTHER]}, 200, "b.bin"),
    (upload, {}, 422, MISSING),
    (upload, empty(), 422, MISSING),
    (upload, {"data": {"f": "text"}}, 422, NOT_A_FILE),
    (upload, {"json": {"f": "text"}}, 422, MISSING),
    (upload_or_none, {"files": [ONE]}, 200, "a.txt"),
    (upload_or_none, {}, 200, None),
    (upload_or_none, empty(), 200, None),
    (upload_or_none, {"data": {"f": ""}}, 200, None),
    (marked, {"files": [ONE]}, 200, "a.txt"),
    (non_annotated, {"files": [ONE]}, 200, "a.txt"),
    (non_annotated, {}, 422, MISSING),
    (in_form, {"files": [ONE]}, 200, "a.txt"),
    (content, {"files": [ONE]}, 200, "abc"),
    (content, {"data": {"f": "text"}}, 200, "text"),
    (content, {"data": {"f": ""}}, 422, MISSING),
    (content, empty(), 422, MISSING),
    (content_or_none, {"files": [ONE]}, 200, "abc"),
    (content_or_none, empty(), 200, None),
    (uploads, {"files": [ONE]}, 200, ["a.txt"]),
    (uploads, {"files": [ONE, OTHER]}, 200, ["a.txt", "b.bin"]),
    (uploads, {}, 422, MISSING),
    (uploads, empty(), 422, MISSING),
    (uploads, {"data": {"f": "text"}}, 422, [["value_error", ["body", "f", 0]]]),
    (uploads_or_none, {"files": [ONE]}, 200, ["a.txt"]),
    (uploads_or_none, {}, 200, None),
    (uploads_or_none, empty(), 200, None),
    (some_uploads, {"files": [ONE, OTHER]}, 200, ["a.txt", "b.bin"]),
    (contents, {"files": [ONE, OTHER]}, 200, ["abc", "z"]),
    (contents, {"data": {"f": ["x", "y"]}}, 200, ["x", "y"]),
    (distinct, {"files": [ONE, OTHER, ONE]}, 200, ["abc", "z"]),
    (file_or_text, {"files": [ONE]}, 200, "a.txt"),
    (file_or_text, {"data": {"f": "text"}}, 200, "text"),
    (papers, {"files": [ONE]}, 200, ["a.txt", [], "", "none"]),
    (papers, {"files": [ONE, ("more", ("m", b"1")), ("more", ("n", b"2")), ("raw", ("r", b"3"))],
              "data": {"name": "x"}}, 200, ["a.txt", ["m", "n"], "3", "x"]),
    (papers, empty(), 422, MISSING),
    (papers_marked, {"files": [ONE]}, 200, "a.txt"),
    (maybe, {}, 200, None),
    (maybe, empty(), 200, [None, None]),
    (maybe, {"data": {"s": ""}}, 200, [None, None]),
    (maybe, {"files": [ONE]}, 200, ["a.txt", None]),
]  # fmt: skip


@pytest.mark.parametrize(("endpoint", "sent", "status", "expected"), FILES, ids=label)
def test_file(
    endpoint: Callable[..., Any], sent: dict[str, Any], status: int, expected: Any
) -> None:
    answer = serve("/", endpoint).post("/", **sent)
    assert answer.status_code == status
    shown = answer.json()
    assert (
        shown if status == 200 else [[e["type"], e["loc"]] for e in shown["detail"]]
    ) == expected


async def what_is_known(f: UploadFile) -> Any:
    first = await f.read(1)
    await f.seek(0)
    rest = await f.read()
    await f.write(b"!")
    assert isinstance(f, SameUploadFile)
    return [f.filename, f.content_type, f.headers["x"], f.size, (first + rest).decode()]


def test_what_an_upload_knows() -> None:
    part = ("a.txt", b"abc", "text/x", {"x": "y"})
    answer = serve("/", what_is_known).post("/", files={"f": part})
    assert answer.json() == ["a.txt", "text/x", "y", 4, "aabc"]


async def both(f: Annotated[bytes, File()], upload: Annotated[UploadFile, File(alias="f")]) -> Any:
    return [f.decode(), (await upload.read()).decode()]


def test_bytes_leave_the_file_at_its_start() -> None:
    assert serve("/", both).post("/", files=[ONE]).json() == ["abc", "abc"]


def test_a_file_is_open_until_the_response_and_its_tasks_are_done() -> None:
    seen: list[UploadFile] = []
    open_in_task: list[bool] = []

    def keep(f: UploadFile, tasks: BackgroundTasks) -> None:
        seen.append(f)
        tasks.add_task(lambda: open_in_task.append(not f.file.closed))

    serve("/", keep).post("/", files=[ONE])
    assert open_in_task == [True]
    assert seen[0].file.closed


def test_a_file_is_closed_after_an_error_too() -> None:
    seen: list[Any] = []
    app = NotebookAPI()

    @app.exception_handler(RequestValidationError)
    def handle(request: Request, error: RequestValidationError) -> Any:
        seen.append(error.body["f"])
        raise error

    @app.post("/")
    def read(f: UploadFile, k: Annotated[int, Form()]) -> None: ...

    TestClient(app, raise_server_exceptions=False).post("/", files=[ONE], data={"k": "x"})
    assert seen[0].filename == "a.txt"
    assert seen[0].file.closed


def test_an_error_tells_of_a_file_and_not_what_is_in_it() -> None:
    def read(f: Annotated[str, File()]) -> None: ...

    (error,) = serve("/", read).post("/", files=[ONE]).json()["detail"]
    assert error["input"] == {
        "filename": "a.txt",
        "size": 3,
        "headers": {
            "content-disposition": 'form-data; name="f"; filename="a.txt"',
            "content-type": "text/plain",
        },
    }


def with_fields(
    f: UploadFile, p: Annotated[Maybe, Form()], k: Annotated[int, Depends(lambda: 3)]
) -> Any:
    return [f.filename, p.s, k]


def test_a_file_stands_beside_a_model() -> None:
    answer = serve("/", with_fields).post("/", files=[ONE], data={"s": "x"})
    assert answer.json() == ["a.txt", "x", 3]


F = {**BINARY, "title": "F"}
LIST = {"type": "array", "items": BINARY, "title": "F"}
DOCUMENTS: list[tuple[Callable[..., Any], dict[str, Any], bool]] = [
    (upload, F, True),
    (upload_or_none, {"anyOf": [BINARY, {"type": "null"}], "title": "F"}, False),
    (marked, {**F, "description": "d"}, True),
    (in_form, F, True),
    (content, F, True),
    (uploads, LIST, True),
    (contents, LIST, True),
    (distinct, {**LIST, "uniqueItems": True}, True),
]


@pytest.mark.parametrize(("endpoint", "schema", "required"), DOCUMENTS, ids=label)
def test_document(endpoint: Callable[..., Any], schema: dict[str, Any], required: bool) -> None:
    app = NotebookAPI()
    app.post("/")(endpoint)
    name = f"Body_{endpoint.__name__}__post"
    body = operation(app, method="post")["requestBody"]
    assert body["content"] == {MULTIPART: {"schema": {"$ref": f"{REF}{name}"}}}
    assert body.get("required", False) is required
    made = components(app)[name]
    assert made["properties"] == {"f": schema}
    assert made.get("required", []) == (["f"] if required else [])


def test_a_model_with_files_is_sent_as_parts() -> None:
    app = NotebookAPI()
    app.post("/")(papers)
    content = operation(app, method="post")["requestBody"]["content"]
    assert content == {MULTIPART: {"schema": {"$ref": f"{REF}Papers"}}}
    assert components(app)["Papers"]["properties"]["f"] == F


def test_an_upload_is_a_pydantic_type() -> None:
    adapter = TypeAdapter(UploadFile)
    assert adapter.json_schema() == BINARY
    with pytest.raises(ValueError, match="Expected UploadFile, received: <class 'int'>"):
        adapter.validate_python(3)


def test_a_file_cannot_be_read_from_text() -> None:
    for marker in (Query(), Header()):

        def read(f: Annotated[UploadFile, marker]) -> None: ...

        with pytest.raises(InvalidParameter, match="cannot be read from it"):
            NotebookAPI().post("/")(read)


def test_an_upload_may_be_made_by_hand() -> None:
    made = UploadFile(BytesIO(b"x"), size=1, filename="a", headers=Headers({"content-type": "t/x"}))
    assert (made.filename, made.size, made.content_type) == ("a", 1, "t/x")
    assert TypeAdapter(UploadFile).validate_python(made) is made
