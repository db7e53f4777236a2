"""Notebooks exported for FastAPI: proved, tested and asked on the real one, where we are not.

The proof runs under the interpreter of an environment that has FastAPI and not this package. It
compares the OpenAPI documents and the answers to the examples; here the headers are compared too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from notebookapi.export.read import read_notebook
from tests.conftest import IS_FULL
from tests.notebook.conftest import Notebook

from .test_cells_of import VARIABLES
from .test_fastapi import PYTHON, comparable, real_python
from .test_notebooks import FOLDERS, copied

Request = tuple[str, str, dict[str, Any]]


def get(path: str, **headers: str) -> Request:
    return "GET", path, {"headers": headers} if headers else {}


def post(path: str, value: Any = None) -> Request:
    return "POST", path, {} if value is None else {"json": value}


@dataclass(frozen=True)
class Asked:
    """requests: to the notebook and to the module, each of which may be sent again.

    environment: what the module and its tests need.
    """

    covers: str
    requests: Sequence[Request]
    environment: Mapping[str, str] = field(default_factory=dict)


NOTEBOOKS = {
    "shop": Asked("bodies, their errors, status codes, HTTPException", [
        post("/items/1", {"name": "tea", "price": 2}),
        post("/items/2", {"name": "", "price": "much"}),
        get("/items/1"), get("/items/9"), get("/items?most=1"), get("/items?most=0"),
        ("DELETE", "/items", {}),
    ]),
    "models": Asked("generic and recursive models, validators, enums, literals, dates", [
        get("/works"), get("/works?kind=film"), get("/works?kind=song"), get("/sorted?by=made"),
        post("/works", {"title": " ", "by": {"name": "Lem"}, "made": "1961-13-01"}),
        post("/works", {"title": "Solaris", "by": {"name": "Lem", "knows": [{"name": "Dick"}]}}),
    ]),
    "dependencies": Asked("dependencies: functions, classes, objects, with yield, aliases", [
        get("/texts"), get("/texts", **{"x-user": "ann"}), get("/texts?most=x", **{"x-user": "a"}),
        get("/greeting?name=Bo", **{"x-user": "ann"}),
    ]),
    "middleware": Asked("middleware, two kinds; exception handlers", [
        get("/buy/tea"), get("/buy/milk"), get("/nowhere"),
    ]),
    "routers": Asked("routers in routers, prefixes, tags, slashes", [
        get("/v1/books/3"), get("/v1/books/x"), get("/v1/books/health/ping"), get("/authors/"),
        get("/authors"),
    ]),
    "mounted": Asked("mounted applications and files", [
        get("/"), get("/admin/users"), get("/admin/openapi.json"), get("/files/hello.txt"),
        get("/files/none.txt"),
    ]),
    "streaming": Asked("streams, WebSockets declared beside", [
        get("/letters"), get("/chat"), ("POST", "/letters", {}),
    ]),
    "awaited": Asked("a lifespan that the export wrote", [get("/rows"), get("/count")]),
    "secrets": Asked("security schemes, and credentials of the environment", [
        get("/open"), get("/mode"), get("/mode", **{"X-API-Key": "hush-hush-1"}),
        get("/client"),
    ], {**VARIABLES, "NOTEBOOKAPI_SECRET_X_API_KEY": "hush-hush-1"}),
    "async_cells": Asked("background tasks, coroutines", [get("/double/4"), get("/lucky")]),
    "future": Asked("annotations that are text, defaults of dependencies", [
        get("/today"), get("/chain"), get("/chain?most=1"), get("/chain?most=9"),
    ]),
    "decorators": Asked("decorated endpoints, data classes", [
        get("/length?x=3"), get("/length"), get("/point"), get("/point?x=2"),
    ]),
    "pool": Asked("a lifespan of the notebook's own, and its state", [get("/words")]),
}  # fmt: skip

HEADERS = ("content-type", "allow", "location", "www-authenticate", "x-tag", "content-length")
PROGRAM = """
import json, sys
sys.modules["notebookapi"] = None
from fastapi import FastAPI
from fastapi.testclient import TestClient
import api
[app] = [each for each in (getattr(api, "app", None), getattr(api, "main", None)) if each]
assert type(app) is FastAPI
found = []
with TestClient(app, follow_redirects=False, base_url=sys.argv[2]) as client:
    for method, path, options in json.loads(sys.argv[1]):
        answer = client.request(method, path, **options)
        found.append([answer.status_code, dict(answer.headers), answer.text])
