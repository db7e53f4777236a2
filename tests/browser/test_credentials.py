"""Credentials typed into a form: each kind arrives, and none is kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from .lab import Lab, Notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

ENDPOINTS = """
from notebookapi import Depends
from notebookapi.security import (
    APIKeyCookie, APIKeyHeader, APIKeyQuery, HTTPBasic, HTTPBasicCredentials, HTTPBearer,
)

def told(text): return text[::-1]

@app.get("/basic")
def basic(who: HTTPBasicCredentials = Depends(HTTPBasic())):
    return told(f"{who.username}/{who.password}")

@app.get("/bearer")
def bearer(who=Depends(HTTPBearer())): return told(who.credentials)

@app.get("/header")
def header(key: str = Depends(APIKeyHeader(name="x-key"))): return told(key)

@app.get("/query")
def query(key: str = Depends(APIKeyQuery(name="key"))): return told(key)

@app.get("/cookie")
def cookie(key: str = Depends(APIKeyCookie(name="key"))): return told(key)
"""
# What is typed into which fields -> what the endpoint has read, told backwards.
KINDS = {
    "basic": ({"User": "ada", "Password": "sesame-dd"}, "dd-emases/ada"),
    "bearer": ({"Token": "bdd-bearer"}, "reraeb-ddb"),
    "header": ({"Key": "bdd-header"}, "redaeh-ddb"),
    "query": ({"Key": "bdd-query"}, "yreuq-ddb"),
    "cookie": ({"Key": "bdd-cookie"}, "eikooc-ddb"),
}
CELLS = ["%load_ext notebookapi", ENDPOINTS, *(f"%api try /{each}" for each in KINDS)]


@pytest.fixture(scope="module")
def notebook(lab: Lab, browser: Browser) -> Iterator[Notebook]:
    made = lab.open(browser, "credentials", CELLS)
    made.run_all()
    yield made
    made.page.context.close()


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_arrives_and_is_not_saved(notebook: Notebook, kind: str) -> None:
    typed, read = KINDS[kind]
    before = notebook.sources()
    cell = notebook.cell(CELLS.index(f"%api try /{kind}"))
    expect(cell.locator("summary", has_text="Authorization")).to_contain_text("needed")
    for label, text in typed.items():
        cell.get_by_label(label, exact=True).focus()
        notebook.page.keyboard.type(text)
    expect(cell.locator("summary", has_text="Authorization")).to_contain_text("given")
    notebook.page.keyboard.press("Control+Enter")
    expect(cell.get_by_role("region", name="Response body")).to_contain_text(read)
    assert notebook.sources() == before
    assert notebook.elsewhere == []
    notebook.save()
    saved = notebook.file.read_text()
    assert all(text not in saved for label, text in typed.items() if label != "User")
