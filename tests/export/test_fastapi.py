"""`--framework fastapi`: the same module for FastAPI, held against the real one."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import notebookapi
from notebookapi.export import fastapi
from notebookapi.export.errors import OnlyHere
from notebookapi.export.fastapi import to_fastapi
from notebookapi.export.records import ExportedModule
from notebookapi.testclient import TestClient
from tests.export.notebook import Notebook
from tests.notebook.conftest import Notebook as Shell

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-project" / "bin" / "python"


def translated(text: str) -> str:
    return to_fastapi(ExportedModule(text, {})).text


RENAMES = [
    ("from notebookapi import NotebookAPI\n\napp = NotebookAPI()\n",
     "from fastapi import FastAPI\n\napp = FastAPI()\n"),
    ("from notebookapi import NotebookAPI as API\n\napp = API()\n",
     "from fastapi import FastAPI as API\n\napp = API()\n"),
    ("import notebookapi\n\napp = notebookapi.NotebookAPI()\n",
     "import fastapi\n\napp = fastapi.FastAPI()\n"),
    ("import notebookapi as n\n\napp = n.APIRouter()\n",
     "import fastapi as n\n\napp = n.APIRouter()\n"),
    ("from notebookapi.applications import NotebookAPI\n\napp = NotebookAPI(title='NotebookAPI')\n",
     'from fastapi.applications import FastAPI\n\napp = FastAPI(title="NotebookAPI")\n'),
    ("from notebookapi import NotebookAPI\n\n\ndef f(app: 'NotebookAPI') -> NotebookAPI: ...\n",
     'from fastapi import FastAPI\n\n\ndef f(app: "FastAPI") -> FastAPI: ...\n'),
    ("from notebookapi.responses import JSONResponse\n\nx = JSONResponse({})  # ü\n",
     "from fastapi.responses import JSONResponse\n\nx = JSONResponse({})  # ü\n"),
    ("from notebookapi.middleware import gzip\n\nx = gzip\n",
     "from fastapi.middleware import gzip\n\nx = gzip\n"),
    ("import notebookapi.testclient\n\nx = notebookapi.testclient.TestClient\n",
     "import fastapi.testclient\n\nx = fastapi.testclient.TestClient\n"),
    ("NotebookAPI = 1\n", "NotebookAPI = 1\n"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), RENAMES, ids=lambda text: text[:50])
def test_renamed(text: str, expected: str) -> None:
    assert translated(text) == expected


TITLES = [
    ("NotebookAPI", "app = NotebookAPI()", "FastAPI"),
    ("NotebookAPI", "app = NotebookAPI(title='NotebookAPI')", "NotebookAPI"),
    ("Shop", "app = NotebookAPI(title='Shop')", "Shop"),
]


@pytest.mark.parametrize(("live", "made", "expected"), TITLES)
def test_an_application_without_a_title_is_called_after_its_class(
    live: str, made: str, expected: str
) -> None:
    text = translated(f"from notebookapi import NotebookAPI\n\n{made}\n")
    document = fastapi.document_for_fastapi({"info": {"title": live}}, text)
    assert document == {"info": {"title": expected}}


BEGIN = "from notebookapi import APIRouter, Depends, HTTPException, NotebookAPI\n"
REFUSED = {
    "line 2: `problem_details=True`": BEGIN + "app = NotebookAPI(problem_details=True)",
    "line 2: `auto_head=True`": BEGIN + "app = NotebookAPI(auto_head=True)",
    "line 2: `auto_options=x`": BEGIN + "app = NotebookAPI(auto_options=x)",
    "`raises=[KeyError]`; describe errors by `responses`.":
        BEGIN + "app = NotebookAPI()\n@app.get('/', raises=[KeyError])\ndef f(): ...",
    'line 2: `Depends(…, scope="app")`': BEGIN + "x = Depends(f, scope='app')",
    "line 3: `r.middleware`; add the middleware to the application.":
        BEGIN + "r = APIRouter()\n@r.middleware('http')\nasync def f(request, call_next): ...",
    "line 3: `r.exception_handler`":
        BEGIN + "r = APIRouter()\n@r.exception_handler(KeyError)\nasync def f(request, e): ...",
    "line 1: `notebookapi.controllers`": "from notebookapi.controllers import Controller",
    "line 1: `notebookapi.security.tokens`": "from notebookapi.security import tokens",
    "line 1: `from notebookapi import edit`": "from notebookapi import edit",
    "line 2: `notebookapi.edit`": "import notebookapi\nwith notebookapi.edit(): ...",
    "line 1: `notebookapi.serving`": "import notebookapi.serving",
    "line 3: `Missing.status_code`":
        BEGIN + "class Missing(HTTPException):\n    status_code = 404",
}  # fmt: skip


@pytest.mark.parametrize(("message", "text"), REFUSED.items(), ids=REFUSED)
def test_refused_by_name(message: str, text: str) -> None:
    with pytest.raises(OnlyHere) as caught:
        translated(text)
    assert message in str(caught.value)


ALIKE = [
    "x = Depends(f, scope='request')",
    "async def f(app): await app.middleware('http')",
    "send(raises=True)",
    "def g(raises=1): ...",
]


@pytest.mark.parametrize("text", ALIKE)
def test_not_refused(text: str) -> None:
    assert "notebookapi" not in translated(BEGIN + text)


def test_every_use_is_named_with_its_cell() -> None:
    notebook = Notebook()
    from notebookapi.export import write_module

    notebook.run("from web import API, Router\napp = API()")
    notebook.run("# routes\n@app.get('/a', raises=[KeyError])\ndef a(): return 1")
    notebook.run("@app.get('/b', raises=[OSError])\ndef b(): return 1")
    with pytest.raises(OnlyHere) as caught:
        to_fastapi(write_module(notebook.request()))
    lines = str(caught.value).splitlines()
    assert lines[0] == "FastAPI has no counterpart for what the module uses:"
    assert [line.partition(":")[0] for line in lines[1:]] == ["cell 2, line 2", "cell 3, line 1"]


def test_lines_still_come_from_their_cells() -> None:
    notebook = Notebook()
    from notebookapi.export import write_module

    notebook.run("from zipfile import ZipFile\nfrom web import API\nfrom notebookapi import Query")
    notebook.run("app = API()\n@app.get('/a')\ndef a(q=Query()):\n    return ZipFile")
    module = to_fastapi(write_module(notebook.request()))
    number = module.text.splitlines().index("    return ZipFile") + 1
    assert str(module.origin(number)) == "cell 2, line 4"


# --- against the real one ------------------------------------------------------------------------

SHOP = '''
from contextlib import asynccontextmanager
from typing import Annotated, Literal

from notebookapi import (
    APIRouter, Body, Cookie, Depends, Header, HTTPException, NotebookAPI, Path, Query, Request,
    Security,
)
from notebookapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from notebookapi.security import APIKeyHeader, OAuth2PasswordBearer
from pydantic import BaseModel, Field


class Item(BaseModel):
    name: str = Field(min_length=2, examples=["tea"])
    price: float = Field(gt=0)
    tags: list[Literal["hot", "cold"]] = []


class Filters(BaseModel):
    limit: int = Field(10, le=100)
    q: str | None = None


@asynccontextmanager
async def lifespan(app: NotebookAPI):
    app.state.items = {1: Item(name="tea", price=2)}
    yield
    app.state.items.clear()


app = NotebookAPI(title="Shop", version="2.0", lifespan=lifespan)
key = APIKeyHeader(name="X-Key", auto_error=False)
router = APIRouter(prefix="/admin", tags=["admin"])


def known(secret: Annotated[str | None, Security(key)]) -> str:
    if secret != "k":
        raise HTTPException(401, "no key", headers={"WWW-Authenticate": "Key"})
    return secret


class Broken(Exception): ...


@app.exception_handler(Broken)
async def broken(request: Request, error: Broken) -> JSONResponse:
    return JSONResponse({"broken": str(request.url.path)}, 418)


@app.middleware("http")
async def mark(request: Request, call_next):
    response = await call_next(request)
    response.headers["x-mark"] = "yes"
    return response


@app.get("/items")
def items(filters: Annotated[Filters, Query()], request: Request) -> dict[int, Item]:
    """All of them."""
    return dict(list(request.app.state.items.items())[: filters.limit])


@app.put("/items/{number}", status_code=201, responses={409: {"description": "there"}})
async def put(
    number: Annotated[int, Path(ge=1)], item: Item, request: Request,
    note: Annotated[str, Header()] = "-", session: Annotated[str | None, Cookie()] = None,
) -> Item:
    request.app.state.items[number] = item
    return item


@app.get("/broken")
def fail() -> None:
    raise Broken


@app.get("/lines")
def lines() -> StreamingResponse:
    return StreamingResponse(iter(["a", "b"]), media_type="text/plain")


@router.get("/secret", dependencies=[Depends(known)], response_class=PlainTextResponse)
def secret() -> str:
    return "s"


@app.post("/sum")
def total(numbers: Annotated[list[int], Body(embed=True)]) -> int:
    return sum(numbers)


app.include_router(router)
'''
REQUESTS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/items", {}),
    ("GET", "/items?limit=101", {}),
    ("PUT", "/items/2", {"json": {"name": "ice", "price": 1, "tags": ["cold"]}}),
    ("PUT", "/items/0", {"json": {"name": "i", "price": 0, "tags": ["warm"]}}),
    ("PUT", "/items/3", {"content": b"{", "headers": {"content-type": "application/json"}}),
    ("GET", "/items?limit=1", {}),
    ("GET", "/broken", {}),
    ("GET", "/lines", {}),
    ("GET", "/admin/secret", {}),
    ("GET", "/admin/secret", {"headers": {"X-Key": "k"}}),
    ("POST", "/sum", {"json": {"numbers": [1, 2]}}),
    ("POST", "/sum", {"json": [1, 2]}),
    ("DELETE", "/items", {}),
    ("GET", "/nowhere", {}),
    ("GET", "/items/", {"follow_redirects": False}),
    ("GET", "/openapi.json", {}),
]
SENT = [(m, p, {**o, **({"content": o["content"].decode()} if "content" in o else {})})
        for m, p, o in REQUESTS]  # fmt: skip
PROGRAM = """
import json, sys
from fastapi.testclient import TestClient
import shop, fastapi
assert fastapi.__file__ and "notebookapi" not in sys.modules
with TestClient(shop.app) as client:
    found = []
    for method, path, options in json.loads(sys.argv[1]):
        answer = client.request(method, path, **options)
        kept = {k: v for k, v in answer.headers.items() if k in %r}
        found.append([answer.status_code, kept, answer.text])