print(json.dumps(found))
"""
TESTS = """
import sys
sys.modules["notebookapi"] = None
sys.path.append(sys.argv[1])  # pytest is there; what both have comes from here
import pytest
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "test_api.py"]))
"""


@pytest.fixture
def beside_fastapi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in an environment that has FastAPI: what is installed there can be seen from here."""
    monkeypatch.setattr(sys, "executable", real_python())
    site = next(PYTHON.parents[1].glob("lib/*/site-packages"))
    (found,) = site.glob("fastapi-[0-9]*.dist-info")
    (tmp_path / found.name).symlink_to(found)
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.usefixtures("beside_fastapi")
@pytest.mark.parametrize("name", NOTEBOOKS if IS_FULL else ("routers", "secrets"))
def test_on_the_real_one(name: str) -> None:
    asked = NOTEBOOKS[name]
    (folder,) = (each for each in FOLDERS if each.name == name)
    with copied(folder) as there:
        live = exported(there, asked.requests)
        assert "notebookapi" not in Path("api.py").read_text() + Path("test_api.py").read_text()
        theirs = run(PROGRAM, asked, json.dumps(asked.requests), live[1])
        assert theirs.returncode == 0, theirs.stderr
        pairs = zip(asked.requests, live[0], json.loads(theirs.stdout), strict=True)
        for request, ours, other in pairs:
            assert answered(*ours) == answered(*other), request
        site = str(Path(pytest.__file__).parents[1])
        tested = run(TESTS, asked, site)
        assert tested.returncode == 0, tested.stdout
        assert f"{len(asked.requests) + 1} passed" in tested.stdout


def exported(folder: Path, requests: Sequence[Request]) -> tuple[list[Any], str]:
    """Export the notebook of a folder; return what it answers itself, and its address."""
    notebook = Notebook()
    notebook.load()
    try:
        (source,) = folder.glob("notebook.*")
        for cell in read_notebook(source):
            ran = notebook.run(cell.source, cell.key)
            assert ran.error is None, (cell, ran.error)
        session = notebook.session
        for each in list(session.examples):
            session.examples.forget(each.name)
        for method, path, options in requests:
            bare, _, query = path.partition("?")
            pairs = dict(each.split("=") for each in query.split("&") if each)
            session.examples.add(method, bare, query=pairs, replay=True, **options)
        ran = notebook.run("%api export api.py --framework fastapi --tests", "export")
        assert ran.error is None, ran.error
        assert notebook.shown[0].headline == "Proved: api.py, with test_api.py", notebook.shown[0]
        answers = []
        for method, path, options in requests:
            answer = session.request(method, path, follow_redirects=False, **options)
            answers.append([answer.status_code, dict(answer.headers), answer.text])
        return answers, str(session.url)
    finally:
        notebook.close()


def run(code: str, asked: Asked, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [real_python(), "-B", "-c", code, *arguments], capture_output=True, text=True, timeout=50,
        env={**os.environ, **asked.environment, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )  # fmt: skip


def answered(status: int, headers: Mapping[str, str], text: str) -> Any:
    """What has to be the same; of an identifier that is new each time, its length."""
    told = {name.lower(): value for name, value in headers.items() if name.lower() in HEADERS}
    body = comparable(text)
    if isinstance(body, dict) and "order" in body:
        body["order"] = len(body["order"])
    return status, told, body
