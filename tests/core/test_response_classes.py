"""Response classes: how each writes what an endpoint returns, and how it is documented."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from openapi_spec_validator import validate
from pydantic import BaseModel, ConfigDict, model_validator

from notebookapi import APIRouter, NotebookAPI
from notebookapi.exceptions import FastAPIDeprecationWarning
from notebookapi.requests import Request
from notebookapi.responses import (
    EventSourceResponse,
    FileResponse,
    HTMLResponse,
    JSONResponse,
    ORJSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
    UJSONResponse,
)
from notebookapi.staticfiles import StaticFiles
from notebookapi.templating import Jinja2Templates
from notebookapi.testclient import TestClient
from tests.core.serving import label, serve


class Own(JSONResponse):
    media_type = "application/own+json"

    def render(self, content: Any) -> bytes:
        return b"own:" + super().render(content)


def text() -> str:
    return "<a>"


def url() -> str:
    return "/other?x=ä"


def document() -> dict[str, int]:
    return {"x": 1}


def this_file() -> str:
    return __file__


def pieces() -> Iterator[bytes]:
    yield b"a"


SOURCE = Path(__file__).read_text()
HTML = "text/html; charset=utf-8"
PLAIN = "text/plain; charset=utf-8"

CLASSES: list[tuple[Callable[..., Any], type[Response], int, str | None, str]] = [
    (text, HTMLResponse, 200, HTML, "<a>"),
    (text, PlainTextResponse, 200, PLAIN, "<a>"),
    (text, Response, 200, None, "<a>"),
    (text, JSONResponse, 200, "application/json", '"<a>"'),
    (document, Own, 200, "application/own+json", 'own:{"x":1}'),
    (url, RedirectResponse, 307, None, ""),
    (this_file, FileResponse, 200, "text/x-python; charset=utf-8", SOURCE),
    (pieces, StreamingResponse, 200, None, "a"),
    (pieces, EventSourceResponse, 200, "text/event-stream; charset=utf-8", 'data: "a"\n\n'),
]

DOCUMENTED: dict[type[Response], Any] = {
    HTMLResponse: {"text/html": {"schema": {"type": "string"}}},
    PlainTextResponse: {"text/plain": {"schema": {"type": "string"}}},
    JSONResponse: {
        "application/json": {"schema": {"type": "string", "title": "Response Text  Get"}}
    },
    Own: {
        "application/own+json": {
            "schema": {
                "type": "object",
                "additionalProperties": {"type": "integer"},
                "title": "Response Document  Get",
            }
        }
    },
}


@pytest.mark.parametrize(("endpoint", "kind", "status", "content_type", "body"), CLASSES, ids=label)
def test_class(
    endpoint: Callable[..., Any],
    kind: type[Response],
    status: int,
    content_type: str | None,
    body: str,
) -> None:
    app = NotebookAPI()
    app.get("/", response_class=kind)(endpoint)
    answer = TestClient(app).get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers.get("content-type")) == (status, content_type)
    assert answer.text == body
    if kind is EventSourceResponse:  # its document is a matter of streams
        return
    made = app.openapi()
    validate(made)
    [(code, response)] = made["paths"]["/"]["get"]["responses"].items()
    assert (code, response.get("content")) == (str(status), DOCUMENTED.get(kind))


def test_redirection_quotes_and_takes_a_status() -> None:
    client = serve("/", url, "GET", response_class=RedirectResponse, status_code=301)
    answer = client.get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (301, "/other?x=%C3%A4")


@pytest.mark.parametrize("status", [204, 205, 304])
def test_a_status_without_body_keeps_the_content_type(status: int) -> None:
    answer = serve("/", lambda: None, status_code=status).post("/")
    assert (answer.status_code, answer.content) == (status, b"")
    assert answer.headers["content-type"] == "application/json"


def test_the_nearest_default_wins() -> None:
    app = NotebookAPI(default_response_class=HTMLResponse)
    outer = APIRouter(default_response_class=PlainTextResponse)
    inner = APIRouter()
    for router in (app, outer, inner):
        router.get(f"/{type(router).__name__}")(text)
        router.get(f"/{type(router).__name__}/own", response_class=Response)(text)
    outer.include_router(inner, prefix="/inner")
    outer.include_router(inner, prefix="/chosen", default_response_class=JSONResponse)
    app.include_router(outer, prefix="/outer")
    client = TestClient(app)
    answers = {
        path: client.get(path).headers.get("content-type")
        for path in ("/NotebookAPI", "/NotebookAPI/own", "/outer/APIRouter",
                     "/outer/inner/APIRouter", "/outer/chosen/APIRouter",
                     "/outer/chosen/APIRouter/own")
    }  # fmt: skip
    assert list(answers.values()) == [HTML, None, PLAIN, PLAIN, "application/json", None]


# --- deprecated classes


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put a module in the place of an optional library, at its edge."""

    def put(name: str) -> None:
        module = ModuleType(name)
        module.dumps = lambda content, **how: f"{name}:{content}"  # type: ignore[attr-defined]  # made here
        if name == "orjson":
            module.dumps = lambda content, **how: f"{name}:{content}".encode()  # type: ignore[attr-defined]  # as above
            module.OPT_NON_STR_KEYS, module.OPT_SERIALIZE_NUMPY = 1, 2  # type: ignore[attr-defined]  # as above
        monkeypatch.setitem(sys.modules, name, module)

    return put