print(json.dumps(found))
"""
HEADERS = ("content-type", "x-mark", "www-authenticate", "allow", "location")


def real_python() -> str:
    if not PYTHON.exists():
        pytest.skip(f"there is no {PYTHON.parents[1].name}: scripts/test makes it")
    return str(PYTHON)


def run_real(code: str, folder: Path, *arguments: str) -> Any:
    done = subprocess.run(
        [real_python(), "-c", code, *arguments],
        cwd=folder, capture_output=True, text=True, timeout=50,
        env={**os.environ, "PYTHONPATH": str(folder)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_real_one_answers_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop.py").write_text(translated(SHOP))
    theirs = run_real(PROGRAM % (HEADERS,), tmp_path, json.dumps(SENT))
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "our_shop.py").write_text(SHOP)
    monkeypatch.syspath_prepend(str(tmp_path / "ours"))
    shop = importlib.import_module("our_shop")
    with TestClient(shop.app) as client:
        for (method, path, options), (status, headers, text) in zip(SENT, theirs, strict=True):
            answer = client.request(method, path, **options)
            kept = {k: v for k, v in answer.headers.items() if k in HEADERS}
            assert (answer.status_code, kept) == (status, headers), path
            assert comparable(answer.text) == comparable(text), path


def comparable(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


LOOK = """
import importlib, inspect, json, fastapi
from fastapi import APIRouter, FastAPI
def there(name):
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True
def options(f):
    return sorted(inspect.signature(f).parameters)