@pytest.mark.parametrize(("kind", "name"), [(ORJSONResponse, "orjson"), (UJSONResponse, "ujson")])
def test_deprecated(
    kind: type[Response],
    name: str,
    fake: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = serve("/", document, response_class=kind)
    fake(name)
    with pytest.warns(FastAPIDeprecationWarning, match=f"{kind.__name__} is deprecated"):
        answer = client.post("/")
    assert (answer.headers["content-type"], answer.text) == (
        "application/json",
        f"{name}:{{'x': 1}}",
    )
    monkeypatch.setitem(sys.modules, name, None)
    with (
        pytest.warns(FastAPIDeprecationWarning),
        pytest.raises(ImportError, match=f"pip install {name}"),
    ):
        client.post("/")


# --- a model of the declared class is not validated again


class Counting(BaseModel):
    x: int = 1
    runs: int = 0

    @model_validator(mode="after")
    def _count(self) -> "Counting":
        self.runs += 1
        return self


class Sub(Counting):
    y: int = 2


class Again(Counting):
    model_config = ConfigDict(revalidate_instances="always")


COUNTED: list[tuple[Any, Callable[[], Any], dict[str, Any]]] = [
    (Counting, Counting, {"x": 1, "runs": 1}),
    (Counting, lambda: {"x": 3}, {"x": 3, "runs": 1}),
    (Counting, Sub, {"x": 1, "runs": 2}),
    (Again, Again, {"x": 1, "runs": 2}),
]


@pytest.mark.parametrize(("declared", "make", "expected"), COUNTED, ids=label)
@pytest.mark.parametrize("kind", [None, JSONResponse])
def test_validated_once(declared: Any, make: Callable[[], Any], expected: Any, kind: Any) -> None:
    options = {"response_class": kind} if kind else {}
    assert serve("/", make, response_model=declared, **options).post("/").json() == expected


def test_validated_once_where_it_is_yielded() -> None:
    def endpoint() -> Iterator[Counting]:
        yield Counting()
        yield Sub()

    assert serve("/", endpoint).post("/").text == '{"x":1,"runs":1}\n{"x":1,"runs":2}\n'


# --- files and pages


def test_static_files(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    app = NotebookAPI()
    app.mount("/static", StaticFiles(directory=tmp_path), name="static")
    client = TestClient(app)
    assert client.get("/static/a.txt").text == "a"
    assert client.get("/static/b.txt").status_code == 404
    assert app.url_path_for("static", path="/a.txt") == "/static/a.txt"


def test_templates_escape_and_know_the_routes(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("{{ name }} {{ url_for('page', name='x') }}")
    templates = Jinja2Templates(directory=tmp_path)
    app = NotebookAPI()

    @app.get("/{name}", response_class=HTMLResponse, name="page")
    def page(request: Request, name: str) -> Response:
        return templates.TemplateResponse(request, "page.html", {"name": name})

    answer = TestClient(app).get("/<b>")
    assert answer.headers["content-type"] == HTML
    assert answer.text == "&lt;b&gt; http://testserver/x"