print(json.dumps({
    "modules": {name: there("fastapi." + name) for name in json.loads(__import__("sys").argv[1])},
    "app": options(FastAPI.__init__), "get": options(FastAPI.get),
    "router": options(APIRouter.__init__), "include": options(FastAPI.include_router),
    "names": sorted(dir(fastapi)),
    "exceptions": sorted(dir(importlib.import_module("fastapi.exceptions"))),
    "router_methods": sorted(dir(APIRouter)),
}))
"""


def options_of(function: Any) -> set[str]:
    import inspect

    return set(inspect.signature(function).parameters)


def test_the_tables_say_what_is_so(tmp_path: Path) -> None:
    """Whatever this package has and FastAPI has not is refused: nothing less, nothing more."""
    public = {
        found.name.removeprefix("notebookapi.")
        for found in pkgutil.walk_packages(notebookapi.__path__, "notebookapi.")
        if not any(part.startswith("_") for part in found.name.split("."))
    } - {"cli"}
    seen = run_real(LOOK, tmp_path, json.dumps(sorted(public)))
    missing = {name for name, is_there in seen["modules"].items() if not is_there}
    refused = {
        name
        for name in public
        if any(f"{name}.".startswith(f"{each}.") for each in fastapi.MODULES)
    }
    own = {name for name in missing if name.startswith(("cli.", "telemetry.", "security.models"))}
    assert missing - own - {"templating"} == refused
    for ours, theirs in [
        (notebookapi.NotebookAPI.__init__, "app"),
        (notebookapi.NotebookAPI.get, "get"),
        (notebookapi.APIRouter.__init__, "router"),
        (notebookapi.NotebookAPI.include_router, "include"),
    ]:
        assert options_of(ours) - set(seen[theirs]) <= set(fastapi.OPTIONS)
    everything = {name for key in ("app", "get", "router", "include") for name in seen[key]}
    assert not everything & set(fastapi.OPTIONS)
    assert not set(seen["names"]) & set(fastapi.NAMES)
    assert set(fastapi.RENAMED.values()) <= {*seen["names"], *seen["exceptions"]}
    assert not set(seen["router_methods"]) & set(fastapi.ROUTER_METHODS)
    assert sys.version_info >= (3, 11)


def test_without_fastapi_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no library of this environment, and need not be."""
    monkeypatch.chdir(tmp_path)
    shell = Shell()
    try:
        shell.load()
        shell.run("@app.get('/a')\ndef a() -> int: return 1", "a")
        error = shell.run("%api export api.py --framework fastapi", "export").error
    finally:
        shell.close()
    assert "FastAPI is not installed. Run: pip install fastapi" in str(error)
    assert not (tmp_path / "api.py").exists()
